"""One honest proof that the verifier's unit tests change, and what refuses it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from spec.protocol.proof import RunProof, SegmentProof
from spec.rejection import Rejected, Rejection
from tests.small_runs import CAPPED, ONE_SEGMENT

EXAMPLE = replace(ONE_SEGMENT, parameters=CAPPED)


def rejection(verification: Callable[[], object]) -> tuple[Rejection, str] | None:
    """Reason and detail for which something is refused; None if it is accepted."""
    try:
        verification()
    except Rejected as rejected:
        return rejected.reason, rejected.detail
    return None


def with_segment(proof: RunProof, change: Callable[[SegmentProof], SegmentProof]) -> RunProof:
    """The proof with its first segment changed."""
    return replace(proof, segments=(change(proof.segments[0]), *proof.segments[1:]))
