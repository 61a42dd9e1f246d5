"""The parts that hold the bounds: bodies, connections, listeners, children."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.requests import Request

from limpid.service import bodies, connections, serving
from limpid.service.bodies import BodyBudget, read_body
from limpid.service.child import Child, RejectedError, TaskError, TooSlowError, WorkerDiedError
from limpid.service.feed import Change, Feed
from limpid.service.limits import MOST_LISTENERS, MOST_UNHEARD_EVENTS
from limpid.service.refusals import Code, RefusalError, ServiceFolderError
from tests.killed_processes import is_at_work

Message = dict[str, Any]


def request_of(*messages: Message, length: str | None = None, pause: float = 0) -> Request:
    """A request whose body comes in these messages."""
    waiting = list(messages)

    async def receive() -> Message:
        await asyncio.sleep(pause)
        return waiting.pop(0)

    headers = [] if length is None else [(b"content-length", length.encode())]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)


def piece(content: bytes, more: bool = True) -> Message:
    """A part of a body."""
    return {"type": "http.request", "body": content, "more_body": more}


def refusal_of(work: Awaitable[object]) -> RefusalError:
    """What a request is refused with."""

    async def run() -> RefusalError:
        with pytest.raises(RefusalError) as found:
            await work
        return found.value

    return asyncio.run(run())


def test_body_within_its_bound_is_read_whole() -> None:
    assert asyncio.run(read_body(request_of(piece(b"ab"), piece(b"c", False)), 3)) == b"abc"
    assert asyncio.run(read_body(request_of(piece(b"abc", False), length="3"), 3)) == b"abc"


@pytest.mark.parametrize(
    ("length", "code", "status"),
    [
        ("4", Code.RESOURCE_EXHAUSTED, 413),
        ("9" * 40, Code.RESOURCE_EXHAUSTED, 413),
        ("-1", Code.MALFORMED, 400),
        ("+1", Code.MALFORMED, 400),
        ("", Code.MALFORMED, 400),
        ("1 ", Code.MALFORMED, 400),
        ("1_0", Code.MALFORMED, 400),
    ],
)
def test_stated_length_is_refused_before_anything_is_read(length: str, code: Code, status: int) -> None:
    # There is no message to read: whoever asked for one would fail.
    refused = refusal_of(read_body(request_of(length=length), 3))
    assert (refused.code, refused.status) == (code, status)


def test_body_that_grows_beyond_its_bound_is_refused_in_the_middle() -> None:
    refused = refusal_of(read_body(request_of(piece(b"ab"), piece(b"cd")), 3))
    assert (refused.code, refused.status) == (Code.RESOURCE_EXHAUSTED, 413)


def test_slow_body_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.05)
    slow = request_of(*(piece(b"a") for _ in range(100)), pause=0.01)
    assert refusal_of(read_body(slow, 1000)).code is Code.DEADLINE_EXCEEDED


def test_client_that_leaves_in_the_middle_of_a_body_is_no_defect() -> None:
    refused = refusal_of(read_body(request_of(piece(b"a"), {"type": "http.disconnect"}), 3))
    assert refused.code is Code.CANCELED


def test_bodies_together_are_bounded_and_given_back() -> None:
    budget = BodyBudget(10)
    with budget.reserved(6):
        with pytest.raises(RefusalError, match="other requests take all the memory"), budget.reserved(5):
            pass
        with budget.reserved(4):
            assert budget.in_use == 10
    assert budget.in_use == 0


async def _served(use: Callable[[int], Awaitable[None]]) -> None:
    """Runs a client against a server that answers everything with nothing."""

    async def application(scope: object, receive: object, send: Callable[[Message], Awaitable[None]]) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        application,
        http=connections.PatientProtocol,
        lifespan="off",
        log_config=None,
        timeout_keep_alive=60,
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve([listening]))
    try:
        await asyncio.wait_for(use(listening.getsockname()[1]), 30)
    finally:
        server.should_exit = True
        await running


@pytest.mark.parametrize("answered", [0, 2])
def test_head_that_does_not_end_closes_the_connection(answered: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.3)

    async def use(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(answered):
            writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204")
        writer.write(b"GET / HTTP/1.1\r\n")
        # However many bytes come, it is over.
        for number in range(200):
            if reader.at_eof():
                break
            writer.write(f"X-{number}: y\r\n".encode())
            await asyncio.sleep(0.02)
        assert reader.at_eof()

    asyncio.run(_served(use))


def test_more_connections_than_twice_the_bound_are_closed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 2)

    async def use(port: int) -> None:
        kept = [await asyncio.open_connection("127.0.0.1", port) for _ in range(4)]
        reader, _ = await asyncio.open_connection("127.0.0.1", port)
        assert await reader.read() == b""
        assert not any(reader.at_eof() for reader, _ in kept)

    asyncio.run(_served(use))


def test_listener_that_does_not_keep_up_is_dropped_and_the_others_are_not() -> None:
    async def run() -> None:
        feed, change = Feed(), Change(None, is_finished=False)  # type: ignore[arg-type]
        with feed.listening() as slow, feed.listening() as quick:
            for _ in range(MOST_UNHEARD_EVENTS + 1):
                feed.tell(change)
                assert await anext(quick) is change
            assert feed.listeners == 1
            heard = [found async for found in slow]
            assert len(heard) == MOST_UNHEARD_EVENTS
        assert feed.listeners == 0

    asyncio.run(run())


def test_listeners_are_bounded() -> None:
    feed = Feed()
    held: list[tuple[Any, AsyncIterator[Change]]] = []
    for _ in range(MOST_LISTENERS):
        context = feed.listening()
        held.append((context, context.__enter__()))
    with pytest.raises(RefusalError, match="clients listen already"), feed.listening():
        pass


@pytest.fixture
def kept_open(tmp_path: Path) -> int:
    return os.open(tmp_path, os.O_RDONLY)


def test_child_answers_fails_and_goes_on(kept_open: int, tmp_path: Path) -> None:
    async def run() -> None:
        worker = Child(kept_open)
        (tmp_path / "input").write_bytes(b"no stateless input")
        try:
            assert await worker.ask({"task": "root", "input": str(tmp_path / "input")}) == {"root": None}
            with pytest.raises(TaskError, match="internal error: KeyError") as found:
                await worker.ask({"task": "none"})
            assert found.value.kind == "internal"
            missing = {"elf": str(tmp_path / "missing"), "name": "missing", "kind": "segments", "parameters": "tiny"}
            with pytest.raises(TaskError) as found:
                await worker.ask({"task": "key", **missing})
            assert found.value.kind == "file"
            with pytest.raises(TaskError, match="no such file or directory"):
                await worker.ask({"task": "root", "input": str(tmp_path / "missing")})
            (tmp_path / "proof").write_bytes(b"no proof")
            task = {"task": "verify", "proof": str(tmp_path / "proof"), "program_id": "00" * 32, "parameters": "tiny"}
            with pytest.raises(RejectedError):
                await worker.ask({**task, "output": str(tmp_path / "output")})
            before = worker.pid
            # Reading of a pipe that nobody writes to has no end.
            os.mkfifo(tmp_path / "pipe")
            with pytest.raises(TooSlowError, match="it took longer than"):
                await worker.ask({"task": "root", "input": str(tmp_path / "pipe")}, seconds=0.5)
            assert await worker.ask({"task": "root", "input": str(tmp_path / "input")}) == {"root": None}
            assert worker.pid not in (None, before)
        finally:
            await worker.kill()

    asyncio.run(asyncio.wait_for(run(), 120))


def test_client_that_leaves_takes_its_task_along_and_nobody_elses(kept_open: int, tmp_path: Path) -> None:
    async def run() -> None:
        worker = Child(kept_open)
        (tmp_path / "input").write_bytes(b"no stateless input")
        os.mkfifo(tmp_path / "pipe")
        answered, endless = ({"task": "root", "input": str(tmp_path / name)} for name in ("input", "pipe"))
        try:
            assert await worker.ask(answered) == {"root": None}
            before = worker.pid
            in_work, waiting, other = (asyncio.create_task(worker.ask(task)) for task in (endless, endless, answered))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.sleep(0)
            assert worker.pid == before
            # The child is at it: only its end ends that.
            in_work.cancel()
            assert await other == {"root": None}
            assert worker.pid not in (None, before)
            assert not is_at_work(before or 0)
            assert (in_work.cancelled(), waiting.cancelled()) == (True, True)
        finally:
            await worker.kill()

    asyncio.run(asyncio.wait_for(run(), 120))


def test_child_that_dies_is_told_and_started_again(
    kept_open: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        worker = Child(kept_open)
        monkeypatch.setattr(sys, "executable", "/bin/false")
        with pytest.raises(WorkerDiedError, match=r"it ended with status 1|its line broke"):
            await worker.ask({"task": "none"})
        monkeypatch.undo()
        (tmp_path / "input").write_bytes(b"")
        try:
            assert await worker.ask({"task": "root", "input": str(tmp_path / "input")}) == {"root": None}
        finally:
            await worker.kill()

    asyncio.run(asyncio.wait_for(run(), 120))


def test_child_of_a_dead_server_keeps_the_folder_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "LOCK_SECONDS", 0)
    (tmp_path / "input").write_bytes(b"")

    async def run() -> None:
        with serving._locked(tmp_path / "folder") as descriptor:
            worker = Child(descriptor)
            await worker.ask({"task": "root", "input": str(tmp_path / "input")})
        # What this process held is closed now, as if it had died.
        with pytest.raises(ServiceFolderError, match="another server works in"), serving._locked(tmp_path / "folder"):
            pass
        await worker.kill()
        with serving._locked(tmp_path / "folder"):
            pass

    asyncio.run(asyncio.wait_for(run(), 120))
