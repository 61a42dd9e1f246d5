"""Sums of products in lanes against scalars, where they come nearest to 64 bits and elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from optimized.compilation import compiled
from optimized.field.lanes import RADIX, accumulated
from optimized.lanes.vectors import LANES, load
from optimized.words import Words
from optimized.zerocheck.sums import (
    ELEMENT,
    SIX,
    accumulate_product,
    is_zero,
    load_element,
    no_sums,
    spread_element,
    store_lanes,
)
from spec.field import ZERO, Extension, P, inverse

TERMS = 40
EDGES = np.array([0, 1, P - 1, P - 2, 2**16, 2**24, P - 2**24, 2**30], dtype=np.uint32)


@compiled
def _sum_products(left: Words, right: Words, target: Words) -> None:
    sums = no_sums()
    for at in range(0, len(left), ELEMENT):
        sums = accumulate_product(sums, load_element(left, at), load_element(right, at))
    store_lanes(target, 0, accumulated(sums))


@compiled
def _spread(words: Words, target: Words) -> None:
    store_lanes(target, 0, spread_element(words, 1))


@compiled
def _is_zero(words: Words) -> bool:
    return is_zero(load(words, 0))  # type: ignore[no-any-return]


def elements(words: Words) -> list[list[Extension]]:
    """By term, the element of every lane."""
    by_term = words.reshape(-1, SIX, LANES).transpose(0, 2, 1)
    return [[Extension.from_coefficients(row) for row in rows] for rows in by_term.tolist()]


@pytest.mark.parametrize("kind", ["largest", "edges", "random"])
def test_sums_of_products_are_those_of_scalars_over_the_radix(kind: str) -> None:
    random = np.random.default_rng(1)

    def words() -> Words:
        if kind == "largest":
            return np.full(TERMS * ELEMENT, P - 1, dtype=np.uint32)
        if kind == "edges":
            return random.choice(EDGES, TERMS * ELEMENT)
        return random.integers(0, P, TERMS * ELEMENT, dtype=np.uint32)

    left, right, target = words(), words(), np.zeros(ELEMENT, dtype=np.uint32)
    _sum_products(left, right, target)
    expected = [ZERO] * LANES
    for of_left, of_right in zip(elements(left), elements(right), strict=True):
        expected = [total + a * b for total, a, b in zip(expected, of_left, of_right, strict=True)]
    assert elements(target) == [[total * inverse(RADIX) for total in expected]]


def test_spread_element_has_its_coefficients_in_all_lanes() -> None:
    target = np.zeros(ELEMENT, dtype=np.uint32)
    _spread(np.arange(10, 20, dtype=np.uint32), target)
    assert elements(target) == [[Extension((11, 12, 13, 14, 15, 16))] * LANES]


def test_is_zero_notices_a_single_lane() -> None:
    words = np.zeros(LANES, dtype=np.uint32)
    assert _is_zero(words)
    for lane in range(LANES):
        words[:] = 0
        words[lane] = 1 << 31
        assert not _is_zero(words)
