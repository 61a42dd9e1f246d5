"""What the doors share, with a child that answers at once: bounds of the queue and of calls, roots, what is kept."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
from collections.abc import Callable, Coroutine, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from limpid.service import proving
from limpid.service.application import application
from limpid.service.child import TaskError, WorkerDiedError
from limpid.service.desk import Desk
from limpid.service.feed import Feed
from limpid.service.guests import GuestList, Kind, ServedGuest
from limpid.service.job_store import JobStore, State
from limpid.service.limits import MOST_WAITING_CALLS
from limpid.service.metrics import Metrics
from limpid.service.proof_node import ProofNode
from limpid.service.proving import Proving
from limpid.service.refusals import Code, RefusalError
from limpid.service.roots import root_text
from reference.segments.folder import PROOF_NAME
from tests.limpid.service.test_guard import LOCAL
from tests.limpid.service.test_roots import result

PLAIN = ServedGuest("plain", Path("plain.elf"), b"key", bytes(32), False, "tiny", Kind.SEGMENTS)
VALIDATOR = replace(
    PLAIN, name="validator", elf=Path("validator.elf"), program_id=bytes([1]) * 32, is_block_validator=True
)
Message = MutableMapping[str, Any]
ROOT = bytes.fromhex("ab" * 32)


@dataclass
class FakeChild:
    """Answers with what a test wants."""

    answers: Callable[[dict[str, Any]], dict[str, Any]] = lambda task: {}
    held: asyncio.Event = field(default_factory=asyncio.Event)
    """Calls wait for it."""

    async def ask(self, task: dict[str, Any], **_: object) -> dict[str, Any]:
        await self.held.wait()
        return self.answers(task)

    async def kill(self) -> None:
        pass


@dataclass
class Shared:
    """A desk with all that it stands on."""

    desk: Desk
    store: JobStore
    child: FakeChild
    proving: Proving


def shared(
    folder: Path,
    queue: int = 2,
    keep: int = 1,
    served: Sequence[ServedGuest] = (PLAIN, VALIDATOR),
    prover: object = None,
) -> Shared:
    """A server's insides. One child answers and proves, unless there is a prover."""
    settings = replace(LOCAL, folder=folder, queue=queue, keep=keep)
    guests, feed, metrics, child = GuestList([*served]), Feed(), Metrics(), FakeChild()
    store = JobStore(folder, guests.all)
    assert store.load() == []
    child.held.set()
    desk = Desk(settings, guests, store, feed, child, metrics)  # type: ignore[arg-type]
    proves = Proving(settings, guests, store, feed, prover or child, metrics)  # type: ignore[arg-type]
    desk.wake = proves.wake
    return Shared(desk, store, child, proves)


def writing(output: bytes) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Answers calls with this public output."""
    return lambda task: {"written": Path(task["output"]).write_bytes(output)}


def run(work: Coroutine[Any, Any, None]) -> None:
    """Runs a test's coroutine, which fails where it would wait for ever."""
    asyncio.run(asyncio.wait_for(work, 60))


def test_queue_is_bounded_and_takes_all_jobs_of_a_request_or_none(tmp_path: Path) -> None:
    async def work() -> None:
        part = shared(tmp_path, queue=2)
        part.child.answers = lambda _: {"root": ROOT.hex()}
        await part.desk.submit([PLAIN], b"a")
        # The same once more is no other job.
        await part.desk.submit([PLAIN], b"a")
        await part.desk.submit([PLAIN], b"b")
        with pytest.raises(RefusalError, match="the queue has room for 2 jobs") as found:
            await part.desk.submit([PLAIN], b"c")
        assert (found.value.code, found.value.headers) == (Code.RESOURCE_EXHAUSTED, {"Retry-After": "5"})
        assert len(part.store.all()) == 2
        assert len(list((tmp_path / "jobs").iterdir())) == 2

    run(work())


