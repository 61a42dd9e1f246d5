"""Whether bytes are the proof that was asked of a job: accepted, and with the one statement that its children have."""

from __future__ import annotations

from collections.abc import Sequence

from reference.prover.progress import silent
from reference.recursion.convert import SpanProof
from reference.recursion.jobs import CombineJob, ConvertJob, FinishJob, TreeBench, TreeJob
from reference.recursion.node_proof import OWN_PUBLIC_VALUES
from reference.recursion.statements import combined, converted
from reference.recursion.tree import TreeProver
from reference.segments.checking import decoded_segment
from reference.verifier.run import verify_run
from reference.verifier.statement import PLAIN_TOOLS, VerifierTools
from spec.circuit.nodes import Combine, Convert, NodeKind
from spec.protocol.hash import digest_words
from spec.protocol.node_statement import public_numbers
from spec.protocol.proof import RunProof
from spec.rejection import Rejected, Rejection


def require_made(bench: TreeBench, job: TreeJob, encoded: bytes, tools: VerifierTools = PLAIN_TOOLS) -> None:
    """The bytes are a proof of the job's circuit that states what follows from the job. Raises Rejected if not."""
    prover = bench.prover(silent)
    kind, expected = _asked(bench, prover, job)
    key = prover.workshop.verification(kind)
    proof = decoded_segment(encoded, key, tools)
    verify_run(tools.algebra(), RunProof(key, b"", (proof,)), (), (), tools.steps)
    found = proof.public_values[OWN_PUBLIC_VALUES:]
    if tuple(found) != tuple(expected):
        detail = "it is about other segments"
        raise Rejected(Rejection.NODE_STATEMENT, detail, expected=list(expected), found=list(found))


def _asked(bench: TreeBench, prover: TreeProver, job: TreeJob) -> tuple[NodeKind | None, Sequence[int]]:
    """The circuit that a job's proof is of, None for the one that ends a tree, and its statement's public values."""
    match job:
        case ConvertJob():
            segments = tuple(decoded_segment(segment, bench.key) for segment in job.segments)
            run, program_id = digest_words(job.run), digest_words(bench.key.program_id)
            said = converted(SpanProof(bench.key, segments), run, program_id, prover.keys.root)
            return Convert(job.shape, len(segments)), public_numbers(said)
        case CombineJob():
            children = [child.decoded(prover).statement(prover.design.segments) for child in job.children]
            return Combine(len(children)), public_numbers(combined(children))
        case FinishJob():
            return None, job.child.decoded(prover).public_numbers
    raise TypeError(f"{type(job).__name__} is no job of a tree")
