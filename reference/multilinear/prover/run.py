"""Proving a run: first every segment is pinned, then every segment is proven."""

from __future__ import annotations

from collections.abc import Sequence

from reference.multilinear.prover.kernels import Kernels
from reference.multilinear.prover.keys import ProvingKey
from reference.multilinear.prover.segment import SegmentCells, pin_segment, prove_segment
from spec.multilinear.hash import digest_bytes
from spec.multilinear.numbers import NumberAlgebra
from spec.multilinear.proof import RunProof
from spec.multilinear.run import RunStatement, leaves_root, run_digest


def prove_run(kernels: Kernels, key: ProvingKey, segments: Sequence[SegmentCells], output: bytes) -> RunProof:
    """The proof of the run with these segments, in order. Any cells are accepted: wrong ones give a wrong proof."""
    verification = key.verification
    statement = RunStatement(
        verification.machine, verification.parameters, verification.program_id, output, len(segments)
    )
    pinned = [pin_segment(kernels, statement, index, cells) for index, cells in enumerate(segments)]
    root = leaves_root([digest_bytes(segment.leaf) for segment in pinned])
    run = run_digest(NumberAlgebra(), statement, root)
    proofs = [prove_segment(kernels, key, run, segment) for segment in pinned]
    return RunProof(verification, output, tuple(proofs))
