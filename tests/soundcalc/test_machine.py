"""The bridge from the machine: what the calculator is told is what the verifier does."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from reference.verifier.number_algebra import NumberAlgebra
from reference.verifier.run import Verified, verify
from soundcalc.machine import NEXT_ROW, proof_shapes, run_security
from soundcalc.parameters import BusInteractions, ProofShape
from soundcalc.security import security
from spec.air.bus import BUSES, Scope
from spec.air.chip import Role
from spec.air.limits import LOOKUP_ROLES, message_counts
from spec.field import EXTENSION_DEGREE, ZERO
from spec.parameters import PARAMETER_SETS, TINY, ParameterSet
from spec.protocol.constraints import constraint_count
from spec.protocol.machine_commitments import MACHINE_COMMITMENTS
from spec.protocol.merkle import MerkleOpening, TreeLevel
from spec.protocol.opening import FriLayerProof, OpeningProof, flattened, opening_shape
from spec.protocol.proof import RunProof, decode_proof
from spec.protocol.run import OUT_OF_DOMAIN, PINNING_POINT
from spec.protocol.shape import COMMITMENTS, SegmentShape
from spec.protocol.tokens import output_doublewords
from spec.rejection import Rejection


@pytest.fixture(scope="module")
def proof(tiny: Path) -> RunProof:
    return decode_proof((tiny / "proof").read_bytes())


def _shape(proof: RunProof, parameters: ParameterSet = TINY) -> ProofShape:
    (shape,) = proof_shapes([segment.shape for segment in proof.segments], parameters, proof.output)
    return shape


def test_columns_are_those_that_the_proof_opens(proof: RunProof) -> None:
    shape, opening = _shape(proof), proof.segments[0].opening
    for commitment, opened in zip(COMMITMENTS, opening.commitment_openings, strict=True):
        by_height = {t.height_log2: t.columns[commitment] for t in shape.tables if t.columns.get(commitment)}
        assert list(by_height.values()) == [len(rows[0]) for rows in opened.rows], commitment


def test_openings_are_as_many_as_the_values_that_the_proof_claims(proof: RunProof) -> None:
    shape, segment = _shape(proof), proof.segments[0]
    values = list(flattened(segment.opened_values))
    assert sum(shape.batched_functions(height) for height in shape.heights_log2) == len(values)
    by_point = sum((Counter(table.openings) for table in shape.tables), Counter[str]())
    continuation = segment.opened_values[COMMITMENTS.index("continuation")]
    assert by_point[PINNING_POINT] == sum(len(at_pinning_point) for _, at_pinning_point in continuation)
    accumulators = sum(len(totals) for totals in segment.totals)
    assert by_point[NEXT_ROW] == EXTENSION_DEGREE * accumulators
    assert by_point[OUT_OF_DOMAIN] == len(values) - by_point[PINNING_POINT] - by_point[NEXT_ROW]


def test_folding_is_that_of_the_proof(proof: RunProof) -> None:
    shape, opening = _shape(proof), proof.segments[0].opening
    widths = [len(layer.opening.rows[0][0]) for layer in opening.fri_layers]
    assert [EXTENSION_DEGREE << layer.arity_log2 for layer in shape.folding] == widths
    assert 1 << shape.final_height_log2 == len(opening.final_coefficients)
    assert sum(layer.injected for layer in shape.folding) == len(shape.heights_log2) - 1


def test_constraints_and_degrees_are_those_of_the_tables(proof: RunProof) -> None:
    shape, tables = _shape(proof), proof.segments[0].shape.tables
    for height in shape.heights_log2:
        chips = [table.chip for table in tables if table.height_log2 == height]
        assert shape.constraints(height) == sum(constraint_count(chip) for chip in chips)
    assert shape.maximum_degree == 3


def _counts(interactions: tuple[BusInteractions, ...], *, counted: bool) -> dict[str, int]:
    return {i.bus: i.count for i in interactions if i.counted is counted}


def test_interactions_are_those_of_the_tables_and_the_verifier(proof: RunProof) -> None:
    shape, segment = _shape(proof), proof.segments[0]
    assert shape.global_argument is not None
    expected = message_counts((table.chip, table.height) for table in segment.shape.tables)
    expected.update({"state": 2, "cursor": 2, "exit": 1, "output": len(output_doublewords(proof.output))})
    of_scope = {scope: {bus.name for bus in BUSES if bus.scope is scope} for scope in Scope}
    found = _counts(shape.local_interactions, counted=False)
    assert found == {bus: expected[bus] for bus in expected.keys() & of_scope[Scope.LOCAL]}
    found = _counts(shape.global_argument.interactions, counted=False)
    assert found == {bus: expected[bus] for bus in expected.keys() & of_scope[Scope.GLOBAL]}

    lookups: Counter[str] = Counter()
    for table in segment.shape.tables_of(*LOOKUP_ROLES):
        for interaction in table.chip.interactions:
            lookups[interaction.bus.name] += table.height
    assert _counts(shape.local_interactions, counted=True) == lookups
    assert _counts(shape.global_argument.interactions, counted=True) == {}
    widths = {bus.name: bus.width for bus in BUSES}
    assert all(i.width == widths[i.bus] for i in shape.local_interactions)


def test_memory_argument_covers_all_segments_of_a_run(proof: RunProof) -> None:
    segment = proof.segments[0].shape
    boundary, memory = segment.tables_of(Role.CONTINUATION)
    (one,) = proof_shapes([segment], TINY, b"")
    two = proof_shapes([segment, segment], TINY, b"")
    assert two[0] == two[1]
    assert one.global_argument is not None
    assert two[0].global_argument is not None
    assert one.global_argument.pinned_rows == max(boundary.height, memory.height)
    assert two[0].global_argument.pinned_rows == 2 * one.global_argument.pinned_rows
    once, twice = (_counts(s.global_argument.interactions, counted=False) for s in (one, two[0]) if s.global_argument)
    assert twice["continuation"] == 2 * once["continuation"] == 4 * (boundary.height + memory.height)


def test_parameters_are_those_of_the_set(proof: RunProof) -> None:
    for parameters in PARAMETER_SETS.values():
        shape = _shape(proof, parameters)
        assert (shape.blowup_log2, shape.queries) == (parameters.rate_log2, parameters.queries)
        assert shape.grinding_bits == parameters.grinding


def test_security_of_a_run_is_that_of_its_weakest_segment(proof: RunProof) -> None:
    segment = proof.segments[0].shape
    run = run_security([segment] * 3, PARAMETER_SETS["segment"], proof.output)
    reports = [security(shape) for shape in proof_shapes([segment] * 3, PARAMETER_SETS["segment"], proof.output)]
    assert list(run.reports) == reports
    assert run.security_bits == min(report.security_bits for report in reports)
    assert run.figures == reports[0].figures
    own = sum(report.segment_error for report in reports)
    assert run.whole_run_error == pytest.approx(own + reports[0].global_error)
    assert run.whole_run_bits < run.security_bits


def _blank_opening(shape: SegmentShape, parameters: ParameterSet) -> OpeningProof:
    """An opening proof of the right form that proves nothing."""
    form = opening_shape(shape.matrices(), parameters)

    def blank(*levels: TreeLevel) -> MerkleOpening:
        return MerkleOpening(tuple(((0,) * level.width,) for level in levels), ())

    return OpeningProof(
        deep_batching_nonce=0,
        fri_layers=tuple(FriLayerProof(bytes(32), 0, blank(level)) for level in form.fri_layers),
        final_coefficients=(ZERO,) * form.final_length,
        queries_nonce=0,
        commitment_openings=tuple(blank(*levels) for levels in form.commitments),
    )


class _Indulgent(NumberAlgebra):
    """Numbers that never disagree."""

    def require_equal(self, left: object, right: object, reason: Rejection, detail: str) -> None: ...


@pytest.fixture
def _indulgent_verifier(monkeypatch: pytest.MonkeyPatch) -> None:
    """The verifier holds its whole conversation, and believes everything that it is told."""
    monkeypatch.setattr("reference.verifier.run.NumberAlgebra", _Indulgent)
    monkeypatch.setattr("reference.verifier.opening._expanded", lambda *said: [None] * len(said[3]))
    monkeypatch.setattr("reference.verifier.opening.verify_query", lambda *_: None)
    monkeypatch.setattr("spec.protocol.transcript.grinding_succeeds", lambda *_: True)


def _conversation(proof: RunProof, parameters: ParameterSet) -> Verified:
    """What the verifier says to a proof of the same heights under other parameters."""
    machine = MACHINE_COMMITMENTS[parameters.rate_log2]
    key = replace(
        proof.key, parameters=parameters, machine_root=machine.root, machine_heights_log2=machine.heights_log2
    )
    segments = tuple(replace(s, opening=_blank_opening(s.shape, parameters)) for s in proof.segments)
    return verify(RunProof(key, proof.output, segments).encoded(), None, None, allow_insecure=True)


@pytest.mark.usefixtures("_indulgent_verifier")
@pytest.mark.parametrize("parameters", PARAMETER_SETS.values(), ids=lambda parameters: parameters.name)
def test_every_challenge_has_a_term_and_every_term_a_challenge(parameters: ParameterSet, proof: RunProof) -> None:
    sampled = _conversation(proof, parameters).sampled_labels
    assert set(sampled) == set(security(_shape(proof, parameters)).terms)
    assert len(sampled) == len(set(sampled))


@pytest.mark.parametrize("place", ["tiny/proof", "quickstart/build/sha256.proof"])
def test_every_challenge_of_a_real_proof_has_its_term(place: str, request: pytest.FixtureRequest) -> None:
    fixture, _, name = place.partition("/")
    encoded = (request.getfixturevalue(fixture) / name).read_bytes()
    verified = verify(encoded, None, None, allow_insecure=True)
    (report,) = run_security(verified.shapes, verified.key.parameters, verified.output).reports
    assert sorted(verified.sampled_labels) == sorted(report.terms)
