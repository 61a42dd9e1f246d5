"""What verifiers say of a proof: every verifier, of the object and of what its bytes decode to, the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from reference.verifier.run import VerifiedRun, verify_run
from spec.air.machine import Token
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import RunProof
from spec.protocol.proof_encoding import decode_proof, encode_proof
from spec.rejection import Rejected, Rejection
from tests.small_machine import output_tokens

Verifier = Callable[[RunProof, Sequence[Token], Sequence[int] | None], VerifiedRun]
"""Checks a proof given the verifier's tokens for its output and the exit values asked for. Raises Rejected."""


def reference_verifier(proof: RunProof, tokens: Sequence[Token], exit_values: Sequence[int] | None) -> VerifiedRun:
    """The reference, on plain numbers."""
    return verify_run(NumberAlgebra(), proof, tokens, exit_values)


VERIFIERS: dict[str, Verifier] = {"reference": reference_verifier}
"""Every forgery is shown to all of them."""


@dataclass(frozen=True)
class Refusal:
    """Why a proof is refused, as a whole: rejections are compared by it."""

    reason: Rejection
    detail: str


Verdict = VerifiedRun | Refusal


def verdict_on_object(proof: RunProof, exit_values: Sequence[int] | None = (0,)) -> Verdict:
    """What all verifiers say of the object; anything else that they raise is raised."""
    tokens = output_tokens(proof.output)
    verdicts = {name: _verdict(partial(v, proof, tokens, exit_values)) for name, v in VERIFIERS.items()}
    first = next(iter(verdicts.values()))
    assert all(verdict == first for verdict in verdicts.values()), verdicts
    return first


def verdict_on_bytes(encoded: bytes, honest: RunProof, exit_values: Sequence[int] | None = (0,)) -> Verdict:
    """What a caller says that decodes, holds key and output against the honest proof's, and verifies."""

    def check() -> VerifiedRun | Refusal:
        proof = decode_proof(encoded, honest.key.machine)
        if proof.key != honest.key:
            raise Rejected(Rejection.PROGRAM_DIFFERS)
        if proof.output != honest.output:
            raise Rejected(Rejection.OUTPUT_DIFFERS)
        return verdict_on_object(proof, exit_values)

    return _verdict(check)


def verdict(proof: RunProof, exit_values: Sequence[int] | None = (0,)) -> Verdict:
    """What all verifiers say of a proof and of its bytes, whose key and output are what the caller expects."""
    of_object = verdict_on_object(proof, exit_values)
    of_bytes = verdict_on_bytes(encode_proof(proof), proof, exit_values)
    assert of_bytes == of_object, f"bytes: {of_bytes}; object: {of_object}"
    return of_object


def refusal(proof: RunProof, exit_values: Sequence[int] | None = (0,)) -> Refusal | None:
    """How a proof is refused; None if it is accepted."""
    found = verdict(proof, exit_values)
    return found if isinstance(found, Refusal) else None


def _verdict(verification: Callable[[], Verdict]) -> Verdict:
    try:
        return verification()
    except Rejected as rejected:
        return Refusal(rejected.reason, rejected.detail)
