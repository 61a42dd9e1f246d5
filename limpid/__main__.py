"""`limpid`, and `python -m limpid`: the command line, with signals and standard streams in order before all else.

This module imports nothing that takes time: whoever stops a command while it is still being imported gets the same
message as later.
"""

from __future__ import annotations

import gc
import os
import signal
import sys

from limpid import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

    from limpid.errors import LimpidError

CYCLES_THRESHOLDS = (200_000, 20, 20)
"""What a command makes by the hundred thousand, expressions and records of rows, has no cycles and lives to its end:
with Python's own thresholds the collector takes a seventh of a short proof."""


BLAS_THREADS = ("OPENBLAS_NUM_THREADS", "1")
"""Nothing here multiplies matrices of floats: numpy's library need not keep a thread and its memory for each core."""


class TerminatedExit(SystemExit):
    """SIGTERM, on its way out of the command: scratch files and workers go with it."""


def main() -> None:
    """Runs the command line and exits with its status."""
    gc.set_threshold(*CYCLES_THRESHOLDS)
    os.environ.setdefault(*BLAS_THREADS)
    _open_closed_streams()
    signal.signal(signal.SIGTERM, _terminate)
    try:
        from limpid.command_line import main as run

        run()
    except (Exception, KeyboardInterrupt, TerminatedExit) as error:
        stop = stop_behind(error)
        if stop is None:
            raise
        _end(stop)
    finally:
        # The interpreter would look for cycles among all that is left, to free what ends with the process.
        gc.freeze()


def _terminate(number: int, _frame: FrameType | None) -> None:
    raise TerminatedExit(128 + number)


def stop_behind(error: BaseException) -> type[LimpidError] | None:
    """The error of the signal that an error comes from: Python raises another where a class is being made."""
    from limpid.errors import StoppedError, TerminatedError

    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, KeyboardInterrupt):
            return StoppedError
        # Under another name this module is there twice.
        if type(chain).__name__ == TerminatedExit.__name__:
            return TerminatedError
        chain = chain.__cause__ or chain.__context__
    return None


def _end(kind: type[LimpidError]) -> None:
    """Ends at once: what is half imported should not be unwound."""
    import json

    from limpid.errors import SCHEMA_VERSION, StoppedError

    message = f"{'interrupted' if kind is StoppedError else 'terminated'}; nothing is left half-written"
    if "--json" in sys.argv:
        _write(1, f"{json.dumps({'schema': SCHEMA_VERSION, **kind(message).facts()})}\n")
    _write(2, f"\nError: {message}\n")
    os._exit(kind.exit_status)


def _write(stream: int, text: str) -> None:
    """Writes what may find no reader."""
    try:
        os.write(stream, text.encode())
    except OSError:
        return


def _open_closed_streams() -> None:
    """A closed standard stream's number would be given to the next file that is opened, and that be written over."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # To be read or written, but not both: what is used against its direction fails.
            os.open(os.devnull, os.O_WRONLY if number == 0 else os.O_RDONLY)


if __name__ == "__main__":
    main()
