"""Verifying a run fast: the same verdicts and the same reasons as the reference verifier's."""

from __future__ import annotations

from optimized.verifier.kernels import OptimizedVerifierKernels
from optimized.verifier.refusal import UnexplainedRejected
from reference.verifier import run as reference
from reference.verifier.run import Verified
from spec.protocol.key import VerificationKey

KERNELS = OptimizedVerifierKernels()


def verify(
    encoded: bytes,
    program: VerificationKey | bytes | None,
    output: bytes | None,
    *,
    exit_code: int = 0,
    allow_insecure: bool = False,
) -> Verified:
    """What `reference.verifier.run.verify` says, in a fraction of its time.

    All checks are the reference's own; only the kernels differ, and they accept what its kernels accept. They meet
    several faults in another order, so where they refuse, the reference explains it, and takes its time.
    """
    try:
        return reference.verify(
            encoded, program, output, exit_code=exit_code, allow_insecure=allow_insecure, kernels=KERNELS
        )
    except UnexplainedRejected:
        return reference.verify(encoded, program, output, exit_code=exit_code, allow_insecure=allow_insecure)
