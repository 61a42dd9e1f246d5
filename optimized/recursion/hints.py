"""What a circuit's hints are for one proof: the verifier runs on numbers, and whatever it reads is kept in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimized.verifier.algebra import CompiledAlgebra
from spec.field import EXTENSION_DEGREE, Extension
from spec.protocol.algebra import OpenedLeaf
from spec.protocol.hash import STATE_WORDS
from spec.protocol.merkle import MerkleOpening, TreeShape
from spec.rejection import Rejection


class Hints(NamedTuple):
    """The hints of each chip in the order in which they are read."""

    values: NDArray[np.uint32]
    """(count, 6): coefficients."""

    elements: NDArray[np.uint32]
    """(count,)."""

    words: NDArray[np.uint32]
    """(count,): words that stand alone."""

    octets: NDArray[np.uint32]
    """(count, 8): words."""


class HintAlgebra(CompiledAlgebra):
    """Verifies, and keeps what is read. Raises Rejected as the verifier does: such a proof has no memory that
    satisfies the circuit."""

    def __init__(self) -> None:
        super().__init__()
        self._values: list[Extension] = []
        self._elements: list[int] = []
        self._words: list[int] = []
        self._octets: list[Sequence[int]] = []

    @property
    def hints(self) -> Hints:
        """Everything that has been read so far."""
        values = [value.coefficients for value in self._values]
        return Hints(
            np.array(values, dtype=np.uint32).reshape(len(values), EXTENSION_DEGREE),
            np.array(self._elements, dtype=np.uint32),
            np.array(self._words, dtype=np.uint32),
            np.array(self._octets, dtype=np.uint32).reshape(len(self._octets), STATE_WORDS),
        )

    def read_elements(self, numbers: Sequence[int]) -> Sequence[int]:
        self._elements += numbers
        return numbers

    def read_values(self, elements: Sequence[Extension]) -> Sequence[Extension]:
        self._values += elements
        return elements

    def read_words(self, numbers: Sequence[int]) -> Sequence[int]:
        # Eight words together are one hint.
        if len(numbers) == STATE_WORDS:
            self._octets.append(numbers)
        else:
            self._words += numbers
        return numbers

    def words_of_limbs(self, limbs: Sequence[int], reason: Rejection, where: str) -> Sequence[int]:
        return self.read_words(super().words_of_limbs(limbs, reason, where))

    def read_leaves(
        self, opening: MerkleOpening, positions: Sequence[Sequence[int]], shape: TreeShape, where: str
    ) -> Sequence[OpenedLeaf[int, int]]:
        leaves = super().read_leaves(opening, positions, shape, where)
        for leaf in leaves:
            self._elements += leaf.row
            self._octets += leaf.siblings
        return leaves

    def inverses(self, values: Sequence[Extension], reason: Rejection, where: str) -> Sequence[Extension]:
        found = super().inverses(values, reason, where)
        self._values += found
        return found
