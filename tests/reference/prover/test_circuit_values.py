"""The plain GKR circuit against its definition, written out for single nodes, and against the verifier's formulas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from reference.prover.circuit_values import circuit
from spec.air.expression import Expression
from spec.field import ONE, ZERO, Extension, P, inverse
from spec.protocol.cube import equality, extension_at, next_claim_beside_equality
from spec.protocol.gkr import Fraction, layer_value, merged, pair_fraction
from spec.protocol.shape import TableShape
from tests.reference.prover.circuit_example import (
    BOUNDARY,
    SHAPES,
    WORK,
    CircuitInputs,
    circuit_inputs,
    random_element,
    random_elements,
)

Layer = list[Fraction[Extension]]

LEAST = (TableShape(WORK, 1),)
"""No global block."""

GLOBAL_IS_LARGER = (TableShape(BOUNDARY, 2),)
"""The global scope decides how many variables there are."""


@dataclass(frozen=True)
class _RowOfElements:
    """A row of a table as an interpretation of its expressions, in the extension."""

    main_cells: Sequence[int]
    fixed_cells: Sequence[int]
    public_values: Mapping[str, int]

    def constant(self, element: int) -> Extension:
        return Extension.of(element)

    def main(self, index: int) -> Extension:
        return Extension.of(self.main_cells[index])

    def fixed(self, index: int) -> Extension:
        return Extension.of(self.fixed_cells[index])

    def public(self, name: str) -> Extension:
        return Extension.of(self.public_values[name])

    def add(self, left: Extension, right: Extension) -> Extension:
        return left + right

    def subtract(self, left: Extension, right: Extension) -> Extension:
        return left - right

    def multiply(self, left: Extension, right: Extension) -> Extension:
        return left * right


def _layers(inputs: CircuitInputs) -> list[Layer]:
    """Every layer by its number, fraction by fraction."""
    last = [Fraction(ZERO, ONE)] * (1 << inputs.layout.variables)
    for block in inputs.layout.blocks:
        table = inputs.tables[block.table]
        for row in range(table.height):
            cells = _RowOfElements(table.main[row].tolist(), table.fixed[row].tolist(), inputs.public_values)
            evaluated: dict[Expression, Extension] = {}
            fraction = pair_fraction(block.interactions, inputs.challenges[block.scope], cells, evaluated)
            last[(block.prefix << block.height_log2) + row] = fraction
    layers = [last]
    while len(layers[0]) > 1:
        layers.insert(0, [merged(left, right) for left, right in zip(layers[0][0::2], layers[0][1::2], strict=True)])
    return layers


def _corner(number: int, bits: int) -> list[Extension]:
    return [Extension.of(number >> (bits - 1 - i) & 1) for i in range(bits)]


def _round_value(
    below: Layer, point: Sequence[Extension], batching: Extension, bound: Sequence[Extension], at: Extension
) -> Extension:
    """g(at) after the last coordinates were bound: the sum over the leading ones of eq times the layer's value."""
    leading = len(point) - len(bound) - 1
    size = len(below) >> (leading + 1)
    total = ZERO
    for corner in range(1 << leading):
        children = []
        for side in (0, 1):
            nodes = below[side::2][corner * size : (corner + 1) * size]
            children.append(
                Fraction(
                    extension_at([node.numerator for node in nodes], [at, *bound]),
                    extension_at([node.denominator for node in nodes], [at, *bound]),
                )
            )
        weight = equality(ONE, point[:leading], _corner(corner, leading))
        total = total + weight * layer_value(children[0], children[1], batching)
    return total


def _expected_message(
    below: Layer, point: Sequence[Extension], batching: Extension, bound: Sequence[Extension]
) -> tuple[Extension, Extension]:
    values = [_round_value(below, point, batching, bound, Extension.of(at)) for at in range(3)]
    quadratic = (values[2] - values[1] * 2 + values[0]) * inverse(2)
    return values[1] - values[0] - quadratic, quadratic


@pytest.mark.parametrize(
    ("shapes", "cells"),
    [
        (SHAPES, (0, P - 1)),
        (LEAST, (0, P - 1)),
        (GLOBAL_IS_LARGER, (0, P - 1)),
        (SHAPES, (0, 0)),
        (SHAPES, (P - 1, P - 1)),
    ],
)
def test_circuit_of_small_tables_is_the_definition_in_every_layer_and_round(
    shapes: Sequence[TableShape], cells: tuple[int, int]
) -> None:
    inputs = circuit_inputs(shapes, seed=1, least_cell=cells[0], largest_cell=cells[1])
    layers = _layers(inputs)
    values = circuit(inputs.tables, inputs.layout, inputs.public_values, inputs.challenges)
    local, of_all_segments = layers[1]
    assert values.totals == (
        local.numerator,
        local.denominator,
        of_all_segments.numerator,
        of_all_segments.denominator,
    )
    random = np.random.default_rng(2)
    for number in range(1, inputs.layout.variables):
        point, batching = random_elements(random, number), random_element(random)
        rounds = values.layer(number, point, batching)
        bound: list[Extension] = []
        for _ in range(number):
            assert rounds.message() == _expected_message(layers[number + 1], point, batching, bound)
            bound.insert(0, random_element(random))
            rounds.bind(bound[0])
        below = layers[number + 1]
        assert rounds.ends() == (
            extension_at([node.numerator for node in below[0::2]], bound),
            extension_at([node.numerator for node in below[1::2]], bound),
            extension_at([node.denominator for node in below[0::2]], bound),
            extension_at([node.denominator for node in below[1::2]], bound),
        )


def test_circuit_walked_with_the_verifiers_formulas_ends_at_the_fractions() -> None:
    inputs = circuit_inputs(SHAPES, seed=3)
    fractions = _layers(inputs)[-1]
    values = circuit(inputs.tables, inputs.layout, inputs.public_values, inputs.challenges)
    random = np.random.default_rng(4)
    p_local, q_local, p_global, q_global = values.totals
    point = [random_element(random)]
    numerator = p_local + (p_global - p_local) * point[0]
    denominator = q_local + (q_global - q_local) * point[0]
    for number in range(1, inputs.layout.variables):
        batching = random_element(random)
        rounds = values.layer(number, point, batching)
        claim = numerator + batching * denominator
        bound: list[Extension] = []
        for coordinate in reversed(point):
            challenge = random_element(random)
            claim = next_claim_beside_equality(rounds.message(), claim, challenge, coordinate)
            rounds.bind(challenge)
            bound.insert(0, challenge)
        p_0, p_1, q_0, q_1 = rounds.ends()
        assert claim == layer_value(Fraction(p_0, q_0), Fraction(p_1, q_1), batching)
        merging = random_element(random)
        numerator, denominator = p_0 + (p_1 - p_0) * merging, q_0 + (q_1 - q_0) * merging
        point = [*bound, merging]
    assert numerator == extension_at([fraction.numerator for fraction in fractions], point)
    assert denominator == extension_at([fraction.denominator for fraction in fractions], point)
