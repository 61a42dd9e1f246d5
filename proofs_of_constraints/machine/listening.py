"""An algebra that accepts everything and keeps what is drawn: over it a verifier follows any proof of its form."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from spec.field import EXTENSION_DEGREE, Extension
from spec.protocol.algebra import Anything, OpenedLeaf
from spec.protocol.hash import BLOCK_WORDS, STATE_WORDS, Digest
from spec.protocol.labels import Label
from spec.protocol.merkle import MerkleOpening, TreeShape
from spec.rejection import Rejection

_WORDS = struct.Struct(f">{STATE_WORDS}I")
_STATE_AND_BLOCK = struct.Struct(f">{STATE_WORDS + BLOCK_WORDS}I")

Drawn = dict[str, tuple[int, ...]]
"""By the text of a sampled label, in the order of the conversation, the state or the words that it was read off."""


@dataclass(frozen=True, slots=True)
class Said:
    """A value of the extension, known by its words where the prover said it, else by nothing."""

    words: tuple[int, ...] = (0,) * EXTENSION_DEGREE

    def __add__(self, other: Said | int) -> Said:
        return COMPUTED

    def __sub__(self, other: Said | int) -> Said:
        return COMPUTED

    def __mul__(self, other: Said | int) -> Said:
        return COMPUTED


COMPUTED = Said()
"""What is computed of other values: a message that is absorbed only by way of it counts as not absorbed."""


class ListeningAlgebra:
    """Elements, words and bits are integers; every claim is accepted, every opening is one of zeros."""

    def __init__(self) -> None:
        self._states: list[tuple[int, ...]] = []
        self._words_after: list[list[int]] = [[]]
        """The words whose bits were read before the first challenge, after the first, after the second ..."""

    def drawn(self, labels: Sequence[str], queries: Sequence[int]) -> Drawn:
        """What belongs to each sampled label; `queries` is the number of positions of each iteration.

        A challenge is read off a state; positions are read off the last words before the next challenge.
        """
        found: Drawn = {}
        states = iter(self._states)
        counts = iter(queries)
        challenges = 0
        for label in labels:
            if label.startswith(f"{Label.QUERIES.name.lower()}_"):
                found[label] = tuple(self._words_after[challenges][-next(counts) :])
            else:
                found[label] = next(states)
                challenges += 1
        return found

    def element(self, number: int) -> int:
        return number

    def value(self, number: int) -> Said:
        return COMPUTED

    def word(self, number: int) -> int:
        return number

    def read_elements(self, numbers: Sequence[int]) -> Sequence[int]:
        return numbers

    def read_values(self, elements: Sequence[Extension]) -> Sequence[Said]:
        return [Said(element.coefficients) for element in elements]

    def read_words(self, numbers: Sequence[int]) -> Sequence[int]:
        return numbers

    def read_leaves(
        self, opening: MerkleOpening, positions: Sequence[Sequence[int]], shape: TreeShape, where: str
    ) -> Sequence[OpenedLeaf[int, int]]:
        leaf = OpenedLeaf([0] * shape.width, [[0] * STATE_WORDS] * shape.path_length)
        return [leaf] * len(positions)

    def embed(self, element: int) -> Said:
        return COMPUTED

    def join(self, coefficients: Sequence[int]) -> Said:
        return COMPUTED

    def element_words(self, elements: Sequence[int]) -> Sequence[int]:
        return elements

    def value_words(self, values: Sequence[Said]) -> Sequence[int]:
        return list(chain.from_iterable(value.words for value in values))

    def multiply_elements(self, left: int, right: int) -> int:
        return 0

    def scale(self, value: Said, factor: int) -> Said:
        return COMPUTED

    def linear_combination(self, coefficients: Sequence[Said], elements: Sequence[int]) -> Said:
        return COMPUTED

    def inverses(self, values: Sequence[Said], reason: Rejection, where: str) -> Sequence[Said]:
        return [COMPUTED] * len(values)

    def challenge(self, state: Sequence[int]) -> Said:
        self._states.append(tuple(state))
        self._words_after.append([])
        return COMPUTED

    def low_bits(self, word: int, count: int) -> Sequence[int]:
        self._words_after[-1].append(word)
        return [0] * count

    def equals(self, element: int, number: int) -> int:
        return 0

    def select(self, bit: int, if_one: Anything, if_zero: Anything) -> Anything:
        return if_zero

    def compress(self, state: Sequence[int], block: Sequence[int]) -> Digest:
        # Any hash shows what a state depends on: this one is faster than the compression function in Python.
        return _WORDS.unpack(hashlib.sha256(_STATE_AND_BLOCK.pack(*state, *block)).digest())

    def chain(self, state: Sequence[int], words: Sequence[int]) -> Digest:
        return _WORDS.unpack(hashlib.sha256(struct.pack(f">{len(state) + len(words)}I", *state, *words)).digest())

    def require_equal(self, left: Anything, right: Anything, reason: Rejection, where: str) -> None:
        return None
