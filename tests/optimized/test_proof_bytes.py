"""The same guest, input and parameters give the same proof with either kernels."""

from __future__ import annotations

from optimized.kernels import OptimizedKernels
from reference.prover.keys import proving_key
from reference.prover.plain_kernels import PlainKernels
from reference.prover.run import prove_run
from reference.trace.build import build_trace
from spec.parameters import TINY
from tests.reference.every_instruction import every_instruction_program


def test_proof_of_every_instruction_has_the_bytes_of_the_plain_kernels() -> None:
    program = every_instruction_program([(7, 3)], [2**63 + 5])
    trace = build_trace(program, (12345).to_bytes(8, "little"))
    proofs = []
    for kernels in (OptimizedKernels(), PlainKernels()):
        key = proving_key(kernels, program, TINY)
        proofs.append(prove_run(kernels, key, [trace]).encoded())
    assert proofs[0] == proofs[1]
