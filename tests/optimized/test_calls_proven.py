"""A proof of a run that makes every call: both verifiers accept it, and both kernels make the same bytes."""

from __future__ import annotations

import pytest

from limpid.runs.optimized_runs import segment_traces
from optimized.kernels import OptimizedKernels
from reference.executor import execute
from reference.program_keys import proving_key
from reference.prover.kernels import Kernels
from reference.prover.plain_kernels import PlainKernels
from reference.prover.run import prove_run
from reference.trace.build import build_trace
from reference.trace.limits import NO_LIMITS
from reference.trace.plan import SegmentPlan
from reference.trace.segmentation import plan_run
from spec.isa.calls import CALLS, bytes_of
from spec.keccak import keccak_f
from spec.parameters import TINY
from spec.program import Program
from spec.protocol.proof_encoding import encode_proof
from spec.protocol.sha256 import compression
from spec.rejection import Rejected, Rejection
from tests.both_verifiers import verify
from tests.reference.call_run import CALLS_MADE, every_call_program


def _expected_output() -> bytes:
    """What calls leave behind on operands of ones."""
    words = [word for _ in range(4) for word in (1, 0)]
    compressed = compression(words, bytes_of([1] * 8))
    long = {size: sum(1 << 64 * i for i in range(size)) for size in (4, 6)}
    reduced = {size: (number * number + number) % number for size, number in long.items()}
    return (
        bytes_of(keccak_f([1] * 25))
        + b"".join(word.to_bytes(4, "little") for word in compressed)
        + b"".join(reduced[size].to_bytes(8 * size, "little") for size in (4, 6))
    )


def _proven(kernels: Kernels, program: Program) -> bytes:
    return encode_proof(prove_run(kernels, proving_key(kernels, program, TINY), [build_trace(program)]))


def test_program_makes_every_call() -> None:
    assert CALLS_MADE == CALLS
    made = execute(every_call_program()).calls
    assert sorted(number for _, number in made) == [call.number for call in CALLS]


def test_proof_of_every_call_is_accepted_by_both_verifiers() -> None:
    program, kernels = every_call_program(), OptimizedKernels()
    key = proving_key(kernels, program, TINY)
    plans: list[SegmentPlan] = []
    run = plan_run(program, b"", NO_LIMITS, plans.append)
    trace = segment_traces(program, key.tables).segment(run.segment(plans[0]))
    encoded = encode_proof(prove_run(kernels, key, [trace]))
    verified = verify(encoded, key.verification, _expected_output(), allow_insecure=True)
    assert verified.output == _expected_output()
    with pytest.raises(Rejected) as caught:
        verify(encoded, key.verification, bytes(len(trace.output)), allow_insecure=True)
    assert caught.value.reason is Rejection.OUTPUT_DIFFERS


@pytest.mark.slow
def test_proof_of_every_call_has_the_bytes_of_the_plain_kernels() -> None:
    program = every_call_program()
    assert _proven(OptimizedKernels(), program) == _proven(PlainKernels(), program)
