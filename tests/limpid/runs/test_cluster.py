"""Runs on worker processes: the same bytes, jobs in a good order, and no more of them than is useful."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from distributed import Client, Scheduler, Worker

from limpid.runs import cluster
from limpid.runs.checked_workers import checked_tree
from limpid.runs.cluster import ClusterWorkers, local_cluster
from optimized.threads import thread_count
from optimized.verifier.run import TOOLS
from reference.prover.progress import Observer, silent
from reference.recursion.aggregate import ProvenSegments, final_proof
from reference.recursion.jobs import TreeBench
from reference.recursion.tree import TreeProver
from reference.segments.jobs import PinJob, ThisProcess
from tests import small_tree
from tests.limpid.runs.cluster_jobs import RECIPE, Nothing, wait_until


def test_workers_share_the_cores(client: Client) -> None:
    threads = client.run(thread_count)
    assert set(threads.values()) == {max(1, thread_count() // 2)}


@dataclass(frozen=True)
class Noting:
    """A job that says when it was begun, and ends when a file is there."""

    index: int
    urgent: bool = False
    gate: Path = Path("/")

    def execute(self, bench: object, observer: Observer = silent) -> bytes:
        del bench, observer
        begun = time.monotonic_ns()
        wait_until(self.gate.exists)
        return begun.to_bytes(8, "little")


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
        wait_until(lambda: client.run_on_scheduler(_queued) + sum(client.run(_ready).values()) == waiting)

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
            assert isinstance(result, bytes)
            begun[index] = int.from_bytes(result, "little")
    # One job may be with the worker already.
    assert sorted(begun, key=lambda index: begun[index]).index(4) <= 2


@dataclass(frozen=True)
class Easy:
    """A job that is nothing to do."""

    index: int
    urgent: bool = False

    def execute(self, bench: object, observer: Observer = silent) -> bytes:
        del bench, observer
        return b""


class EndingForNow(Iterator[Easy]):
    """One job, and two more as soon as its result is there."""

    def __init__(self) -> None:
        self.left = [Easy(0)]

    def __next__(self) -> Easy:
        if not self.left:
            raise StopIteration
        return self.left.pop()

    def go_on(self) -> None:
        self.left = [Easy(1), Easy(2)]


def test_jobs_that_waited_for_one_result_are_all_given_out_when_it_is_there(client: Client) -> None:
    jobs, indices = EndingForNow(), set[int]()
    for index, result in ClusterWorkers(client, Nothing()).execute(jobs):
        assert result == b""
        indices.add(index)
        if index == 0:
            jobs.go_on()
        assert index == 0 or not jobs.left
    assert indices == {0, 1, 2}


def test_large_plan_travels_without_a_warning(client: Client) -> None:
    workers = ClusterWorkers(client, RECIPE)
    large = PinJob(0, 1, bytes(11_000_000))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ((_, raised),) = workers.execute([large])
    assert "bytes after the end of the plan" in str(raised)


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
    bench, said = SmallTree().bench(), list[str]()
    workers = checked_tree(ClusterWorkers(client, SmallTree()), bench.key, bench, TOOLS, said.append)
    final = final_proof(bench, proven, workers)
    assert said == []
    assert final == final_proof(SmallTree().bench(), proven, ThisProcess(SmallTree().bench()))
