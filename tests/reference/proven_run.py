"""One honest run under the parameters for tests, proven once per process, and ways to lie about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from optimized.kernels import OptimizedKernels
from reference.program_keys import proving_key
from reference.prover.keys import ProvingKey
from reference.prover.run import prove_run
from reference.tables import Trace
from reference.trace.build import build_trace
from reference.verifier.program import Verified
from spec.parameters import TINY
from spec.program import Program
from spec.protocol.proof import RunProof, SegmentProof
from spec.protocol.proof_encoding import encode_proof
from spec.rejection import Rejected, Rejection
from spec.rv64im.machine import SEGMENT_PUBLIC_VALUES
from tests.reference.both_verifiers import verify
from tests.reference.every_instruction import every_instruction_program

KERNELS = OptimizedKernels()
INPUT = (0x1234_5678_9ABC_DEF0).to_bytes(8, "little")


@dataclass(frozen=True)
class ProvenRun:
    """A program, its key, its honest trace and the proof of it."""

    program: Program
    key: ProvingKey
    trace: Trace
    proof: RunProof


@cache
def proven_run() -> ProvenRun:
    """A run that executes every instruction of the machine."""
    program = every_instruction_program([(7, 3)], [2**63 + 5])
    key = proving_key(KERNELS, program, TINY)
    trace = build_trace(program, INPUT)
    return ProvenRun(program, key, trace, prove_run(KERNELS, key, [trace]))


def accept(proof: RunProof) -> Verified:
    """Verifies the proof's bytes against the honest run's key and output. Raises Rejected."""
    honest = proven_run()
    return verify(encode_proof(proof), honest.key.verification, honest.trace.output, allow_insecure=True)


def reason_for(proof: RunProof) -> Rejection | None:
    """Why the proof's bytes are refused; None if they are accepted."""
    try:
        accept(proof)
    except Rejected as rejected:
        return rejected.reason
    return None


def with_segment(change: Callable[[SegmentProof], SegmentProof]) -> RunProof:
    """The honest proof with its one segment changed."""
    proof = proven_run().proof
    return replace(proof, segments=(change(proof.segments[0]),))


def with_public(name: str, value: int) -> RunProof:
    """The honest proof with one public value changed."""

    def change(segment: SegmentProof) -> SegmentProof:
        values = list(segment.public_values)
        values[SEGMENT_PUBLIC_VALUES.index(name)] = value
        return replace(segment, public_values=tuple(values))

    return with_segment(change)
