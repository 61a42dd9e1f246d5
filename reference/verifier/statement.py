"""The statement that a caller asks about, and the tools with which any proof is verified."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reference.verifier.run import NumberSteps
from spec.parameters import PARAMETER_SETS
from spec.protocol.canonical import Reader
from spec.protocol.key import VerificationKey
from spec.protocol.numbers import NumberAlgebra
from spec.rejection import Rejected, Rejection


@dataclass(frozen=True)
class VerifierTools:
    """What a faster verifier replaces."""

    reader: Callable[[bytes], Reader] = Reader
    algebra: Callable[[], NumberAlgebra] = NumberAlgebra
    steps: NumberSteps | None = None
    """None: the plain ones."""


PLAIN_TOOLS = VerifierTools()

SHOWN_BYTES = 16
"""How many bytes of an output a message shows: more would fill the screen."""


def check_statement(
    found: VerificationKey,
    claimed_output: bytes,
    program: VerificationKey | bytes | None,
    output: bytes | None,
    *,
    allow_insecure: bool,
) -> None:
    """A proof with the key `found` claims the statement that the caller asks about.

    Raises Rejected at the first check that fails.
    """
    if isinstance(program, VerificationKey) and found.parameters != program.parameters:
        asked, has = program.parameters.name, found.parameters.name
        detail = f"the proof has {has}, the key {asked}"
        raise Rejected(Rejection.PARAMETERS_DIFFER, detail, expected=asked, found=has)
    if not found.parameters.secure and not allow_insecure:
        name, secure = found.parameters.name, [name for name, each in PARAMETER_SETS.items() if each.secure]
        raise Rejected(Rejection.PARAMETERS_INSECURE, name, expected=secure, found=name)
    program_id = program.program_id if isinstance(program, VerificationKey) else program
    if program_id is not None and found.program_id != program_id:
        asked, has = program_id.hex(), found.program_id.hex()
        raise Rejected(Rejection.PROGRAM_DIFFERS, f"its id is {has}, expected {asked}", expected=asked, found=has)
    if output is not None and claimed_output != output:
        detail = f"the proof claims {_shortened(claimed_output)}, expected {_shortened(output)}"
        raise Rejected(Rejection.OUTPUT_DIFFERS, detail, expected=output.hex(), found=claimed_output.hex())


def _shortened(content: bytes) -> str:
    """Bytes for a message: how many, and the first of them in hexadecimal."""
    shown = content[:SHOWN_BYTES].hex() + ("..." if len(content) > SHOWN_BYTES else "")
    return f"{len(content)} byte{'' if len(content) == 1 else 's'}{f' {shown}' if content else ''}"
