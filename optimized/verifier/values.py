"""Elements of the extension field, one for each query, that calculate like a single one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimized.compilation import compiled
from optimized.field import extension
from optimized.field.extension import RADIX_SQUARED, SIX, broadcast_element, load_elements, no_sums, store_elements
from optimized.field.lanes import (
    accumulate,
    accumulated,
    extension_multiply,
    extension_scale,
    multiply,
    to_montgomery_array,
)
from optimized.lanes.vectors import LANES, broadcast, gather, load
from optimized.words import Words
from spec.field import EXTENSION_DEGREE, Extension, P

MODULUS = np.uint32(P)


@compiled
def _multiply(left: Words, right: Words, target: Words) -> None:
    factor = broadcast(RADIX_SQUARED)
    for row in range(0, len(target) // SIX, LANES):
        a = extension_scale(load_elements(left, row, 1), factor)
        store_elements(target, row, extension_multiply(a, load_elements(right, row, 1)))


@compiled
def _scale(values: Words, factors: Words, target: Words) -> None:
    for row in range(0, len(factors), LANES):
        factor = multiply(load(factors, row), broadcast(RADIX_SQUARED))
        store_elements(target, row, extension_scale(load_elements(values, row, 1), factor))


@compiled
def _combine(rows: Words, width: int, weights: Words, target: Words) -> None:
    """target row = sum of the row's cells times weights, (width * 6,) in Montgomery's form."""
    for row in range(0, len(target) // SIX, LANES):
        sums = no_sums()
        for column in range(width):
            cell = gather(rows, row * width + column, width)
            sums = accumulate(sums, (cell,), broadcast_element(weights, column * SIX))
        store_elements(target, row, accumulated(sums))


def spread(words: Words, count: int) -> Words:
    """As many rows as there are queries, from these or from one for all of them."""
    return words if len(words) == count else words.repeat(count, axis=0)


@dataclass(frozen=True, eq=False)
class Values:
    """An element for each query, `words` of (queries, 6), or one for all of them, (1, 6); queries in eights."""

    words: Words

    @staticmethod
    def uniform(element: Extension) -> Values:
        """The same element for every query."""
        return Values(np.array([element.coefficients], dtype=np.uint32))

    def __add__(self, other: Values | int) -> Values:
        total = self.words + _words(other)
        # Of the sum and the sum - p, which wraps round if negative, the smaller is canonical.
        return Values(np.minimum(total, total - MODULUS))

    def __sub__(self, other: Values | int) -> Values:
        difference = self.words - _words(other)
        return Values(np.minimum(difference, difference + MODULUS))

    def __mul__(self, other: Values | int) -> Values:
        right = _words(other)
        count = max(len(self.words), len(right))
        padded = max(count, LANES)
        target = np.empty((padded, EXTENSION_DEGREE), dtype=np.uint32)
        _multiply(spread(self.words, padded).reshape(-1), spread(right, padded).reshape(-1), target.reshape(-1))
        return Values(target[:count])

    def __pow__(self, exponent: int) -> Values:
        power = Values.uniform(Extension.of(1))
        for bit in f"{exponent:b}":
            power = power * power
            if bit == "1":
                power = power * self
        return power

    def scaled(self, factors: Words) -> Values:
        """Each element times a base-field element, one for each query."""
        count = len(factors)
        target = np.empty((count, EXTENSION_DEGREE), dtype=np.uint32)
        _scale(spread(self.words, count).reshape(-1), factors, target.reshape(-1))
        return Values(target)


def _words(operand: Values | int) -> Words:
    return operand.words if isinstance(operand, Values) else Values.uniform(Extension.of(operand)).words


def montgomery_weights(coefficients: Sequence[Values]) -> Words:
    """The words of coefficients that are the same for every query, one after the other, in Montgomery's form."""
    words = np.concatenate([coefficient.words for coefficient in coefficients])
    if len(words) != len(coefficients):
        raise ValueError("the coefficients of a linear combination are the same for every query")
    return to_montgomery_array(words.astype(np.uint64)).reshape(-1)


def combined(weights: Words, rows: Words) -> Values:
    """sum_i weight_i * cell_i for each row of (queries, width), over the first `width` weights."""
    count, width = rows.shape
    target = np.empty((count, EXTENSION_DEGREE), dtype=np.uint32)
    _combine(np.ascontiguousarray(rows).reshape(-1), width, weights, target.reshape(-1))
    return Values(target)


def inverses(values: Sequence[Values], count: int) -> list[Values]:
    """The inverses of elements for `count` queries. Raises ZeroDivisionError if there is a zero."""
    inverted = extension.inverses(np.concatenate([spread(value.words, count) for value in values]))
    return [Values(inverted[start : start + count]) for start in range(0, len(inverted), count)]
