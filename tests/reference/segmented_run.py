"""One honest run of three segments, proven once per process: a loop counts a doubleword of memory up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from optimized.kernels import OptimizedKernels
from reference.program_keys import proving_key
from reference.prover.keys import ProvingKey
from reference.prover.run import prove_run
from reference.tables import Trace
from reference.trace.build import build_traces
from reference.trace.limits import SegmentLimits
from spec.memory_map import INPUT_REGION, OUTPUT_REGION
from spec.parameters import TINY
from spec.program import Program
from spec.protocol.proof import RunProof, SegmentProof
from spec.protocol.proof_encoding import encode_proof
from spec.rejection import Rejected, Rejection
from spec.rv64im.machine import SEGMENT_PUBLIC_VALUES
from tests.both_verifiers import verify
from tests.reference.assembly import SCRATCH, Assembly
from tests.reference.every_instruction import BASE, LEFT, RESULT

KERNELS = OptimizedKernels()
INPUT = (41).to_bytes(8, "little")
OTHER_INPUT = (42).to_bytes(8, "little")
LIMITS = SegmentLimits(clock=52, memory_rows=12)
ITERATIONS = 7
COUNTER, GIVEN = 18, 19
COUNTED = SCRATCH.start // 8
"""The doubleword address that every segment counts up."""


@dataclass(frozen=True)
class SegmentedRun:
    """A run of three segments: the second starts and ends at the head of the loop."""

    key: ProvingKey
    traces: tuple[Trace, ...]
    proof: RunProof


def counting_program(iterations: int = ITERATIONS) -> Program:
    """Writes its input plus the number of iterations to the output."""
    assembly = Assembly()
    assembly.constant(BASE, INPUT_REGION.start)
    assembly.add("ld", GIVEN, BASE, immediate=8)
    assembly.add("lui", BASE, immediate=SCRATCH.start)
    assembly.add("addi", COUNTER, immediate=iterations)
    # Two chips more in the first segment, so that it ends at the head of the loop.
    assembly.add("and", LEFT, LEFT, GIVEN)
    assembly.add("or", LEFT, LEFT, GIVEN)
    loop = assembly.here
    assembly.add("ld", LEFT, BASE)
    assembly.add("addi", LEFT, LEFT, immediate=1)
    assembly.add("sd", rs1=BASE, rs2=LEFT)
    assembly.add("addi", COUNTER, COUNTER, immediate=-1)
    assembly.add("bne", rs1=COUNTER, immediate=loop - assembly.here)
    assembly.add("add", LEFT, LEFT, GIVEN)
    assembly.constant(BASE, OUTPUT_REGION.start)
    assembly.add("addi", RESULT, immediate=8)
    assembly.add("sd", rs1=BASE, rs2=RESULT)
    assembly.add("sd", rs1=BASE, rs2=LEFT, immediate=8)
    assembly.exit()
    return assembly.program()


@cache
def counting_key(iterations: int = ITERATIONS) -> ProvingKey:
    """The key of the counting program."""
    return proving_key(KERNELS, counting_program(iterations), TINY)


@cache
def segmented_run(private_input: bytes = INPUT, iterations: int = ITERATIONS) -> SegmentedRun:
    """The honest run."""
    traces = build_traces(counting_program(iterations), private_input, LIMITS)
    key = counting_key(iterations)
    return SegmentedRun(key, tuple(traces), prove_run(KERNELS, key, traces))


def reason_for_segments(segments: Sequence[SegmentProof]) -> Rejection | None:
    """Why a proof of these segments, about the honest run's program and output, is refused; None if it is not."""
    return _reason(replace(segmented_run().proof, segments=tuple(segments)))


def _reason(proof: RunProof) -> Rejection | None:
    try:
        verify(encode_proof(proof), segmented_run().key.verification, None, allow_insecure=True)
    except Rejected as rejected:
        return rejected.reason
    return None


def reason_for_traces(traces: Sequence[Trace]) -> Rejection | None:
    """Why the proof that these traces give is refused; None if it is accepted."""
    return _reason(prove_run(KERNELS, counting_key(), traces))


def restated(proof: SegmentProof, /, **public_values: int) -> SegmentProof:
    """The segment's proof with other public values."""
    values = dict(zip(SEGMENT_PUBLIC_VALUES, proof.public_values, strict=True)) | public_values
    return replace(proof, public_values=tuple(values.values()))
