"""The row of a chip that makes a call: it fetches, reads the call's number and pointers, and accesses the operands.

What the call computes is done by work tables, which the row sends its operands under the key of its clock: no two rows
of a segment have the same, for each arrives where another has left.
"""

from __future__ import annotations

from collections.abc import Sequence

from spec.air.chip import Chip
from spec.air.expression import Expression, lift
from spec.isa.calls import Call, Operand
from spec.isa.system import CALL_NUMBER_REGISTER
from spec.memory_map import DOUBLEWORD_BYTES, Space
from spec.rv64im.buses import LIMB_BITS, LIMBS
from spec.rv64im.gadgets import doubleword_index
from spec.rv64im.instruction_row import InstructionRow
from spec.rv64im.program_row import limbs_of


class CallRow(InstructionRow):
    """A call's row under construction. Operands are accessed in the order in which the call lists them."""

    def __init__(self, call: Call, purpose: str) -> None:
        super().__init__(call.name, purpose, ["ecall"])
        self.call = call
        number = [lift(limb) for limb in limbs_of(call.number)]
        self.access("call_number", Space.REGISTERS, CALL_NUMBER_REGISTER, number, number)
        self._pointers = {operand.name: self._pointer(operand) for operand in call.operands}

    @property
    def key(self) -> Expression:
        """What work tables know the call by."""
        return self.clock

    def operand(
        self, name: str, before: Sequence[Sequence[Expression]], after: Sequence[Sequence[Expression]] | None = None
    ) -> None:
        """Accesses the doublewords of an operand, each four limbs; without `after` they stay as they are."""
        low, high = self._pointers[name]
        for i, (old, new) in enumerate(zip(before, before if after is None else after, strict=True)):
            self.access(f"{name}_{i}", Space.MEMORY, doubleword_index(low, high, 0) + i, old, new)

    def result(self, before: Sequence[Expression], after: Sequence[Expression]) -> None:
        """Writes the register that the host chooses the word of. The value it replaces is free: whatever was there.

        Raises ValueError for a call without one.
        """
        if self.call.result_register is None:
            raise ValueError(f"{self.name}: the call writes no register")
        self.access("result", Space.REGISTERS, self.call.result_register, before, after)

    def finish_call(self, outputs: Sequence[Expression]) -> Chip:
        """The finished chip."""
        return self.finish(outputs=outputs, domain=f"a7 = {self.call.number}")

    def _pointer(self, operand: Operand) -> tuple[Expression, Expression]:
        """The two limbs of a pointer, the lower one a multiple of 8.

        The upper one has 16 bits, like every limb of a register; the two above are zero.
        """
        low, high = self.column(f"{operand.name}_pointer_low"), self.column(f"{operand.name}_pointer_high")
        limbs = [low, high, *([lift(0)] * (LIMBS - 2))]
        self.access(f"{operand.name}_pointer", Space.REGISTERS, operand.register, limbs, limbs)
        alignment_bits = DOUBLEWORD_BYTES.bit_length() - 1
        multiple = low.divided_by(DOUBLEWORD_BYTES)
        self.in_range(f"{operand.name}_pointer_is_aligned", multiple, LIMB_BITS - alignment_bits, self.real)
        return low, high


def doublewords_of_limbs(limbs: Sequence[Expression]) -> list[Sequence[Expression]]:
    """Limbs in groups of four."""
    return [limbs[i : i + LIMBS] for i in range(0, len(limbs), LIMBS)]
