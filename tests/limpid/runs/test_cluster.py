"""Runs on worker processes: the same bytes, whoever dies."""

from __future__ import annotations

import os
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from distributed import Client, Scheduler, Worker

from limpid.errors import ClusterError
from limpid.runs import cluster
from limpid.runs.cluster import ClusterWorkers, cluster_at, local_cluster
from limpid.runs.long_runs import Place, workers_of
from limpid.runs.workbench import SegmentRecipe
from optimized.threads import thread_count
from reference.prover.progress import Observer, silent
from reference.recursion.aggregate import ProvenSegments, final_proof
from reference.recursion.jobs import TreeBench
from reference.recursion.tree import TreeProver
from reference.segments.jobs import Job, PinJob, ProveJob, ThisProcess
from spec.parameters import TINY
from spec.protocol.proof_encoding import encode_proof
from spec.rejection import Rejected, Rejection
from tests import small_tree
from tests.reference.segmented_run import counting_program, segmented_run
from tests.reference.segments.counting_folder import prove_counting

RECIPE = SegmentRecipe(counting_program(), TINY.name)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with local_cluster(2) as connected:
        yield connected


class KillingOne:
    """Executes on the cluster, and kills a worker process in the middle of the first proofs."""

    def __init__(self, client: Client) -> None:
        self.killed: list[int] = []
        self._client = client
        self._workers = ClusterWorkers(client, RECIPE)

    def execute(self, jobs: Iterable[Job]) -> Iterator[tuple[int, bytes]]:
        return self._workers.execute(self._watched(jobs))

    def _watched(self, jobs: Iterable[Job]) -> Iterator[Job]:
        for job in jobs:
            yield job
            if isinstance(job, ProveJob) and not self.killed:
                # Both workers have a job by now, or are about to.
                process = next(iter(self._client.run(os.getpid).values()))
                os.kill(process, signal.SIGKILL)
                self.killed.append(process)


def test_run_on_two_workers_one_of_which_dies_gives_the_same_bytes(client: Client, tmp_path: Path) -> None:
    workers = KillingOne(client)
    proof = prove_counting(tmp_path, workers, [])
    assert len(workers.killed) == 1
    assert encode_proof(proof) == encode_proof(segmented_run().proof)


