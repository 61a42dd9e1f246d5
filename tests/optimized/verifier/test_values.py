"""Calculating with one element per query gives what calculating with each of them gives."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from optimized.verifier.query_algebra import QueryAlgebra
from optimized.verifier.values import Values, montgomery_weights
from reference.verifier.number_algebra import NumberAlgebra
from spec.field import ONE, ZERO, Extension, P, X
from spec.rejection import Rejected, Rejection

QUERIES = 16
RANDOM = random.Random(1)
EDGES = (
    ZERO,
    ONE,
    X,
    Extension((P - 1,) * 6),
    Extension((0, 0, 0, 0, 0, P - 1)),
    Extension((1, P - 1, 0, 1, P - 1, 2)),
)


def random_elements() -> list[Extension]:
    """One for each query, with edge cases among them."""
    rest = [Extension.from_coefficients(RANDOM.randrange(P) for _ in range(6)) for _ in range(QUERIES - len(EDGES))]
    return [*EDGES, *rest]


def column(elements: Sequence[Extension]) -> Values:
    return Values(np.array([element.coefficients for element in elements], dtype=np.uint32))


def elements_of(values: Values) -> list[Extension]:
    return [Extension.from_coefficients(row) for row in values.words.tolist()]


LEFT, RIGHT = random_elements(), random_elements()[::-1]


@pytest.mark.parametrize("operation", [operator.add, operator.sub, operator.mul])
def test_operation_on_columns_is_that_of_each_query(operation: Callable[..., Any]) -> None:
    expected = [operation(left, right) for left, right in zip(LEFT, RIGHT, strict=True)]
    assert elements_of(operation(column(LEFT), column(RIGHT))) == expected


@pytest.mark.parametrize("operation", [operator.add, operator.sub, operator.mul])
@pytest.mark.parametrize("other", [*EDGES, 0, 1, P - 1, -1])
def test_operation_with_one_value_for_all_is_that_of_each_query(
    operation: Callable[..., Any], other: Extension | int
) -> None:
    operand = Values.uniform(other) if isinstance(other, Extension) else other
    assert elements_of(operation(column(LEFT), operand)) == [operation(left, other) for left in LEFT]


def test_operation_on_two_values_for_all_stays_one_for_all() -> None:
    left, right = Values.uniform(LEFT[-1]), Values.uniform(RIGHT[0])
    assert elements_of(left * right) == [LEFT[-1] * RIGHT[0]]


@pytest.mark.parametrize("exponent", [0, 1, 2, 7, 8, 64])
def test_power_is_that_of_each_query(exponent: int) -> None:
    powers = elements_of(column(LEFT) ** exponent)
    assert powers == [left**exponent for left in LEFT[: len(powers)]]
    assert len(powers) == (QUERIES if exponent else 1)


@pytest.mark.parametrize("factor", [0, 1, P - 1])
def test_scaling_is_that_of_each_query(factor: int) -> None:
    factors = [factor, *(RANDOM.randrange(P) for _ in range(QUERIES - 1))]
    scaled = QueryAlgebra(QUERIES).scale(column(LEFT), np.array(factors, dtype=np.uint64))
    assert elements_of(scaled) == [left * each for left, each in zip(LEFT, factors, strict=True)]
    everywhere = QueryAlgebra(QUERIES).scale(column(LEFT), np.array(factor, dtype=np.uint64))
    assert elements_of(everywhere) == [left * factor for left in LEFT]


@pytest.mark.parametrize("width", [1, 2, 5, 300])
def test_linear_combination_is_that_of_each_query(width: int) -> None:
    coefficients = [*EDGES, *(Extension.from_coefficients(RANDOM.randrange(P) for _ in range(6)) for _ in range(300))]
    rows = [[P - 1] * width, [0] * width, *([RANDOM.randrange(P) for _ in range(width)] for _ in range(QUERIES - 2))]
    algebra = QueryAlgebra(QUERIES)
    given = [Values.uniform(coefficient) for coefficient in coefficients]
    combined = algebra.linear_combination(given, np.array(rows, dtype=np.uint32).T)  # type: ignore[arg-type]
    expected = [NumberAlgebra().linear_combination(coefficients, row) for row in rows]
    assert elements_of(combined) == expected
    columns = [np.array([row[i] for row in rows], dtype=np.uint64) for i in range(width)]
    assert elements_of(algebra.linear_combination(given, columns)) == expected


def test_linear_combination_with_coefficients_that_differ_by_query_raises() -> None:
    with pytest.raises(ValueError, match="same for every query"):
        montgomery_weights([column(LEFT)])


def test_inverses_are_those_of_each_query() -> None:
    invertible = [element for element in LEFT if element != ZERO] + [X]
    one_for_all, each = QueryAlgebra(QUERIES).inverses(
        [Values.uniform(X + 5), column(invertible)], Rejection.POINT_IN_DOMAIN, "here"
    )
    assert elements_of(one_for_all) == [(X + 5).inverse()] * QUERIES
    assert elements_of(each) == [element.inverse() for element in invertible]


def test_inverse_of_zero_at_one_query_is_rejected() -> None:
    with pytest.raises(Rejected) as caught:
        QueryAlgebra(QUERIES).inverses([column(RIGHT)], Rejection.POINT_IN_DOMAIN, "here")
    assert (caught.value.reason, caught.value.detail) == (Rejection.POINT_IN_DOMAIN, "here")


def test_difference_at_one_query_is_rejected() -> None:
    algebra = QueryAlgebra(QUERIES)
    algebra.require_equal(column(LEFT), column(LEFT), Rejection.FRI_FOLDING_MISMATCH, "here")
    for query in range(QUERIES):
        changed = [element + X if number == query else element for number, element in enumerate(LEFT)]
        with pytest.raises(Rejected):
            algebra.require_equal(column(LEFT), column(changed), Rejection.FRI_FOLDING_MISMATCH, "here")


def test_selection_is_that_of_each_query() -> None:
    algebra = QueryAlgebra(QUERIES)
    index = np.arange(QUERIES)
    for position, bit in enumerate(algebra.index_bits(index, 4)):
        chosen = algebra.select(bit, column(LEFT), column(RIGHT))
        expected = [LEFT[i] if i >> position & 1 else RIGHT[i] for i in range(QUERIES)]
        assert elements_of(chosen) == expected
        assert algebra.select(bit, algebra.constant(-1), algebra.constant(2)).tolist() == [
            P - 1 if i >> position & 1 else 2 for i in range(QUERIES)
        ]
