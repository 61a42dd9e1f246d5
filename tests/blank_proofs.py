"""Proofs of the right form that say nothing: what a verifier is written down on, where only the form matters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from spec.air.chip import Role
from spec.field import ZERO
from spec.parameters import ParameterSet
from spec.protocol.algebra import OpenedLeaf
from spec.protocol.canonical import Reader, element_bytes
from spec.protocol.hash import STATE_WORDS
from spec.protocol.key import ProgramCommitment, VerificationKey, key_heights, program_stacking
from spec.protocol.merkle import MerkleOpening, TreeShape
from spec.protocol.proof import RunProof
from spec.protocol.proof_encoding import read_segment
from spec.protocol.shape import SegmentShape
from tests.recorded_verification import Recording
from tests.recording_algebra import RecordingAlgebra


class _Zeros(Reader):
    """Reads some bytes and then zeros without end, and of every list the shortest."""

    def raw(self, size_bytes: int) -> bytes:
        piece = self._encoded[self._position : self._position + size_bytes]
        self._position += size_bytes
        return piece.ljust(size_bytes, b"\0")

    def count(self, what: str, minimum: int, maximum: int) -> int:
        return minimum


class BlankLeaves(RecordingAlgebra):
    """Zeros stand at every queried position: which rows and digests an opening has, its positions decide."""

    def read_leaves(
        self, opening: MerkleOpening, positions: Sequence[Sequence[Any]], shape: TreeShape, where: str
    ) -> list[OpenedLeaf[Any, Any]]:
        return [
            OpenedLeaf(
                self.read_elements([0] * shape.width),
                [self.read_words([0] * STATE_WORDS) for _ in range(shape.path_length)],
            )
            for _ in positions
        ]


def blank_proof(shape: SegmentShape, parameters: ParameterSet) -> RunProof:
    """A run of one segment of this shape whose proof is all zeros."""
    machine = shape.machine
    heights = tuple(shape.heights_log2[chip.name][0] for chip in machine.chips_of(Role.PROGRAM_TABLE))
    counts = {h: program_stacking(machine, heights, h).count for h in key_heights(parameters, heights)}
    commitments = {h: ProgramCommitment((0,) * STATE_WORDS, (ZERO,) * count) for h, count in counts.items()}
    key = VerificationKey(machine, parameters, heights, (0,) * len(machine.joins), commitments)
    said_first = element_bytes([0] * len(machine.public_values)) + bytes(shape.numbers())
    return RunProof(key, b"", (read_segment(_Zeros(said_first), machine, parameters),))


def blank_recording(shape: SegmentShape, parameters: ParameterSet) -> Recording:
    """The verification of every proof of this shape, written down without one."""
    return Recording(blank_proof(shape, parameters), BlankLeaves)
