"""Verifying the proof of a run of an RV64IM program: its bytes against a program, an output and an exit code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from reference.verifier.question import require_question
from reference.verifier.run import NumberSteps, verify_run
from spec.air.machine import exit_code_of
from spec.memory_map import OUTPUT_CAPACITY_BYTES
from spec.protocol.canonical import Reader
from spec.protocol.key import VerificationKey
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof_encoding import read_proof
from spec.protocol.shape import SegmentShape
from spec.rejection import Rejected, Rejection
from spec.rv64im.machine import RV64IM
from spec.rv64im.program_row import limbs_of
from spec.rv64im.tokens import output_tokens


@dataclass(frozen=True)
class VerifierTools:
    """What a faster verifier replaces."""

    reader: Callable[[bytes], Reader] = Reader
    algebra: Callable[[], NumberAlgebra] = NumberAlgebra
    steps: NumberSteps | None = None
    """None: the plain ones."""


PLAIN_TOOLS = VerifierTools()

SHOWN_BYTES = 16
"""Of an output, in a message: more would fill the screen."""


@dataclass(frozen=True)
class Verified:
    """What a verified proof says."""

    key: VerificationKey
    output: bytes
    exit_code: int
    shapes: tuple[SegmentShape, ...]
    sampled_labels: tuple[str, ...] = field(repr=False)
    """Every challenge that was drawn, over all segments, in order."""


def verify(
    encoded: bytes,
    program: VerificationKey | bytes | None,
    output: bytes | None,
    *,
    exit_code: int = 0,
    allow_insecure: bool = False,
    tools: VerifierTools = PLAIN_TOOLS,
) -> Verified:
    """Checks the canonical bytes of a run proof against a program, by key or id, and the claimed public output.

    Without `program` or `output` whatever the proof claims of it is accepted and returned; the caller then has to
    look at it. `allow_insecure` admits parameter sets that are only for tests. The output is enforced in two places:
    here it is compared with the caller's, and `verify_run` balances the tokens of its doublewords against the memory
    tables of all segments. Raises Rejected, and nothing else, on any byte string; QuestionError, a ValueError, where
    another argument has not its type or range.
    """
    require_question(encoded, program, output, exit_code=exit_code, allow_insecure=allow_insecure)
    proof = read_proof(tools.reader(encoded), RV64IM)
    key = proof.key
    if len(proof.output) > OUTPUT_CAPACITY_BYTES:
        detail = f"{len(proof.output)} output bytes, the region holds {OUTPUT_CAPACITY_BYTES}"
        raise Rejected(Rejection.ENCODING_COUNT_OUT_OF_BOUNDS, detail)
    check_statement(key, proof.output, program, output, allow_insecure=allow_insecure)
    found = verify_run(tools.algebra(), proof, output_tokens(proof.output), limbs_of(exit_code), tools.steps)
    code = exit_code_of(found.exit_values)
    return Verified(key, proof.output, code, found.shapes, found.sampled_labels)


def check_statement(
    found: VerificationKey,
    claimed_output: bytes,
    program: VerificationKey | bytes | None,
    output: bytes | None,
    *,
    allow_insecure: bool,
) -> None:
    """A proof with the key `found` claims the statement that the caller asks about. Raises Rejected."""
    if isinstance(program, VerificationKey) and found.parameters != program.parameters:
        asked, has = program.parameters.name, found.parameters.name
        detail = f"the proof has {has}, the key {asked}"
        raise Rejected(Rejection.PARAMETERS_DIFFER, detail, expected=asked, found=has)
    if not found.parameters.secure and not allow_insecure:
        raise Rejected(Rejection.PARAMETERS_INSECURE, found.parameters.name)
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
