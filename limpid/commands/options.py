"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import click

from limpid.runs.backends import BACKENDS, DEFAULT_BACKEND
from limpid.terminal.files import STANDARD_STREAM, file_name, read_file, stream_of
from spec.memory_map import INPUT_CAPACITY_BYTES
from spec.parameters import PARAMETER_SETS, SEGMENT
from spec.program import Program

Command = TypeVar("Command", bound=Callable[..., Any])

LARGEST_ELF_BYTES = 1 << 29
"""Far above any guest's: the machine's memory has 4 GiB, most of which no file fills."""

EXIT_CODE_END = 1 << 64
"""An exit code is what a 64-bit register holds: -1 is the largest."""


LONGEST_NUMBER = 100
"""Characters: 64 bits in binary have 66, and underscores may group them."""

SHOWN_CHARACTERS = 40
"""So much of a text that is refused: enough to know it again."""


class Hexadecimal(click.ParamType[bytes]):
    """Bytes as an even number of hexadecimal digits, with or without 0x in front."""

    name = "hex"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bytes:
        try:
            return value if isinstance(value, bytes) else bytes.fromhex(without_prefix(str(value)))
        except ValueError:
            text = str(value)
            shown = text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."
            self.fail(f"{shown!r} is not an even number of hexadecimal digits", param, ctx)


def without_prefix(digits: str) -> str:
    """Hexadecimal digits without 0x or 0X in front."""
    return digits[2:] if digits[:2] in ("0x", "0X") else digits


class Count(click.ParamType[int]):
    """A number from the least one on: decimal, or hexadecimal with 0x in front; underscores may group digits."""

    name = "count"

    def __init__(self, least: int = 1, end: int | None = None) -> None:
        self.least = least
        self.end = end

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        text = str(value)
        if len(text) > LONGEST_NUMBER:
            self.fail(f"a number of {len(text)} characters is larger than any here", param, ctx)
        try:
            number = value if isinstance(value, int) else int(text, 0)
        except ValueError:
            hint = ": leave out the zeros in front" if text.isdecimal() else ""
            self.fail(f"{value!r} is no number{hint}", param, ctx)
        if number < self.least or (self.end is not None and number >= self.end):
            bounds = f"{self.least} or more" if self.end is None else f"{self.least} to {self.end - 1}"
            self.fail(f"{value} is not {bounds}", param, ctx)
        return number


class Guest(NamedTuple):
    """A guest as a command has it."""

    name: str
    """The file's, for people."""
    content: bytes
    program: Program


def guest_argument(command: Command) -> Command:
    """The path of a guest's ELF file, for `load_guest`."""
    return click.argument("guest", metavar="GUEST.elf")(command)


def load_guest(path: str) -> Guest:
    """The guest of a file, a pipe, or standard input for `-`: it is read once.

    Raises FileError if a file cannot be read or written, and ProgramError if the ELF file is no program of this
    machine.
    """
    from limpid.reading.programs import program_of

    content, name = read_file(path, LARGEST_ELF_BYTES), file_name(path)
    return Guest(name, content, program_of(content, name))


def input_options(command: Command) -> Command:
    """--input and --input-hex, for `private_input`."""
    # What decorates first stands last in the help.
    with_hex = click.option("--input-hex", type=Hexadecimal(), metavar="HEX", help="The same, in hexadecimal.")(command)
    return click.option("--input", "input_file", metavar="FILE", help="The private input; - reads standard input.")(
        with_hex
    )


def random_seed_option(command: Command) -> Command:
    """--random-seed of commands that execute."""
    return click.option(
        "--random-seed",
        type=Hexadecimal(),
        metavar="HEX",
        default=b"",
        help="What the random words are made of that the guest asks for.",
    )(command)


def private_input(input_file: str | None, input_hex: bytes | None) -> bytes:
    """The private input that the options name, empty by default.

    Raises UsageError if both options are given, and FileError if the file cannot be read or is too long.
    """
    if input_file is not None and input_hex is not None:
        raise click.UsageError("--input and --input-hex exclude each other")
    if input_hex is not None:
        return input_hex
    return b"" if input_file is None else read_file(input_file, INPUT_CAPACITY_BYTES)


def limit_option(command: Command) -> Command:
    """--limit of commands that execute."""
    return click.option("--limit", type=Count(), metavar="N", help="Stop after this many instructions.")(command)


def output_option(metavar: str, text: str, *, required: bool = False) -> Callable[[Command], Command]:
    """-o and --output."""
    return click.option("-o", "--output", metavar=metavar, required=required, help=text)


def exit_code_option(command: Command) -> Command:
    """--exit-code: what the guest must have ended with."""
    return click.option(
        "--exit-code",
        type=Count(-EXIT_CODE_END // 2, EXIT_CODE_END),
        default=0,
        show_default=True,
        metavar="N",
        help="The program's; negative as in C.",
    )(command)


def backend_option(command: Command) -> Command:
    """--backend: which of the two implementations; proofs are the same bytes, and verdicts the same."""
    return click.option(
        "--backend",
        type=click.Choice(list(BACKENDS)),
        default=DEFAULT_BACKEND,
        show_default=True,
        help="The implementation: fast, or the readable reference. The outcome is the same.",
    )(command)


def parameters_option(command: Command) -> Command:
    """--parameters: the name of a parameter set."""
    return click.option(
        "--parameters",
        type=click.Choice(list(PARAMETER_SETS)),
        default=SEGMENT.name,
        show_default=True,
        help="The parameter set; tiny is insecure and for tests.",
    )(command)


def expected_parameters_option(command: Command) -> Command:
    """--parameters of a command that is handed a proof: the set that it must have been made under."""
    return click.option(
        "--parameters",
        type=click.Choice(list(PARAMETER_SETS)),
        help="The parameter set that the proof must have; else any that is secure.",
    )(command)


def public_output_option(command: Command) -> Command:
    """--public-output of commands that produce it."""
    return click.option(
        "--public-output", metavar="FILE", help="Write the public output to this file; - is standard output."
    )(command)


def require_distinct(read: Mapping[str, str | None], written: Mapping[str, str | None]) -> None:
    """Raises click.UsageError if a file, given by option, would be read or written twice, or read and written."""
    _require_different(read)
    _require_read_once(read)
    _require_different(written)
    _require_different({option: path for option, path in {**read, **written}.items() if path != STANDARD_STREAM})


def _require_read_once(read: Mapping[str, str | None]) -> None:
    """Raises click.UsageError if two options would read the same stream: for the second there is nothing left of it."""
    seen: dict[object, str] = {}
    for option, path in read.items():
        stream = None if path is None else stream_of(path)
        if stream is None:
            continue
        if stream in seen:
            raise click.UsageError(f"{seen[stream]} and {option} read the same stream {path}, which can be read once")
        seen[stream] = option


def _require_different(paths: Mapping[str, str | None]) -> None:
    seen: dict[str, str] = {}
    for option, path in paths.items():
        if path is None:
            continue
        if path in seen:
            what = f"the same file {path}" if path != STANDARD_STREAM else "both the standard stream"
            raise click.UsageError(f"{seen[path]} and {option} are {what}")
        seen[path] = option
