"""Extension elements in lanes: six vectors of coefficients, of as many elements as there are lanes."""

from __future__ import annotations

import numpy as np

from optimized.compilation import compiled
from optimized.field.lanes import to_montgomery
from optimized.lanes.vectors import LANES, Lanes, broadcast, load, scatter
from optimized.words import Words
from spec.field import EXTENSION_DEGREE, Extension

SIX = EXTENSION_DEGREE


def montgomery_words(element: Extension) -> Words:
    """The six coefficients in Montgomery's form."""
    return np.array([to_montgomery(coefficient) for coefficient in element.coefficients], dtype=np.uint32)


@compiled
def load_six(array: Words, at: int) -> Lanes:
    """Elements whose coefficients stand in neighbouring lanes."""
    return (
        load(array, at),
        load(array, at + LANES),
        load(array, at + 2 * LANES),
        load(array, at + 3 * LANES),
        load(array, at + 4 * LANES),
        load(array, at + 5 * LANES),
    )


@compiled
def store_elements(array: Words, element: int, value: Lanes) -> None:
    """Writes neighbouring elements."""
    i = element * SIX
    scatter(array, i, SIX, value[0])
    scatter(array, i + 1, SIX, value[1])
    scatter(array, i + 2, SIX, value[2])
    scatter(array, i + 3, SIX, value[3])
    scatter(array, i + 4, SIX, value[4])
    scatter(array, i + 5, SIX, value[5])


@compiled
def broadcast_element(words: Words, first: int) -> Lanes:
    """One element in all lanes, from six words."""
    return (
        broadcast(words[first]),
        broadcast(words[first + 1]),
        broadcast(words[first + 2]),
        broadcast(words[first + 3]),
        broadcast(words[first + 4]),
        broadcast(words[first + 5]),
    )


@compiled
def no_sums() -> Lanes:
    """Sums of nothing, to accumulate on."""
    zero = broadcast(0)
    return (zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero)
