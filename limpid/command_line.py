"""The command `limpid`: its commands, and the one place where errors become messages and exit statuses."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import FrameType
from typing import Any

import click

from limpid.errors import (
    DONE,
    FAILED,
    MISUSED,
    TERMINATED,
    InternalError,
    LimpidError,
    MisuseError,
    OutOfMemoryError,
    StoppedError,
    TerminatedError,
)
from limpid.terminal.output import error_facts, json_text

COMMANDS = (
    "new",
    "build",
    "sdk",
    "run",
    "debug",
    "check-trace",
    "keygen",
    "prove",
    "verify",
    "inspect",
    "soundcalc",
    "audit",
    "demo",
    "doctor",
)
"""In the order of the help. Each is `NAME_command` of its own module, read when it is asked for: none waits for Z3 or
for compiled code that only another one needs."""


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
        # What has been read stays to the end: the collector need not go through it, which takes a third of a second.
        gc.freeze()
        return command

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
            with _ending_in_order():
                status = super().main(arguments, prog_name or "limpid", complete_var, standalone_mode=False, **extra)
        except click.exceptions.NoArgsIsHelpError as error:
            error.show()
            sys.exit(MISUSED)
        except BrokenPipeError:
            # Whoever read the output has left; the interpreter would complain again when it flushes.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(FAILED)
        except _TerminatedExit:
            stopped = TerminatedError("terminated; nothing is left half-written")
            sys.exit(_told(stopped, as_json="--json" in arguments))
        except Exception as error:
            if "--debug" in arguments:
                raise
            sys.exit(_told(_as_limpid_error(error, arguments), as_json="--json" in arguments))
        sys.exit(status if isinstance(status, int) else DONE)


class _TerminatedExit(SystemExit):
    """SIGTERM, on its way out of the command."""


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """SIGTERM ends the command as an exit would, so that scratch files and workers go with it."""
    if threading.current_thread() is not threading.main_thread():
        # Only the main thread may say what signals do.
        yield
        return

    def end(_number: int, _frame: FrameType | None) -> None:
        raise _TerminatedExit(TERMINATED)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _as_limpid_error(error: Exception, arguments: Sequence[str]) -> LimpidError:
    match error:
        case LimpidError():
            return error
        case click.UsageError():
            return MisuseError(error.format_message(), f"see: {_command_path(error, arguments)} --help")
        case click.Abort():
            return StoppedError("interrupted; nothing is left half-written")
        case MemoryError():
            return OutOfMemoryError("there is not enough memory", "see what is missing with: limpid doctor")
        case _:
            message = f"internal error: {type(error).__name__}: {error}"
            return InternalError(message, "run the same command with --debug and report what it prints")


def _command_path(error: click.UsageError, arguments: Sequence[str]) -> str:
    """The command that was misused; an option without its argument does not tell."""
    if error.ctx is not None:
        return error.ctx.command_path
    command = next((argument for argument in arguments if argument in COMMANDS), None)
    return "limpid" if command is None else f"limpid {command}"


def _told(error: LimpidError, *, as_json: bool) -> int:
    if as_json:
        click.echo(json_text(error_facts(error)))
    click.echo(f"Error: {error.message}", err=True)
    if error.next_step is not None:
        click.echo(f"Next: {error.next_step}", err=True)
    return error.exit_status


@click.group("limpid", cls=CommandLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="limpid", prog_name="limpid")
def main() -> None:
    """Proves that a RISC-V program (RV64IM) ran correctly, and verifies such proofs.

    Exit status: 0 done or accepted, 1 failed or rejected, 2 misuse, 130 interrupted,
    143 terminated.
    """
