"""What a caller may ask the verifier about, checked before anything is read: a mistake must not look like a verdict."""

from __future__ import annotations

from spec.protocol.hash import DIGEST_BYTES
from spec.protocol.key import VerificationKey
from spec.protocol.key_encoding import KEY_MAGIC

EXIT_CODE_END = 2**64
"""Exclusive: an exit code is what a 64-bit register holds. Larger numbers would be reduced modulo 2^64."""


class QuestionError(ValueError):
    """An argument of the verifier that no proof can answer to: the message says what it should be."""


def require_question(
    encoded: object, program: object, output: object, *, exit_code: object, allow_insecure: object
) -> None:
    """The arguments of `reference.verifier.program.verify` have their types and ranges.

    Raises QuestionError if one of them has not.
    """
    _require_bytes("the proof", encoded)
    _require_program(program)
    if output is not None:
        _require_bytes("the output", output)
    # A truth value is an integer to Python, and no exit code.
    if not isinstance(exit_code, int) or isinstance(exit_code, bool):
        raise QuestionError(f"the exit code has to be an integer, not of type {type(exit_code).__name__}")
    if not 0 <= exit_code < EXIT_CODE_END:
        raise QuestionError(f"the exit code has to be one of 0 to 2^64 - 1, not {exit_code:#x}")
    if not isinstance(allow_insecure, bool):
        raise QuestionError(f"allow_insecure has to be True or False, not of type {type(allow_insecure).__name__}")


def _require_bytes(name: str, found: object) -> None:
    if not isinstance(found, bytes):
        raise QuestionError(f"{name} has to be bytes, not of type {type(found).__name__}")


def _require_program(program: object) -> None:
    if program is None or isinstance(program, VerificationKey):
        return
    if not isinstance(program, bytes):
        kind = type(program).__name__
        raise QuestionError(f"the program has to be a VerificationKey or the {DIGEST_BYTES} bytes of an id, not {kind}")
    if program.startswith(KEY_MAGIC):
        raise QuestionError("the program is given as the bytes of a key file: take decode_key of them")
    if len(program) != DIGEST_BYTES:
        raise QuestionError(f"a program's id has {DIGEST_BYTES} bytes, not {len(program)}")
