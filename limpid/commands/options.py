"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from limpid.reading.programs import DEFAULT_PARAMETERS
from limpid.runs.backends import BACKENDS, DEFAULT_BACKEND
from limpid.terminal.files import STANDARD_STREAM, read_file_or_standard_input
from spec.parameters import PARAMETER_SETS

Command = TypeVar("Command", bound=Callable[..., Any])


class Hexadecimal(click.ParamType[bytes]):
    """Bytes as an even number of hexadecimal digits, with or without 0x in front."""

    name = "hex"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bytes:
        try:
            return value if isinstance(value, bytes) else bytes.fromhex(str(value).removeprefix("0x"))
        except ValueError:
            self.fail(f"{value!r} is not an even number of hexadecimal digits", param, ctx)


def guest_argument(command: Command) -> Command:
    """The path of a guest's ELF file."""
    return click.argument("guest", metavar="GUEST.elf")(command)


def input_options(command: Command) -> Command:
    """--input and --input-hex, for `private_input`."""
    # What decorates first stands last in the help.
    with_hex = click.option("--input-hex", type=Hexadecimal(), metavar="HEX", help="The same, in hexadecimal.")(command)
    return click.option("--input", "input_file", metavar="FILE", help="The private input; - reads standard input.")(
        with_hex
    )


def private_input(input_file: str | None, input_hex: bytes | None) -> bytes:
    """The private input that the options name, empty by default. Raises FileError."""
    if input_file is not None and input_hex is not None:
        raise click.UsageError("--input and --input-hex exclude each other")
    if input_hex is not None:
        return input_hex
    return b"" if input_file is None else read_file_or_standard_input(input_file)


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
        default=DEFAULT_PARAMETERS,
        show_default=True,
        help="The parameter set; tiny is insecure and for tests.",
    )(command)


def public_output_option(command: Command) -> Command:
    """--public-output of commands that produce it."""
    return click.option("--public-output", metavar="FILE", help="Write the public output to this file.")(command)


def require_distinct(**paths: str | None) -> None:
    """Raises click.UsageError if two of the files, given by option, are the same."""
    seen: dict[str, str] = {}
    for option, path in paths.items():
        if path is None or path == STANDARD_STREAM:
            continue
        if path in seen:
            raise click.UsageError(f"{seen[path]} and {option} are the same file {path}")
        seen[path] = option
