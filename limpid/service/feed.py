"""What listeners hear: events go to all of them, and one that does not keep up is dropped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from limpid.service.limits import MOST_LISTENERS, MOST_UNHEARD_EVENTS
from limpid.service.refusals import busy

if TYPE_CHECKING:
    from limpid.service.job_store import Job


@dataclass(frozen=True)
class Change:
    """A job that is new, moved on, or is finished."""

    job: Job
    is_finished: bool


class Feed:
    """Tells changes to whoever listens."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[Change | None]] = set()

    @property
    def listeners(self) -> int:
        """How many."""
        return len(self._queues)

    def tell(self, change: Change) -> None:
        """Hands a change to every listener, and drops those that are too far behind."""
        for queue in list(self._queues):
            if queue.qsize() >= MOST_UNHEARD_EVENTS:
                self._queues.discard(queue)
                queue.put_nowait(None)
            else:
                queue.put_nowait(change)

    @contextmanager
    def listening(self) -> Iterator[AsyncIterator[Change]]:
        """The changes from now on; they end for a listener that is dropped. Raises RefusalError above the bound."""
        if len(self._queues) >= MOST_LISTENERS:
            raise busy(f"{MOST_LISTENERS} clients listen already")
        # One place more than changes: for the end of those that are dropped.
        queue: asyncio.Queue[Change | None] = asyncio.Queue(MOST_UNHEARD_EVENTS + 1)
        self._queues.add(queue)
        try:
            yield _changes(queue)
        finally:
            self._queues.discard(queue)


async def _changes(queue: asyncio.Queue[Change | None]) -> AsyncIterator[Change]:
    while (change := await queue.get()) is not None:
        yield change
