"""What the verifier is asked: every argument of another type or range is a mistake of the caller, and no verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from optimized.verifier import run as optimized
from reference.verifier import program as reference
from reference.verifier.question import QuestionError
from spec.protocol.key_encoding import encode_key
from spec.protocol.proof_encoding import encode_proof
from tests.reference.proven_run import proven_run

CODE_RANGE = "the exit code has to be one of 0 to 2^64 - 1, not "
CODE_TYPE = "the exit code has to be an integer, not of type "
PROGRAM = "the program has to be a VerificationKey or the 32 bytes of an id, not "


@pytest.mark.parametrize("verify", [reference.verify, optimized.verify], ids=["reference", "optimized"])
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"exit_code": 2**64}, CODE_RANGE + "0x10000000000000000"),
        ({"exit_code": -(2**64)}, CODE_RANGE + "-0x10000000000000000"),
        ({"exit_code": -1}, CODE_RANGE + "-0x1"),
        ({"exit_code": None}, CODE_TYPE + "NoneType"),
        ({"exit_code": 0.0}, CODE_TYPE + "float"),
        ({"exit_code": False}, CODE_TYPE + "bool"),
        ({"exit_code": "0"}, CODE_TYPE + "str"),
        ({"encoded": Path("proof")}, "the proof has to be bytes, not of type PosixPath"),
        ({"encoded": bytearray()}, "the proof has to be bytes, not of type bytearray"),
        ({"output": "00"}, "the output has to be bytes, not of type str"),
        ({"program": "00" * 32}, PROGRAM + "str"),
        ({"program": Path("key")}, PROGRAM + "PosixPath"),
        ({"program": b""}, "a program's id has 32 bytes, not 0"),
        ({"program": bytes(31)}, "a program's id has 32 bytes, not 31"),
        ({"allow_insecure": "no"}, "allow_insecure has to be True or False, not of type str"),
    ],
)
def test_argument_that_is_no_question_raises_a_typed_error(verify: Any, changed: dict[str, Any], message: str) -> None:
    asked = {"encoded": encode_proof(proven_run().proof), "program": None, "output": None, "allow_insecure": True}
    verify(**asked)
    with pytest.raises(QuestionError) as caught:
        verify(**asked | changed)
    assert str(caught.value) == message
    assert isinstance(caught.value, ValueError)


def test_bytes_of_a_key_file_are_told_apart_from_an_id() -> None:
    encoded = encode_key(proven_run().key.verification)
    with pytest.raises(QuestionError, match="the program is given as the bytes of a key file: take decode_key of them"):
        reference.verify(b"", encoded, None)
