"""What every door of the service does: accept jobs, wait for them, and answer what can be answered at once."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import Request

from limpid.service.bodies import BodyBudget, read_body, require_length
from limpid.service.child import Child, TaskError, TooSlowError, WorkerDiedError
from limpid.service.feed import Change, Feed
from limpid.service.guests import GuestList, ServedGuest, require_memory
from limpid.service.job_store import Job, JobStore, State
from limpid.service.limits import CALL_SECONDS, MOST_BODY_BYTES_AT_ONCE, MOST_WAITING_CALLS
from limpid.service.metrics import Metrics
from limpid.service.refusals import Code, RefusalError, busy
from limpid.service.roots import input_root, root_text
from limpid.service.settings import Settings


@dataclass(frozen=True)
class Called:
    """What came of a call that is answered at once."""

    facts: dict[str, Any]
    output: bytes
    """The public output, of an execution or stated by an accepted proof."""


class Desk:
    """The state of a server that its doors share."""

    def __init__(
        self, settings: Settings, guests: GuestList, store: JobStore, feed: Feed, child: Child, metrics: Metrics
    ) -> None:
        self.settings = settings
        self.guests = guests
        self.store = store
        self.feed = feed
        self.metrics = metrics
        self.bodies = BodyBudget(MOST_BODY_BYTES_AT_ONCE)
        self.wake: Callable[[], None] = lambda: None
        """Tells the prover that there is a job."""

        self.held_bytes: Callable[[], int] = lambda: 0
        """The memory that the prover's process holds."""

        self._child = child
        self._calls = 0
        self._accepting = asyncio.Lock()
        self._scratch = settings.folder / "scratch"
        shutil.rmtree(self._scratch, ignore_errors=True)
        self._scratch.mkdir(parents=True)

    @asynccontextmanager
    async def body(self, request: Request, at_most: int) -> AsyncIterator[bytes]:
        """A request's body; its bytes count as in use until the block ends. Raises RefusalError as `read_body` does."""
        with self.bodies.reserved(require_length(request, at_most)):
            yield await read_body(request, at_most)

    async def submit(self, guests: list[ServedGuest], private_input: bytes) -> list[Job]:
        """The jobs of an input, one for each guest, on the disk and in the queue.

        Whoever asks for the same again gets the same job; one that failed is tried again. Raises RefusalError if there
        is no room for all of them, or the input is none of the guest's.
        """
        root = await self._root(guests, private_input)
        digest = (await asyncio.to_thread(hashlib.sha256, private_input)).hexdigest()
        async with self._accepting:
            known = [self.store.found(guest, digest) for guest in guests]
            new = sum(job is None or job.state is State.FAILED for job in known)
            if self.store.unfinished + new > self.settings.queue:
                raise busy(f"the queue has room for {self.settings.queue} jobs")
            for guest, job in zip(guests, known, strict=True):
                if job is None or job.state is State.FAILED:
                    require_memory(guest, self.held_bytes())
            with _disk_errors():
                return [
                    await self._accepted(guest, job, private_input, digest, root)
                    for guest, job in zip(guests, known, strict=True)
                ]

    async def execute(self, guest: ServedGuest, private_input: bytes) -> Called:
        """A run without a proof. Raises RefusalError, and TaskError if the run fails."""
        with self._files() as files:
            (files / "input").write_bytes(private_input)
            task = {"task": "execute", "elf": str(guest.elf), "limit": self.settings.maximum_instructions}
            facts = await self._call({**task, "input": str(files / "input"), "output": str(files / "output")})
            return Called(facts, (files / "output").read_bytes())

    async def verify(self, guest: ServedGuest, proof: bytes) -> Called:
        """The verdict on a proof of any run of the guest that ended with exit code 0.

        Raises RefusalError, RejectedError if the proof is not accepted, and TaskError if it secures too little.
        """
        with self._files() as files:
            (files / "proof").write_bytes(proof)
            task = {"task": "verify", "program_id": guest.program_id.hex(), "parameters": guest.parameters}
            facts = await self._call({**task, "proof": str(files / "proof"), "output": str(files / "output")})
            return Called(facts, (files / "output").read_bytes())

    async def flame_graph(self, job: Job) -> bytes:
        """The picture of where the cycles of a proven job go; made when somebody first wants it. Raises RefusalError if
        there is none."""
        guest = next((guest for guest in self.guests.all if guest.program_id.hex() == job.program_id), None)
        if not (pictures := list(job.profile_folder.glob("*.html"))):
            if job.state is not State.PROVEN or guest is None:
                raise RefusalError(Code.NOT_FOUND, "only proven jobs of served guests have a picture", "wait for it")
            title = f"{job.guest}: {job.outcome['instructions']:,} instructions"
            task = {"task": "profile", "elf": str(guest.elf), "input": str(job.input_path), "title": title}
            try:
                await self._call({**task, "folder": str(job.profile_folder)})
            except TaskError as error:
                raise RefusalError(Code.INTERNAL, error.message, error.next_step or "report it") from error
            pictures = list(job.profile_folder.glob("*.html"))
        return await self.kept(pictures[0])

    async def kept(self, path: Path) -> bytes:
        """A file of a finished job. Raises RefusalError if the job has just been forgotten."""
        try:
            return await asyncio.to_thread(path.read_bytes)
        except FileNotFoundError as error:
            raise RefusalError(
                Code.NOT_FOUND, "the job is forgotten: others were finished later", "ask for the proof again"
            ) from error

    async def _accepted(self, guest: ServedGuest, job: Job | None, private_input: bytes, digest: str, root: str) -> Job:
        if job is None:
            job = await asyncio.to_thread(self.store.write, guest, private_input, digest, root)
            self.store.add(job)
        elif job.state is State.FAILED:
            self.store.retry(job)
        else:
            return job
        self.metrics.accepted.labels(guest.name).inc()
        self.feed.tell(Change(job, is_finished=False))
        self.wake()
        return job

    async def _root(self, guests: list[ServedGuest], private_input: bytes) -> str:
        """What the request goes by."""
        kinds = {guest.is_block_validator for guest in guests}
        if kinds == {False}:
            return root_text(await asyncio.to_thread(input_root, private_input))
        if len(kinds) > 1:
            raise RefusalError(
                Code.INVALID_ARGUMENT,
                "a request for a validator of blocks and another guest has two roots",
                "ask for one after the other",
            )
        with self._files() as files:
            (files / "input").write_bytes(private_input)
            root = (await self._call({"task": "root", "input": str(files / "input")}))["root"]
        if root is None:
            raise RefusalError(
                Code.INVALID_ARGUMENT,
                "the body is no stateless input of a supported fork",
                "make one with: limpid ethereum witness",
            )
        return root_text(bytes.fromhex(root))

    async def _call(self, task: dict[str, object]) -> dict[str, Any]:
        """What the child answers, which does one after the other. Raises RefusalError if it does not, RejectedError or
        TaskError if that is its answer."""
        if self._calls >= MOST_WAITING_CALLS:
            raise busy(f"{MOST_WAITING_CALLS} calls wait already")
        self._calls += 1
        try:
            return await self._child.ask(task, seconds=CALL_SECONDS)
        except TooSlowError as error:
            raise RefusalError(Code.DEADLINE_EXCEEDED, f"the call was ended: {error}", "send a smaller one") from error
        except WorkerDiedError as error:
            raise RefusalError(Code.INTERNAL, f"the call was lost: {error}", "try again") from error
        finally:
            self._calls -= 1

    @contextmanager
    def _files(self) -> Iterator[Path]:
        """A folder for the byte strings of one call."""
        with (
            _disk_errors(),
            tempfile.TemporaryDirectory(dir=self._scratch, ignore_cleanup_errors=True) as name,
        ):
            yield Path(name)


@contextmanager
def _disk_errors() -> Iterator[None]:
    """Raises RefusalError where the server's disk fails: no client is to blame, and none learns of its paths."""
    try:
        yield
    except OSError as error:
        print(f"the folder of the service: {error}", file=sys.stderr, flush=True)
        raise RefusalError(Code.UNAVAILABLE, "the server cannot write to its disk", "try again later") from error
