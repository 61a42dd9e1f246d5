"""Everything that can go wrong at the user's door, as typed errors with an exit status."""

from __future__ import annotations

from collections.abc import Mapping

from limpid.advice.trap_advice import next_step
from limpid.guest_build.toolchain import BuildError, ToolMissingError
from reference.execution import Trap
from reference.loader import ElfError
from spec.rejection import Rejected

DONE = 0
"""The exit status of a command that is done, and of an accepted proof."""

FAILED = 1
"""The exit status of a command that failed, and of a rejected proof."""

MISUSED = 2
"""The exit status of a command line that makes no sense; nothing was written. A file of the wrong kind is a failure."""


INTERRUPTED = 130
"""The exit status of a command that the user stopped: 128 and the number of SIGINT, as shells have it."""

TERMINATED = 143
"""The exit status of a command that was told to end: 128 and the number of SIGTERM."""


class LimpidError(Exception):
    """The root of all errors of this package.

    `kind` names the error for programs, `next_step` says what to do about it, `details` are facts for programs.
    """

    kind = "failed"
    exit_status = FAILED

    def __init__(self, message: str, next_step: str | None = None, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step
        self.details = dict(details or {})


class FileError(LimpidError):
    """A file that cannot be read or written."""

    kind = "file"

    def __init__(self, path: str, cause: str, next_step: str | None = None) -> None:
        super().__init__(f"{path}: {cause}", next_step, {"path": path})


class ProgramError(LimpidError):
    """An ELF file that is no program of this machine."""

    kind = "program"

    def __init__(self, error: ElfError) -> None:
        next_step = "build a guest with: limpid build SOURCE.c --output GUEST.elf"
        details = {"reason": error.reason.name, "path": error.path, "offset": error.offset}
        super().__init__(str(error), next_step, details)


class InputError(LimpidError):
    """A private input that the machine has no room for."""

    kind = "input"


class ParametersError(LimpidError):
    """A parameter set that does not exist."""

    kind = "parameters"
    exit_status = MISUSED


class BackendError(LimpidError):
    """An implementation of proving that does not exist."""

    kind = "backend"
    exit_status = MISUSED


class PicusFileError(LimpidError):
    """A file that should hold constraints of another system and does not."""

    kind = "picus"


class AssumptionError(LimpidError):
    """An assumption about constraints of another system that cannot be read, or that fits none of them."""

    kind = "assumption"
    exit_status = MISUSED


class SecondSolverError(LimpidError):
    """The second solver is asked for and not installed."""

    kind = "second_solver"


class TrapError(LimpidError):
    """A program that ended abnormally."""

    kind = "trap"

    def __init__(self, trap: Trap, instructions: int) -> None:
        details = {
            "reason": trap.reason.name,
            "pc": trap.pc,
            "address": trap.address,
            "symbol": trap.symbol,
            "instructions": instructions,
        }
        message = f"the program ended abnormally after {instructions} instructions: {trap.message}"
        super().__init__(message, next_step(trap), details)


class UnprovableError(LimpidError):
    """A program that halted, but of whose run no proof can exist."""

    kind = "unprovable"

    def __init__(self, reason: str) -> None:
        super().__init__(f"no proof of this run can exist: {reason}", "write the output with write_output only")


class TooLargeError(LimpidError):
    """A program that the tables of no listed shape hold."""

    kind = "too_large"


class TooLongError(LimpidError):
    """A run that does not fit in what can be proven at once."""

    kind = "too_long"


class KeyFileError(LimpidError):
    """A file that should hold a verification key and does not."""

    kind = "key"

    def __init__(self, path: str, error: Rejected) -> None:
        super().__init__(
            f"{path}: {error}", "make a key with: limpid keygen GUEST.elf --output KEY", {"reason": error.reason.name}
        )


class BuildFailedError(LimpidError):
    """A guest that cannot be built."""

    kind = "build"

    def __init__(self, error: BuildError) -> None:
        is_tool_missing = isinstance(error, ToolMissingError)
        super().__init__(str(error), "see which tools are missing with: limpid doctor" if is_tool_missing else None)


class MisuseError(LimpidError):
    """A command line, or an argument of the Python API, that makes no sense."""

    kind = "misuse"
    exit_status = MISUSED


class StoppedError(LimpidError):
    """The user stopped the command."""

    kind = "interrupted"
    exit_status = INTERRUPTED


class TerminatedError(StoppedError):
    """The command was told to end."""

    exit_status = TERMINATED


class OutOfMemoryError(LimpidError):
    """The machine has too little memory for the command."""

    kind = "memory"


class InternalError(LimpidError):
    """A defect of Limpid itself."""

    kind = "internal"
