"""Both verifiers at once: every test of the verifier sees that they agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from optimized.verifier.run import TOOLS
from reference.verifier import program as reference
from reference.verifier.program import Verified
from spec.protocol.key import VerificationKey
from spec.rejection import Rejected


def verify(
    encoded: bytes,
    program: VerificationKey | bytes | None,
    output: bytes | None,
    **options: Any,
) -> Verified:
    """What the reference verifier says, after comparing it with what the optimized steps accept.

    The optimized verifier asks the reference for the reason of a refusal, so here only the verdicts can differ.
    """
    verified: list[Verified] = []
    require_agreement(
        refusal(lambda: verified.append(reference.verify(encoded, program, output, **options))),
        refusal(lambda: reference.verify(encoded, program, output, tools=TOOLS, **options)),
    )
    return verified[0]


def require_agreement(plain: Rejected | None, optimized: Rejected | None) -> None:
    """Both accept, or else the plain ones' refusal is raised, which the optimized ones must share."""
    assert (plain is None) == (optimized is None), f"plain steps: {plain}; optimized steps: {optimized}"
    if plain is not None:
        raise plain


def refusal(verification: Callable[[], object]) -> Rejected | None:
    """How a verification refuses; None if it accepts."""
    try:
        verification()
    except Rejected as rejected:
        return rejected
    return None
