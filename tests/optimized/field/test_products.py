"""Products of extension elements and their sums against numbers, at edges where sums of products are largest too."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from optimized.compilation import compiled
from optimized.field.extension import no_sums
from optimized.field.lanes import RADIX
from optimized.field.products import (
    FACTOR_WORDS,
    add_cell,
    add_scaled,
    extension_product,
    factor_words,
    load_element,
    load_sums,
    lowered_sums,
    masked,
    reduced_sums,
    scaled,
    starting_sums,
    store_lanes,
    sum_of_two_multiples,
    sum_of_two_products,
)
from optimized.lanes.vectors import LANES, load
from optimized.words import Words
from spec.field import EXTENSION_DEGREE, Extension, P, inverse

ELEMENT_WORDS = EXTENSION_DEGREE * LANES
EDGES = np.array([0, 1, P - 1, P - 2, 2**16, 2**24, P - 2**24, 2**30], dtype=np.uint32)
OVER_RADIX = inverse(RADIX)
FREE_TERMS = 4
RESULTS = 6


@compiled
def _products(elements: Words, factors: Words, results: Words) -> None:
    a, b = load_element(elements, 0), load_element(elements, ELEMENT_WORDS)
    c, d = load_element(elements, 2 * ELEMENT_WORDS), load_element(elements, 3 * ELEMENT_WORDS)
    store_lanes(results, 0, extension_product(a, b))
    store_lanes(results, ELEMENT_WORDS, sum_of_two_products(a, b, c, d))
    store_lanes(results, 2 * ELEMENT_WORDS, scaled(a, factors, FACTOR_WORDS))
    sums = add_scaled(no_sums(), a, factors, 0)
    for _ in range(3):
        sums = add_scaled(sums, b, factors, FACTOR_WORDS)
    store_lanes(results, 3 * ELEMENT_WORDS, reduced_sums(sums))
    cell, other = load(elements, 2 * ELEMENT_WORDS), load(elements, 3 * ELEMENT_WORDS)
    store_lanes(results, 4 * ELEMENT_WORDS, sum_of_two_multiples(a, cell, b, other))
    store_lanes(results, 5 * ELEMENT_WORDS, masked(a, load(elements, 4 * ELEMENT_WORDS)))


@compiled
def _cell_sums(cells: Words, weights: Words, count: int, sums: Words, results: Words) -> None:
    total = starting_sums(weights, 0)
    for term in range(min(count, FREE_TERMS)):
        total = add_cell(total, load(cells, term * LANES), weights, (term + 1) * EXTENSION_DEGREE)
    for term in range(FREE_TERMS, count):
        if term % 2 == 0:
            total = lowered_sums(total)
        total = add_cell(total, load(cells, term * LANES), weights, (term + 1) * EXTENSION_DEGREE)
    store_lanes(sums, 0, total)
    store_lanes(results, 0, reduced_sums(load_sums(sums, 0)))


def _lane(words: Words, lane: int) -> list[Extension]:
    """The elements of a lane, as they stand there."""
    elements = words.reshape(-1, EXTENSION_DEGREE, LANES)[:, :, lane]
    return [Extension.from_coefficients(element) for element in elements.tolist()]


def _expected(elements: Sequence[Extension], factors: Sequence[Extension], bit: int) -> list[Extension]:
    a, b, c, d = elements[:4]
    cell, other = c.coefficients[0], d.coefficients[0]
    return [
        a * b * OVER_RADIX,
        (a * b + c * d) * OVER_RADIX,
        a * factors[1],
        a * factors[0] + b * factors[1] * 3,
        (a * cell + b * other) * OVER_RADIX,
        a * bit,
    ]


@pytest.mark.parametrize("kind", ["random", "edges", "largest", "zero"])
def test_products_and_their_sums_are_the_numbers_products(kind: str) -> None:
    random = np.random.default_rng(len(kind))
    size = 5 * ELEMENT_WORDS
    for _ in range(20):
        elements = np.full(size, P - 1 if kind == "largest" else 0, dtype=np.uint32)
        if kind == "random":
            elements = random.integers(0, P, size, dtype=np.uint32)
        elif kind == "edges":
            elements = random.choice(EDGES, size)
        elements[4 * ELEMENT_WORDS : 4 * ELEMENT_WORDS + LANES] = random.integers(0, 2, LANES)
        factors = [Extension.from_coefficients(row) for row in random.choice(EDGES, (2, EXTENSION_DEGREE)).tolist()]
        words = np.array([word for factor in factors for word in factor_words(factor)], dtype=np.uint32)
        results = np.zeros(RESULTS * ELEMENT_WORDS, dtype=np.uint32)
        _products(elements, words, results)
        assert (results < P).all()
        for lane in range(LANES):
            bit = int(elements[4 * ELEMENT_WORDS + lane])
            assert _lane(results, lane) == _expected(_lane(elements, lane), factors, bit)


@pytest.mark.parametrize("count", range(10))
@pytest.mark.parametrize("kind", ["random", "largest"])
def test_sums_of_cells_times_weights_are_reduced_once(kind: str, count: int) -> None:
    random = np.random.default_rng(count)
    least = P - 1 if kind == "largest" else 0
    cells = random.integers(least, P, max(1, count) * LANES, dtype=np.uint32)
    weights = random.integers(least, P, (count + 1) * EXTENSION_DEGREE, dtype=np.uint32)
    sums, results = np.zeros(2 * ELEMENT_WORDS, dtype=np.uint32), np.zeros(ELEMENT_WORDS, dtype=np.uint32)
    _cell_sums(cells, weights, count, sums, results)
    elements = [Extension.from_coefficients(row) for row in weights.reshape(-1, EXTENSION_DEGREE).tolist()]
    assert (results < P).all()
    for lane in range(LANES):
        of_lane = [int(cells[term * LANES + lane]) for term in range(count)]
        total = elements[0]
        for cell, weight in zip(of_lane, elements[1:], strict=True):
            total = total + weight * cell
        assert _lane(results, lane) == [total * OVER_RADIX]
