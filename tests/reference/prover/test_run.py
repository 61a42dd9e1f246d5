"""Proving a run: stages, and segments that are pinned before any is proven."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reference.prover.progress import Stage
from reference.prover.run import prove_run
from reference.prover.segment import commit, pin_segment
from reference.verifier.run import VerifiedRun, verify_run
from spec.air.chip import Role
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.stacking import Commitment, stack
from tests.small_machine import output_tokens
from tests.small_runs import KERNELS, ONE_SEGMENT, TWO_SEGMENTS, WITH_CAPS, Example


def _verified(run: Example) -> VerifiedRun:
    return verify_run(NumberAlgebra(), run.proof, output_tokens(run.proof.output), (0,))


@pytest.mark.parametrize("run", [ONE_SEGMENT, TWO_SEGMENTS, WITH_CAPS], ids=["one", "two", "caps"])
def test_proof_of_an_honest_run_is_accepted(run: Example) -> None:
    verified = _verified(run)
    assert (verified.shapes, verified.exit_values) == (tuple(trace.shape for trace in run.segments), (0,))


def test_observer_hears_every_stage_and_does_not_change_the_proof() -> None:
    heard: list[tuple[Stage, float]] = []
    proof = prove_run(KERNELS, TWO_SEGMENTS.key, TWO_SEGMENTS.segments, lambda *said: heard.append(said))
    proving = [Stage.MAIN, Stage.BUSES, Stage.CONSTRAINTS, Stage.OPENINGS]
    assert [stage for stage, _ in heard] == [Stage.PIN, Stage.PIN, *proving, *proving]
    fractions = [fraction for _, fraction in heard]
    assert fractions == sorted(fractions)
    assert proof == TWO_SEGMENTS.proof


def test_segment_is_pinned_by_its_continuation_tables_alone() -> None:
    statement = TWO_SEGMENTS.key.verification.statement(TWO_SEGMENTS.segments[0].output, 2)
    trace = TWO_SEGMENTS.segments[1]
    tables = tuple(table for table in trace.tables if table.chip.role is Role.CONTINUATION)
    whole = pin_segment(KERNELS, statement, 1, trace.shape, trace)
    alone = pin_segment(KERNELS, statement, 1, trace.shape, replace(trace, tables=tables))
    proof = TWO_SEGMENTS.proof.segments[1]
    assert len(tables) < len(trace.tables)
    assert (alone.leaf, alone.point, alone.answers) == (whole.leaf, whole.point, whole.answers)
    assert whole.continuation is not None
    assert (whole.continuation.root, whole.answers) == (proof.continuation_root, proof.pinned_answers)


def test_leaf_of_a_segment_depends_on_its_place() -> None:
    trace = TWO_SEGMENTS.segments[0]
    statement = TWO_SEGMENTS.key.verification.statement(trace.output, 2)
    first, second = (pin_segment(KERNELS, statement, index, trace.shape, trace) for index in range(2))
    assert first.leaf != second.leaf
    assert first.point != second.point


def test_commitment_without_columns_is_none() -> None:
    form = ONE_SEGMENT.form
    layout = stack(Commitment.CONTINUATION, [], form.height_log2)
    assert commit(KERNELS, form, [], Commitment.CONTINUATION, layout) is None


def test_segments_proofs_depend_on_the_claimed_output_from_the_run_digest_on() -> None:
    traces = [replace(trace, output=b"other") for trace in ONE_SEGMENT.segments]
    (other,), (own,) = prove_run(KERNELS, ONE_SEGMENT.key, traces).segments, ONE_SEGMENT.proof.segments
    assert (other.continuation_root, other.pinned_answers, other.main_root) == (
        own.continuation_root,
        own.pinned_answers,
        own.main_root,
    )
    assert other.bus_totals != own.bus_totals
