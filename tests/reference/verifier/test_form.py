"""The form of a segment's proof: every length that is not the form's is refused, before anything is hashed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from reference.verifier.form import check_form
from spec.field import ONE
from spec.protocol.merkle import MerkleOpening
from spec.protocol.proof import IterationProof, LayerProof, SegmentProof
from spec.protocol.stacking import Commitment
from spec.rejection import Rejected, Rejection
from tests.reference.small_run import ONE_SEGMENT, WITH_CAPS, ProvenMoves

Change = Callable[[SegmentProof], SegmentProof]


def _refusal(run: ProvenMoves, change: Change) -> tuple[Rejection, str] | None:
    try:
        check_form(change(run.proof.segments[0]), run.form, "here")
    except Rejected as rejected:
        return rejected.reason, rejected.detail
    return None


def _values(name: str, count: int) -> Change:
    """The values of one commitment cut down to so many."""

    def change(proof: SegmentProof) -> SegmentProof:
        commitment = Commitment(name)
        values = {**proof.column_values, commitment: proof.column_values[commitment][:count]}
        return replace(proof, column_values=values)

    return change


def _layer(number: int, of_layer: Callable[[LayerProof], LayerProof]) -> Change:
    def change(proof: SegmentProof) -> SegmentProof:
        layers = list(proof.layers)
        layers[number] = of_layer(layers[number])
        return replace(proof, layers=tuple(layers))

    return change


def _iteration(number: int, of_iteration: Callable[[IterationProof], IterationProof]) -> Change:
    def change(proof: SegmentProof) -> SegmentProof:
        iterations = list(proof.iterations)
        iterations[number] = of_iteration(iterations[number])
        return replace(proof, iterations=tuple(iterations))

    return change


def _opening(number: int, of_opening: Callable[[MerkleOpening], MerkleOpening]) -> Change:
    """The first opening of an iteration changed."""
    return _iteration(number, lambda i: replace(i, openings=(of_opening(i.openings[0]), *i.openings[1:])))


DIGEST = (0,) * 8

CHANGES: dict[str, tuple[Change, Rejection, str]] = {
    "public value missing": (
        lambda p: replace(p, public_values=p.public_values[1:]),
        Rejection.ENCODING_COUNT_OUT_OF_BOUNDS,
        "here",
    ),
    "no root of continuation": (
        lambda p: replace(p, continuation_root=()),
        Rejection.OPENING_DIGEST_SIZE,
        "here",
    ),
    "short root of main": (lambda p: replace(p, main_root=p.main_root[1:]), Rejection.OPENING_DIGEST_SIZE, "here"),
    "pinned answer too many": (
        lambda p: replace(p, pinned_answers=(*p.pinned_answers, ONE)),
        Rejection.STACKED_VALUE_COUNT,
        "here, pinned answers",
    ),
    "total missing": (
        lambda p: replace(p, bus_totals=p.bus_totals[:3]),  # type: ignore[arg-type]
        Rejection.STACKED_VALUE_COUNT,
        "here, totals of the buses",
    ),
    "layer missing": (lambda p: replace(p, layers=p.layers[:-1]), Rejection.ROUND_COUNT, "here, bus circuit"),
    "round of a layer missing": (
        _layer(2, lambda layer: replace(layer, rounds=layer.rounds[1:])),
        Rejection.ROUND_COUNT,
        "here, layer 3: 2 rounds, expected 3",
    ),
    "coefficient of a layer's round missing": (
        _layer(1, lambda layer: replace(layer, rounds=(layer.rounds[0], layer.rounds[1][1:]))),
        Rejection.ROUND_POLYNOMIAL_DEGREE,
        "here, layer 2",
    ),
    "end of a layer missing": (
        _layer(0, lambda layer: replace(layer, ends=layer.ends[:3])),  # type: ignore[arg-type]
        Rejection.STACKED_VALUE_COUNT,
        "here, layer 1",
    ),
    "round of the zerocheck too many": (
        lambda p: replace(p, zerocheck_rounds=(*p.zerocheck_rounds, p.zerocheck_rounds[0])),
        Rejection.ROUND_COUNT,
        "here, zerocheck: 7 rounds, expected 6",
    ),
    "coefficient of the zerocheck too many": (
        lambda p: replace(p, zerocheck_rounds=((*p.zerocheck_rounds[0], ONE), *p.zerocheck_rounds[1:])),
        Rejection.ROUND_POLYNOMIAL_DEGREE,
        "here, zerocheck",
    ),
    "value of the program missing": (_values("program", 4), Rejection.COLUMN_VALUE_COUNT, "here, program"),
    "value of continuation missing": (_values("continuation", 5), Rejection.COLUMN_VALUE_COUNT, "here, continuation"),
    "no value of main": (_values("main", 0), Rejection.COLUMN_VALUE_COUNT, "here, main"),
    "commitment without values": (
        lambda p: replace(p, column_values={Commitment.MAIN: p.column_values[Commitment.MAIN]}),
        Rejection.COLUMN_VALUE_COUNT,
        "here, program",
    ),
    "round of the stacking missing": (
        lambda p: replace(p, stacking_rounds=p.stacking_rounds[1:]),
        Rejection.ROUND_COUNT,
        "here, stacking: 5 rounds, expected 6",
    ),
    "stacked value missing": (
        lambda p: replace(p, stacked_values=p.stacked_values[1:]),
        Rejection.STACKED_VALUE_COUNT,
        "here",
    ),
    "no nonce of the columns": (lambda p: replace(p, column_batching_nonce=()), Rejection.NONCE_COUNT, "here"),
    "iteration missing": (lambda p: replace(p, iterations=p.iterations[:-1]), Rejection.ITERATION_COUNT, "here"),
    "final value too many": (
        lambda p: replace(p, final_vector=(*p.final_vector, ONE)),
        Rejection.FINAL_VECTOR_LENGTH,
        "here",
    ),
    "round of a folding missing": (
        _iteration(1, lambda i: replace(i, rounds=i.rounds[1:])),
        Rejection.ROUND_COUNT,
        "here, iteration 1: 1 rounds, expected 2",
    ),
    "nonce of a folding missing": (
        _iteration(0, lambda i: replace(i, folding_nonces=i.folding_nonces[1:])),
        Rejection.NONCE_COUNT,
        "here, iteration 0, folding",
    ),
    "nonce of the queries too many": (
        _iteration(1, lambda i: replace(i, query_nonce=(1, 2))),
        Rejection.NONCE_COUNT,
        "here, iteration 1, queries",
    ),
    "no folded root": (
        _iteration(0, lambda i: replace(i, root=())),
        Rejection.OPENING_DIGEST_SIZE,
        "here, iteration 0",
    ),
    "root of the last vector": (
        _iteration(1, lambda i: replace(i, root=DIGEST)),
        Rejection.OPENING_DIGEST_SIZE,
        "here, iteration 1",
    ),
    "no answer out of the domain": (
        _iteration(0, lambda i: replace(i, answer=())),
        Rejection.STACKED_VALUE_COUNT,
        "here, iteration 0, answer",
    ),
    "answer of the last vector": (
        _iteration(1, lambda i: replace(i, answer=(ONE,))),
        Rejection.STACKED_VALUE_COUNT,
        "here, iteration 1, answer",
    ),
    "commitment not opened": (
        _iteration(0, lambda i: replace(i, openings=i.openings[1:])),
        Rejection.OPENING_COMMITMENT_COUNT,
        "here, iteration 0",
    ),
    "cap of a tree without one": (
        _opening(0, lambda o: replace(o, cap=(DIGEST,))),
        Rejection.OPENING_SIBLING_COUNT,
        "here, iteration 0, cap",
    ),
    "narrow row": (
        _opening(0, lambda o: replace(o, rows=(o.rows[0][1:], *o.rows[1:]))),
        Rejection.OPENING_ROW_WIDTH,
        "here, iteration 0",
    ),
    "no row": (
        _opening(0, lambda o: replace(o, rows=())),
        Rejection.OPENING_ROW_COUNT,
        "here, iteration 0: 0 rows, expected 1 to 4",
    ),
    "more rows than queries": (
        _opening(1, lambda o: replace(o, rows=o.rows[:1] * 4)),
        Rejection.OPENING_ROW_COUNT,
        "here, iteration 1: 4 rows, expected 1 to 3",
    ),
    "long sibling": (
        _opening(1, lambda o: replace(o, siblings=((*DIGEST, 0),))),
        Rejection.OPENING_DIGEST_SIZE,
        "here, iteration 1",
    ),
}


@pytest.mark.parametrize("run", [ONE_SEGMENT, WITH_CAPS], ids=["no cap", "cap"])
def test_honest_proof_has_the_form(run: ProvenMoves) -> None:
    assert _refusal(run, lambda proof: proof) is None


@pytest.mark.parametrize("name", CHANGES)
def test_proof_of_another_form_is_refused_for_what_differs(name: str) -> None:
    change, reason, detail = CHANGES[name]
    assert _refusal(ONE_SEGMENT, change) == (reason, detail)


def test_cap_of_another_size_is_refused() -> None:
    change = _opening(0, lambda opening: replace(opening, cap=opening.cap[1:]))
    assert _refusal(WITH_CAPS, change) == (Rejection.OPENING_SIBLING_COUNT, "here, iteration 0, cap")


def test_short_digest_in_a_cap_is_refused() -> None:
    change = _opening(0, lambda opening: replace(opening, cap=(opening.cap[0][1:], *opening.cap[1:])))
    assert _refusal(WITH_CAPS, change) == (Rejection.OPENING_DIGEST_SIZE, "here, iteration 0")
