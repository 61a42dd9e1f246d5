"""Both verifiers at once: every test of the verifier sees that they agree, in their reasons as well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from optimized.verifier.refusal import UnexplainedRejected
from optimized.verifier.run import TOOLS
from reference.verifier import program as reference
from reference.verifier.program import Verified
from reference.verifier.statement import PLAIN_TOOLS, VerifierTools
from spec.protocol.key import VerificationKey
from spec.rejection import Rejected, Rejection

Said = TypeVar("Said")


@dataclass(frozen=True)
class Refusal:
    """Why a proof is refused, as a whole: rejections are compared by it."""

    reason: Rejection
    detail: str


def plainly(verification: Callable[[VerifierTools], Said]) -> Said:
    """What the reference says, on plain numbers. Raises Rejected at the first check that fails."""
    return verification(PLAIN_TOOLS)


def optimized(verification: Callable[[VerifierTools], Said]) -> Said:
    """What the optimized steps say. Where they refuse without a reason, the reference gives it: it refuses as well.

    Raises Rejected at the first check that fails.
    """
    try:
        return verification(TOOLS)
    except UnexplainedRejected as unexplained:
        plainly(verification)
        raise AssertionError("only the optimized steps refuse") from unexplained


def agreed(verification: Callable[[VerifierTools], Said]) -> Said | Refusal:
    """What both verifiers say of what is verified with their tools."""
    plain, fast = _said(plainly, verification), _said(optimized, verification)
    assert plain == fast, f"reference: {plain}; optimized: {fast}"
    return plain


def _said(
    verifier: Callable[[Callable[[VerifierTools], Said]], Said], verification: Callable[[VerifierTools], Said]
) -> Said | Refusal:
    try:
        return verifier(verification)
    except Rejected as rejected:
        return Refusal(rejected.reason, rejected.detail)


def verify(encoded: bytes, program: VerificationKey | bytes | None, output: bytes | None, **options: Any) -> Verified:
    """What both verifiers say of the bytes of a proof of RV64IM. Raises the rejection that they share."""
    found = agreed(lambda tools: reference.verify(encoded, program, output, tools=tools, **options))
    if isinstance(found, Refusal):
        raise Rejected(found.reason, found.detail)
    return found
