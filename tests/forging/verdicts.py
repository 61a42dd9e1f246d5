"""What both verifiers say of a proof: of the object and of what its bytes decode to, the same."""

from __future__ import annotations

from collections.abc import Sequence

from reference.verifier.run import VerifiedRun, verify_run
from reference.verifier.statement import PLAIN_TOOLS, VerifierTools
from spec.protocol.proof import RunProof
from spec.protocol.proof_encoding import encode_proof, read_proof
from spec.rejection import Rejected, Rejection
from tests.both_verifiers import Refusal, agreed
from tests.small_machine import output_tokens


def reference_verifier(proof: RunProof, exit_values: Sequence[int] | None = (0,)) -> VerifiedRun:
    """The reference. Raises Rejected at the first check that fails."""
    return _verified(proof, exit_values, PLAIN_TOOLS)


def _verified(proof: RunProof, exit_values: Sequence[int] | None, tools: VerifierTools) -> VerifiedRun:
    return verify_run(tools.algebra(), proof, output_tokens(proof.output), exit_values, tools.steps)


Verdict = VerifiedRun | Refusal


def verdict_on_object(proof: RunProof, exit_values: Sequence[int] | None = (0,)) -> Verdict:
    """What both verifiers say of the object; anything else that they raise is raised."""
    return agreed(lambda tools: _verified(proof, exit_values, tools))


def verdict_on_bytes(encoded: bytes, honest: RunProof, exit_values: Sequence[int] | None = (0,)) -> Verdict:
    """What a caller says that decodes, holds key and output against the honest proof's, and verifies."""

    def check(tools: VerifierTools) -> VerifiedRun:
        proof = read_proof(tools.reader(encoded), honest.key.machine)
        if proof.key != honest.key:
            raise Rejected(Rejection.PROGRAM_DIFFERS)
        if proof.output != honest.output:
            raise Rejected(Rejection.OUTPUT_DIFFERS)
        return _verified(proof, exit_values, tools)

    return agreed(check)


def verdict(proof: RunProof, exit_values: Sequence[int] | None = (0,)) -> Verdict:
    """What both verifiers say of a proof and of its bytes, whose key and output are what the caller expects."""
    of_object = verdict_on_object(proof, exit_values)
    of_bytes = verdict_on_bytes(encode_proof(proof), proof, exit_values)
    assert of_bytes == of_object, f"bytes: {of_bytes}; object: {of_object}"
    return of_object


def refusal(proof: RunProof, exit_values: Sequence[int] | None = (0,)) -> Refusal | None:
    """How a proof is refused; None if it is accepted."""
    found = verdict(proof, exit_values)
    return found if isinstance(found, Refusal) else None
