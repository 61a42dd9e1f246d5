"""`limpid verify`: accept or reject, against the program and the output that the caller names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import click

from limpid.commands.options import (
    EXIT_CODE_END,
    LARGEST_ELF_BYTES,
    Count,
    Hexadecimal,
    backend_option,
    exit_code_option,
    expected_parameters_option,
    require_distinct,
    without_prefix,
)
from limpid.errors import FAILED, FileError, KeyFileError
from limpid.reading.programs import program_of
from limpid.reading.proof_files import read_proof
from limpid.runs.backends import Part, backend_named
from limpid.terminal.files import file_name, read_file
from limpid.terminal.output import Answer, answering, shown
from limpid.terminal.progress import compiling, showing
from spec.air.machine import exit_code_text
from spec.memory_map import OUTPUT_CAPACITY_BYTES
from spec.protocol.development import DEVELOPMENT_MAGIC, DevelopmentReceipt, decode_development_receipt
from spec.protocol.final_encoding import FINAL_MAGIC, decode_final
from spec.protocol.hash import DIGEST_BYTES
from spec.protocol.key import VerificationKey
from spec.protocol.key_encoding import KEY_MAGIC, decode_key
from spec.protocol.proof_encoding import decode_proof
from spec.rejection import Rejected, Rejection

if TYPE_CHECKING:
    from limpid.api.verifying import Accepted

PROGRAM_ID = re.compile(rf"(0[xX])?[0-9a-fA-F]{{{2 * DIGEST_BYTES}}}")
HEXADECIMAL = re.compile(r"(0[xX])?[0-9a-fA-F]+")
PROGRAM_NAMES = f"name an ELF file, a key made by limpid keygen, or an id of {2 * DIGEST_BYTES} hexadecimal digits"
ELF_MAGIC = b"\x7fELF"
OTHER_TREES = (Rejection.FINAL_KEY_DIFFERS, Rejection.KEY_LIST_DIFFERS)
"""Why a final proof is rejected whose circuits are not the listed ones."""


@click.command("verify")
@click.argument("proof_file", metavar="PROOF|DIR")
@click.option("--program", metavar="GUEST.elf|KEY|ID", help="The program that must have run: its ELF, key or id.")
@click.option("--any-program", is_flag=True, help="Accept any program, and print which one the proof is about.")
@click.option("--public-output", "output_file", metavar="FILE", help="The output that the proof must claim.")
@click.option("--public-output-hex", "output_hex", type=Hexadecimal(), metavar="HEX", help="The same, in hexadecimal.")
@click.option("--any-output", is_flag=True, help="Accept any output, and print the one that the proof claims.")
@exit_code_option
@click.option("--allow-insecure", is_flag=True, help="Admit parameter sets that are only for tests.")
@expected_parameters_option
@click.option(
    "--least-bits",
    type=Count(0),
    metavar="N",
    help="Of the whole run; 128 by default, 0 with --allow-insecure.",
)
@click.option("--allow-dev", is_flag=True, help="Admit what prove --dev writes: receipts that PROVE NOTHING.")
@backend_option
@answering
def verify_command(
    proof_file: str,
    program: str | None,
    any_program: bool,
    output_file: str | None,
    output_hex: bytes | None,
    any_output: bool,
    exit_code: int,
    allow_insecure: bool,
    parameters: str | None,
    least_bits: int | None,
    allow_dev: bool,
    backend: str,
) -> Answer:
    """Verify PROOF against a program, a public output and an exit code.

    DIR is a folder of prove --out. An ID is 64 hexadecimal digits and wins over a file of that name; write ./NAME for
    the file.
    """
    if (program is not None) + any_program != 1:
        raise click.UsageError("name the program with --program, or accept any with --any-program")
    if (output_file is not None) + (output_hex is not None) + any_output != 1:
        raise click.UsageError("give --public-output or --public-output-hex, or accept any with --any-output")
    require_distinct({"PROOF": proof_file, "--program": program, "--public-output": output_file}, {})
    # Imported for its work only, here and below: the help does not wait for the machine.
    from limpid.api import verifying

    encoded = read_proof(proof_file)
    output = read_file(output_file, OUTPUT_CAPACITY_BYTES) if output_file is not None else output_hex
    compiled_notes = backend_named(backend).compile(Part.VERIFIER, compiling)
    is_receipt = allow_dev and encoded.startswith(DEVELOPMENT_MAGIC)
    try:
        with showing("verifying"):
            statement: _Statement = {
                "program": None if program is None else _program(program, encoded, parameters, is_receipt=is_receipt),
                "output": output,
                "exit_code": exit_code % EXIT_CODE_END,
                "allow_insecure": allow_insecure,
            }
            if is_receipt:
                return _allowed(verifying.check_dev_receipt(encoded, **statement))
            demands: _Demands = {"parameters": parameters, "least_bits": least_bits, "backend": backend}
            return _accepted(verifying.verify(encoded, **statement, **demands), compiled_notes)
    except Rejected as rejected:
        return _rejected(rejected, compiled_notes)


class _Statement(TypedDict):
    """What the caller asks about."""

    program: VerificationKey | bytes | None
    output: bytes | None
    exit_code: int
    allow_insecure: bool


class _Demands(TypedDict):
    """What else a proof has to meet, and who looks at it."""

    parameters: str | None
    least_bits: int | None
    backend: str


def _program(text: str, proof: bytes, parameters: str | None, *, is_receipt: bool) -> VerificationKey | bytes:
    """The program that an ELF file, a key file or an id names. An ELF file is taken under the set that the caller
    expects, or else the proof's."""
    from limpid.api import proving
    from spec.rv64im.machine import RV64IM

    if PROGRAM_ID.fullmatch(text):
        return bytes.fromhex(without_prefix(text))
    try:
        content = read_file(text, LARGEST_ELF_BYTES)
    except FileError as error:
        if HEXADECIMAL.fullmatch(text) and not Path(text).exists():
            error.next_step = f"{PROGRAM_NAMES}; this has {len(without_prefix(text))}"
        raise
    name = file_name(text)
    if content.startswith(ELF_MAGIC):
        return proving.keygen(
            program_of(content, name), parameters=parameters or _parameters(proof, is_receipt=is_receipt)
        )
    if not content.startswith(KEY_MAGIC):
        raise FileError(name, "is neither an ELF file nor a verification key", PROGRAM_NAMES)
    try:
        return decode_key(content, RV64IM)
    except Rejected as error:
        raise KeyFileError(name, error) from error


