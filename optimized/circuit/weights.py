"""What entries weigh in a sumcheck: eq(point, entry), apart for chunks, lanes and groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimized.circuit.layouts import Layout
from optimized.circuit.nodes import ELEMENT_WORDS, Address, address_of
from optimized.circuit.programs import WORD_BYTES
from optimized.compilation import compiled
from optimized.field.extension import SIX
from optimized.field.lanes import RADIX, extension_subtract, negate, subtract, to_montgomery
from optimized.field.products import FACTOR_PITCH, FACTOR_WORDS, factor_words, load_element, scaled, store_lanes
from optimized.lanes.vectors import LANES, align_stack, put_word, scatter, word_at
from optimized.words import Words
from spec.field import ONE, Extension, P, inverse

OVER_RADIX = inverse(RADIX)
UNUSED_WORDS = [0] * (FACTOR_PITCH - FACTOR_WORDS)


@compiled
def _equality(coordinates: Address, count: int, elements: Address, shifted: Address) -> None:
    """eq(coordinates, y) by y, whole groups of lanes: factors of so many coordinates stand FACTOR_PITCH apart.

    Coordinates are taken in from the last one on: what is there is the lower half, less its share, of what comes.
    """
    align_stack()
    size = 1
    for i in range(count - 1, -1, -1):
        for group in range((size + LANES - 1) // LANES):
            at = group * ELEMENT_WORDS
            here = load_element(elements, at)
            upper = scaled(here, coordinates, i * FACTOR_PITCH)
            store_lanes(elements, at, extension_subtract(here, upper))
            if size >= LANES:
                store_lanes(elements, at + size // LANES * ELEMENT_WORDS, upper)
            else:
                store_lanes(shifted, 0, upper)
                for k in range(0, ELEMENT_WORDS, LANES):
                    for lane in range(size):
                        put_word(elements, k + size + lane, word_at(shifted, k + lane))
        size *= 2


@compiled
def _to_factors(elements: Address, groups: int, factors: Address) -> None:
    """The factors of the elements of groups of lanes, as `factor_words` has them."""
    for group in range(groups):
        element = load_element(elements, group * ELEMENT_WORDS)
        start = group * LANES * FACTOR_PITCH
        scatter(factors, start, FACTOR_PITCH, element[0])
        scatter(factors, start + 1, FACTOR_PITCH, element[1])
        scatter(factors, start + 2, FACTOR_PITCH, element[2])
        scatter(factors, start + 3, FACTOR_PITCH, negate(element[3]))
        scatter(factors, start + 4, FACTOR_PITCH, negate(element[4]))
        scatter(factors, start + 5, FACTOR_PITCH, negate(element[5]))
        scatter(factors, start + 6, FACTOR_PITCH, subtract(element[3], element[0]))
        scatter(factors, start + 7, FACTOR_PITCH, subtract(element[4], element[1]))
        scatter(factors, start + 8, FACTOR_PITCH, subtract(element[5], element[2]))


def factor_table(elements: Sequence[Extension]) -> Words:
    """The factors of some elements, FACTOR_PITCH apart."""
    rows = [factor_words(element) + UNUSED_WORDS for element in elements]
    return np.array(rows, dtype=np.uint32).reshape(-1)


def canonical(words: Words) -> Extension:
    """The element of six words in Montgomery's form, which need not be below p."""
    c_0, c_1, c_2, c_3, c_4, c_5 = (word * OVER_RADIX % P for word in words.tolist())
    return Extension((c_0, c_1, c_2, c_3, c_4, c_5))


def pair_sums(factors: Words) -> Words:
    """The factors of sums of neighbours: the weights when the last coordinate is left out. One element stays."""
    table = factors.reshape(-1, FACTOR_PITCH)
    if len(table) == 1:
        return factors
    totals: Words = table[0::2] + table[1::2]
    lowered: Words = np.minimum(totals, totals - np.uint32(P))
    return lowered.reshape(-1)


class PointWeights:
    """eq(point, y) for the leading coordinates of one point."""

    def __init__(self, point: Sequence[Extension]) -> None:
        self._factors = factor_table(point)

    def _elements(self, first: int, count: int) -> Words:
        """The weights of so many coordinates from the first one on, in groups of lanes."""
        elements = np.zeros(max(1, (1 << count) // LANES) * ELEMENT_WORDS, dtype=np.uint32)
        elements[0] = to_montgomery(1)
        shifted = np.empty(ELEMENT_WORDS, dtype=np.uint32)
        coordinates = address_of(self._factors) + first * FACTOR_PITCH * WORD_BYTES
        _equality(coordinates, count, address_of(elements), address_of(shifted))
        return elements

    def lanes(self, layout: Layout) -> Words:
        """The weight of each lane; lanes that are not used weigh nothing."""
        return self._elements(layout.chunk_bits, layout.lane_bits)

    def pairs(self, layout: Layout) -> Words:
        """The weights of the pairs of groups of a chunk, as factors."""
        return _factors_of(self._elements(layout.chunk_bits + layout.lane_bits, max(0, layout.group_bits - 1)))

    def chunks(self, layout: Layout) -> tuple[Words, Extension]:
        """The weights of the chunks that are kept, as factors, and the weight of all others."""
        elements = self._elements(0, layout.chunk_bits)
        kept = np.concatenate(
            [np.arange(first, first + count) for first, count in zip(layout.first_chunks, layout.chunks, strict=True)]
        )
        rows = elements.reshape(-1, SIX, LANES).transpose(0, 2, 1).reshape(-1, SIX)[kept]
        total = canonical(rows.sum(axis=0, dtype=np.uint64))
        return _factors_of(elements).reshape(-1, FACTOR_PITCH)[kept].reshape(-1), ONE - total


def _factors_of(elements: Words) -> Words:
    groups = len(elements) // ELEMENT_WORDS
    factors = np.zeros(groups * LANES * FACTOR_PITCH, dtype=np.uint32)
    _to_factors(address_of(elements), groups, address_of(factors))
    return factors
