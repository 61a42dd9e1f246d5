"""The row of a table of the machine under construction: limbs, and ranges that are looked up."""

from __future__ import annotations

from spec.air.chip import ChipBuilder
from spec.air.expression import Expression
from spec.rv64im.buses import LIMBS, RANGE


class MachineRow(ChipBuilder):
    """Collects one chip's columns, constraints and interactions, with the machine's limbs and its range table."""

    def column_array(self, name: str, count: int = LIMBS) -> list[Expression]:
        """New columns name_0, name_1, ..., least significant first: one for each limb, if no count is given."""
        return super().column_array(name, count)

    def in_range(self, name: str, value: Expression, bits: Expression | int, times: Expression) -> None:
        """Looks up that 0 <= value < 2^bits, on `times` of 1."""
        self.receive(name, RANGE, [value, bits], times)
