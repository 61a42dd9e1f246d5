"""WHIR's formulas: folding a fibre is binding a coordinate, and weights are bound as their vectors are."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from spec.field import GENERATOR, ONE, ZERO, Extension, P, root_of_unity
from spec.parameters import TINY
from spec.protocol.cube import equality, extension_at, horner, powers
from spec.protocol.merkle import TreeShape
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.whir import Iteration, Weight, domain_point, fold_fibre, folded_tree, iterations

RANDOM = random.Random(7)
ALGEBRA = NumberAlgebra()


def some(count: int) -> list[Extension]:
    return [Extension.from_coefficients(RANDOM.randrange(P) for _ in range(6)) for _ in range(count)]


def bound(vector: Sequence[Extension], challenge: Extension) -> list[Extension]:
    """The vector with its last coordinate bound."""
    return [low + (high - low) * challenge for low, high in zip(vector[0::2], vector[1::2], strict=True)]


def bits(number: int, count: int) -> list[int]:
    return [number >> i & 1 for i in range(count)]


def code(vector: Sequence[Extension], x: int) -> Extension:
    """The vector's entries are the coefficients of a polynomial."""
    return sum((entry * pow(x, i, P) for i, entry in enumerate(vector)), ZERO)


@pytest.mark.parametrize("height_log2", sorted(TINY.schedules))
def test_iterations_are_those_of_the_schedule(height_log2: int) -> None:
    """Domains are halved from iteration to iteration, whatever is folded."""
    schedule = TINY.schedule(height_log2)
    found = iterations(TINY, height_log2)
    assert [iteration.folding_log2 for iteration in found] == list(schedule.folds)
    assert [iteration.queries for iteration in found] == list(schedule.queries)
    assert [iteration.is_last for iteration in found] == [False] * (len(found) - 1) + [True]
    for number, iteration in enumerate(found):
        variables = height_log2 - sum(schedule.folds[:number])
        assert iteration == Iteration(
            number,
            variables,
            height_log2 + TINY.rate_log2 - number,
            schedule.folds[number],
            schedule.queries[number],
            schedule.folding_grinding_bits[number],
            schedule.query_grinding_bits[number],
            number == len(found) - 1,
        )
        assert iteration.fibres_log2 == iteration.domain_log2 - iteration.folding_log2
        assert iteration.folded_log2 == variables - schedule.folds[number]
    assert found[-1].folded_log2 == schedule.final_log2


def test_tree_of_a_folded_vector_has_a_row_of_extension_elements_a_fibre() -> None:
    iteration = iterations(TINY, min(TINY.schedules))[1]
    depth = iteration.fibres_log2
    assert folded_tree(iteration, TINY) == TreeShape(depth, 6 << iteration.folding_log2, min(depth, TINY.cap_log2))


@pytest.mark.parametrize("position", [0, 1, 5, 15])
def test_point_of_a_domain_and_its_reciprocal(position: int) -> None:
    point, reciprocal = domain_point(ALGEBRA, bits(position, 4), 6)
    assert point == GENERATOR * pow(root_of_unity(6), position, P) % P
    assert point * reciprocal % P == 1


@pytest.mark.parametrize("folding_log2", [0, 1, 3])
@pytest.mark.parametrize("position", [0, 3])
def test_folded_fibre_is_the_bound_vectors_code(folding_log2: int, position: int) -> None:
    """f(x) = e(x^2) + x o(x^2) goes to (1 - r) e + r o, which is the vector bound at its last coordinate."""
    domain_log2, vector, challenges = 5, some(16), some(folding_log2)
    x = GENERATOR * pow(root_of_unity(domain_log2), position, P) % P
    root = root_of_unity(folding_log2)
    fibre = [code(vector, x * pow(root, j, P) % P) for j in range(1 << folding_log2)]
    folded = vector
    for challenge in challenges:
        folded = bound(folded, challenge)
    expected = code(folded, pow(x, 1 << folding_log2, P))
    assert fold_fibre(ALGEBRA, fibre, pow(x, -1, P), challenges) == expected


def test_folded_fibre_with_one_value_changed_is_another() -> None:
    vector, challenges = some(8), some(2)
    root = root_of_unity(2)
    fibre = [code(vector, GENERATOR * pow(root, j, P) % P) for j in range(4)]
    honest = fold_fibre(ALGEBRA, fibre, pow(GENERATOR, -1, P), challenges)
    for j in range(4):
        changed = [value + 1 if i == j else value for i, value in enumerate(fibre)]
        assert fold_fibre(ALGEBRA, changed, pow(GENERATOR, -1, P), challenges) != honest


def dense(weight: Weight[Extension], variables: int) -> list[Extension]:
    """The weight written out."""
    if weight.is_power:
        vector = powers(ONE, weight.state[0], 1 << variables)
    else:
        corners = [
            [Extension.of(n >> (variables - 1 - i) & 1) for i in range(variables)] for n in range(1 << variables)
        ]
        vector = [equality(ONE, weight.state, corner) for corner in corners]
    return [weight.scale * entry for entry in vector]


@pytest.mark.parametrize("is_power", [False, True])
def test_weight_is_bound_as_its_vector_is(is_power: bool) -> None:
    scale, *challenges = some(3)
    weight = Weight(scale, some(1 if is_power else 4), is_power)
    vector = dense(weight, 4)
    for remaining, challenge in zip((3, 2), challenges, strict=True):
        weight.bind_last(challenge)
        vector = bound(vector, challenge)
        assert dense(weight, remaining) == vector


@pytest.mark.parametrize("is_power", [False, True])
def test_inner_product_with_a_weight_is_that_of_the_vectors(is_power: bool) -> None:
    weight = Weight(some(1)[0], some(1 if is_power else 3), is_power)
    vector = some(8)
    expected = sum((a * b for a, b in zip(vector, dense(weight, 3), strict=True)), ZERO)
    assert weight.inner_product(vector) == expected
    inner = horner(vector, weight.state[0]) if is_power else extension_at(vector, weight.state)
    assert expected == weight.scale * inner
