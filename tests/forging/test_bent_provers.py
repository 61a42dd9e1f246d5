"""Provers bent at exactly one place, everything after it computed consistently: order, layouts, pinning, hashing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from reference.prover import sha256_arrays
from reference.prover.kernels import Kernels
from reference.prover.progress import Progress, silent
from reference.prover.segment import commit, pin_segment, prove_segment
from spec.protocol.hash import Domain, digest_bytes
from spec.protocol.labels import Label
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import RunProof
from spec.protocol.run import RunStatement, leaves_root, run_digest
from spec.protocol.stacking import Commitment, Stacking
from spec.rejection import Rejection
from tests.both_verifiers import Refusal
from tests.changed_traces import split
from tests.forging import lies
from tests.forging.bent_rounds import (
    BackwardCircuit,
    BackwardFolding,
    BackwardStacking,
    BackwardZerocheck,
    WaitingFirst,
    bent_form,
    with_columns_exchanged,
)
from tests.forging.conversations import Place, Words, overheard
from tests.forging.lies import HONEST, LAST, proven_by
from tests.forging.verdicts import refusal, verdict_on_object
from tests.small_machine import SMALL_MACHINE, Move
from tests.small_runs import KERNELS, LEAST_HEIGHTS, ONE_SEGMENT, SMALL, Example, encoded, prove_claiming

R = Rejection
SEGMENT = ONE_SEGMENT.segments[0]
LOCAL = Refusal(R.LOCAL_BUSES_UNBALANCED, "segment 0")
ZEROCHECK = Refusal(R.ZEROCHECK_MISMATCH, "segment 0")
STACKING = Refusal(R.STACKING_MISMATCH, "segment 0")
FINAL_CLAIM = Refusal(R.FINAL_VECTOR_CLAIM_MISMATCH, f"segment 0, iteration {LAST}")


# Order of coordinates.


@pytest.mark.parametrize(
    ("kernels", "expected"),
    [
        (BackwardCircuit(), Refusal(R.GKR_LAYER_MISMATCH, "segment 0, layer 2")),
        (BackwardZerocheck(), ZEROCHECK),
        (BackwardStacking(), STACKING),
        (BackwardFolding(), FINAL_CLAIM),
    ],
    ids=["circuit", "zerocheck", "stacking", "folding"],
)
def test_sumcheck_that_binds_the_first_coordinate_first_is_refused(kernels: Kernels, expected: Refusal) -> None:
    assert refusal(proven_by(kernels)) == expected


def test_tables_that_wait_at_the_start_are_refused() -> None:
    assert refusal(proven_by(WaitingFirst())) == ZEROCHECK


# Layouts.


def test_columns_in_another_order_are_refused() -> None:
    """Two columns of the same height exchanged in the commitment and in all weights."""
    with bent_form("layouts", with_columns_exchanged):
        proof = HONEST.proof()
    assert refusal(proof) == STACKING


@dataclass(frozen=True)
class _Wider(Stacking):
    """One stacked column more than the columns need."""

    @property
    def count(self) -> int:
        return Stacking(self.height_log2, self.columns).count + 1


def _wider(layouts: Mapping[Commitment, Stacking]) -> Mapping[Commitment, Stacking]:
    main = layouts[Commitment.MAIN]
    return {**layouts, Commitment.MAIN: _Wider(main.height_log2, main.columns)}


def test_one_more_stacked_column_is_refused() -> None:
    with bent_form("layouts", _wider):
        proof = HONEST.proof()
    assert verdict_on_object(proof) == Refusal(R.STACKED_VALUE_COUNT, "segment 0")
    # With the right number of values the leaves still are too wide.
    segment = proof.segments[0]
    shorter = replace(proof, segments=(replace(segment, stacked_values=segment.stacked_values[:-1]),))
    assert verdict_on_object(shorter) == Refusal(R.OPENING_ROW_WIDTH, "segment 0, iteration 0")


def test_larger_stacking_height_is_refused() -> None:
    with bent_form("height_log2", lambda _: LEAST_HEIGHTS[1]):
        proof = HONEST.proof()
    found = f"{LEAST_HEIGHTS[1]} rounds, expected {LEAST_HEIGHTS[0]}"
    assert verdict_on_object(proof) == Refusal(R.ROUND_COUNT, f"segment 0, stacking: {found}")


# Pinning.


def test_leaf_without_answers_is_refused() -> None:
    def change(place: Place, words: Words, _state: Sequence[int]) -> Words | None:
        return None if place.label is Label.PINNED_ANSWERS and place.domain is Domain.SEGMENT_LEAF else words

    with overheard(change):
        proof = ONE_SEGMENT.proven(ONE_SEGMENT.segments)
    assert refusal(proof) == LOCAL


@pytest.mark.parametrize("is_opened", [True, False])
def test_continuation_tables_changed_after_the_leaf_are_refused(is_opened: bool) -> None:
    """The run's digest, and with it the global challenges, are known when the tables change."""
    verification = ONE_SEGMENT.key.verification
    output = encoded([(1, 70, 1), (2, 51, 1)])
    statement = RunStatement(SMALL_MACHINE, SMALL, verification.program_id, output, 1)
    pinned = pin_segment(KERNELS, statement, 0, SEGMENT.shape, SEGMENT)
    run = run_digest(NumberAlgebra(), statement, leaves_root([digest_bytes(pinned.leaf)]))
    changed = lies.minted().segments[0]
    form = pinned.place.form
    layout = form.layouts[Commitment.CONTINUATION]
    committed = commit(KERNELS, form, changed.tables, Commitment.CONTINUATION, layout)
    later = replace(pinned, trace=changed, continuation=committed if is_opened else pinned.continuation)
    proof = prove_segment(KERNELS, ONE_SEGMENT.key, run, later, Progress(silent, 1))
    of_run = RunProof(verification, output, (proof,))
    # A root that is not the leaf's is another leaf; with the old root, what is opened under it is not what is claimed.
    assert refusal(of_run) == (LOCAL if is_opened else ZEROCHECK)


