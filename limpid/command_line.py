"""The command `limpid`: its commands, and the one place where errors become messages and exit statuses."""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

import click
from click.shell_completion import CompletionItem
from click.types import StringParamType

from limpid.__main__ import TerminatedExit, stop_behind
from limpid.command_table import COMMANDS, GROUPS, LIGHT
from limpid.errors import (
    DONE,
    FAILED,
    MISUSED,
    SCHEMA_VERSION,
    FileError,
    InternalError,
    LimpidError,
    MisuseError,
    StoppedError,
    TerminatedError,
)

_OUT_OF_MEMORY = ("can't start new thread", "failed to map segment", "cannot allocate memory")
"""What a system library says, through errors of other types, where there is too little memory."""


LEAST_ADDRESS_BYTES = 400 << 20
"""What imports take of addresses, with one thread for OpenBLAS: measured, and rounded up."""


class FileName(StringParamType):
    """A text that may name a file or a directory: the shell completes it as such. An empty one names nothing."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        # As a path it would be the current directory, and as a name of anything else no wish at all.
        if not value:
            self.fail("it is empty", param, ctx)
        return super().convert(value, param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return [CompletionItem(incomplete, type="file")]


class CommandLine(click.Group):
    """A group of commands whose exit status says what happened, and that shows a traceback only where asked to."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command = getattr(import_module(f"limpid.commands.{name}"), f"{name}_command")
        assert isinstance(command, click.Command)
        _give_names_their_type(command)
        # What has been read stays to the end: the collector need not go through it, which takes a third of a second.
        gc.freeze()
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands in groups; none is read for it."""
        width = max(map(len, COMMANDS))
        for group, summaries in GROUPS.items():
            with formatter.section(group):
                formatter.write_dl([(name.ljust(width), summary) for name, summary in summaries.items()])

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Runs the command line and exits with its status."""
        arguments = list(sys.argv[1:] if args is None else args)
        try:
            with _ending_in_order(), warnings.catch_warnings():
                warnings.showwarning = _show_warning
                _require_output()
                _print_any_text()
                _require_addresses(arguments)
                status = super().main(arguments, prog_name or "limpid", complete_var, standalone_mode=False, **extra)
            _flush()
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            sys.exit(MISUSED)
        except BrokenPipeError:
            # Whoever read the output has left.
            _forget_output()
            sys.exit(FAILED)
        except TerminatedExit:
            stopped = TerminatedError("terminated; nothing is left half-written")
            sys.exit(_reported(stopped, as_json="--json" in arguments))
        except Exception as error:
            if "--debug" in arguments:
                raise
            sys.exit(_reported(_as_limpid_error(error, arguments), as_json="--json" in arguments))
        sys.exit(status if isinstance(status, int) else DONE)


def _give_names_their_type(command: click.Command) -> None:
    """Every text of a command, and of the commands below it, may name a file."""
    for parameter in command.params:
        if parameter.type is click.STRING:
            parameter.type = FileName()
        elif isinstance(parameter.type, click.Tuple):
            parameter.type = click.Tuple([FileName() if t is click.STRING else t for t in parameter.type.types])
    if isinstance(command, click.Group):
        for below in command.commands.values():
            _give_names_their_type(below)


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """A warning for people: what it says, not which line of Limpid says it."""
    del category, filename, lineno, file, line
    click.echo(f"Warning: {message}", err=True)


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """SIGTERM ends the command as an exit would, so that scratch files and workers go with it."""
    if threading.current_thread() is not threading.main_thread():
        # Only the main thread may say what signals do.
        yield
        return

    def end(*_: object) -> None:
        raise TerminatedExit

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _require_output() -> None:
    """Raises FileError where nobody could read the answer: work of minutes would be for nothing."""
    if sys.stdout is None:
        from limpid.terminal.files import OPEN_OUTPUT

        raise FileError("standard output", "is closed", OPEN_OUTPUT)