def _parameters(proof: bytes, *, is_receipt: bool) -> str:
    """The name of the parameter set under which a proof or receipt has its program's key.

    Raises Rejected if there is none.
    """
    from reference.verifier.program import known_tree
    from spec.rv64im.machine import RV64IM

    if is_receipt:
        return decode_development_receipt(proof, RV64IM).key.parameters.name
    if proof.startswith(FINAL_MAGIC):
        return decode_final(proof, RV64IM, known_tree().circuits).program.parameters.name
    return decode_proof(proof, RV64IM).key.parameters.name


def _rejected(rejected: Rejected, notes: tuple[str, ...]) -> Answer:
    facts = {
        "accepted": False,
        "reason": rejected.reason.name,
        "message": rejected.reason.value,
        "detail": rejected.detail,
        "expected": rejected.expected,
        "found": rejected.found,
        "security_bits": None,
        "program_id": None,
    }
    if rejected.reason in OTHER_TREES:
        notes = (
            *notes,
            "another version of Limpid made this final proof: verify it with that one, or fold the run anew",
        )
    lines = {"verdict": "REJECTED", "reason": f"{rejected.reason.name}: {rejected.reason.value}"}
    if rejected.detail:
        lines["detail"] = rejected.detail
    return Answer(facts, lines, FAILED, notes)


def _accepted(accepted: Accepted, notes: tuple[str, ...]) -> Answer:
    from limpid.terminal.security_lines import security_facts, security_lines, security_notes

    security, key = accepted.security, accepted.verified.key
    facts = {
        "accepted": True,
        "proven": True,
        "reason": None,
        **security_facts(security),
        "program_id": accepted.program_id.hex(),
        "parameters": key.parameters.name,
        "exit_code": accepted.exit_code,
        "output": accepted.output.hex(),
        "segments": accepted.verified.segments,
    }
    lines = {
        "verdict": "ACCEPTED",
        "program id": accepted.program_id.hex(),
        "output": shown(accepted.output),
        "exit code": exit_code_text(accepted.exit_code),
        **security_lines(security),
    }
    notes = (*notes, *security_notes(security))
    if not key.parameters.secure:
        notes = (*notes, f"the parameter set {key.parameters.name} proves nothing")
    return Answer(facts, lines, notes=notes)


def _allowed(receipt: DevelopmentReceipt) -> Answer:
    """A development receipt that states what the caller asks about."""
    facts = {
        "accepted": True,
        "proven": False,
        "reason": None,
        "security_bits": 0,
        "program_id": receipt.key.program_id.hex(),
        "parameters": receipt.key.parameters.name,
        "exit_code": receipt.exit_code,
        "output": receipt.output.hex(),
    }
    lines = {
        "verdict": "NOT PROVEN, allowed by --allow-dev",
        "program id": receipt.key.program_id.hex(),
        "output": shown(receipt.output),
        "exit code": exit_code_text(receipt.exit_code),
        "security": "none: anyone can write a development receipt",
    }
    return Answer(facts, lines, notes=("this is a development receipt: it PROVES NOTHING",))
