"""The small interface of fields, hashes and bits that verification is written against.

The same code runs on numbers, where it verifies, and on recording values, where it writes down the
straight-line circuit that verifies. So on values of these types there is no `if`, no `==`, no `int()` and no
indexing: equality is required, never asked, and a choice is `select`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, Self, TypeVar

from spec.field import Extension
from spec.rejection import Rejection


class FieldValue(Protocol):
    """An element of the extension field."""

    def __add__(self, other: Self | int) -> Self: ...
    def __sub__(self, other: Self | int) -> Self: ...
    def __mul__(self, other: Self | int) -> Self: ...
    def __pow__(self, exponent: int) -> Self: ...


Element = TypeVar("Element")
"""An element of the base field."""

Value = TypeVar("Value", bound=FieldValue)
"""An element of the extension field; it has + - * and powers with a fixed exponent."""

Digest = TypeVar("Digest")
"""A digest."""

Bit = TypeVar("Bit")
"""A bit of a query index."""

Anything = TypeVar("Anything")
"""An element, a value or a digest."""


class Algebra(Protocol[Element, Value, Digest, Bit]):
    """What a verifier may do with values."""

    def constant(self, number: int) -> Element:
        """A base-field element that is the same for every proof."""
        ...

    def elements(self, numbers: Sequence[int]) -> Sequence[Element]:
        """Base-field elements of the proof."""
        ...

    def digests(self, digests: Sequence[bytes]) -> Sequence[Digest]:
        """Digests of the proof."""
        ...

    def index_bits(self, index: int, count: int) -> Sequence[Bit]:
        """The bits of a query index, lowest first."""
        ...

    def select(self, bit: Bit, if_one: Anything, if_zero: Anything) -> Anything:
        """One of two according to a bit."""
        ...

    def multiply_elements(self, left: Element, right: Element) -> Element:
        """The product of two base-field elements."""
        ...

    def embed(self, element: Element) -> Value:
        """A base-field element as an element of the extension."""
        ...

    def join(self, coefficients: Sequence[Element]) -> Value:
        """The element of the extension with these six coefficients."""
        ...

    def scale(self, value: Value, factor: Element) -> Value:
        """factor * value."""
        ...

    def linear_combination(self, coefficients: Sequence[Value], elements: Sequence[Element]) -> Value:
        """sum_i coefficients_i * elements_i, over as many coefficients as there are elements."""
        ...

    def inverses(self, values: Sequence[Value], reason: Rejection, detail: str) -> Sequence[Value]:
        """Hints that are checked to be the inverses: a zero is rejected for this reason."""
        ...

    def leaf_digest(self, row: Sequence[Element]) -> Digest:
        """The digest of a Merkle leaf."""
        ...

    def compress(self, left: Digest, right: Digest) -> Digest:
        """The inner Merkle node over two digests."""
        ...

    def require_equal(self, left: Anything, right: Anything, reason: Rejection, detail: str) -> None:
        """Rejects for this reason where the two differ."""
        ...


Numbers = Algebra[int, Extension, bytes, int]
"""The interface on plain numbers."""
