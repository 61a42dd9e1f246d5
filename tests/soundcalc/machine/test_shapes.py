"""The bridge to the machine: its terms are the challenges that the verifier draws, its counts those of proofs."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from spec.protocol.constraints import constraint_count, scopes
from spec.protocol.opening import FriLayerProof, OpeningProof, opening_shape
from spec.rv64im.machine_commitments import MACHINE_COMMITMENTS

from reference.verifier import segment as segment_verifier
from reference.verifier.segment import SegmentContext, verify_segment
from soundcalc.composition.rounds import round_errors
from soundcalc.exact import floor_bits
from soundcalc.machine.largest_run import full_segment, largest_proof, largest_segment
from soundcalc.machine.shapes import NEXT_ROW, proof_shapes, run_security
from soundcalc.parameters import ProofShape
from spec.air.bus import Scope
from spec.air.chip import Role
from spec.field import EXTENSION_DEGREE, ZERO, X
from spec.parameters import PARAMETER_SETS, SEGMENT, TINY, ParameterSet
from spec.protocol.key import VerificationKey
from spec.protocol.merkle import MerkleOpening, TreeLevel
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import SegmentProof
from spec.protocol.run import (
    RunStatement,
    global_challenges,
    pinning_point,
    run_digest,
    start_segment_transcript,
)
from spec.protocol.shape import SegmentShape
from spec.protocol.transcript import Transcript
from spec.rejection import Rejected, Rejection
from spec.rv64im.machine import CHIPS, RV64IM, SEGMENT_PUBLIC_VALUES, chips_of
from tests.reference.proven_run import accept, proven_run

DIGEST = bytes(32)


def test_labels_of_a_real_proof_are_the_terms_of_its_figures() -> None:
    verified = accept(proven_run().proof)
    (report,) = run_security(verified.shapes, verified.key.parameters, verified.output).reports
    assert list(verified.sampled_labels) == list(report.terms)


class _Credulous(NumberAlgebra):
    """Believes every equation, so that the verifier talks on to the queries."""

    def require_equal(self, left: object, right: object, reason: Rejection, where: str) -> None:
        pass


def _empty_opening(levels: tuple[TreeLevel, ...]) -> MerkleOpening:
    return MerkleOpening(tuple(((0,) * level.width,) for level in levels), ())


def _empty_proof(shape: SegmentShape, parameters: ParameterSet) -> SegmentProof:
    """The form of a proof, with zeros in it."""
    matrices = shape.matrices()
    form = opening_shape(matrices, parameters)
    points = shape.points(X, X * X)
    values = tuple(
        tuple(tuple((ZERO,) * matrix.width for _ in at) for matrix, at in zip(of_commitment, of_points, strict=True))
        for of_commitment, of_points in zip(matrices, points, strict=True)
    )
    opening = OpeningProof(
        deep_batching_nonce=0,
        fri_layers=tuple(FriLayerProof(DIGEST, 0, _empty_opening((level,))) for level in form.fri_layers),
        final_coefficients=(ZERO,) * form.final_length,
        queries_nonce=0,
        commitment_openings=tuple(map(_empty_opening, form.commitments)),
    )
    totals = tuple((ZERO,) * len(scopes(table.chip)) for table in shape.tables)
    public_values = (0,) * len(SEGMENT_PUBLIC_VALUES)
    return SegmentProof(public_values, shape, DIGEST, DIGEST, DIGEST, totals, DIGEST, values, opening)


def _conversation(shape: SegmentShape, parameters: ParameterSet, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every label that the verifier samples for a run of this one segment, up to and with the queries."""
    transcripts: list[Transcript] = []

    def remembered(run: bytes, index: int, leaf: bytes, values: tuple[int, ...], form: SegmentShape) -> Transcript:
        transcripts.append(start_segment_transcript(run, index, leaf, values, form))
        return transcripts[-1]

    monkeypatch.setattr(segment_verifier, "start_segment_transcript", remembered)
    monkeypatch.setattr(Transcript, "grind", lambda transcript, label, bits, nonce: None)
    machine = MACHINE_COMMITMENTS[parameters.rate_log2]
    heights = tuple(shape.heights_log2[chip.name][0] for chip in chips_of(Role.PROGRAM_TABLE))
    key = VerificationKey(parameters, RV64IM.digest, machine.root, machine.heights_log2, DIGEST, heights, 0)
    proof = _empty_proof(shape, parameters)
    statement = RunStatement(key, b"", 1)
    point, pinning_labels = pinning_point(statement, 0, shape, proof.continuation_root)
    challenges, global_labels = global_challenges(run_digest(statement, [DIGEST]))
    context = SegmentContext(0, key, DIGEST, DIGEST, point, challenges)
    with pytest.raises(Rejected) as caught:
        verify_segment(_Credulous(), proof, context)
    # An opening with one row cannot answer many queries: the conversation was over.
    assert caught.value.reason is Rejection.OPENING_ROW_COUNT
    return [*pinning_labels, *global_labels, *transcripts[0].sampled_labels]


