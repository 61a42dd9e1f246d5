from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from soundcalc.commitments.size import proof_size
from soundcalc.composition.security import security
from soundcalc.errors import NoSolutionError, ParameterError
from soundcalc.parameters import ProofShape, TableShape, uniform_folding
from soundcalc.report.sweep import SWEEPABLE, SweepPoint, sweep, sweep_json, sweep_markdown

QUERIES = [Fraction(count) for count in (100, 200, 247)]


@pytest.fixture(scope="module")
def points(segment_shape: ProofShape) -> list[SweepPoint]:
    return sweep(segment_shape, ["queries"], {"queries": QUERIES})


@pytest.fixture(scope="module")
def small_shape(segment_shape: ProofShape) -> ProofShape:
    return replace(
        segment_shape,
        tables=(TableShape("t", 12, {"main": 40}, {"z": 40}, 30, 3),),
        folding=uniform_folding((12,), 2, 2),
    )


def test_sweep_of_queries_gives_the_verdict_at_each_number(points: list[SweepPoint], segment_shape: ProofShape) -> None:
    assert [point.values["queries"] for point in points] == QUERIES
    assert points[-1].report.error == security(segment_shape).error
    assert points[-1].size_bytes == proof_size(segment_shape).total_bytes
    bits = [point.report.security_bits for point in points]
    assert bits == sorted(bits)
    assert bits[0] < bits[-1]


def test_sweep_of_grinding_changes_that_before_the_queries_only(small_shape: ProofShape) -> None:
    points = sweep(small_shape, ["grinding"])
    assert [point.report.terms["queries"].grinding_bits for point in points] == [0, 4, 8, 12, 16, 20, 24]
    assert {point.report.terms["deep_batching"].grinding_bits for point in points} == {20}


def test_sweep_of_arity_keeps_the_final_polynomial(small_shape: ProofShape) -> None:
    points = sweep(small_shape, ["arity"])
    shapes = [point.report.shape for point in points]
    assert [max(1 << layer.arity_log2 for layer in shape.folding) for shape in shapes] == [2, 4, 8, 16]
    assert {shape.final_height_log2 for shape in shapes} == {2}


def test_sweep_of_two_parameters_combines_their_values(small_shape: ProofShape) -> None:
    points = sweep(small_shape, ["rate", "queries"])
    assert len(points) == 6 * len(SWEEPABLE["queries"].values(small_shape))
    assert list(points[0].values) == ["rate", "queries"]
    assert {point.report.shape.rate for point in points} == {Fraction(1, 1 << log2) for log2 in range(1, 7)}


def test_sweep_leaves_out_rates_without_a_domain(segment_shape: ProofShape) -> None:
    # 2^22 rows leave room for two more bits of the two-adicity of 24.
    assert [str(point.values["rate"]) for point in sweep(segment_shape, ["rate"])] == ["1/2", "1/4"]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (["colour"], "sweep: 'colour' is none of rate, queries, arity, grinding"),
        ([], "sweep: takes one parameter or two different ones, not 0"),
        (["rate", "rate"], "sweep: takes one parameter or two different ones, not 2"),
        (["rate", "queries", "arity"], "sweep: takes one parameter or two different ones, not 3"),
    ],
)
def test_sweep_of_what_cannot_be_swept_is_refused(
    segment_shape: ProofShape, parameters: list[str], message: str
) -> None:
    with pytest.raises(ParameterError) as caught:
        sweep(segment_shape, parameters)
    assert str(caught.value) == message


def test_sweep_without_any_possible_value_is_refused(segment_shape: ProofShape) -> None:
    with pytest.raises(NoSolutionError, match="no value of rate makes a proof of these tables"):
        sweep(segment_shape, ["rate"], {"rate": [Fraction(1, 64)]})


def test_sweep_tables_have_one_row_for_each_point(points: list[SweepPoint]) -> None:
    lines = sweep_markdown(points).splitlines()
    assert lines[0] == "| queries | bits | regime | weakest round | proof size, KiB |"
    assert [line.split("|")[1].strip() for line in lines[2:]] == ["100", "200", "247"]
    rows = json.loads(sweep_json(points))
    assert [(row["queries"], row["security_bits"]) for row in rows] == [
        (point.values["queries"], point.report.security_bits) for point in points
    ]


def test_swept_rates_are_told_as_fractions(small_shape: ProofShape) -> None:
    points = sweep(small_shape, ["rate"], {"rate": [Fraction(1, 4)]})
    assert json.loads(sweep_json(points))[0]["rate"] == "1/4"
