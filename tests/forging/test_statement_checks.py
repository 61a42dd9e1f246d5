"""What a caller asks of the proof of an RV64IM program: each check taken out lets another proof pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from reference.verifier import program, statement
from spec.memory_map import OUTPUT_CAPACITY_BYTES
from spec.parameters import TINY
from spec.protocol.key import VerificationKey
from spec.protocol.proof import RunProof
from spec.protocol.proof_encoding import encode_proof
from spec.rejection import Rejection
from tests.both_verifiers import Refusal, agreed
from tests.forging.check_removal import sites, without
from tests.reference.proven_run import proven_run

R = Rejection


@dataclass(frozen=True)
class Unasked:
    """A proof, and a statement that is not the one it proves."""

    asked: Mapping[str, Any]
    refused: Refusal | str
    without: str = "accepted"
    """What becomes of it without the check."""

    proof: Callable[[], RunProof] = lambda: proven_run().proof

    def outcome(self) -> Refusal | str:
        asked = {"program": key(), "output": None, "allow_insecure": True, **self.asked}
        encoded = encode_proof(self.proof())
        try:
            found = agreed(lambda tools: program.verify(encoded, tools=tools, **asked))
        except ValueError:
            return "ValueError"
        return found if isinstance(found, Refusal) else "accepted"


def key() -> VerificationKey:
    return proven_run().key.verification


def insecure() -> Unasked:
    return Unasked({"allow_insecure": False}, Refusal(R.PARAMETERS_INSECURE, "tiny"))


UNASKED: Mapping[str, Callable[[], Unasked]] = {
    "program.verify: ENCODING_COUNT_OUT_OF_BOUNDS": lambda: Unasked(
        {},
        Refusal(
            R.ENCODING_COUNT_OUT_OF_BOUNDS,
            f"{OUTPUT_CAPACITY_BYTES + 1} output bytes, the region holds {OUTPUT_CAPACITY_BYTES}",
        ),
        # No doublewords of the region hold it.
        "ValueError",
        proof=lambda: replace(proven_run().proof, output=bytes(OUTPUT_CAPACITY_BYTES + 1)),
    ),
    # Reduced modulo 2^64 it is the exit code 0.
    "program.verify: require_question": lambda: Unasked({"exit_code": 2**64}, "ValueError"),
    "program.verify: check_statement": insecure,
    "statement.check_statement: PARAMETERS_DIFFER": lambda: Unasked(
        {"program": replace(key(), parameters=replace(TINY, name="other"))},
        Refusal(R.PARAMETERS_DIFFER, "the proof has tiny, the key other"),
        # The program's id covers the parameters.
        "PROGRAM_DIFFERS",
    ),
    "statement.check_statement: PARAMETERS_INSECURE": insecure,
    "statement.check_statement: PROGRAM_DIFFERS": lambda: Unasked(
        {"program": bytes(32)},
        Refusal(R.PROGRAM_DIFFERS, f"its id is {key().program_id.hex()}, expected {bytes(32).hex()}"),
    ),
    "statement.check_statement: OUTPUT_DIFFERS": lambda: Unasked(
        {"output": b"another"},
        Refusal(
            R.OUTPUT_DIFFERS, f"the proof claims {_shown(proven_run().proof.output)}, expected {_shown(b'another')}"
        ),
    ),
}


def _shown(output: bytes) -> str:
    return f"{len(output)} bytes {output.hex()}"


SITES = sites([program, statement])


@pytest.mark.parametrize("name", UNASKED)
def test_proof_of_another_statement_is_refused_by_its_check(name: str) -> None:
    assert UNASKED[name]().outcome() == UNASKED[name]().refused


@pytest.mark.parametrize("name", UNASKED)
def test_proof_of_another_statement_is_accepted_without_its_check(name: str) -> None:
    with without(SITES[name]):
        outcome = UNASKED[name]().outcome()
    assert (outcome.reason.name if isinstance(outcome, Refusal) else outcome) == UNASKED[name]().without


def test_every_check_of_the_statement_has_such_a_proof() -> None:
    assert set(UNASKED) == set(SITES)
