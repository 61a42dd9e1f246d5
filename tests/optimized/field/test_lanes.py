"""Arithmetic on lanes against numbers, where sums of products come nearest to 64 bits and elsewhere."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from optimized.compilation import compiled
from optimized.field.extension import SIX, load_six, no_sums
from optimized.field.lanes import (
    RADIX,
    accumulate_constants,
    accumulated,
    extension_multiply,
    known,
    multiply,
    multiply_by_known,
)
from optimized.lanes.vectors import LANES, load, store
from optimized.words import Words
from spec.field import Extension, P, inverse

EDGES = np.array([0, 1, P - 1, P - 2, 2**16, 2**24, P - 2**24, 2**30], dtype=np.uint32)
OVER_RADIX = inverse(RADIX)
TERMS = 20


@compiled
def _store_six(target: Words, value: object) -> None:
    store(target, 0, value[0])  # type: ignore[index]
    store(target, LANES, value[1])  # type: ignore[index]
    store(target, 2 * LANES, value[2])  # type: ignore[index]
    store(target, 3 * LANES, value[3])  # type: ignore[index]
    store(target, 4 * LANES, value[4])  # type: ignore[index]
    store(target, 5 * LANES, value[5])  # type: ignore[index]


@compiled
def _extension_product(left: Words, right: Words, target: Words) -> None:
    _store_six(target, extension_multiply(load_six(left, 0), load_six(right, 0)))


@compiled
def _products(left: Words, right: Words, factor: int, target: Words) -> None:
    store(target, 0, multiply(load(left, 0), load(right, 0)))
    store(target, LANES, multiply_by_known(load(left, 0), known(factor)))


@compiled
def _sums(values: Words, constants: Words, target: Words) -> None:
    sums = no_sums()
    for term in range(0, TERMS, 2):
        a, b = load(values, term * LANES), load(values, (term + 1) * LANES)
        sums = accumulate_constants(sums, (a, b), constants, term * SIX)
    _store_six(target, accumulated(sums))


def words(random: np.random.Generator, count: int, kind: str) -> Words:
    if kind == "largest":
        return np.full(count, P - 1, dtype=np.uint32)
    return random.choice(EDGES, count) if kind == "edges" else random.integers(0, P, count).astype(np.uint32)


def elements(array: Words) -> list[Extension]:
    return [Extension.from_coefficients(row) for row in array.reshape(SIX, LANES).T.tolist()]


@pytest.mark.parametrize("kind", ["largest", "edges", "random"])
@pytest.mark.parametrize("other", ["largest", "edges", "random", "zero"])
def test_extension_product_is_that_of_numbers(kind: str, other: str) -> None:
    random = np.random.default_rng(1)
    for _ in range(8):
        left = words(random, SIX * LANES, kind)
        right = np.zeros_like(left) if other == "zero" else words(random, SIX * LANES, other)
        target = np.empty_like(left)
        for a, b in ((left, right), (right, left)):
            _extension_product(a, b, target)
            assert elements(target) == [x * y * OVER_RADIX for x, y in zip(elements(a), elements(b), strict=True)]


@pytest.mark.parametrize("kind", ["largest", "edges", "random"])
def test_product_takes_any_word_as_one_factor(kind: str) -> None:
    random = np.random.default_rng(2)
    right = words(random, LANES, kind)
    lefts = random.integers(0, RADIX, LANES).astype(np.uint32), np.full(LANES, RADIX - 1, dtype=np.uint32)
    for left, factor in itertools.product(lefts, {*right.tolist(), *EDGES.tolist()}):
        target = np.empty(2 * LANES, dtype=np.uint32)
        _products(left, right, factor, target)
        expected = [a * b * OVER_RADIX % P for a, b in zip(left.tolist(), right.tolist(), strict=True)]
        assert target.tolist() == expected + [a * factor % P for a in left.tolist()]


@pytest.mark.parametrize("kind", ["largest", "edges", "random"])
def test_sums_of_many_products_do_not_overflow(kind: str) -> None:
    random = np.random.default_rng(3)
    values, constants = words(random, TERMS * LANES, kind), words(random, TERMS * SIX, kind)
    target = np.empty(SIX * LANES, dtype=np.uint32)
    _sums(values, constants, target)
    factors = [Extension.from_coefficients(six) for six in constants.reshape(TERMS, SIX).tolist()]
    for lane, total in enumerate(elements(target)):
        column = values.reshape(TERMS, LANES)[:, lane].tolist()
        assert total == sum((f * v for f, v in zip(factors, column, strict=True)), Extension.of(0)) * OVER_RADIX
