"""The conversation that the verifier holds: labels observed and sampled, in order, recorded while it runs.

The verifier runs on a blank proof, all zeros in the right shape, over an algebra that refuses nothing. So the
record needs no prover; it is the verifier's own order and nobody's description of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from unittest.mock import patch

from documentation.worked_example import worked_program, worked_trace
from reference.prover.segment import shape_of
from reference.verifier.algebra import Anything
from reference.verifier.number_algebra import NumberAlgebra
from reference.verifier.segment import SegmentContext, verify_segment
from spec.air.chip import Role
from spec.field import ONE, ZERO, Extension
from spec.parameters import TINY, ParameterSet
from spec.protocol.constraints import scopes
from spec.protocol.hash import DIGEST_BYTES
from spec.protocol.key import VerificationKey
from spec.protocol.merkle import MerkleOpening, TreeLevel
from spec.protocol.opening import FriLayerProof, OpeningProof, opening_shape
from spec.protocol.proof import SegmentProof
from spec.protocol.run import RunStatement, global_challenges, pinning_point, run_digest, segment_leaf
from spec.protocol.shape import COMMITMENTS, SegmentShape
from spec.protocol.transcript import Transcript
from spec.rejection import Rejection
from spec.rv64im.machine import SEGMENT_PUBLIC_VALUES, chips_of, machine_digest

ONE_QUERY: ParameterSet = replace(TINY, queries=1, grinding={})
"""One query, so that the openings have one path; no proof of work, so that every nonce is 0."""

_BLANK_DIGEST = bytes(DIGEST_BYTES)


@dataclass(frozen=True)
class Event:
    """One thing that a transcript was told or asked. `conversation` is the transcript's domain."""

    conversation: str
    verb: str
    label: str


class PermissiveAlgebra(NumberAlgebra):
    """Numbers of which everything is accepted: equalities hold, inverses of zero are one."""

    def inverses(self, values: Sequence[Extension], reason: Rejection, detail: str) -> Sequence[Extension]:
        return [ONE] * len(values)

    def require_equal(self, left: Anything, right: Anything, reason: Rejection, detail: str) -> None:
        pass


@contextmanager
def _recording() -> Iterator[list[Event]]:
    """Every transcript that is made meanwhile writes down what it hears."""
    events: list[Event] = []
    conversations: dict[int, str] = {}
    kept: list[Transcript] = []
    original_init, original_observe = Transcript.__init__, Transcript.observe
    original_sample, original_grind = Transcript._sample_words, Transcript.grind

    def start(self: Transcript, domain: str) -> None:
        original_init(self, domain)
        conversations[id(self)] = domain
        kept.append(self)

    def note(transcript: Transcript, verb: str, label: str) -> None:
        events.append(Event(conversations[id(transcript)], verb, label))

    def observe(self: Transcript, label: str, payload: bytes) -> None:
        note(self, "observes", label)
        original_observe(self, label, payload)

    def sample(self: Transcript, label: str, count: int) -> list[int]:
        note(self, "samples", label)
        return original_sample(self, label, count)

    def grind(self: Transcript, label: str, bits: int, nonce: int) -> None:
        note(self, "grinds", label)
        original_grind(self, label, bits, nonce)
        # The nonce's own observation is part of the proof of work.
        events.pop()

    with (
        patch.object(Transcript, "__init__", start),
        patch.object(Transcript, "observe", observe),
        patch.object(Transcript, "_sample_words", sample),
        patch.object(Transcript, "grind", grind),
    ):
        yield events


@cache
def recorded_shape() -> SegmentShape:
    """The heights of the worked example's tables."""
    return shape_of(worked_trace())


@cache
def conversation() -> tuple[Event, ...]:
    """Everything that the verifier's transcripts hear in a run of one segment."""
    shape, key = recorded_shape(), _blank_key(recorded_shape())
    proof = _blank_proof(shape)
    statement = RunStatement(key, b"", 1)
    with _recording() as events:
        point, _ = pinning_point(statement, 0, shape, proof.continuation_root)
        pinned = [value for _, values in proof.opened_values[COMMITMENTS.index("continuation")] for value in values]
        leaf = segment_leaf(0, shape, proof.continuation_root, pinned)
        run = run_digest(statement, [leaf])
        challenges, _ = global_challenges(run)
        context = SegmentContext(0, key, run, leaf, point, challenges)
        verify_segment(PermissiveAlgebra(), proof, context)
    return tuple(events)


def _blank_key(shape: SegmentShape) -> VerificationKey:
    heights = {
        role: tuple(shape.heights_log2[chip.name][0] for chip in chips_of(role))
        for role in (Role.MACHINE_TABLE, Role.PROGRAM_TABLE)
    }
    return VerificationKey(
        parameters=ONE_QUERY,
        machine_digest=machine_digest(),
        machine_root=_BLANK_DIGEST,
        machine_heights_log2=heights[Role.MACHINE_TABLE],
        program_root=_BLANK_DIGEST,
        program_heights_log2=heights[Role.PROGRAM_TABLE],
        entry=worked_program().entry,
    )


def _blank_proof(shape: SegmentShape) -> SegmentProof:
    matrices = shape.matrices()
    form = opening_shape(matrices, ONE_QUERY)
    points = shape.points(ZERO, ZERO)
    return SegmentProof(
        public_values=(0,) * len(SEGMENT_PUBLIC_VALUES),
        shape=shape,
        continuation_root=_BLANK_DIGEST,
        main_root=_BLANK_DIGEST,
        logup_root=_BLANK_DIGEST,
        totals=tuple((ZERO,) * len(scopes(table.chip)) for table in shape.tables),
        quotient_root=_BLANK_DIGEST,
        opened_values=tuple(
            tuple(
                tuple((ZERO,) * matrix.width for _ in matrix_points)
                for matrix, matrix_points in zip(commitment, commitment_points, strict=True)
            )
            for commitment, commitment_points in zip(matrices, points, strict=True)
        ),
        opening=OpeningProof(
            deep_batching_nonce=0,
            fri_layers=tuple(FriLayerProof(_BLANK_DIGEST, 0, _blank_opening([level])) for level in form.fri_layers),
            final_coefficients=(ZERO,) * form.final_length,
            queries_nonce=0,
            commitment_openings=tuple(_blank_opening(levels) for levels in form.commitments),
        ),
    )


def _blank_opening(levels: Sequence[TreeLevel]) -> MerkleOpening:
    """One path: a row at each level, a sibling at each layer."""
    return MerkleOpening(
        rows=tuple(((0,) * level.width,) for level in levels),
        siblings=(_BLANK_DIGEST,) * levels[0].depth,
    )
