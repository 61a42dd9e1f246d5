"""Runs the command line in this process, as a shell would see it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from click.testing import CliRunner

from limpid.command_line import main
from limpid.errors import SCHEMA_VERSION
from limpid.guest_build.build import EXAMPLES
from spec.isa import encode
from spec.isa.system import CALL_ARGUMENT_REGISTER, CALL_NUMBER_REGISTER, HALT_CALL
from spec.memory_map import OUTPUT
from tests.reference.elf_file import program_elf

SHA256 = str(EXAMPLES / "elf" / "sha256.elf")
FIBONACCI = str(EXAMPLES / "elf" / "fibonacci.elf")
ARITHMETIC = str(EXAMPLES / "elf" / "arithmetic.elf")

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
        encode("addi", 1, immediate=OUTPUT.start >> 28),
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
