"""Runs on worker processes: the same bytes, whoever dies."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from distributed import Client

from limpid.runs import cluster
from limpid.runs.cluster import ClusterError, ClusterWorkers, cluster_at, local_cluster
from limpid.runs.workbench import Recipe
from optimized.threads import thread_count
from reference.segments.jobs import Job, PinJob, ProveJob
from spec.parameters import TINY
from spec.protocol.proof_encoding import encode_proof
from tests.reference.segmented_run import counting_program, segmented_run
from tests.reference.segments.counting_folder import prove_counting

RECIPE = Recipe(counting_program(), TINY.name)


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
