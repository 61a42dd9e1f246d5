"""One changed file at a door, within limits of time and memory."""

from __future__ import annotations

import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from tests.address_space import leave_addresses
from tests.fuzzing.doors import Door

SECONDS = 2.0
SECONDS_PER_MEGABYTE = 1.0
"""What a file may cost on the processor, of its own size."""

PATIENCE = 10
"""So many times that, and the answer is cut off."""

MEMORY_BYTES = 1 << 30
"""What answers may allocate beside what the process has."""


class CostError(Exception):
    """A file that costs more than its size explains."""


def allowed_seconds(door: Door, content: bytes) -> float:
    """What the file may cost on the processor."""
    return door.patience * (SECONDS + SECONDS_PER_MEGABYTE * len(content) / 2**20)


def answered(door: Door, content: bytes, directory: Path) -> tuple[str, float]:
    """What became of the file, and the seconds it took. Raises CostError, MemoryError, and whatever the door should not
    raise."""
    allowed = allowed_seconds(door, content)
    signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE * allowed)
    began = time.process_time()
    try:
        outcome = door.answer(content, directory)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    took = time.process_time() - began
    if took > allowed:
        raise CostError(f"{outcome} took {took:.1f} s, {allowed:.1f} s are allowed for {len(content):,} bytes")
    return outcome, took


@contextmanager
def limited() -> Iterator[None]:
    """Within it, the process has no more memory than it has now and an answer may take, and answers without end are cut
    off."""

    def cut_off(_: int, __: FrameType | None) -> None:
        raise CostError("an answer that does not end")

    before = resource.getrlimit(resource.RLIMIT_AS)
    leave_addresses(MEMORY_BYTES)
    handler = signal.signal(signal.SIGVTALRM, cut_off)
    try:
        yield
    finally:
        signal.signal(signal.SIGVTALRM, handler)
        resource.setrlimit(resource.RLIMIT_AS, before)