@pytest.mark.parametrize("parameters", PARAMETER_SETS.values(), ids=lambda parameters: parameters.name)
def test_challenges_of_the_verifier_are_the_terms_under_every_parameter_set(
    parameters: ParameterSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    shape = largest_segment(parameters, {})
    labels = _conversation(shape, parameters, monkeypatch)
    assert labels == list(round_errors(largest_proof(parameters)))
    assert len(labels) == len(set(labels))


def _shape() -> tuple[SegmentShape, ProofShape]:
    proof = proven_run().proof
    shape = proof.segments[0].shape
    return shape, proof_shapes([shape], TINY, proof.output)[0]


def test_columns_are_those_that_the_verifier_opens() -> None:
    shape, figures = _shape()
    opened = proven_run().proof.segments[0].opened_values
    functions = sum(len(values) for commitment in opened for matrix in commitment for values in matrix)
    assert sum(figures.batched_functions(height) for height in figures.heights_log2) == functions
    columns = sum(matrix.width for matrices in shape.matrices() for matrix in matrices)
    assert sum(sum(table.columns.values()) for table in figures.tables) == columns


def test_only_accumulators_are_opened_at_the_next_row() -> None:
    shape, figures = _shape()
    at_next_row = Counter(
        {
            height: sum(table.openings.get(NEXT_ROW, 0) for table in figures.tables if table.height_log2 == height)
            for height in figures.heights_log2
        }
    )
    expected: Counter[int] = Counter()
    for table in shape.tables:
        expected[table.height_log2] += len(scopes(table.chip)) * EXTENSION_DEGREE
    assert at_next_row == expected


def test_constraints_and_degree_are_those_of_the_declarations() -> None:
    shape, figures = _shape()
    total = sum(constraint_count(table.chip) for table in shape.tables)
    assert sum(figures.constraints(height) for height in figures.heights_log2) == total
    assert figures.maximum_degree == max(chip.maximum_degree for chip in CHIPS) == 3


def test_interactions_are_counted_at_padded_height_with_the_verifiers_tokens() -> None:
    shape, figures = _shape()
    rows = sum(t.height * len(t.chip.local_interactions) for t in shape.tables)
    messages = sum(interaction.count for interaction in figures.local_interactions)
    # The verifier's own: entry and end of the state, both ends of the cursor, the exit code.
    assert messages == rows + 5
    assert figures.global_argument is not None
    rows = sum(t.height * len(t.chip.global_interactions) for t in shape.tables)
    assert sum(i.count for i in figures.global_argument.interactions) == rows + len(proven_run().proof.output) // 8 + 1


def test_every_bus_of_the_machine_is_charged() -> None:
    figures = largest_proof(SEGMENT)
    assert figures.global_argument is not None
    charged = {i.bus for i in (*figures.local_interactions, *figures.global_argument.interactions)}
    assert charged == {interaction.bus.name for chip in CHIPS for interaction in chip.interactions}
    assert {i.bus.scope for chip in CHIPS for i in chip.interactions} == set(Scope)


def test_run_of_equal_segments_sums_their_errors_and_charges_the_memory_argument_once() -> None:
    shape = full_segment(18, {})
    once, thrice = (run_security([shape] * count, SEGMENT, b"") for count in (1, 3))
    report = thrice.reports[0]
    assert thrice.security_bits == report.security_bits
    exact = 3 * report.segment_error + report.global_error
    assert exact <= thrice.whole_run_error <= exact * (1 + Fraction(1, 2**200))
    assert thrice.whole_run_bits == floor_bits(thrice.whole_run_error)
    assert thrice.reports[0].terms["pinning_point"].error > once.reports[0].terms["pinning_point"].error
