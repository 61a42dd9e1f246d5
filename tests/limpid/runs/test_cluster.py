"""Runs on worker processes: the same bytes, whoever dies."""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

import dask
import pytest
from distributed import Client, Scheduler, Worker

from limpid.advice.memory_advice import MEBIBYTE
from limpid.errors import ClusterError, OutOfMemoryError
from limpid.runs import cluster
from limpid.runs.checked_workers import checked, checked_tree
from limpid.runs.cluster import ClusterWorkers, cluster_at, execute_job, local_cluster
from limpid.runs.long_runs import Place, workers_of
from limpid.runs.tree_memory import node_process_bytes
from limpid.runs.workbench import SegmentRecipe
from optimized.memory import prediction
from optimized.threads import thread_count
from optimized.verifier.run import TOOLS
from reference.prover.progress import Observer, Share, silent
from reference.recursion.aggregate import ProvenSegments, final_proof
from reference.recursion.jobs import ConvertJob, TreeBench
from reference.recursion.tree import TreeProver
from reference.segments.codec import PlanEncodingError, encode_planned_segment
from reference.segments.jobs import Job, PinJob, ProveJob, ThisProcess
from reference.trace.plan import SegmentPlan
from reference.trace.segmentation import plan_run
from spec.parameters import TINY
from spec.protocol.proof_encoding import encode_proof
from spec.rejection import Rejected, Rejection
from tests import small_tree
from tests.reference.segmented_run import INPUT, LIMITS, counting_key, counting_program, segmented_run
from tests.reference.segments.counting_folder import prove_counting

SLOW_SECONDS = 3
"""More than a worker of these tests takes for all that it has to do."""


RECIPE = SegmentRecipe(counting_program(), TINY.name)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with local_cluster(2) as connected:
        yield connected


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


def test_workers_share_the_cores(client: Client) -> None:
    threads = client.run(thread_count)
    assert set(threads.values()) == {max(1, thread_count() // 2)}


def test_what_a_job_raises_reaches_the_caller_in_place_of_its_result(client: Client) -> None:
    workers = ClusterWorkers(client, RECIPE)
    ((index, raised),) = workers.execute([PinJob(0, 1, b"")])
    assert (index, type(raised)) == (0, PlanEncodingError)
    assert "the plan ends before byte" in str(raised)


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
            assert isinstance(result, bytes)
            begun[index] = int.from_bytes(result, "little")
    # One job may be with the worker already.
    assert sorted(begun, key=lambda index: begun[index]).index(4) <= 2


@dataclass(frozen=True)
class Slow:
    """A job that tells who does it and ends when a file is there."""

    index: int
    place: Path
    urgent: bool = False

    def execute(self, bench: object, observer: Observer = silent) -> bytes:
        del bench, observer
        (self.place / str(self.index)).write_text(str(os.getpid()))
        _wait_until((self.place / "gate").exists)
        return str(self.index).encode()


def test_jobs_of_a_worker_that_is_slow_are_done_once_and_the_run_ends(tmp_path: Path) -> None:
    def jobs() -> Iterator[Slow]:
        yield from (Slow(index, tmp_path) for index in range(2))
        _wait_until(lambda: any((tmp_path / "0").read_text() for _ in tmp_path.glob("0")))
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
    # An earlier test may have killed one, which comes back.
    client.wait_for_workers(2)
    for index, result in ClusterWorkers(client, Nothing()).execute(jobs):
        assert result == b""
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


def _leave_addresses(size_bytes: int) -> None:
    """This process may have so many more."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + size_bytes, resource.RLIM_INFINITY))


def test_worker_without_memory_for_a_job_says_so_and_names_the_limit() -> None:
    with local_cluster(1) as own:
        own.run(_leave_addresses, 256 * MEBIBYTE)
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
        own.run(_leave_addresses, 1 << 33)
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


def test_large_plan_travels_without_a_warning(client: Client) -> None:
    workers = ClusterWorkers(client, RECIPE)
    large = PinJob(0, 1, bytes(11_000_000))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ((_, raised),) = workers.execute([large])
    assert "bytes after the end of the plan" in str(raised)


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
    bench, said = SmallTree().bench(), list[str]()
    workers = checked_tree(ClusterWorkers(client, SmallTree()), bench.key, bench, TOOLS, said.append)
    final = final_proof(bench, proven, workers)
    assert said == []
    assert final == final_proof(SmallTree().bench(), proven, ThisProcess(SmallTree().bench()))


def test_missing_dask_is_told_with_the_way_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "limpid.runs.cluster", None)
    with (
        pytest.raises(ClusterError, match="workers need Dask, which is not installed") as missing,
        workers_of(Place(Path("run"), workers=2), RECIPE, silent),
    ):
        pass
    assert missing.value.next_step == "pip install 'limpid[cluster]'"