def _print_any_text() -> None:
    """What the terminal's encoding has no bytes for is escaped: a file's name may be no text at all."""
    if isinstance(sys.stdout, TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")


def _require_addresses(arguments: Sequence[str]) -> None:
    """Raises OutOfMemoryError where a library would find no room, and end the process itself."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_AS)
    command = _command_name(arguments)
    is_light = command is None or command in LIGHT or not {"-h", "--help"}.isdisjoint(arguments)
    if not is_light and allowed != resource.RLIM_INFINITY and allowed < LEAST_ADDRESS_BYTES:
        from limpid.advice.memory_advice import MEBIBYTE, memory_error

        needed = f"{LEAST_ADDRESS_BYTES // MEBIBYTE} MiB of addresses are needed to import numpy and compiled code"
        raise memory_error(needed, LEAST_ADDRESS_BYTES)


def _flush() -> None:
    """Waits until the answer is written: a full disk behind standard output is an error like any other."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _output_error(error) from error


def _forget_output() -> None:
    """The interpreter would complain once more when it flushes what nobody takes."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _as_limpid_error(error: Exception, arguments: Sequence[str]) -> LimpidError:
    stop = stop_behind(error)
    if stop is not None:
        return stop(f"{'interrupted' if stop is StoppedError else 'terminated'}; nothing is left half-written")
    match error:
        case LimpidError():
            return error
        case click.UsageError():
            return MisuseError(_usage_text(error, arguments), f"see: {_command_path(error, arguments)} --help")
        case click.Abort():
            return StoppedError("interrupted; nothing is left half-written")
        case MemoryError():
            return _memory_error(str(error) or "there is not enough memory")
        case RuntimeError() | ImportError() | OSError() if _is_of_memory(str(error).lower()):
            return _memory_error(f"there is not enough memory ({error})")
        case OSError():
            return _file_error(error)
        case _:
            message = f"internal error: {type(error).__name__}: {error}"
            return InternalError(message, "run the same command with --debug and report what it prints")


def _file_error(error: OSError) -> FileError:
    """The error of a file that no command has named."""
    from limpid.advice.file_advice import scratch_step, writing_step
    from limpid.terminal.files import cause_of

    if _is_of_printing(error):
        return _output_error(error)
    if isinstance(error.filename, str):
        return FileError(error.filename, cause_of(error), writing_step(Path(error.filename), error))
    return FileError("a file of this command", cause_of(error), scratch_step(error))


def _output_error(error: OSError) -> FileError:
    from limpid.terminal.files import REDIRECT_OUTPUT, cause_of

    return FileError("standard output", cause_of(error), REDIRECT_OUTPUT)


def _is_of_memory(message: str) -> bool:
    """Whether a system library's message comes from too little memory; one does not say why it was not loaded."""
    is_limited = resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY
    return any(sign in message for sign in _OUT_OF_MEMORY) or (is_limited and "load shared object" in message)


def _is_of_printing(error: OSError) -> bool:
    """Whether the error came from writing to a standard stream; it names no file."""
    return any(frame.f_code is click.echo.__code__ for frame, _ in traceback.walk_tb(error.__traceback__))


def _memory_error(message: str) -> LimpidError:
    from limpid.advice.memory_advice import memory_error

    return memory_error(message)


def _usage_text(error: click.UsageError, arguments: Sequence[str]) -> str:
    """What is wrong with the command line, on one line, with the choices that an option without its argument has."""
    message = " ".join(error.format_message().split())
    command = _command_name(arguments)
    if isinstance(error, click.BadOptionUsage) and command is not None:
        misused = main.get_command(click.Context(main), command)
        for parameter in [] if misused is None else misused.params:
            if error.option_name in parameter.opts and isinstance(parameter.type, click.Choice):
                return f"{message.removesuffix('.')}: {', '.join(parameter.type.choices)}."
    return message


def _command_path(error: click.UsageError, arguments: Sequence[str]) -> str:
    """The command that was misused; an option without its argument does not tell."""
    if error.ctx is not None:
        return error.ctx.command_path
    command = _command_name(arguments)
    return "limpid" if command is None else f"limpid {command}"


def _command_name(arguments: Sequence[str]) -> str | None:
    return next((argument for argument in arguments if argument in COMMANDS), None)


def _reported(error: LimpidError, *, as_json: bool) -> int:
    """Prints the error; returns its exit status, also where nobody can read it."""
    try:
        if as_json:
            click.echo(json.dumps({"schema": SCHEMA_VERSION, **error.facts()}))
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        _forget_output()
    try:
        click.echo(f"Error: {error.message}", err=True)
        for line in error.context:
            click.echo(f"  {line}", err=True)
        if error.next_step is not None:
            click.echo(f"Next: {error.next_step}", err=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    return error.exit_status


@click.group("limpid", cls=CommandLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="limpid", prog_name="limpid")
def main() -> None:
    """Proves that a RISC-V program (RV64IM) ran correctly, and verifies such proofs.

    Exit status: 0 done or accepted, 1 failed or rejected, 2 misuse, 130 interrupted,
    143 terminated.
    """


if __name__ == "__main__":
    main()
