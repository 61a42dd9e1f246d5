"""The form of a segment's proof: every length that is another one is refused before anything is hashed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest

from reference.verifier.form import check_form
from spec.field import ONE, ZERO
from spec.protocol.form import SegmentForm
from spec.protocol.merkle import MerkleOpening
from spec.protocol.proof import IterationProof, LayerProof, SegmentProof
from spec.protocol.stacking import Commitment
from spec.rejection import Rejection
from tests.reference.verifier.small_proof import EXAMPLE, rejection

R = Rejection
FORM = EXAMPLE.form
QUERIES = FORM.iterations[0].queries

Change = Callable[[SegmentProof], SegmentProof]


def fewer(values: Any) -> Any:
    return values[:-1]


def more(values: Any) -> Any:
    return (*values, values[-1])


def of_field(name: str, change: Callable[[Any], Any]) -> Change:
    return lambda proof: replace(proof, **{name: change(getattr(proof, name))})


def of_layer(number: int, change: Callable[[LayerProof], LayerProof]) -> Change:
    def changed(layers: tuple[LayerProof, ...]) -> tuple[LayerProof, ...]:
        return tuple(change(layer) if n == number else layer for n, layer in enumerate(layers, start=1))

    return of_field("layers", changed)


def of_iteration(number: int, name: str, change: Callable[[Any], Any]) -> Change:
    def changed(iterations: tuple[IterationProof, ...]) -> tuple[IterationProof, ...]:
        return tuple(
            replace(of, **{name: change(getattr(of, name))}) if n == number else of for n, of in enumerate(iterations)
        )

    return of_field("iterations", changed)


def of_opening(name: str, change: Callable[[Any], Any]) -> Change:
    """The first opening of the first iteration changed."""

    def changed(openings: tuple[MerkleOpening, ...]) -> tuple[MerkleOpening, ...]:
        first, *rest = openings
        return (replace(first, **{name: change(getattr(first, name))}), *rest)

    return of_iteration(0, "openings", changed)


def first_of(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda values: (change(values[0]), *values[1:])


LAST = len(FORM.iterations) - 1
HEIGHT = FORM.height_log2

WRONG: dict[str, tuple[Change, Rejection, str]] = {
    "fewer public values": (of_field("public_values", fewer), R.ENCODING_COUNT_OUT_OF_BOUNDS, "here"),
    "more public values": (of_field("public_values", more), R.ENCODING_COUNT_OUT_OF_BOUNDS, "here"),
    "no continuation root": (of_field("continuation_root", lambda _: ()), R.OPENING_DIGEST_SIZE, "here"),
    "short continuation root": (of_field("continuation_root", fewer), R.OPENING_DIGEST_SIZE, "here"),
    "no main root": (of_field("main_root", lambda _: ()), R.OPENING_DIGEST_SIZE, "here"),
    "long main root": (of_field("main_root", more), R.OPENING_DIGEST_SIZE, "here"),
    "fewer pinned answers": (of_field("pinned_answers", fewer), R.STACKED_VALUE_COUNT, "here, pinned answers"),
    "more pinned answers": (of_field("pinned_answers", more), R.STACKED_VALUE_COUNT, "here, pinned answers"),
    "fewer totals": (of_field("bus_totals", fewer), R.STACKED_VALUE_COUNT, "here, totals of the buses"),
    "more totals": (of_field("bus_totals", more), R.STACKED_VALUE_COUNT, "here, totals of the buses"),
    "fewer layers": (of_field("layers", fewer), R.ROUND_COUNT, "here, bus circuit"),
    "more layers": (of_field("layers", more), R.ROUND_COUNT, "here, bus circuit"),
    "fewer rounds of a layer": (
        of_layer(3, lambda layer: replace(layer, rounds=layer.rounds[:-1])),
        R.ROUND_COUNT,
        "here, layer 3: 2 rounds, expected 3",
    ),
    "degree of a layer's round": (
        of_layer(3, lambda layer: replace(layer, rounds=(*layer.rounds[:-1], (ONE, ONE, ZERO)))),
        R.ROUND_POLYNOMIAL_DEGREE,
        "here, layer 3",
    ),
    "fewer ends of a layer": (
        of_layer(2, lambda layer: replace(layer, ends=layer.ends[:-1])),  # type: ignore[arg-type]
        R.STACKED_VALUE_COUNT,
        "here, layer 2",
    ),
    "fewer rounds of the zerocheck": (
        of_field("zerocheck_rounds", fewer),
        R.ROUND_COUNT,
        f"here, zerocheck: {FORM.zerocheck_rounds - 1} rounds, expected {FORM.zerocheck_rounds}",
    ),
    "degree of the zerocheck": (
        of_field("zerocheck_rounds", first_of(fewer)),
        R.ROUND_POLYNOMIAL_DEGREE,
        "here, zerocheck",
    ),
    "constant coefficient of the zerocheck": (
        of_field("zerocheck_rounds", first_of(lambda sent: (ZERO, *sent))),
        R.ROUND_POLYNOMIAL_DEGREE,
        "here, zerocheck",
    ),
    "fewer column values": (
        of_field("column_values", lambda values: {**values, Commitment.MAIN: values[Commitment.MAIN][:-1]}),
        R.COLUMN_VALUE_COUNT,
        "here, main",
    ),
    "column values moved to another commitment": (
        of_field(
            "column_values",
            lambda values: {
                Commitment.PROGRAM: (*values[Commitment.PROGRAM], values[Commitment.CONTINUATION][0]),
                Commitment.CONTINUATION: values[Commitment.CONTINUATION][1:],
                Commitment.MAIN: values[Commitment.MAIN],
            },
        ),
        R.COLUMN_VALUE_COUNT,
        "here, program",
    ),
    "no column values of a commitment": (
        of_field("column_values", lambda values: {Commitment.PROGRAM: values[Commitment.PROGRAM]}),
        R.COLUMN_VALUE_COUNT,
        "here, continuation",
    ),
    "fewer stacking rounds": (
        of_field("stacking_rounds", fewer),
        R.ROUND_COUNT,
        f"here, stacking: {HEIGHT - 1} rounds, expected {HEIGHT}",
    ),
    "more stacking rounds": (
        of_field("stacking_rounds", more),
        R.ROUND_COUNT,
        f"here, stacking: {HEIGHT + 1} rounds, expected {HEIGHT}",
    ),
    "degree of a stacking round": (
        of_field("stacking_rounds", first_of(more)),
        R.ROUND_POLYNOMIAL_DEGREE,
        "here, stacking",
    ),
    "fewer stacked values": (of_field("stacked_values", fewer), R.STACKED_VALUE_COUNT, "here"),
    "more stacked values": (of_field("stacked_values", more), R.STACKED_VALUE_COUNT, "here"),
    "no nonce before delta": (of_field("column_batching_nonce", fewer), R.NONCE_COUNT, "here"),
    "two nonces before delta": (of_field("column_batching_nonce", more), R.NONCE_COUNT, "here"),
    "fewer iterations": (of_field("iterations", fewer), R.ITERATION_COUNT, "here"),
    "more iterations": (of_field("iterations", more), R.ITERATION_COUNT, "here"),
    "fewer folding rounds": (
        of_iteration(0, "rounds", fewer),
        R.ROUND_COUNT,
        f"here, iteration 0: {FORM.iterations[0].folding_log2 - 1} rounds, expected {FORM.iterations[0].folding_log2}",
    ),
    "degree of a folding round": (
        of_iteration(LAST, "rounds", first_of(more)),
        R.ROUND_POLYNOMIAL_DEGREE,
        f"here, iteration {LAST}",
    ),
    "fewer folding nonces": (
        of_iteration(0, "folding_nonces", fewer),
        R.NONCE_COUNT,
        "here, iteration 0, folding",
    ),
    "more folding nonces": (of_iteration(0, "folding_nonces", more), R.NONCE_COUNT, "here, iteration 0, folding"),
    "no nonce before queries": (
        of_iteration(LAST, "query_nonce", fewer),
        R.NONCE_COUNT,
        f"here, iteration {LAST}, queries",
    ),
    "no folded root": (of_iteration(0, "root", lambda _: ()), R.OPENING_DIGEST_SIZE, "here, iteration 0"),
    "folded root in the last iteration": (
        of_iteration(LAST, "root", lambda _: tuple(range(8))),
        R.OPENING_DIGEST_SIZE,
        f"here, iteration {LAST}",
    ),
    "no answer": (of_iteration(0, "answer", fewer), R.STACKED_VALUE_COUNT, "here, iteration 0, answer"),
    "two answers": (of_iteration(0, "answer", more), R.STACKED_VALUE_COUNT, "here, iteration 0, answer"),
    "answer in the last iteration": (
        of_iteration(LAST, "answer", lambda _: (ONE,)),
        R.STACKED_VALUE_COUNT,
        f"here, iteration {LAST}, answer",
    ),
    "fewer openings": (of_iteration(0, "openings", fewer), R.OPENING_COMMITMENT_COUNT, "here, iteration 0"),
    "more openings": (of_iteration(LAST, "openings", more), R.OPENING_COMMITMENT_COUNT, f"here, iteration {LAST}"),
    "no cap": (of_opening("cap", lambda _: ()), R.OPENING_SIBLING_COUNT, "here, iteration 0, cap"),
    "smaller cap": (of_opening("cap", fewer), R.OPENING_SIBLING_COUNT, "here, iteration 0, cap"),
    "larger cap": (of_opening("cap", more), R.OPENING_SIBLING_COUNT, "here, iteration 0, cap"),
    "short row": (of_opening("rows", first_of(fewer)), R.OPENING_ROW_WIDTH, "here, iteration 0"),
    "long row": (of_opening("rows", first_of(more)), R.OPENING_ROW_WIDTH, "here, iteration 0"),
    "no rows": (
        of_opening("rows", lambda _: ()),
        R.OPENING_ROW_COUNT,
        f"here, iteration 0: 0 rows, expected 1 to {QUERIES}",
    ),
    "too many rows": (
        of_opening("rows", lambda rows: (rows[0],) * (QUERIES + 1)),
        R.OPENING_ROW_COUNT,
        f"here, iteration 0: {QUERIES + 1} rows, expected 1 to {QUERIES}",
    ),
    "short sibling": (of_opening("siblings", first_of(fewer)), R.OPENING_DIGEST_SIZE, "here, iteration 0"),
    "long digest of a cap": (of_opening("cap", first_of(more)), R.OPENING_DIGEST_SIZE, "here, iteration 0"),
    "shorter last vector": (of_field("final_vector", fewer), R.FINAL_VECTOR_LENGTH, "here"),
    "longer last vector": (of_field("final_vector", more), R.FINAL_VECTOR_LENGTH, "here"),
}


def test_honest_form_is_accepted() -> None:
    assert rejection(lambda: check_form(EXAMPLE.proof.segments[0], FORM, "here")) is None


def test_form_of_a_single_opened_row_is_accepted() -> None:
    """All positions may be the same."""
    proof = of_opening("rows", lambda rows: rows[:1])(EXAMPLE.proof.segments[0])
    assert rejection(lambda: check_form(proof, FORM, "here")) is None


@pytest.mark.parametrize("name", WRONG)
def test_form_of_another_length_is_refused(name: str) -> None:
    change, reason, detail = WRONG[name]
    proof = change(EXAMPLE.proof.segments[0])
    assert rejection(lambda: check_form(proof, FORM, "here")) == (reason, detail)


def test_every_field_of_a_segments_proof_has_a_wrong_length() -> None:
    honest = EXAMPLE.proof.segments[0]
    changed = {
        of.name
        for change, _, _ in WRONG.values()
        for of in fields(SegmentProof)
        if getattr(change(honest), of.name) != getattr(honest, of.name)
    }
    assert changed == {of.name for of in fields(SegmentProof)} - {"shape"}


def test_more_rows_than_leaves_are_refused_however_many_queries_there_are() -> None:
    iteration = replace(FORM.iterations[0], queries=1000)
    leaves = 1 << FORM.opened_trees(iteration)[0].depth

    class ManyQueries(SegmentForm):
        iterations = (iteration, *FORM.iterations[1:])

    rows = of_opening("rows", lambda of: (of[0],) * (leaves + 1))(EXAMPLE.proof.segments[0])
    found = rejection(lambda: check_form(rows, ManyQueries(FORM.shape, FORM.parameters), "here"))
    assert found == (R.OPENING_ROW_COUNT, f"here, iteration 0: {leaves + 1} rows, expected 1 to {leaves}")
