"""Runs the command line in this process, as a shell would see it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from limpid.command_line import main
from limpid.errors import SCHEMA_VERSION
from limpid.guest_build.build import EXAMPLES
from spec.isa import encode
from spec.isa.system import CALL_ARGUMENT_REGISTER, CALL_NUMBER_REGISTER, HALT_CALL
from spec.memory_map import OUTPUT_REGION
from spec.rejection import Rejection
from tests.reference.elf_file import program_elf

SHA256 = str(EXAMPLES / "elf" / "sha256.elf")
FIBONACCI = str(EXAMPLES / "elf" / "fibonacci.elf")
ARITHMETIC = str(EXAMPLES / "elf" / "arithmetic.elf")

TINY_NOTE = (
    "Note: bits of security below 128: one proof, round by round, 4.99; one proof, non-interactive, 4.95; "
    "run of 1, interactive, 4.31; run of 1, non-interactive, 4.24"
)
"""What `prove` and `verify` say of one segment under the parameters for tests."""

MISSING = f"Error: missing: no such file or directory\nNext: check the name: {Path.cwd()} holds no such file\n"
"""The message about a file of this name, which is not there."""

EXIT = (
    encode("addi", CALL_NUMBER_REGISTER, immediate=HALT_CALL),
    encode("addi", CALL_ARGUMENT_REGISTER),
    encode("ecall"),
)

TRAPPING_ELF = program_elf([encode("addi", 1, immediate=1), encode("ebreak")])
OUTSIDE_MEMORY_ELF = program_elf([encode("addi", 1, immediate=-1), encode("ld", 1, 1, immediate=-7)])

SCRIBBLED_BYTES = 64
SCRIBBLING_ELF = program_elf(
    [
        encode("addi", 1, immediate=OUTPUT_REGION.start >> 28),
        encode("slli", 1, 1, immediate=28),
        encode("sd", rs1=1, rs2=1, immediate=SCRIBBLED_BYTES),
        *EXIT,
    ]
)
"""Writes behind the output without announcing its length: it halts, but cannot be proven."""


@dataclass(frozen=True)
class Invocation:
    """What came of a command line."""

    status: int
    stdout: str
    stderr: str

    @property
    def document(self) -> dict[str, Any]:
        """The one JSON object on standard output, without its schema version, which is checked."""
        assert self.stdout.count("\n") == 1
        document = json.loads(self.stdout)
        assert document.pop("schema") == SCHEMA_VERSION
        assert isinstance(document, dict)
        return document

    @property
    def error(self) -> dict[str, Any]:
        """The error object, which stands alone; its message is also told to people, without a traceback."""
        document = self.document
        assert set(document) == {"error"}
        error = document["error"]
        assert self.stderr.startswith(f"Error: {error['message']}\n")
        assert "Traceback" not in self.stderr
        assert isinstance(error, dict)
        return error


def limpid(*arguments: object, standard_input: bytes = b"") -> Invocation:
    """Runs `limpid` with these arguments."""
    completed = CliRunner().invoke(main, [str(argument) for argument in arguments], input=standard_input)
    return Invocation(completed.exit_code, completed.stdout, completed.stderr)


def verify_file(proof: Path, *arguments: object) -> Invocation:
    """`limpid verify --json` of a proof's file."""
    return limpid("verify", proof, *arguments, "--json")


def assert_rejected(
    invocation: Invocation, reason: Rejection, detail: str, expected: object = None, found: object = None
) -> None:
    """The whole answer of a verification that rejects."""
    assert invocation.status == 1
    assert invocation.document == {
        "accepted": False,
        "reason": reason.name,
        "message": reason.value,
        "detail": detail,
        "expected": expected,
        "found": found,
        "security_bits": None,
        "program_id": None,
    }
