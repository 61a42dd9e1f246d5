"""Why mutants that survive, or only break a proof, are right to do so: looked at one by one, written by rule.

A survivor needs the reason why what was changed is redundant; a broken proof the reason why no row is found. Each rule
speaks of changes of some chips by a regular expression of the whole change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from proofs_of_constraints.mutation.fate import Fate, MutantResult


@dataclass(frozen=True)
class Reviewed:
    """A fate other than killed, of which mutants, and why it is right."""

    fate: Fate
    chips: str
    change: str
    reason: str

    def speaks_of(self, chip: str, change: str) -> bool:
        return re.fullmatch(self.chips, chip) is not None and re.fullmatch(self.change, change) is not None


_ANY = r"\w+"
_AT = r" at \d+( of \w+)?"


REVIEWED: tuple[Reviewed, ...] = (
    Reviewed(
        Fate.SURVIVES,
        _ANY,
        r"(destination|result_\d+)_taken with value_0 and value_1 exchanged",
        "the value that is replaced is not used: its columns may hold its limbs in any order",
    ),
    Reviewed(
        Fate.SURVIVES,
        "add|addw|and|or|xor|mul|mulw|branch_equal",
        r"fetch with source1 and source2 exchanged",
        "the operation is symmetric: which register is called the first makes no difference",
    ),
    Reviewed(
        Fate.SURVIVES,
        "and|or|xor|andi|ori|xori",
        r"both_\d_is_conjunction with left and right exchanged",
        "the conjunction is symmetric, and the table holds each pair of bytes in both orders",
    ),
    Reviewed(
        Fate.SURVIVES,
        _ANY,
        r"bytes_\d with 0 \+ 1" + _AT,
        "the part of the lookup that no byte uses holds a constant byte, be it 0 or 1",
    ),
    Reviewed(
        Fate.SURVIVES,
        "jalr",
        r"target_low_is_aligned one bit wider",
        "a carry may stay in the low limb, but the target is the same number, or 2^30 and never fetched",
    ),
    Reviewed(
        Fate.SURVIVES,
        "sd",
        r"memory_taken with value_0 and value_1 exchanged",
        "an aligned doubleword is replaced as a whole: its old value's columns may hold the limbs in any order",
    ),
    Reviewed(
        Fate.SURVIVES,
        "mul|mulw|multiply_high",
        r"carry_\d_has_12_bits one bit (wider|narrower)",
        "a carry has no more bits than the products that it comes from, and one bit more is still no wrap-around",
    ),
    Reviewed(
        Fate.SURVIVES,
        "sllw?|srlw?|sraw?",
        r"unused_amount_is_a_multiple one bit wider",
        "the shift table gives the amount and the limb has 16 bits, so the multiple of the width is small anyway",
    ),
    Reviewed(
        Fate.SURVIVES,
        "multiply_high",
        r"unsigned_right_has_no_sign with - for \+" + _AT,
        "the two flags exclude one another: which sign the second has makes no difference",
    ),
    Reviewed(
        Fate.SURVIVES,
        "advice",
        r"result_(taken|put_back) with value_0 and value_1 exchanged",
        "any word may be answered, and any may be replaced: the order of its limbs says nothing",
    ),
    Reviewed(
        Fate.BROKEN,
        "advice",
        r"result_put_back with word_2 for word_3 at 0 of value_3",
        "every row that is left is right, but words with two different upper limbs have none",
    ),
    Reviewed(
        Fate.SURVIVES,
        "divide|divide_word",
        r"carry_\d_has_13_bits one bit (wider|narrower)",
        "a limb's products, with what is added to them, carry less than 2^12, and 14 bits are still no wrap-around",
    ),
    Reviewed(
        Fate.SURVIVES,
        "divide|divide_word",
        r"bytes_\d with 2 \+ 1" + _AT,
        "the bias of a carry between -2 and 1 may be 3 as well as 2: a byte is still no wrap-around",
    ),
    Reviewed(
        Fate.SURVIVES,
        r"multiply_add_modulo_\d+",
        r"carry_\d+_has_15_bits with 16384 (\+ 1|/ 2)" + _AT,
        "what a limb carries is far from the ends of its range: a range that is moved a little has it all as well",
    ),
    Reviewed(
        Fate.SURVIVES,
        "addi",
        r"carries_stop_off_the_edge with carry_2 for carry_1 at 7",
        "a carry that stops at limb 1 stops before limb 2 too, and where it goes on limb 1 is at the edge",
    ),
    Reviewed(
        Fate.SURVIVES,
        "slliw?|sllw?",
        r"dropped_is_16_bits one bit narrower",
        "half a limb and a power below 2^8 together cut off at most 15 bits",
    ),
    Reviewed(
        Fate.SURVIVES,
        r"ld|load_\w+|s[dwhb]|store_\w+",
        r"address_low_is_aligned one bit wider",
        "a carry may stay in the low limb of the address, but the address is the same number",
    ),
    Reviewed(
        Fate.SURVIVES,
        r"keccak_f|sha256_compress|multiply_add_modulo_\d+",
        r"\w+_pointer_is_aligned one bit wider",
        "an eighth of the pointer's low limb may be a bit more, but no limb of a register has more than 16 bits",
    ),
    Reviewed(
        Fate.SURVIVES,
        "divide|divide_word",
        r"unsigned with - for \+ at 0",
        "the two selectors exclude one another, and a sign times -1 vanishes where the sign does",
    ),
    Reviewed(
        Fate.SURVIVES,
        "memory",
        r"initial_\d_is_zero_by_kind with - for \+" + _AT,
        "the flags of the kinds exclude one another: which sign one of them has makes no difference",
    ),
    Reviewed(
        Fate.SURVIVES,
        "boundary",
        r"gap_high_is_4_bits one bit wider",
        "segments are below 2^20, so a gap of 21 bits is still no wrap-around",
    ),
    Reviewed(
        Fate.SURVIVES,
        "store_misaligned",
        r"stored_(4_5|6_7)_are_bytes only where is_sd",
        "a narrower store reads these bytes as a limb only, and writes none of them",
    ),
    Reviewed(
        Fate.SURVIVES,
        "load_misaligned",
        r"width_\d_at_\d_is_aligned with - for \+" + _AT,
        "the selectors exclude one another: which sign one of them has makes no difference",
    ),
    Reviewed(
        Fate.SURVIVES,
        "load_misaligned",
        r"result_0_is_loaded_or_sign with 65535 (\+ 1|/ 2)" + _AT,
        "the lowest limb is part of every access: nothing is left of it for the sign to fill",
    ),
    Reviewed(
        Fate.SURVIVES,
        "load_misaligned",
        r"result_\d_is_loaded_or_sign with (- for \+|\+ for -)" + _AT,
        "the selector is one of an unsigned load or of a doubleword's, and it is multiplied with the sign, which is 0",
    ),
    Reviewed(
        Fate.BROKEN,
        "branch_equal",
        r"without constraint equal_is_boolean",
        "redundant, as the two other constraints make it 0 or 1; the proof splits by it before it can see that",
    ),
)


def reason_of_fate(chip: str, change: str, fate: Fate) -> str | None:
    """The reviewed reason for a mutant's fate; None where there is none."""
    return next((rule.reason for rule in REVIEWED if rule.fate is fate and rule.speaks_of(chip, change)), None)


def reason_of(result: MutantResult) -> str | None:
    """The reviewed reason for the fate found; None where there is none."""
    return reason_of_fate(result.chip, result.change, result.fate)
