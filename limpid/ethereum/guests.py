"""The two guests, built once from `guest/ethereum`, and their runs."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from limpid.advice.build_advice import build_error
from limpid.api import executing
from limpid.ethereum.errors import WitnessError
from limpid.ethereum.measures import instructions_by_part
from limpid.ethereum.schema import Record, ValidationResult
from limpid.guest_build.build import SDK, BuildError, build
from limpid.guest_build.compiled_libraries import compiled_once
from limpid.guest_build.rust import CARGO_MANIFEST, SUPPORT_CRATE, find_cargo, find_compiler
from limpid.guest_build.toolchain import find_toolchain, invoke
from limpid.reading.programs import load_program
from reference.execution import Execution
from spec.program import Program

GuestName = Literal["validator", "recorder"]
Console = Callable[[bytes], None]

WORKSPACE = SDK / "ethereum"
_SOURCE_SUFFIXES = frozenset({".rs", ".toml", ".lock"})
_LIBRARIES = ("include", "runtime", "accelerators")


@dataclass(frozen=True)
class Validated:
    """What a guest said about an input, and the run in which it did."""

    result: ValidationResult
    execution: Execution
    console: str
    """What the guest printed: why a block is not valid."""


def guest_elf(name: GuestName) -> Path:
    """The ELF of a guest, which is built if it was not yet. Raises BuildFailedError if that fails."""
    try:
        directory = compiled_once("ethereum", _identity(), build_guests)
    except BuildError as error:
        raise build_error(error, str(WORKSPACE)) from error
    return directory / f"{name}.elf"


@cache
def guest_program(name: GuestName) -> Program:
    """A guest as it is executed. Raises what `guest_elf` raises."""
    return load_program(guest_elf(name))


def validate(encoded_input: bytes) -> Validated:
    """Runs the validator.

    Raises BuildFailedError where the guests cannot be built, InputError for an input that is too long, and WitnessError
    where the guest does not end as it should.
    """
    execution, console = _run("validator", encoded_input)
    return Validated(ValidationResult.decode_bytes(execution.output), execution, console)


def record(encoded_input: bytes, *, without_check: str = "") -> tuple[Validated, Record]:
    """Runs the recorder, without the check that fails with this text. Raises what `validate` raises."""
    text = without_check.encode()
    execution, console = _run("recorder", len(text).to_bytes(1, "big") + text + encoded_input)
    found = Record.decode_bytes(execution.output)
    return Validated(ValidationResult.decode_bytes(bytes(found.result)), execution, console), found


def measure(encoded_input: bytes) -> Counter[str]:
    """How many instructions each part of the validator takes. Raises what `validate` raises."""
    return instructions_by_part(executing.profile(guest_program("validator"), encoded_input))


def _run(name: GuestName, encoded_input: bytes) -> tuple[Execution, str]:
    printed: list[bytes] = []
    execution = executing.run(guest_program(name), encoded_input, console=printed.append)
    console = b"".join(printed).decode(errors="replace")
    if execution.trap is not None or execution.exit_code != 0:
        end = f"the trap {execution.trap}" if execution.trap is not None else f"exit code {execution.exit_code}"
        raise WitnessError(f"the {name} ended with {end}, which no input may bring about: {console.strip()}")
    return execution, console


def _identity() -> bytes:
    """Whatever decides the bytes of the ELFs."""
    compiler = find_compiler()
    cargo = find_cargo(compiler)
    versions = [invoke([tool, "-vV"], f"asking {tool}") for tool in (compiler, cargo)]
    versions.append(invoke([find_toolchain().compiler, "--version"], "asking the compiler"))
    sources = [SUPPORT_CRATE, *_sources(WORKSPACE)]
    sources += [path for name in _LIBRARIES for path in sorted((SDK / name).iterdir()) if path.is_file()]
    return "\0".join(versions).encode() + b"".join(path.name.encode() + path.read_bytes() for path in sources)


def _sources(workspace: Path) -> list[Path]:
    return sorted(
        path
        for path in workspace.rglob("*")
        if path.suffix in _SOURCE_SUFFIXES and "target" not in path.relative_to(workspace).parts
    )


def build_guests(directory: Path) -> None:
    """Builds both guests into the directory. Raises BuildError if a tool is missing, or refuses."""
    # From a copy, for cargo writes where it works.
    copied = directory / "sources"
    for path in [SUPPORT_CRATE, *_sources(WORKSPACE)]:
        target = copied / path.relative_to(SDK)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    for name in ("validator", "recorder"):
        build([copied / WORKSPACE.name / name / CARGO_MANIFEST], directory / f"{name}.elf")
    shutil.rmtree(copied)
