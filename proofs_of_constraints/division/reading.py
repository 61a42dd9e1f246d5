"""How a division reads its operands, and which of the two results it gives: by its meaning, not by its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from proofs_of_constraints.translation.program_layout import Executed
from spec.isa.instruction import Arithmetic, WordFunction
from spec.isa.multiply_divide import (
    divide_signed,
    divide_signed_32,
    divide_unsigned,
    divide_unsigned_32,
    remainder_signed,
    remainder_signed_32,
    remainder_unsigned,
    remainder_unsigned_32,
)
from spec.rv64im.buses import LIMB_BITS, LIMBS


@dataclass(frozen=True)
class Reading:
    """Which of the two results an instruction takes, and how wide and whether signed its operands are. Hints only."""

    signed: bool
    of_quotient: bool
    limb_count: int

    @property
    def width_bits(self) -> int:
        """The width of an operand."""
        return LIMB_BITS * self.limb_count


READINGS: Mapping[WordFunction, Reading] = MappingProxyType(
    {
        divide_signed: Reading(signed=True, of_quotient=True, limb_count=LIMBS),
        divide_unsigned: Reading(signed=False, of_quotient=True, limb_count=LIMBS),
        remainder_signed: Reading(signed=True, of_quotient=False, limb_count=LIMBS),
        remainder_unsigned: Reading(signed=False, of_quotient=False, limb_count=LIMBS),
        divide_signed_32: Reading(signed=True, of_quotient=True, limb_count=LIMBS // 2),
        divide_unsigned_32: Reading(signed=False, of_quotient=True, limb_count=LIMBS // 2),
        remainder_signed_32: Reading(signed=True, of_quotient=False, limb_count=LIMBS // 2),
        remainder_unsigned_32: Reading(signed=False, of_quotient=False, limb_count=LIMBS // 2),
    }
)
"""By meaning."""


def reading_of(executed: Executed) -> Reading | None:
    """The reading of an instruction that divides; None for any other."""
    meaning = executed.instruction.meaning
    return READINGS.get(meaning.result) if isinstance(meaning, Arithmetic) else None
