"""Sharing work among the cores: compiled functions run without Python's lock, so threads suffice."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import TypeVar

Item = TypeVar("Item")

ITEMS_AHEAD = 2
"""Made before they are asked for: a table's two matrices are asked for one after the other."""

TASKS_PER_THREAD = 4
"""More tasks than threads, so that a thread that starts late or is slow holds nobody up."""


THREADS_VARIABLE = "LIMPID_THREADS"
"""Of the environment: the number of threads, where a process shall not use all cores."""


@cache
def thread_count() -> int:
    """The number of threads to use: what the environment says, else one for each core that this process may use."""
    wanted = os.environ.get(THREADS_VARIABLE, "")
    if wanted.isdecimal() and int(wanted) > 0:
        return int(wanted)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(thread_count())


def in_parallel(work: Callable[[int, int], object], count: int, smallest: int = 1) -> None:
    """Calls work(start, stop) for ranges that cover 0 to count, none but the last shorter than `smallest`."""
    step = max(1, smallest, -(-count // (thread_count() * TASKS_PER_THREAD)))
    ranges = [(start, min(start + step, count)) for start in range(0, count, step)]
    if len(ranges) == 1:
        work(*ranges[0])
        return
    for future in [_pool().submit(work, start, stop) for start, stop in ranges]:
        future.result()


def made_ahead(items: Iterable[Item]) -> Iterator[Item]:
    """The items in order, made on a thread of its own: what takes Python's lock there goes on beside compiled work."""
    iterator = iter(items)
    none_left = object()
    pending: deque[Future[Item | object]] = deque()
    with ThreadPoolExecutor(1) as pool:
        while len(pending) < ITEMS_AHEAD:
            pending.append(pool.submit(next, iterator, none_left))
        while (item := pending.popleft().result()) is not none_left:
            pending.append(pool.submit(next, iterator, none_left))
            yield item  # type: ignore[misc]
