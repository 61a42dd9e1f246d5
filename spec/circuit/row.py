"""The row of a circuit's chip under construction.

Where a row reads and writes, and how often what it writes is read, stand in fixed columns: `real`, `read_0`, ...,
`write_0`, ..., `reads_of_0`, ..., then what else the row's operation fixes. A padding row has zeros in all of them,
reads and writes nothing, and is satisfied by zeros.
"""

from __future__ import annotations

from collections.abc import Sequence

from spec.air.bus import Bus
from spec.air.chip import Chip, ChipBuilder, Role
from spec.air.expression import Expression, lift
from spec.circuit.buses import LIMB, LIMB_BITS, OCTET, OCTET_LIMBS, VALUE
from spec.field import EXTENSION_DEGREE

LIMB_BASE = 1 << LIMB_BITS

FLAG = "real"
"""The fixed column that tells rows of the circuit from padding."""


class CircuitRow(ChipBuilder):
    """Collects a chip of the circuit. What it reads and writes is declared in the order of its operands."""

    def __init__(
        self,
        name: str,
        purpose: str,
        *,
        reads: int,
        writes: int,
        parameters: Sequence[str] = (),
        flagged: bool = True,
    ) -> None:
        """A row that reads nothing and looks nothing up needs no flag: what it writes is not read on padding rows."""
        super().__init__(name, Role.PROGRAM_TABLE, purpose)
        self._flag = self.fixed_column(FLAG) if flagged else None
        self._reads = [self.fixed_column(f"read_{i}") for i in range(reads)]
        self._writes = [self.fixed_column(f"write_{i}") for i in range(writes)]
        self._reads_of = [self.fixed_column(f"reads_of_{i}") for i in range(writes)]
        self.parameters = [self.fixed_column(name) for name in parameters]
        self._read_count = self._write_count = 0

    @property
    def real(self) -> Expression:
        """1 on rows of the circuit, 0 on padding. Raises ValueError if the chip was announced without it."""
        if self._flag is None:
            raise ValueError(f"{self.name}: the row has no flag")
        return self._flag

    def value_columns(self, name: str) -> list[Expression]:
        """The coefficients of an element of the extension."""
        return self.column_array(name, EXTENSION_DEGREE)

    def octet_columns(self, name: str) -> list[Expression]:
        """The limbs of eight words."""
        return self.column_array(name, OCTET_LIMBS)

    def read_value(self, cells: Sequence[Expression]) -> None:
        """Reads the next operand: a value, or fewer coefficients of one whose others are zero."""
        self._read(VALUE, _padded(cells))

    def read_octet(self, limbs: Sequence[Expression]) -> None:
        """Reads the next operand: eight words."""
        self._read(OCTET, limbs)

    def write_value(self, cells: Sequence[Expression]) -> None:
        """Writes the next result: a value, or fewer coefficients of one whose others are zero."""
        self._write(VALUE, _padded(cells))

    def write_octet(self, limbs: Sequence[Expression]) -> None:
        """Writes the next result: eight words."""
        self._write(OCTET, limbs)

    def limb(self, name: str, value: Expression) -> None:
        """Looks up that the value has 16 bits."""
        self.receive(f"{name}_is_16_bits", LIMB, [value], self.real)

    def finish(self, outputs: Sequence[Expression] = ()) -> Chip:
        """The finished chip. Raises ValueError if an operand or a result that was announced has not been declared."""
        if (self._read_count, self._write_count) != (len(self._reads), len(self._writes)):
            raise ValueError(f"{self.name}: reads or writes other than announced")
        return self.build(outputs=outputs)

    def _read(self, bus: Bus, cells: Sequence[Expression]) -> None:
        number = self._read_count
        self._read_count += 1
        self.receive(f"operand_{number}", bus, [self._reads[number], *cells], self.real)

    def _write(self, bus: Bus, cells: Sequence[Expression]) -> None:
        number = self._write_count
        self._write_count += 1
        self.send(f"result_{number}", bus, [self._writes[number], *cells], self._reads_of[number])


def _padded(cells: Sequence[Expression]) -> list[Expression]:
    return [*cells, *([lift(0)] * (EXTENSION_DEGREE - len(cells)))]