OTHER = Example((*ONE_SEGMENT.moves[:1], Move(2, 51), *ONE_SEGMENT.moves[2:]))
"""A program that differs in one amount."""


def proven_under(commitments: Mapping[int, Any], example: Example) -> RunProof:
    """An honest run under a key that has other commitments."""
    verification = replace(example.key.verification, commitments=commitments)
    return prove_claiming(
        KERNELS, replace(example.key, verification=verification), example.segments, example.run.output
    )


def test_key_with_the_answers_of_another_program_is_refused() -> None:
    """A key from elsewhere must not stand for two programs: its answers are claims of every proof."""
    ours, theirs = ONE_SEGMENT.key.verification.commitments, OTHER.key.verification.commitments
    mixed = {height: replace(ours[height], answers=theirs[height].answers) for height in ours}
    assert refusal(proven_under(mixed, ONE_SEGMENT)) == STACKING


def test_key_with_the_root_of_another_program_is_refused() -> None:
    """The root decides the point of the answers, and the program's leaves do not belong to it."""
    ours, theirs = ONE_SEGMENT.key.verification.commitments, OTHER.key.verification.commitments
    assert refusal(proven_under(theirs, ONE_SEGMENT)) == STACKING
    mixed = {height: replace(ours[height], root=theirs[height].root) for height in ours}
    assert refusal(proven_under(mixed, ONE_SEGMENT)) == STACKING


def test_key_of_another_stacking_height_is_refused() -> None:
    commitments = ONE_SEGMENT.key.verification.commitments
    least, next_one = LEAST_HEIGHTS
    exchanged = {least: commitments[next_one], next_one: commitments[least]}
    assert refusal(proven_under(exchanged, ONE_SEGMENT)) == STACKING


# Hashing.


@pytest.mark.parametrize(
    "exchanged",
    [
        {Domain.MERKLE_NODE: Domain.MERKLE_LEAF},
        {Domain.MERKLE_LEAF: Domain.MERKLE_NODE},
        {Domain.MERKLE_NODE: Domain.SEGMENT},
        {Domain.MERKLE_LEAF: Domain.SEGMENT},
    ],
    ids=["nodes as leaves", "leaves as nodes", "nodes as a transcript", "leaves as a transcript"],
)
def test_tree_with_exchanged_initial_values_is_refused(
    exchanged: dict[Domain, Domain], monkeypatch: pytest.MonkeyPatch
) -> None:
    states = sha256_arrays.initial_states
    with monkeypatch.context() as patch:

        def initial_states(domain: Domain, count: int) -> sha256_arrays.Digests:
            return states(exchanged.get(domain, domain), count)

        patch.setattr(sha256_arrays, "initial_states", initial_states)
        proof = replace(ONE_SEGMENT).proof
    assert refusal(proof) == Refusal(R.COMMITMENT_ROOT_MISMATCH, "segment 0, iteration 0")


# Shapes.


def test_tables_with_room_for_too_many_clocks_are_refused() -> None:
    """2^6 moves, were they all real, would need more than 2^6 clocks."""
    segment = split(SEGMENT, "move", (6,))
    refused = Refusal(R.CLOCK_BOUND, "clocks may reach 67, the limit is 64")
    assert refusal(ONE_SEGMENT.proven([segment])) == refused
