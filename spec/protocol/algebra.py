"""The small interface of fields, words, bits and hashing that verification is written against.

The same code runs on numbers, where it verifies, and on recording values, where it writes down the straight-line
circuit that verifies. So on values of these types there is no `if`, no `==`, no `int()` and no indexing: equality is
required, never asked, and a choice is `select`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, Self, TypeVar

from spec.field import Extension
from spec.protocol.merkle import MerkleOpening, TreeShape
from spec.rejection import Rejection


class FieldValue(Protocol):
    """An element of the extension field: what the formulas of the protocol are written over."""

    def __add__(self, other: Self | int) -> Self: ...
    def __sub__(self, other: Self | int) -> Self: ...
    def __mul__(self, other: Self | int) -> Self: ...


Element = TypeVar("Element")
"""An element of the base field."""

Value = TypeVar("Value", bound=FieldValue)
"""An element of the extension field."""

Word = TypeVar("Word")
"""A 32-bit word. Eight of them are a digest or a hash state, sixteen a block."""

Bit = TypeVar("Bit")
"""0 or 1."""

Anything = TypeVar("Anything")
"""A value of any of these kinds, or a sequence of them."""


@dataclass(frozen=True)
class OpenedLeaf(Generic[Element, Word]):
    """One leaf of a Merkle tree and the digests that lead from it up to the cap, leaf first."""

    row: Sequence[Element]
    siblings: Sequence[Sequence[Word]]


class Algebra(Protocol[Element, Value, Word, Bit]):
    """What a verifier may do with values."""

    def element(self, number: int) -> Element:
        """A base-field element that is the same for every proof."""
        ...

    def value(self, number: int) -> Value:
        """A base-field element that is the same for every proof, in the extension."""
        ...

    def word(self, number: int) -> Word:
        """A word that is the same for every proof."""
        ...

    def read_elements(self, numbers: Sequence[int]) -> Sequence[Element]:
        """Base-field elements of the proof, canonical."""
        ...

    def read_values(self, elements: Sequence[Extension]) -> Sequence[Value]:
        """Extension elements of the proof, canonical."""
        ...

    def read_words(self, numbers: Sequence[int]) -> Sequence[Word]:
        """Words of the proof."""
        ...

    def read_leaves(
        self, opening: MerkleOpening, positions: Sequence[Sequence[Bit]], shape: TreeShape, where: str
    ) -> Sequence[OpenedLeaf[Element, Word]]:
        """The leaf of the proof at each position (bits, lowest first), in this order, repetitions included.

        Raises Rejected if the opening does not have exactly the rows and siblings that the positions need.
        """
        ...

    def embed(self, element: Element) -> Value:
        """A base-field element as an element of the extension."""
        ...

    def join(self, coefficients: Sequence[Element]) -> Value:
        """The element of the extension with these six coefficients."""
        ...

    def element_words(self, elements: Sequence[Element]) -> Sequence[Word]:
        """The canonical number of each element as a word."""
        ...

    def value_words(self, values: Sequence[Value]) -> Sequence[Word]:
        """The canonical coefficients of each value as words, constant coefficient first."""
        ...

    def multiply_elements(self, left: Element, right: Element) -> Element:
        """The product of two base-field elements."""
        ...

    def scale(self, value: Value, factor: Element) -> Value:
        """factor * value."""
        ...

    def linear_combination(self, coefficients: Sequence[Value], elements: Sequence[Element]) -> Value:
        """sum_i coefficients_i * elements_i, of equally many."""
        ...

    def inverses(self, values: Sequence[Value], reason: Rejection, where: str) -> Sequence[Value]:
        """Hints that are checked to be the inverses: a zero is rejected for this reason."""
        ...

    def challenge(self, state: Sequence[Word]) -> Value:
        """The extension element that a hash state stands for: coefficient i is word i + 2^32 * byte i of the last
        two words, modulo p."""
        ...

    def low_bits(self, word: Word, count: int) -> Sequence[Bit]:
        """The low bits of a word, lowest first."""
        ...

    def equals(self, element: Element, number: int) -> Bit:
        """1 where the element is this number, else 0."""
        ...

    def select(self, bit: Bit, if_one: Anything, if_zero: Anything) -> Anything:
        """One of two according to a bit."""
        ...

    def compress(self, state: Sequence[Word], block: Sequence[Word]) -> Sequence[Word]:
        """The compression function of SHA-256: eight words and sixteen words to eight words."""
        ...

    def chain(self, state: Sequence[Word], words: Sequence[Word]) -> Sequence[Word]:
        """The state after compressing whole blocks of sixteen words, one after the other."""
        ...

    def require_equal(self, found: Anything, expected: Anything, reason: Rejection, where: str) -> None:
        """Rejects for this reason where the two differ."""
        ...


class NodeAlgebra(Algebra[Element, Value, Word, Bit], Protocol[Element, Value, Word, Bit]):
    """What a node of the recursion does besides: its public values are elements, and what it hashes are words."""

    def words_of_limbs(self, limbs: Sequence[Element], reason: Rejection, where: str) -> Sequence[Word]:
        """The words whose limbs of 16 bits these elements are, each its lower limb first: two elements a word.

        Another element is rejected for this reason.
        """
        ...
