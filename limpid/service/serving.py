"""Starts and ends a server: folder, guests, children, jobs, socket."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from limpid.__main__ import TerminatedExit
from limpid.errors import LimpidError, PortError
from limpid.service.application import application
from limpid.service.child import Child, WorkerDiedError
from limpid.service.connections import PatientProtocol
from limpid.service.desk import Desk
from limpid.service.feed import Feed
from limpid.service.guests import GuestList, ServedGuest, kept_elf
from limpid.service.job_store import JobStore
from limpid.service.limits import CALL_SECONDS, LOCK_SECONDS, MOST_CONNECTIONS, SHUTDOWN_SECONDS
from limpid.service.metrics import Metrics
from limpid.service.proving import Proving
from limpid.service.refusals import ServiceFolderError, ServiceGuestError
from limpid.service.settings import Settings
from limpid.terminal.files import cause_of


@dataclass(frozen=True)
class Started:
    """A server that takes requests."""

    url: str
    guests: tuple[ServedGuest, ...]
    unfinished: int
    """How many jobs of an earlier server go on."""

    notes: tuple[str, ...]
    """What could not be read in the folder."""


def serve(settings: Settings, started: Callable[[Started], None]) -> None:
    """Serves until a signal ends it; `started` hears when requests are taken.

    Raises PortError if the port cannot be listened on, ServiceFolderError if the folder cannot be used, FileError if a
    guest cannot be read, and what the key of a guest cannot be made for.
    """
    is_started = False

    def begun(facts: Started) -> None:
        nonlocal is_started
        is_started = True
        started(facts)

    try:
        with _locked(settings.folder) as lock:
            asyncio.run(_serve(settings, lock, begun))
    except (KeyboardInterrupt, TerminatedExit):
        # A server that is told to end has done its work.
        if not is_started:
            raise


async def _serve(settings: Settings, lock: int, started: Callable[[Started], None]) -> None:
    prover, answerer, metrics, feed = Child(lock), Child(lock), Metrics(), Feed()
    listening = _listening(settings)
    running: asyncio.Task[None] | None = None
    try:
        guests = await _served(settings, answerer)
        store = JobStore(settings.folder, guests.all, settings.parameters)
        notes = store.load()
        desk = Desk(settings, guests, store, feed, answerer, metrics)
        proving = Proving(settings, guests, store, feed, prover, metrics)
        desk.wake = proving.wake
        _watch(desk)
        # What is no HTTP is refused without a word to whoever runs the server: a client could fill its disk with them.
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
        config = uvicorn.Config(
            application(desk, proving),
            http=PatientProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
        running = asyncio.create_task(proving.run())
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        url = f"http://{host}:{listening.getsockname()[1]}"
        started(Started(url, guests.all, store.unfinished, tuple(notes)))
        await uvicorn.Server(config).serve([listening])
    finally:
        if running is not None:
            running.cancel()
        listening.close()
        await asyncio.gather(prover.kill(), answerer.kill())


def _watch(desk: Desk) -> None:
    """The numbers that are found out when somebody looks."""
    desk.metrics.watch("limpid_jobs_unfinished", "Jobs that wait or are in work.", lambda: desk.store.unfinished)
    desk.metrics.watch("limpid_listeners", "Clients that listen to events.", lambda: desk.feed.listeners)
    desk.metrics.watch("limpid_body_bytes", "Bytes that bodies take.", lambda: desk.bodies.in_use)


async def _served(settings: Settings, child: Child) -> GuestList:
    """The guests with their keys. Raises ServiceGuestError, FileError, ServiceFolderError, and what a child raises."""
    folder, served = settings.folder / "guests", list[ServedGuest]()
    try:
        folder.mkdir(exist_ok=True)
        for guest in settings.guests:
            elf = kept_elf(guest, folder)
            task = {"task": "key", "elf": str(elf), "parameters": settings.parameters}
            made = await child.ask(task, seconds=CALL_SECONDS)
            key, program_id = bytes.fromhex(made["key"]), bytes.fromhex(made["program_id"])
            if program_id in (other.program_id for other in served):
                raise ServiceGuestError(
                    f"{guest.name} is the same program as another guest", "serve it under one name only"
                )
            served.append(ServedGuest(guest.name, elf, key, program_id, guest.is_block_validator))
    except OSError as error:
        raise _folder_error(settings.folder, error) from error
    except WorkerDiedError as error:
        raise LimpidError(f"the key of a guest was not made: {error}", "look at what stands above") from error
    return GuestList(served)


def _listening(settings: Settings) -> socket.socket:
    """The socket of the server. Raises PortError if there is none."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        made = socket.socket(family, kind, protocol)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(address)
            made.listen(MOST_CONNECTIONS)
        except BaseException:
            made.close()
            raise
    except OSError as error:
        raise PortError(
            f"cannot listen on {settings.host}, port {settings.port}: {cause_of(error)}",
            "choose others with --host and --port",
        ) from error
    made.setblocking(False)
    return made


@contextmanager
def _locked(folder: Path) -> Iterator[int]:
    """The folder's lock, which children hold too. Raises ServiceFolderError if another server has it."""
    try:
        # Inputs and plans are as private as who sent them wants them.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _folder_error(folder, error) from error
    try:
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    raise ServiceFolderError(
                        f"another server works in {folder}", "end it, or choose another folder with --folder"
                    ) from error
                time.sleep(0.1)
        yield descriptor
    finally:
        os.close(descriptor)


def _folder_error(folder: Path, error: OSError) -> ServiceFolderError:
    return ServiceFolderError(
        f"{error.filename or folder}: {cause_of(error)}", "choose another folder with --folder, or make room"
    )
