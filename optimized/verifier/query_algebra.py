"""The verifier's interface on columns: each value is one per query, so that one run of its code checks all queries.

Base-field elements and bits are arrays with an entry per query, or a single one for all; an opened row is an array
of (width, queries); digests are arrays of (queries, 8) words. The number of queries is a multiple of the lanes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from optimized.hashing import sha256
from optimized.verifier.values import Values, combined, inverses, montgomery_weights
from optimized.words import Words, words
from reference.verifier.algebra import Anything
from spec.field import EXTENSION_DEGREE, P
from spec.rejection import Rejected, Rejection

Elements: TypeAlias = NDArray[Any]
Digests: TypeAlias = Words
Bits: TypeAlias = NDArray[np.bool_]


class QueryAlgebra:
    """Implements `Algebra` for so many queries side by side."""

    def __init__(self, queries: int) -> None:
        self._queries = queries
        self._weights: dict[int, tuple[Sequence[Values], Words]] = {}
        """By identity of a list of coefficients: the list, so that it stays, and its words."""

    def constant(self, number: int) -> Elements:
        return np.array(number % P, dtype=np.uint64)

    def elements(self, numbers: Sequence[int]) -> Sequence[Elements]:
        """The columns of rows that are given as (queries, width)."""
        return cast(Sequence[Elements], cast(Words, numbers).T)

    def digests(self, digests: Sequence[bytes]) -> Sequence[Digests]:
        """Digests that are given as (queries, 8) already."""
        return cast(Sequence[Digests], digests)

    def index_bits(self, index: Any, count: int) -> Sequence[Bits]:
        """The bits of an index for each query, given as an array."""
        return [(index >> position & 1).astype(np.bool_) for position in range(count)]

    def select(self, bit: Bits, if_one: Anything, if_zero: Anything) -> Anything:
        chosen: Any
        if isinstance(if_one, Values) and isinstance(if_zero, Values):
            chosen = Values(np.where(bit[:, None], if_one.words, if_zero.words))
        else:
            one, zero = cast(Elements, if_one), cast(Elements, if_zero)
            chosen = np.where(bit[:, None] if one.ndim > 1 else bit, one, zero)
        return cast(Anything, chosen)

    def multiply_elements(self, left: Elements, right: Elements) -> Elements:
        return left * right % np.uint64(P)

    def embed(self, element: Elements) -> Values:
        embedded = np.zeros((self._queries, EXTENSION_DEGREE), dtype=np.uint32)
        embedded[:, 0] = element
        return Values(embedded)

    def join(self, coefficients: Sequence[Elements]) -> Values:
        return Values(words(np.asarray(coefficients).T))

    def scale(self, value: Values, factor: Elements) -> Values:
        return value.scaled(words(np.broadcast_to(factor, self._queries)))

    def linear_combination(self, coefficients: Sequence[Values], elements: Sequence[Elements]) -> Values:
        if id(coefficients) not in self._weights:
            self._weights[id(coefficients)] = (coefficients, montgomery_weights(coefficients))
        if not isinstance(elements, np.ndarray):
            elements = [np.broadcast_to(element, self._queries) for element in elements]
        return combined(self._weights[id(coefficients)][1], words(np.asarray(elements).T))

    def inverses(self, values: Sequence[Values], reason: Rejection, detail: str) -> Sequence[Values]:
        try:
            return inverses(values, self._queries)
        except ZeroDivisionError as error:
            raise Rejected(reason, detail) from error

    def leaf_digest(self, row: Sequence[Elements]) -> Digests:
        return sha256.leaf_digests([np.asarray(row).T])

    def compress(self, left: Digests, right: Digests) -> Digests:
        return sha256.compress(left, right)

    def require_equal(self, left: Anything, right: Anything, reason: Rejection, detail: str) -> None:
        first, second = (side.words if isinstance(side, Values) else cast(Elements, side) for side in (left, right))
        if (first != second).any():
            raise Rejected(reason, detail)
