"""Processes that are killed at a random moment of their work."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

from reference.segments.files import SCRATCH_SUFFIX


def seconds_of(work: Callable[[], object]) -> float:
    """How long work takes that nobody stops."""
    start = time.monotonic()
    work()
    return time.monotonic() - start


def killed(work: Callable[[], object], seconds: float) -> bool:
    """Does the work in a copy of this process and kills it after so many seconds; whether it was still at work."""
    process = os.fork()
    if process == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    time.sleep(seconds)
    os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    # Work that fails by itself would look like work that is done.
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def is_at_work(process: int) -> bool:
    """Whether a process is there, and not merely unburied."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def sweep(
    work: Callable[[], object], folder: Path, finished: dict[str, bytes], kills: int, chance: random.Random
) -> None:
    """Kills work in a folder so often, each time with some files missing; nothing in it is ever half-written.

    `finished` are the files that the work ends with, but for those that it writes more than once.
    """
    work()
    whole, count = seconds_of(work), 0
    while count < kills:
        for name in finished:
            if chance.random() < 0.5:
                (folder / name).unlink(missing_ok=True)
        count += killed(work, chance.uniform(0, 2 * whole))
        for path in folder.iterdir():
            if path.suffix != SCRATCH_SUFFIX and path.name in finished:
                assert path.read_bytes() == finished[path.name], path
