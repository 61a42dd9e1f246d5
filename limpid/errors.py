"""Everything that can go wrong in the public interface, as typed errors with an exit status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # An error is cheap to import: whoever raises these has them.
    from reference.loader import ElfError
    from spec.rejection import Rejected


SCHEMA_VERSION = 2
"""The version of all JSON objects. It grows when a key changes its meaning or goes away; new keys may come any time."""

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

    `kind` names the error for programs, `next_step` says what to do about it, `details` are facts for programs, and
    `context` are further lines for people.
    """

    kind = "failed"
    exit_status = FAILED

    def __init__(
        self,
        message: str,
        next_step: str | None = None,
        details: Mapping[str, object] | None = None,
        context: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.context = tuple(context)
        self.message = message
        self.next_step = next_step
        self.details = dict(details or {})

    def facts(self) -> dict[str, object]:
        """For programs: details may not take the place of kind, message and next step."""
        own = {"kind": self.kind, "message": self.message, "next_step": self.next_step}
        return {"error": {**self.details, **own}}


class FileError(LimpidError):
    """A file that cannot be read or written."""

    kind = "file"

    def __init__(self, path: str, cause: str, next_step: str | None = None) -> None:
        super().__init__(f"{path}: {cause}", next_step, {"path": path})


class SecurityError(LimpidError):
    """A proof that is right, of a run that it secures less than the caller asks for."""

    kind = "security"

    def __init__(self, found_bits: int, least_bits: int) -> None:
        super().__init__(
            f"the whole run has {found_bits} bits of security, expected {least_bits} or more",
            "prove the run under a set that is meant for so many segments, or ask for fewer bits with --least-bits",
            {"whole_run_bits": found_bits, "least_bits": least_bits},
        )


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

    def __init__(self, message: str) -> None:
        super().__init__(message, "give a smaller input")


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


class ExploitError(LimpidError):
    """A directory that should hold an exploit and does not."""

    kind = "exploit"

    def __init__(self, directory: str, cause: str) -> None:
        super().__init__(f"{directory}: {cause}", "make exploits with: limpid audit --exploit DIRECTORY")


class AirFileError(LimpidError):
    """A file that should hold the symbolic constraints of an AIR and does not."""

    kind = "air"


class AssumptionError(LimpidError):
    """An assumption about constraints of another system that cannot be read, or that fits none of them."""

    kind = "assumption"
    exit_status = MISUSED


class SecondSolverError(LimpidError):
    """The second solver is not installed."""

    kind = "second_solver"


class MissingPackagesError(LimpidError):
    """A package of an extra of Limpid is not installed."""

    kind = "missing_packages"

    def __init__(self, name: str, extra: str) -> None:
        super().__init__(f"the Python package {name} is not installed", f"pip install 'limpid[{extra}]'")


class TrapError(LimpidError):
    """A program that ended abnormally; `limpid.advice.trap_advice` makes it."""

    kind = "trap"


class UnprovableError(LimpidError):
    """A program that halted, but whose run cannot be proven."""

    kind = "unprovable"

    def __init__(self, reason: str) -> None:
        super().__init__(f"no proof of this run can exist: {reason}", "write the output with write_output only")


class EmptyProgramError(LimpidError):
    """A program of which no word can execute, so that it has no key."""

    kind = "empty_program"


class TooLargeError(LimpidError):
    """A program too large for every listed shape."""

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
    """A guest that cannot be built; `limpid.advice.build_advice` makes it."""

    kind = "build"


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


class PortError(LimpidError):
    """A port that cannot be listened on."""

    kind = "port"


class ClusterError(LimpidError):
    """A cluster that cannot be reached or has failed, or Dask that is missing."""

    kind = "cluster"


class InternalError(LimpidError):
    """A defect of Limpid itself."""

    kind = "internal"
