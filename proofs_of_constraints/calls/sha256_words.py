"""Words of SHA-256 as the rows of its work tables hold them: two limbs, and 32 bits where they are combined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import z3

from proofs_of_constraints.calls.sha256_standard import WORD_BITS
from proofs_of_constraints.translation.bit_sum_terms import LimbArithmetic, single_bit
from proofs_of_constraints.translation.bit_sums import BitSum
from proofs_of_constraints.translation.instruction_view import LayoutError

LIMB_BITS = 16
LIMB_BASE = 1 << LIMB_BITS
LIMB_MAXIMUM = LIMB_BASE - 1
"""Half a word of SHA-256."""

WORD_BASE = 1 << WORD_BITS
HALVES = ("low", "high")
"""The limbs of a word, as the names of columns and fields end."""

WORKING = "abcdefgh"
"""The working variables, as the standard names them."""


@dataclass(frozen=True)
class RowWord:
    """A word of a row: its limbs, and its bits where the row has them."""

    name: str
    limbs: tuple[BitSum, BitSum]
    bits: tuple[str, ...] = ()

    @property
    def named_limbs(self) -> dict[str, BitSum]:
        """The limbs by a name for each."""
        return {f"{self.name}_{half}": limb for half, limb in zip(HALVES, self.limbs, strict=True)}

    @property
    def vector(self) -> z3.BitVecRef:
        """The word as a bit-vector of its bits. Raises LayoutError if the row has none."""
        if not self.bits:
            raise LayoutError(f"the row has no bits of {self.name}")
        return z3.Concat(*(single_bit(name) for name in reversed(self.bits)))


def limbs_of(words: Sequence[RowWord]) -> dict[str, BitSum]:
    """The limbs of all words by their names."""
    return {name: limb for word in words for name, limb in word.named_limbs.items()}


def value_of(arithmetic: LimbArithmetic, word: RowWord) -> z3.ArithRef:
    """The word as an integer."""
    low, high = word.named_limbs
    return arithmetic.limb(low) + arithmetic.limb(high) * LIMB_BASE


def fields_of(stem: str, words: Sequence[RowWord]) -> dict[str, BitSum]:
    """The fields of a message that hold these words, numbered after a stem."""
    return {f"{stem}_{i}_{half}": limb for i, w in enumerate(words) for half, limb in zip(HALVES, w.limbs, strict=True)}


def working_fields(words: Sequence[RowWord]) -> dict[str, BitSum]:
    """The fields of a message that hold the working variables."""
    return {
        f"{name}_{half}": limb
        for name, word in zip(WORKING, words, strict=True)
        for half, limb in zip(HALVES, word.limbs, strict=True)
    }
