"""Proving a run: first every segment is pinned, then every segment is proven."""

from __future__ import annotations

from collections.abc import Sequence

from reference.prover.kernels import Kernels
from reference.prover.keys import ProvingKey
from reference.prover.segment import pin_segment, prove_segment
from reference.trace.table import Trace
from spec.protocol.proof import RunProof
from spec.protocol.run import RunStatement, run_digest


def prove_run(kernels: Kernels, key: ProvingKey, traces: Sequence[Trace]) -> RunProof:
    """The proof of the run with these segments, in order. Any trace is accepted: a wrong one gives a wrong proof."""
    verification = key.verification
    output = traces[-1].output
    statement = RunStatement(verification, output, len(traces))
    pinned = [pin_segment(kernels, statement, index, trace) for index, trace in enumerate(traces)]
    run = run_digest(statement, [segment.leaf for segment in pinned])
    return RunProof(
        key=verification,
        output=output,
        segments=tuple(prove_segment(kernels, key, run, segment) for segment in pinned),
    )