def test_same_request_of_many_clients_at_once_is_one_job(tmp_path: Path) -> None:
    async def work() -> None:
        part = shared(tmp_path)
        found = await asyncio.gather(*(part.desk.submit([PLAIN], b"a") for _ in range(20)))
        assert {jobs[0].identifier for jobs in found} == {part.store.all()[0].identifier}
        assert len(part.store.all()) == 1

    run(work())


def test_calls_that_wait_are_bounded(tmp_path: Path) -> None:
    async def work() -> None:
        part = shared(tmp_path)
        part.child.held.clear()
        part.child.answers = writing(b"out")
        waiting = [asyncio.create_task(part.desk.execute(PLAIN, b"")) for _ in range(MOST_WAITING_CALLS)]
        await asyncio.sleep(0)
        with pytest.raises(RefusalError, match="calls wait already"):
            await part.desk.execute(PLAIN, b"")
        # Who leaves makes room.
        waiting.pop().cancel()
        await asyncio.sleep(0)
        waiting.append(asyncio.create_task(part.desk.execute(PLAIN, b"")))
        await asyncio.sleep(0)
        part.child.held.set()
        assert {called.output for called in await asyncio.gather(*waiting)} == {b"out"}
        assert list((tmp_path / "scratch").iterdir()) == []

    run(work())


def test_request_goes_by_its_input_or_by_its_payload_and_not_by_both(tmp_path: Path) -> None:
    async def work() -> None:
        part = shared(tmp_path, queue=9)
        part.child.answers = lambda _: {"root": ROOT.hex()}
        (plain,) = await part.desk.submit([PLAIN], b"a")
        assert plain.root == root_text(hashlib.sha256(b"a").digest())
        (block,) = await part.desk.submit([VALIDATOR], b"a")
        assert block.root == root_text(ROOT)
        with pytest.raises(RefusalError, match="has two roots"):
            await part.desk.submit([PLAIN, VALIDATOR], b"b")
        part.child.answers = lambda _: {"root": None}
        with pytest.raises(RefusalError, match="no stateless input of a supported fork"):
            await part.desk.submit([VALIDATOR], b"b")
        assert len(part.store.all()) == 2

    run(work())


def test_proof_of_a_block_is_valid_for_the_root_that_its_output_names(tmp_path: Path) -> None:
    async def work() -> None:
        part = shared(tmp_path)
        node, outputs = ProofNode(part.desk), [result(), result(valid=0), result(root=bytes(32)), b""]
        for output in outputs:
            part.child.answers = writing(output)
            found = await node._is_valid(VALIDATOR, b"proof", root_text(ROOT), None)
            assert found == (output == result())
            assert await node._is_valid(PLAIN, b"proof", root_text(ROOT), output)
            assert not await node._is_valid(PLAIN, b"proof", root_text(ROOT), output + b"x")

    run(work())


def test_job_whose_proof_cannot_be_kept_fails_and_the_next_is_done(tmp_path: Path) -> None:
    async def work() -> None:
        part = shared(tmp_path, queue=9, keep=9)
        first, second, third, fourth = [(await part.desk.submit([PLAIN], bytes([name])))[0] for name in range(4)]

        def answers(task: dict[str, Any]) -> dict[str, Any]:
            if task["folder"] == str(second.run_folder):
                raise TaskError({"kind": "trap", "message": "it ended", "next_step": "look"})
            if task["folder"] == str(fourth.run_folder) and not fourth.deaths:
                raise WorkerDiedError("it ended with status -9")
            if task["folder"] != str(first.run_folder):
                Path(task["folder"]).mkdir()
                (Path(task["folder"]) / PROOF_NAME).write_bytes(b"proof")
            return {"seconds": 1.0}

        part.child.answers = answers
        running = asyncio.create_task(part.proving.run())
        for job in (first, second, third, fourth):
            await asyncio.wait_for(job.ended.wait(), 30)
        running.cancel()
        assert [job.state for job in part.store.all()] == [State.FAILED, State.FAILED, State.PROVEN, State.PROVEN]
        assert [job.outcome["error"]["kind"] for job in (first, second)] == ["file", "trap"]
        assert fourth.deaths == 1

    run(work())


