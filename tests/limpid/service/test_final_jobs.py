"""Final proofs as jobs: asked for by a name of their own, refused where there is no room, stored and gone on with."""

from __future__ import annotations

import asyncio
import hashlib
import resource
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

import limpid
from limpid.api.proving import Proof
from limpid.runs import long_runs
from limpid.service import guests, proving, worker
from limpid.service.child import TaskError, WorkerDiedError
from limpid.service.guests import Kind
from limpid.service.job_store import State
from limpid.service.limits import MEBIBYTE
from limpid.service.refusals import Code, RefusalError
from limpid.service.roots import root_text
from reference.trace.limits import limits_of_heights
from spec.parameters import RECURSION, TINY
from tests.limpid.service.running import FIBONACCI, number, running
from tests.limpid.service.test_desk import PLAIN, Shared, run, shared
from tests.limpid.service.test_twirp import PROTOBUF, ok
from tests.limpid.service.test_twirp import field as field_of
from tests.made_up_trees import COST, INPUT, OUTPUT, Trees, made_up_trees, proven_run

NEEDED_BYTES = 11_000 * MEBIBYTE
FINAL = replace(
    PLAIN, name="fibonacci-final", elf=FIBONACCI, kind=Kind.FINAL, least_memory_bytes=NEEDED_BYTES, parameters=TINY.name
)


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Proof:
    return proven_run(tmp_path_factory.mktemp("proven") / "run")


@pytest.fixture
def trees(proven: Proof, monkeypatch: pytest.MonkeyPatch) -> Trees:
    limits = replace(limits_of_heights(TINY.tallest_log2), cost=COST)
    monkeypatch.setattr(long_runs, "limits_under", lambda *_: limits)
    return made_up_trees(proven, monkeypatch)


class Killed(BaseException):
    """It stands for a signal: no handler of errors holds it up."""


@dataclass
class WorkerHere:
    """A worker in this process; it dies once where `dies` says so of what it tells."""

    dies: Callable[[dict[str, Any]], bool] = lambda _: False
    heard: list[list[dict[str, Any]]] = field(default_factory=list)
    """What each life tells."""

    kills: int = 0

    async def ask(self, task: dict[str, Any], heard: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        self.heard.append([])

        def tell(facts: dict[str, Any]) -> None:
            self.heard[-1].append(facts)
            heard(facts)
            if len(self.heard) == 1 and self.dies(facts):
                raise Killed

        try:
            found = await asyncio.to_thread(worker.answer, task, tell)
        except Killed as killed:
            raise WorkerDiedError("it ended with status -9") from killed
        if "error" in found:
            raise TaskError(found["error"])
        return dict(found["facts"])

    async def kill(self) -> None:
        self.kills += 1


def with_worker(folder: Path, child: WorkerHere, monkeypatch: pytest.MonkeyPatch) -> Shared:
    """A server's insides, whose prover is this worker and which serves final proofs."""
    monkeypatch.setattr(proving, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(worker, "LEAST_TELLING_SECONDS", 0)
    return shared(folder, served=(PLAIN, FINAL), prover=child)


@pytest.mark.usefixtures("trees")
def test_final_proof_goes_on_after_a_death_and_is_stored(
    proven: Proof, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        child = WorkerHere(dies=lambda facts: facts.get("fraction", 0) > 0.5)
        part = with_worker(tmp_path, child, monkeypatch)
        (job,) = await part.desk.submit([FINAL], INPUT)
        running = asyncio.create_task(part.proving.run())
        await job.ended.wait()
        running.cancel()
        assert (job.state, job.deaths) == (State.PROVEN, 1), job.outcome
        assert (job.proof_path.read_bytes(), job.output_path.read_bytes()) == (b"final", OUTPUT)
        found = [job.outcome[name] for name in ("instructions", "segments", "exit_code", "proof_bytes")]
        assert found == [proven.instructions, proven.segments, 0, len(b"final")]
        assert not job.run_folder.exists()
        # What the first life had proven is not proven again.
        traces = [[facts.get("stage") for facts in life].count("filling in tables") for life in child.heard]
        assert 0 < traces[1] < proven.segments
        # Each life is a process of its own.
        assert child.kills == 4

    run(work())


def test_final_proof_without_room_is_refused_and_no_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        part = shared(tmp_path, queue=9, served=(PLAIN, FINAL))
        monkeypatch.setattr(guests, "available_memory_bytes", lambda: NEEDED_BYTES - 1)
        for asked in ([FINAL], [PLAIN, FINAL]):
            with pytest.raises(RefusalError, match="no room for a final proof, which takes about 11,000 MiB") as found:
                await part.desk.submit(asked, b"a")
            assert (found.value.code, found.value.status) == (Code.RESOURCE_EXHAUSTED, 429)
        assert part.store.all() == ()
        # What the prover holds is free before the proof is begun.
        part.desk.held_bytes = lambda: 1
        both = await part.desk.submit([PLAIN, FINAL], b"a")
        assert len({job.identifier for job in both}) == 2
        assert [(job.guest, job.kind, job.root) for job in both] == [
            (guest.name, guest.kind, root_text(hashlib.sha256(b"a").digest())) for guest in (PLAIN, FINAL)
        ]
        # A job that is there already takes no more.
        part.desk.held_bytes = lambda: 0
        assert await part.desk.submit([PLAIN, FINAL], b"a") == both
        monkeypatch.setattr(guests, "available_memory_bytes", lambda: None)
        await part.desk.submit([FINAL], b"b")

    run(work())


def test_names_of_final_proofs_are_served_and_refused_where_there_is_no_room(tmp_path: Path) -> None:
    with running(tmp_path / "folder", str(FIBONACCI), "--final") as server:
        names = [found["proof_type"] for found in server.ask("/v1/proof_types").document["proof_types"]]
        assert names == ["fibonacci", "fibonacci-final"]
        calls = "/guests/fibonacci-final/twirp/api.ZkvmService"
        key = limpid.decode_key(ok(server.ask(f"{calls}/ProgramVk", b"", headers=PROTOBUF))[1])
        assert key == limpid.keygen(FIBONACCI, parameters=RECURSION.name)
        assert server.start["guests"][1]["program_id"] == key.program_id.hex()
        assert ok(server.ask(f"{calls}/Execute", field_of(1, number(10)), headers=PROTOBUF))[1] == number(55)
        used = int(Path(f"/proc/{server.process.pid}/statm").read_text().split()[0]) * resource.getpagesize()
        most = used + NEEDED_BYTES // 2
        resource.prlimit(server.process.pid, resource.RLIMIT_AS, (most, most))
        asked = server.ask("/v1/execution_proof_requests?proof_types=fibonacci,fibonacci-final", number(10))
        assert (asked.status, asked.document["kind"]) == (429, "resource_exhausted")
        assert asked.document["message"].startswith("this machine has no room for a final proof")
        called = server.ask(f"{calls}/Prove", field_of(1, number(10)), headers=PROTOBUF)
        assert (called.status, called.document["code"]) == (429, "resource_exhausted")
        assert server.jobs() == []
