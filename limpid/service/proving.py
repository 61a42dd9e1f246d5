"""The prover's side: one job after the other, in a child, until the server ends."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from limpid.service.child import Child, TaskError, WorkerDiedError
from limpid.service.feed import Change, Feed
from limpid.service.guests import GuestList, Kind
from limpid.service.job_store import Job, JobStore, State
from limpid.service.limits import MOST_DEATHS
from limpid.service.metrics import Metrics
from limpid.service.settings import Settings

PAUSE_SECONDS = 1.0
"""After a death, so that a prover that cannot start does not take the whole machine."""


class Proving:
    """Takes jobs out of the queue."""

    def __init__(
        self, settings: Settings, guests: GuestList, store: JobStore, feed: Feed, child: Child, metrics: Metrics
    ) -> None:
        self._settings = settings
        self._guests = guests
        self._store = store
        self._feed = feed
        self._child = child
        self._metrics = metrics
        self._awake = asyncio.Event()
        self.is_running = False
        """Whether it takes jobs."""

    def wake(self) -> None:
        """There is a job."""
        self._awake.set()

    async def run(self) -> None:
        """Never ends by itself."""
        self.is_running = True
        try:
            while True:
                self._awake.clear()
                job = next(self._store.waiting(), None)
                if job is None:
                    await self._awake.wait()
                else:
                    await self._prove(job)
                    self._store.forget(self._settings.keep)
        finally:
            self.is_running = False

    async def _prove(self, job: Job) -> None:
        job.state = State.PROVING
        self._feed.tell(Change(job, is_finished=False))
        try:
            async with self._process_for(job):
                figures = await self._child.ask(self._task(job), heard=lambda facts: self._hear(job, facts))
            await asyncio.to_thread(self._store.finish, job, figures)
            self._metrics.proving_seconds.labels(job.guest).observe(figures["seconds"])
        except WorkerDiedError as error:
            self._metrics.deaths.inc()
            job.deaths += 1
            if job.deaths < MOST_DEATHS:
                job.state = State.WAITING
                await asyncio.sleep(PAUSE_SECONDS)
                return
            text = f"its prover died {job.deaths} times, the last time because {error}"
            self._fail(job, "worker_died", text, "look at what the server prints, then ask for the proof again")
        except TaskError as error:
            self._fail(job, error.kind, error.message, error.next_step)
        except OSError as error:
            self._fail(job, "file", f"the proof could not be kept: {error}", "make room, then ask for the proof again")
        job.ended.set()
        self._metrics.finished.labels(job.guest, job.state.value).inc()
        self._feed.tell(Change(job, is_finished=True))

    @asynccontextmanager
    async def _process_for(self, job: Job) -> AsyncIterator[None]:
        """A final proof has a process of its own: it takes most of a machine, and processes keep what they took."""
        if job.kind is not Kind.FINAL:
            yield
            return
        await self._child.kill()
        try:
            yield
        finally:
            await self._child.kill()

    def _task(self, job: Job) -> dict[str, object]:
        return {
            "task": "prove",
            "elf": str(self._guests.named(job.guest).elf),
            "input": str(job.input_path),
            "folder": str(job.run_folder),
            "output": str(job.output_path),
            "kind": job.kind.value,
            "parameters": job.parameters,
            "limit": self._settings.maximum_instructions,
        }

    def _hear(self, job: Job, facts: dict[str, Any]) -> None:
        if "note" in facts:
            print(f"{job.identifier}: {facts['note']}", file=sys.stderr, flush=True)
            return
        job.stage, job.fraction = facts["stage"], facts["fraction"]
        self._feed.tell(Change(job, is_finished=False))

    def _fail(self, job: Job, kind: str, message: str, next_step: str | None) -> None:
        try:
            self._store.fail(job, kind, message, next_step)
        except OSError as error:
            # The disk takes nothing: the next start tries the job again.
            print(f"{job.identifier}: its failure could not be kept: {error}", file=sys.stderr, flush=True)
            job.state, job.outcome = State.FAILED, {"error": {"kind": kind, "message": message, "next_step": next_step}}