def test_workers_share_the_cores(client: Client) -> None:
    threads = client.run(thread_count)
    assert set(threads.values()) == {max(1, thread_count() // 2)}


def test_what_a_job_raises_reaches_the_caller(client: Client) -> None:
    workers = ClusterWorkers(client, RECIPE)
    with pytest.raises(ValueError, match="the plan ends before byte"):
        list(workers.execute([PinJob(0, 1, b"")]))


def _wait_until(condition: Callable[[], bool]) -> None:
    """Raises TimeoutError where it does not come."""
    give_up = time.monotonic() + 60
    while not condition():
        if time.monotonic() > give_up:
            raise TimeoutError
        time.sleep(0.01)


@dataclass(frozen=True)
class Noting:
    """A job that says when it was begun, and ends when a file is there."""

    index: int
    urgent: bool = False
    gate: Path = Path("/")

    def execute(self, bench: object, observer: Observer = silent) -> bytes:
        del bench, observer
        begun = time.monotonic_ns()
        _wait_until(self.gate.exists)
        return begun.to_bytes(8, "little")


@dataclass(frozen=True)
class Nothing:
    """What a job needs that needs nothing."""

    def bench(self) -> None:
        return None


def _ready(dask_worker: Worker) -> int:
    """How many tasks wait at a worker."""
    return len(dask_worker.state.ready)


def _queued(dask_scheduler: Scheduler) -> int:
    """How many tasks wait for a worker."""
    return len(dask_scheduler.queued)


def test_urgent_job_goes_before_jobs_that_wait(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cluster, "JOBS_AHEAD", 5)
    begun: dict[int, int] = {}

    def wait_for(waiting: int, client: Client) -> None:
        _wait_until(lambda: client.run_on_scheduler(_queued) + sum(client.run(_ready).values()) == waiting)

    def jobs(client: Client) -> Iterator[Noting]:
        gate = tmp_path / "gate"
        for waiting in range(4):
            yield Noting(waiting, gate=gate)
            wait_for(waiting, client)
        yield Noting(4, urgent=True)
        wait_for(4, client)
        gate.touch()

    with local_cluster(1) as single:
        for index, result in ClusterWorkers(single, Nothing()).execute(jobs(single)):
            begun[index] = int.from_bytes(result, "little")
    # One job may be with the worker already.
    assert sorted(begun, key=lambda index: begun[index]).index(4) <= 2


@dataclass(frozen=True)
class Meeting:
    """A job that ends when another one is in work too."""

    index: int
    place: Path
    others: int = 1
    urgent: bool = False

    def execute(self, bench: object, observer: Observer = silent) -> bytes:
        del bench, observer
        (self.place / str(self.index)).touch()
        _wait_until(lambda: len(list(self.place.iterdir())) > self.others)
        return b""


class EndingForNow(Iterator[Meeting]):
    """One job, and two more as soon as its result is there."""

    def __init__(self, place: Path) -> None:
        self.left = [Meeting(0, place.parent, others=0)]
        self._place = place

    def __next__(self) -> Meeting:
        if not self.left:
            raise StopIteration
        return self.left.pop()

    def go_on(self) -> None:
        self.left = [Meeting(index, self._place) for index in (1, 2)]


def test_jobs_that_waited_for_one_result_are_all_given_out_when_it_is_there(client: Client, tmp_path: Path) -> None:
    (tmp_path / "place").mkdir()
    jobs, indices = EndingForNow(tmp_path / "place"), set[int]()
    for index, _ in ClusterWorkers(client, Nothing()).execute(jobs):
        indices.add(index)
        if index == 0:
            jobs.go_on()
    assert indices == {0, 1, 2}


@dataclass(frozen=True)
class Refusing:
    """A job whose circuit refuses."""

    index: int = 0
    urgent: bool = True

    def execute(self, bench: object, observer: Observer = silent) -> bytes:
        del bench, observer
        raise Rejected(Rejection.NODE_DEPTH, "combine", expected=1, found=2)


def test_refusal_travels_with_its_reason_and_what_was_expected(client: Client) -> None:
    with pytest.raises(Rejected) as refused:
        list(ClusterWorkers(client, Nothing()).execute([Refusing()]))
    told = refused.value
    assert (told.reason, told.detail, told.expected, told.found) == (Rejection.NODE_DEPTH, "combine", 1, 2)


def test_large_plan_travels_without_a_warning(client: Client) -> None:
    workers = ClusterWorkers(client, RECIPE)
    large = PinJob(0, 1, bytes(11_000_000))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError, match="bytes after the end of the plan"):
            list(workers.execute([large]))


def test_scheduler_that_does_not_answer_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECTION_SECONDS", 0.5)
    address = "tcp://127.0.0.1:1"
    with pytest.raises(ClusterError, match=f"no scheduler answers at {address}"), cluster_at(address):
        pass


@dataclass(frozen=True)
class SmallTree:
    """Makes the bench of the small machine's trees."""

    def bench(self) -> TreeBench:
        """Its circuits are written down in every process."""

        def make(observer: Observer) -> TreeProver:
            return TreeProver(small_tree.workshop(), small_tree.keys(), observer)

        return TreeBench(small_tree.run().key, make)


@pytest.mark.slow
def test_tree_on_two_workers_ends_in_the_same_proof(client: Client) -> None:
    proven = ProvenSegments(small_tree.run())
    final = final_proof(SmallTree().bench(), proven, ClusterWorkers(client, SmallTree()))
    assert final == final_proof(SmallTree().bench(), proven, ThisProcess(SmallTree().bench()))


def test_missing_dask_is_told_with_the_way_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "limpid.runs.cluster", None)
    with (
        pytest.raises(ClusterError, match="workers need Dask, which is not installed") as missing,
        workers_of(Place(Path("run"), workers=2), RECIPE, silent),
    ):
        pass
    assert missing.value.next_step == "pip install 'limpid[cluster]'"
