"""Workers that die, hang, refuse or have no memory, and clusters that are not there: the same bytes, or an error."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

import dask
import pytest
from distributed import Client

from limpid.advice.memory_advice import MEBIBYTE
from limpid.errors import ClusterError, OutOfMemoryError
from limpid.runs import cluster
from limpid.runs.checked_workers import FailingWorkers, checked
from limpid.runs.cluster import ClusterWorkers, cluster_at, execute_job, local_cluster
from limpid.runs.long_runs import Place, workers_of
from limpid.runs.tree_memory import node_process_bytes
from optimized.memory import prediction
from optimized.verifier.run import TOOLS
from reference.prover.progress import Observer, Share, silent
from reference.recursion.jobs import ConvertJob, TreeBench
from reference.segments.codec import PlanEncodingError, encode_planned_segment
from reference.segments.jobs import AnyJob, Job, PinJob, ProveJob, Workbench, Workers
from reference.trace.plan import SegmentPlan
from reference.trace.segmentation import plan_run
from spec.protocol.proof_encoding import encode_proof
from spec.rejection import Rejected, Rejection
from tests.address_space import leave_addresses
from tests.limpid.runs.cluster_jobs import RECIPE, Nothing, wait_until
from tests.reference.segmented_run import INPUT, LIMITS, counting_key, counting_program, segmented_run
from tests.reference.segments.counting_folder import prove_counting

SLOW_SECONDS = 3
"""More than a worker of these tests takes for all that it has to do."""


class KillingOne:
    """Executes on the cluster, and kills a worker process in the middle of the first proofs."""

    def __init__(self, client: Client) -> None:
        self.hit: list[int] = []
        self._client = client
        self._workers = ClusterWorkers(client, RECIPE)

    def execute(self, jobs: Iterable[Job]) -> Iterator[tuple[int, bytes | Exception]]:
        return self._workers.execute(self._watched(jobs))

    def _watched(self, jobs: Iterable[Job]) -> Iterator[Job]:
        for job in jobs:
            yield job
            if isinstance(job, ProveJob) and not self.hit:
                # Both workers have a job by now, or are about to.
                process = next(iter(self._client.run(os.getpid).values()))
                self._fault(process)
                self.hit.append(process)

    def _fault(self, process: int) -> None:
        os.kill(process, signal.SIGKILL)


def _proven_by(workers: KillingOne, folder: Path, reports: list[str]) -> bytes:
    trusted = checked(workers, counting_key().verification, TOOLS, reports.append)
    return encode_proof(prove_counting(folder, trusted, reports))


def test_run_on_two_workers_one_of_which_dies_gives_the_same_bytes(client: Client, tmp_path: Path) -> None:
    workers, reports = KillingOne(client), list[str]()
    assert _proven_by(workers, tmp_path, reports) == encode_proof(segmented_run().proof)
    assert (len(workers.hit), reports) == (1, [])


class StoppingOne(KillingOne):
    """Stops a worker process for good in place of killing it."""

    def _fault(self, process: int) -> None:
        os.kill(process, signal.SIGSTOP)


def test_run_on_two_workers_one_of_which_does_not_answer_any_more_gives_the_same_bytes(tmp_path: Path) -> None:
    """Dask waits five minutes for a sign of life where it is not told otherwise."""
    with dask.config.set({"distributed.scheduler.worker-ttl": f"{SLOW_SECONDS}s"}), local_cluster(2) as own:
        workers, reports = StoppingOne(own), list[str]()
        assert _proven_by(workers, tmp_path, reports) == encode_proof(segmented_run().proof)
        assert (len(workers.hit), reports) == (1, [])


def test_what_a_job_raises_reaches_the_caller_in_place_of_its_result(client: Client) -> None:
    workers = ClusterWorkers(client, RECIPE)
    ((index, raised),) = workers.execute([PinJob(0, 1, b"")])
    assert (index, type(raised)) == (0, PlanEncodingError)
    assert "the plan ends before byte" in str(raised)


@dataclass(frozen=True)
class Slow:
    """A job that tells who does it and ends when a file is there."""

    index: int
    place: Path
    urgent: bool = False

    def execute(self, bench: object, observer: Observer = silent) -> bytes:
        del bench, observer
        (self.place / str(self.index)).write_text(str(os.getpid()))
        wait_until((self.place / "gate").exists)
        return str(self.index).encode()


def test_jobs_of_a_worker_that_is_slow_are_done_once_and_the_run_ends(tmp_path: Path) -> None:
    def jobs() -> Iterator[Slow]:
        yield from (Slow(index, tmp_path) for index in range(2))
        wait_until(lambda: any((tmp_path / "0").read_text() for _ in tmp_path.glob("0")))
        process = int((tmp_path / "0").read_text())
        os.kill(process, signal.SIGSTOP)
        Timer(SLOW_SECONDS, os.kill, (process, signal.SIGCONT)).start()
        (tmp_path / "gate").touch()
        yield from (Slow(index, tmp_path) for index in range(2, 6))

    began = time.monotonic()
    with local_cluster(2) as own:
        results = list(ClusterWorkers(own, Nothing()).execute(jobs()))
    assert sorted(results, key=str) == [(index, str(index).encode()) for index in range(6)]
    assert time.monotonic() - began > SLOW_SECONDS


@dataclass(frozen=True)
class Refusing:
    """A job whose circuit refuses."""

    index: int = 0
    urgent: bool = True

    def execute(self, bench: object, observer: Observer = silent) -> bytes:
        del bench, observer
        raise Rejected(Rejection.NODE_DEPTH, "combine", expected=1, found=2)


def test_refusal_travels_with_its_reason_and_what_was_expected(client: Client) -> None:
    ((_, told),) = ClusterWorkers(client, Nothing()).execute([Refusing()])
    assert isinstance(told, Rejected)
    assert (told.reason, told.detail, told.expected, told.found) == (Rejection.NODE_DEPTH, "combine", 1, 2)


@dataclass(frozen=True)
class Allocating:
    """A job that needs more memory than there is."""

    index: int = 3
    urgent: bool = False

    def execute(self, bench: object, observer: Observer = silent) -> bytes:
        del bench, observer
        return bytes(1 << 40)


def test_worker_without_memory_for_a_job_says_so_and_names_the_limit() -> None:
    with local_cluster(1) as own:
        own.run(leave_addresses, 256 * MEBIBYTE)
        ((index, raised),) = ClusterWorkers(own, Nothing()).execute([Allocating()])
    assert (index, type(raised)) == (3, OutOfMemoryError)
    assert isinstance(raised, OutOfMemoryError)
    assert raised.message.startswith("a worker had no memory left for node 3: ")
    assert raised.message.endswith("MiB are left by the limit on addresses (ulimit -v)")
    assert raised.next_step == "raise it with: ulimit -v unlimited"


def _foresee_much() -> None:
    """In this process, a proof is predicted to take a terabyte."""
    prediction.INTERPRETER_BYTES = 1 << 40


def test_segment_that_a_worker_has_no_room_for_is_refused_there_with_what_it_needs() -> None:
    kept: list[SegmentPlan] = []
    plan = plan_run(counting_program(), INPUT, LIMITS, kept.append)
    job = PinJob(0, plan.segment_count, encode_planned_segment(plan.segment(kept[0])))
    with local_cluster(1) as own:
        own.run(_foresee_much)
        own.run(leave_addresses, 1 << 33)
        ((_, raised),) = ClusterWorkers(own, RECIPE).execute([job])
    assert isinstance(raised, OutOfMemoryError)
    assert "proving this segment takes about 1048" in raised.message
    assert "the limit on addresses (ulimit -v)" in raised.message
    needed = raised.details["needed_bytes"]
    assert isinstance(needed, int)
    assert needed > 1 << 40


@dataclass(frozen=True)
class NoRoom:
    """What a job needs, where there is no room for it."""

    def bench(self) -> TreeBench:
        raise MemoryError


def test_worker_without_memory_for_a_node_says_what_nodes_take() -> None:
    needed = f"a process that makes nodes takes about {node_process_bytes() // MEBIBYTE:,} MiB"
    with pytest.raises(OutOfMemoryError, match=f"a worker had no memory left for node 4, and {needed}"):
        execute_job(NoRoom(), ConvertJob(4, Share(0.0, 1.0), "small", b"", ()))


@dataclass(frozen=True)
class Dying:
    """A job that takes its process with it."""

    index: int = 0
    urgent: bool = False

    def execute(self, bench: object, observer: Observer = silent) -> bytes:
        del bench, observer
        os.kill(os.getpid(), signal.SIGKILL)
        return b""


def test_job_that_takes_too_many_workers_with_it_is_a_failure_of_the_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "DEATHS", 0)
    with local_cluster(1) as own, pytest.raises(ClusterError, match="the cluster failed: ") as failed:
        list(ClusterWorkers(own, Nothing()).execute([Dying()]))
    assert failed.value.next_step == "start it again; the run goes on from its folder"


def test_scheduler_that_does_not_answer_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECTION_SECONDS", 0.5)
    address = "tcp://127.0.0.1:1"
    with pytest.raises(ClusterError, match=f"no scheduler answers at {address}"), cluster_at(address):
        pass


def _unchecked(_: FailingWorkers[AnyJob[Workbench]]) -> Workers[Job]:
    raise AssertionError("there are no workers to check")


def test_missing_dask_is_told_with_the_way_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "limpid.runs.cluster", None)
    with (
        pytest.raises(ClusterError, match="workers need Dask, which is not installed") as missing,
        workers_of(Place(Path("run"), workers=2), RECIPE, silent, _unchecked),
    ):
        pass
    assert missing.value.next_step == "pip install 'limpid[cluster]'"
