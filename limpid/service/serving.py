"""Starts and ends a server: folder, guests, children, jobs, socket."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from limpid.__main__ import TerminatedExit
from limpid.advice.memory_advice import resident_bytes
from limpid.errors import LimpidError, PortError
from limpid.service.application import application
from limpid.service.child import Child, WorkerDiedError
from limpid.service.connections import PatientProtocol
from limpid.service.desk import Desk
from limpid.service.feed import Feed
from limpid.service.guests import GuestList, Kind, ServedGuest, kept_elf, nothing_left
from limpid.service.job_store import JobStore
from limpid.service.limits import CALL_SECONDS, LOCK_SECONDS, MOST_CONNECTIONS, SHUTDOWN_SECONDS
from limpid.service.metrics import Metrics
from limpid.service.proving import Proving
from limpid.service.refusals import ServiceFolderError, ServiceGuestError
from limpid.service.settings import NamedGuest, Settings
from limpid.terminal.files import cause_of

LOCK_NAME = "lock"
GUESTS_NAME = "guests"
"""In the folder of a server, beside those of jobs and of scratch files."""


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
    is_started, is_new = False, not settings.folder.exists()

    def begun(facts: Started) -> None:
        nonlocal is_started
        is_started = True
        started(facts)

    try:
        with _locked(settings.folder) as lock:
            try:
                asyncio.run(_serve(settings, lock, begun))
            finally:
                if is_new and not is_started:
                    _remove_unused(settings.folder)
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
        store = JobStore(settings.folder, guests.all)
        notes = store.load()
        desk = Desk(settings, guests, store, feed, answerer, metrics)
        proving = Proving(settings, guests, store, feed, prover, metrics)
        desk.wake, desk.held_bytes = proving.wake, lambda: 0 if prover.pid is None else resident_bytes(prover.pid)
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
    folder, served = settings.folder / GUESTS_NAME, list[ServedGuest]()
    try:
        folder.mkdir(exist_ok=True)
        with nothing_left(folder):
            for guest in settings.guests:
                elf = kept_elf(guest, folder)
                for kind in Kind if settings.final else (Kind.SEGMENTS,):
                    made = await _with_key(guest, elf, kind, settings, child)
                    if made.statement in (other.statement for other in served):
                        raise ServiceGuestError(
                            f"{guest.name} is the same program as another guest", "serve it under one name only"
                        )
                    served.append(made)
    except OSError as error:
        raise _folder_error(settings.folder, error) from error
    except WorkerDiedError as error:
        raise LimpidError(f"the key of a guest was not made: {error}", "look at what stands above") from error
    return GuestList(served)


async def _with_key(guest: NamedGuest, elf: Path, kind: Kind, settings: Settings, child: Child) -> ServedGuest:
    """Raises what a child raises; its errors name the file that the guest was read from."""
    task = {"task": "key", "elf": str(elf), "name": guest.path, "kind": kind.value, "parameters": settings.parameters}
    made = await child.ask(task, seconds=CALL_SECONDS)
    return ServedGuest(
        name=kind.type_name(guest.name),
        elf=elf,
        key=bytes.fromhex(made["key"]),
        program_id=bytes.fromhex(made["program_id"]),
        is_block_validator=guest.is_block_validator,
        parameters=made["parameters"],
        kind=kind,
        least_memory_bytes=made["least_memory_bytes"],
    )


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
    deadline = time.monotonic() + LOCK_SECONDS
    while (descriptor := _lock(folder)) is None:
        if time.monotonic() > deadline:
            raise ServiceFolderError(
                f"another server works in {folder}", "end it, or choose another folder with --folder"
            )
        time.sleep(0.1)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _lock(folder: Path) -> int | None:
    """The descriptor of the folder's lock; None where another process has it. Raises ServiceFolderError if the folder
    cannot be used."""
    lock = folder / LOCK_NAME
    try:
        # Inputs and plans are as private as who sent them wants them.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _folder_error(folder, error) from error
    with suppress(BlockingIOError, FileNotFoundError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A server that never began takes its lock away.
        if os.path.samestat(os.fstat(descriptor), lock.stat()):
            return descriptor
    os.close(descriptor)
    return None


def _remove_unused(folder: Path) -> None:
    """Removes the folder of a server that never began: there is nothing in it."""
    with suppress(OSError):
        (folder / GUESTS_NAME).rmdir()
    with suppress(OSError):
        if [path.name for path in folder.iterdir()] == [LOCK_NAME]:
            (folder / LOCK_NAME).unlink()
            folder.rmdir()


def _folder_error(folder: Path, error: OSError) -> ServiceFolderError:
    return ServiceFolderError(
        f"{error.filename or folder}: {cause_of(error)}", "choose another folder with --folder, or make room"
    )
