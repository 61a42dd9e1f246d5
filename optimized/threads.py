"""Sharing work among the cores: compiled functions run without Python's lock, so threads suffice."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache

TASKS_PER_THREAD = 4
"""More tasks than threads, so that a thread that starts late or is slow holds nobody up."""


THREADS_VARIABLE = "LIMPID_THREADS"
"""The environment variable with the number of threads, where a process shall not use all cores."""


@cache
def thread_count() -> int:
    """The number of threads to use: what the environment says, else one for each core that this process may use."""
    wanted = os.environ.get(THREADS_VARIABLE, "")
    if wanted.isdecimal() and int(wanted) > 0:
        return int(wanted)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _helpers() -> ThreadPoolExecutor:
    """The threads beside the caller's."""
    return ThreadPoolExecutor(max(1, thread_count() - 1))


def in_parallel(work: Callable[[int, int], object], count: int, smallest: int = 1) -> None:
    """Calls work(start, stop) for ranges that cover 0 to count, none but the last shorter than `smallest`.

    The caller's thread works, too: it never waits while there is something to do.
    """
    step = max(1, smallest, -(-count // (thread_count() * TASKS_PER_THREAD)))
    starts = iter(range(0, count, step))

    def work_until_done() -> None:
        # Threads share the iterator: each start is given out once.
        for start in starts:
            work(start, min(start + step, count))

    helping = min(thread_count() - 1, -(-count // step) - 1)
    futures = [_helpers().submit(work_until_done) for _ in range(helping)]
    try:
        work_until_done()
    finally:
        wait([future for future in futures if not future.cancel()])
    for future in futures:
        if not future.cancelled():
            future.result()
