"""The reviewed fates of mutants: whatever is not named here must be killed.

A survivor needs the reason why the thing taken away is redundant; a broken proof the reason why no row is found.
"""

from __future__ import annotations

from dataclasses import dataclass

from proofs_of_constraints.mutants import Fate


@dataclass(frozen=True)
class Reviewed:
    """A fate other than killed, and why it is right."""

    fate: Fate
    reason: str


_TOP_BIT = "the lookup that leaves 15 bits beside the boolean sign bit ranges the same limb"
_AMOUNT = "the shift table gives the amount and the limb has 16 bits, so the multiple of the width is small anyway"
_TABLE = "the widths of the cut limbs then depend on free cells: the proof has no case to start from"
_REGION = "the address lies in a region, whose ends are below 2^29 by the assumption on the region table"
_WIDER_REGION = "both ends are at most 2^29, so a difference of 30 bits is still no wrap-around"

REVIEWED: dict[str, Reviewed] = {
    "addw: without lookup result_1_is_16_bits": Reviewed(Fate.SURVIVES, _TOP_BIT),
    "subw: without lookup result_1_is_16_bits": Reviewed(Fate.SURVIVES, _TOP_BIT),
    "addiw: without lookup result_1_is_16_bits": Reviewed(Fate.SURVIVES, _TOP_BIT),
    "mulw: without lookup result_1_is_16_bits": Reviewed(Fate.SURVIVES, _TOP_BIT),
    "branch_equal: without constraint equal_is_boolean": Reviewed(
        Fate.BROKEN, "the two other constraints make it 0 or 1; the proof splits by it before it can see that"
    ),
    **{
        f"{shift}: unused_amount_is_a_multiple one bit wider": Reviewed(Fate.SURVIVES, _AMOUNT)
        for shift in ("sll", "sllw", "srl", "srlw", "sra", "sraw")
    },
    **{
        f"{shift}{form}{width}: without lookup amount_is_split": Reviewed(Fate.BROKEN, _TABLE)
        for shift in ("sll", "srl", "sra")
        for form in ("", "i")
        for width in ("", "w")
    },
    "jalr: target_low_is_aligned one bit wider": Reviewed(
        Fate.SURVIVES, "a carry may stay in the low limb, but the target is the same number, or 2^30 and never fetched"
    ),
    "boundary: gap_high_is_4_bits one bit wider": Reviewed(
        Fate.SURVIVES, "segments are below 2^20, so a gap of 21 bits is still no wrap-around"
    ),
    "memory: without lookup address_low_is_16_bits": Reviewed(Fate.SURVIVES, _REGION),
    "memory: without lookup address_high_is_13_bits": Reviewed(Fate.SURVIVES, _REGION),
    "memory: address_high_is_13_bits one bit wider": Reviewed(Fate.SURVIVES, _REGION),
    "memory: above_start_high_is_13_bits one bit wider": Reviewed(Fate.SURVIVES, _WIDER_REGION),
    "memory: below_end_high_is_13_bits one bit wider": Reviewed(Fate.SURVIVES, _WIDER_REGION),
}
"""By the mutant's name."""


def expected_fate(name: str) -> Fate:
    """What is known to become of a mutant."""
    return REVIEWED[name].fate if name in REVIEWED else Fate.KILLED
