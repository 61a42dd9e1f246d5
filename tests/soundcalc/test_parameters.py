from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from spec.protocol.folding import final_height_log2, folding_schedule

from soundcalc.errors import ParameterError
from soundcalc.parameters import (
    BusInteractions,
    FoldingLayer,
    GlobalArgument,
    ProofShape,
    TableShape,
    uniform_folding,
)
from spec.parameters import ParameterSet


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"blowup_log2": 0}, "blowup_log2: 0 is below 1: a rate of 2^-blowup is below one"),
        ({"blowup_log2": 3}, "two_adicity: a domain of 2^25 points exceeds the subgroup of order 2^24"),
        ({"queries": 0}, "queries: 0 is below 1: nothing would be tested"),
        ({"digest_bits": 0}, "digest_bits: 0 is below 1"),
        ({"extension_degree": 0}, "extension_degree: 0 is below 1"),
        ({"base_field_size": 2}, "base_field_size: 2 is not an odd field's order"),
        ({"tables": ()}, "tables: there is none"),
        ({"challenge_word_bits": 30}, "challenge_word_bits: a word of 30 bits does not cover the base field"),
        ({"grinding_bits": {"queries": -1}}, "grinding_bits[queries]: -1 does not lie in 0 to 64"),
        ({"grinding_bits": {"queries": 65}}, "grinding_bits[queries]: 65 does not lie in 0 to 64"),
        ({"grinding_bits": {"query": 1}}, "grinding_bits[query]: is no challenge label"),
        ({"grinding_bits": {"fri_folding_99": 1}}, "grinding_bits[fri_folding_99]: is no challenge label"),
    ],
)
def test_shape_with_a_senseless_parameter_is_refused(
    segment_shape: ProofShape, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ParameterError) as refusal:
        replace(segment_shape, **changes)
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"height_log2": 0}, "table t: height_log2: 0 is below 1"),
        ({"constraints": -1}, "table t: constraints: -1 is negative"),
        ({"maximum_degree": 0}, "table t: maximum_degree: 0 is below 1"),
        ({"columns": {"main": -1}}, "table t: columns[main]: -1 is negative"),
        ({"openings": {"z": -1}}, "table t: openings[z]: -1 is negative"),
    ],
)
def test_table_with_a_senseless_number_is_refused(changes: dict[str, Any], message: str) -> None:
    table = TableShape("t", 4, {"main": 1}, {"z": 1}, 1, 1)
    with pytest.raises(ParameterError) as refusal:
        replace(table, **changes)
    assert str(refusal.value) == message


def test_interactions_and_arguments_with_senseless_numbers_are_refused() -> None:
    with pytest.raises(ParameterError, match="bus a: width: -1 is negative"):
        BusInteractions("a", -1, 1)
    with pytest.raises(ParameterError, match="bus a: count: -1 is negative"):
        BusInteractions("a", 1, -1)
    with pytest.raises(ParameterError, match="pinned_rows: 0 is below 1"):
        GlobalArgument(0, ())
    with pytest.raises(ParameterError, match="arity_log2: 0 is below 1: a layer folds something"):
        FoldingLayer(0)


def _folded(shape: ProofShape, folding: tuple[FoldingLayer, ...]) -> ProofShape:
    return replace(shape, folding=folding)


def test_folding_that_skips_a_height_is_refused(segment_shape: ProofShape) -> None:
    with pytest.raises(ParameterError, match=r"no layer injects the codeword of height 2\^21"):
        _folded(segment_shape, (FoldingLayer(2, injected=True),))


def test_folding_that_stops_without_injecting_is_refused(segment_shape: ProofShape) -> None:
    layers = (FoldingLayer(1), *segment_shape.folding[1:])
    with pytest.raises(ParameterError, match=r"no layer injects the codeword of height 2\^21"):
        _folded(segment_shape, layers)


def test_folding_that_injects_what_no_table_has_is_refused(segment_shape: ProofShape) -> None:
    layers = (*segment_shape.folding, FoldingLayer(1, injected=True))
    with pytest.raises(ParameterError, match=r"a codeword of height 2\^3, which no table has"):
        _folded(segment_shape, layers)


def test_folding_below_a_constant_is_refused(segment_shape: ProofShape) -> None:
    with pytest.raises(ParameterError, match="folding: folds below a constant"):
        _folded(segment_shape, (*segment_shape.folding, FoldingLayer(5)))


def test_derived_properties_by_hand(segment_shape: ProofShape) -> None:
    assert segment_shape.heights_log2 == tuple(range(22, 3, -1))
    assert segment_shape.domain_log2 == 23
    assert segment_shape.final_height_log2 == 4
    assert sum(segment_shape.batched_functions(height) for height in segment_shape.heights_log2) == 19 * 421
    assert segment_shape.constraints(10) == 300
    assert segment_shape.opening_points == 2
    assert segment_shape.folding[0].line_count == 2


def test_labels_are_those_of_the_protocol(segment_shape: ProofShape) -> None:
    assert segment_shape.labels == (
        "pinning_point",
        "global_alpha",
        "global_beta",
        "local_alpha",
        "local_beta",
        "constraint_batching",
        "out_of_domain",
        "deep_batching",
        *(f"fri_folding_{layer}" for layer in range(18)),
        "queries",
    )


def test_grinding_of_a_layer_falls_back_to_its_family(segment_shape: ProofShape) -> None:
    shape = replace(segment_shape, grinding_bits={"fri_folding": 7, "fri_folding_2": 9})
    assert [shape.grinding(label) for label in ("fri_folding_0", "fri_folding_2", "queries")] == [7, 9, 0]


@pytest.mark.parametrize("heights", [(22, 18, 17, 4), (10,), (3,), (20, 20, 13, 13, 6), (2, 1), (24, 23, 9)], ids=str)
@pytest.mark.parametrize("arity_log2", [1, 2, 3, 4])
def test_uniform_folding_equals_the_schedule_of_the_protocol(heights: tuple[int, ...], arity_log2: int) -> None:
    parameters = ParameterSet("test", 1, 4, arity_log2, 5, False)
    final = final_height_log2(heights, parameters)
    layers = uniform_folding(heights, arity_log2, final)
    assert [layer.arity_log2 for layer in layers] == folding_schedule(heights, parameters)


def test_uniform_folding_above_the_smallest_table_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"the smallest table has height 2\^4, below the final 2\^5"):
        uniform_folding((10, 4), 3, 5)


def test_uniform_folding_by_nothing_is_refused() -> None:
    with pytest.raises(ParameterError, match="maximum_arity_log2: 0 is below 1"):
        uniform_folding((10, 4), 0, 0)
