"""Proofs of the right form that say nothing: what a circuit is written down on, since only the form matters."""

from __future__ import annotations

from spec.air.chip import Role
from spec.field import ZERO
from spec.parameters import ParameterSet
from spec.protocol.canonical import Reader, element_bytes
from spec.protocol.hash import STATE_WORDS
from spec.protocol.key import ProgramCommitment, VerificationKey, key_heights, program_stacking
from spec.protocol.proof import RunProof
from spec.protocol.proof_encoding import read_segment
from spec.protocol.shape import SegmentShape


class _Zeros(Reader):
    """Reads some bytes and then zeros without end, and of every list the shortest."""

    def raw(self, size_bytes: int) -> bytes:
        piece = self._encoded[self._position : self._position + size_bytes]
        self._position += size_bytes
        return piece.ljust(size_bytes, b"\0")

    def count(self, what: str, minimum: int, maximum: int) -> int:
        return minimum


def blank_proof(shape: SegmentShape, parameters: ParameterSet) -> RunProof:
    """A run of one segment of this shape whose proof and key are all zeros."""
    machine = shape.machine
    heights = tuple(shape.heights_log2[chip.name][0] for chip in machine.chips_of(Role.PROGRAM_TABLE))
    counts = {h: program_stacking(machine, heights, h).count for h in key_heights(parameters, heights)}
    commitments = {h: ProgramCommitment((0,) * STATE_WORDS, (ZERO,) * count) for h, count in counts.items()}
    key = VerificationKey(machine, parameters, heights, (0,) * len(machine.joins), commitments)
    said_first = element_bytes([0] * len(machine.public_values)) + bytes(shape.numbers())
    return RunProof(key, b"", (read_segment(_Zeros(said_first), machine, parameters),))
