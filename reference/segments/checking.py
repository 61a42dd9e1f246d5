"""Whether bytes are the proof that was asked of a job: accepted, about the planned segment, with its leaf."""

from __future__ import annotations

from reference.trace.build import public_values_of
from reference.trace.plan import PlannedSegment
from reference.verifier.run import verify_segment_alone
from reference.verifier.statement import PLAIN_TOOLS, VerifierTools
from spec.protocol.key import VerificationKey
from spec.protocol.proof import SegmentProof
from spec.protocol.proof_encoding import read_segment
from spec.rejection import Rejected, Rejection
from spec.rv64im.machine import SEGMENT_PUBLIC_VALUES


class AnotherProofError(Rejected):
    """A segment's proof that is not the one asked for."""


def decoded_segment(encoded: bytes, key: VerificationKey, tools: VerifierTools = PLAIN_TOOLS) -> SegmentProof:
    """A segment's or node's proof under a key. Raises Rejected for other bytes."""
    reader = tools.reader(encoded)
    proof = read_segment(reader, key.machine, key.parameters)
    reader.finish()
    return proof


def require_segment_proof(
    encoded: bytes,
    planned: PlannedSegment,
    key: VerificationKey,
    tools: VerifierTools,
    *,
    segment_count: int,
    run: bytes,
    leaf: bytes,
) -> None:
    """The bytes are the proof of the planned segment in the run with digest G, with this leaf.

    Raises AnotherProofError where they prove something else, Rejected where they are no proof that is accepted.
    """
    proof = decoded_segment(encoded, key, tools)
    values = public_values_of(planned)
    expected = {name: values[name] for name in SEGMENT_PUBLIC_VALUES}
    found = {name: proof.public(name) for name in SEGMENT_PUBLIC_VALUES}
    if found != expected:
        detail = "it is about another segment"
        raise AnotherProofError(Rejection.SEGMENTS_DO_NOT_MEET, detail, expected=expected, found=found)
    statement = key.statement(planned.end.output, segment_count)
    has = verify_segment_alone(tools.algebra(), key, proof, planned.plan.index, statement, run, tools.steps)
    if has != leaf:
        detail = "it has another leaf"
        raise AnotherProofError(Rejection.RUN_DIFFERS, detail, expected=leaf.hex(), found=has.hex())