def test_job_whose_prover_dies_again_and_again_is_given_up_until_it_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, "PAUSE_SECONDS", 0)

    async def work() -> None:
        part, asked = shared(tmp_path), list[str]()

        def answers(task: dict[str, Any]) -> dict[str, Any]:
            asked.append(task["folder"])
            raise WorkerDiedError("it ended with status -9")

        part.child.answers = answers
        running = asyncio.create_task(part.proving.run())
        for times in (1, 2):
            (job,) = await part.desk.submit([PLAIN], b"a")
            await asyncio.wait_for(job.ended.wait(), 30)
            assert len(asked) == 3 * times
            error = job.outcome["error"]
            assert error["kind"] == "worker_died"
            assert error["message"].startswith("its prover died 3 times, the last time because it ended with status -9")
        assert b"limpid_prover_deaths_total 6.0" in part.desk.metrics.page()
        running.cancel()

    run(work())


def test_finished_jobs_beyond_the_bound_are_forgotten(tmp_path: Path) -> None:
    async def work() -> None:
        part = shared(tmp_path, queue=9, keep=1)

        def answers(task: dict[str, Any]) -> dict[str, Any]:
            Path(task["folder"]).mkdir()
            (Path(task["folder"]) / PROOF_NAME).write_bytes(b"proof")
            return {"seconds": 1.0}

        part.child.answers = answers
        jobs = [(await part.desk.submit([PLAIN], bytes([name])))[0] for name in range(3)]
        running = asyncio.create_task(part.proving.run())
        for job in jobs:
            await asyncio.wait_for(job.ended.wait(), 30)
        await asyncio.sleep(0.1)
        assert part.proving.is_running
        running.cancel()
        await asyncio.sleep(0)
        assert not part.proving.is_running
        assert part.store.all() == (jobs[2],)
        assert [path.name for path in (tmp_path / "jobs").iterdir()] == [jobs[2].identifier]

    run(work())


def test_disk_that_takes_nothing_is_told_and_no_paths_of_it(tmp_path: Path) -> None:
    async def work() -> None:
        part = shared(tmp_path)
        shutil.rmtree(tmp_path)
        for asked in (part.desk.submit([PLAIN], b"a"), part.desk.execute(PLAIN, b"a"), part.desk.verify(PLAIN, b"a")):
            with pytest.raises(RefusalError, match="the server cannot write to its disk") as found:
                await asked
            assert found.value.code is Code.UNAVAILABLE
        assert part.store.all() == ()

    run(work())


def test_file_of_a_forgotten_job_is_not_found(tmp_path: Path) -> None:
    async def work() -> None:
        with pytest.raises(RefusalError, match="the job is forgotten") as found:
            await shared(tmp_path).desk.kept(tmp_path / "missing")
        assert found.value.code is Code.NOT_FOUND

    run(work())


def asked(part: Shared, path: str) -> tuple[int, dict[str, Any]]:
    """Status and document of a GET, without a server."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    async def work() -> None:
        scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
        scope |= {"headers": [(b"host", b"localhost")], "http_version": "1.1", "scheme": "http", "root_path": ""}
        with suppress(ZeroDivisionError):
            await application(part.desk, part.proving)(scope, receive, send)

    run(work())
    body = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], json.loads(body)


def test_health_is_ill_when_the_prover_takes_no_jobs(tmp_path: Path) -> None:
    part = shared(tmp_path)
    status, document = asked(part, "/health")
    assert (status, document["message"]) == (503, "the prover has stopped")
    part.proving.is_running = True
    assert asked(part, "/health") == (200, {"status": "ok"})


def test_defect_of_the_server_tells_a_client_nothing_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = shared(tmp_path)

    def broken() -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(part.store, "all", broken)
    status, document = asked(part, "/jobs")
    assert (status, document["kind"], document["message"]) == (500, "internal", "the server has a defect")
    assert "secret" not in str(document)
