"""Proving a run: first every segment is pinned, then every segment is proven."""

from __future__ import annotations

from collections.abc import Sequence

from reference.prover.kernels import Kernels
from reference.prover.keys import ProvingKey
from reference.prover.progress import Observer, Progress, Stage, silent
from reference.prover.segment import pin_segment, prove_segment
from reference.tables import Trace
from spec.protocol.hash import digest_bytes
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import RunProof
from spec.protocol.run import leaves_root, run_digest


def prove_run(kernels: Kernels, key: ProvingKey, traces: Sequence[Trace], observer: Observer = silent) -> RunProof:
    """The proof of the run with these segments, in order. Any trace is accepted: a wrong one gives a wrong proof.

    `observer` hears which stage begins; it has no influence on the proof.
    """
    verification = key.verification
    output = traces[-1].output
    progress = Progress(observer, len(traces))
    statement = verification.statement(output, len(traces))
    pinned = []
    for index, trace in enumerate(traces):
        progress.begin(Stage.PIN, index)
        pinned.append(pin_segment(kernels, statement, index, trace.shape, trace))
    run = run_digest(NumberAlgebra(), statement, leaves_root([digest_bytes(segment.leaf) for segment in pinned]))
    proofs = [prove_segment(kernels, key, run, segment, progress) for segment in pinned]
    return RunProof(verification, output, tuple(proofs))
