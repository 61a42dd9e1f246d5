"""Workers that lie or fail: what they return is not used, the job is done anew, and whoever proves hears of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from limpid.errors import ClusterError, OutOfMemoryError
from limpid.runs import long_runs
from limpid.runs.checked_workers import MOST_WRONG_RESULTS, checked
from limpid.runs.long_runs import Place, prove_in_folder
from optimized.verifier.run import TOOLS
from reference.segments.jobs import Job, LeafDiffersError, PinJob, ProveJob, ThisProcess
from spec.protocol.proof_encoding import encode_proof, encode_segment
from spec.rejection import Rejected, Rejection
from tests.limpid.commands.invocation import FIBONACCI
from tests.reference.segmented_run import counting_key, segmented_run
from tests.reference.segments.counting_folder import counting_bench, prove_counting

Lie = Callable[[bytes], bytes]

SEGMENTS = [encode_segment(segment) for segment in segmented_run().proof.segments]


class Lying:
    """Executes here, and bends the first `times` results of the jobs of a kind with index 1."""

    def __init__(self, lie: Lie, kind: type[Job] = ProveJob, times: int = 1) -> None:
        self.left = times
        self._lie = lie
        self._kind = kind

    def execute(self, jobs: Iterable[Job]) -> Iterator[tuple[int, bytes]]:
        for job in jobs:
            ((index, result),) = ThisProcess(counting_bench()).execute([job])
            if isinstance(job, self._kind) and index == 1 and self.left:
                self.left -= 1
                result = self._lie(result)
            yield index, result


def _one_bit_changed(proof: bytes) -> bytes:
    return proof[:-40] + bytes([proof[-40] ^ 1]) + proof[-39:]


LIES: dict[str, tuple[Lie, str]] = {
    "a changed bit": (_one_bit_changed, ""),
    "nothing": (lambda _: b"", "ENCODING_TRUNCATED"),
    "a byte too many": (lambda proof: proof + b"\0", "ENCODING_TRAILING_BYTES"),
    "the proof of the segment before": (lambda _: SEGMENTS[0], "SEGMENTS_DO_NOT_MEET"),
    "the proof of the segment after": (lambda _: SEGMENTS[2], "SEGMENTS_DO_NOT_MEET"),
}


@pytest.mark.parametrize("name", LIES)
def test_wrong_proof_of_a_worker_is_reported_and_made_anew(name: str, tmp_path: Path) -> None:
    lie, reason = LIES[name]
    workers, reports = Lying(lie), list[str]()
    proof = prove_counting(tmp_path, checked(workers, counting_key().verification, TOOLS, reports.append), reports)
    assert workers.left == 0
    assert encode_proof(proof) == encode_proof(segmented_run().proof)
    (report,) = reports
    assert report.startswith(f"segment 1: a worker returned a wrong result, which is not used: {reason}")


def test_leaf_of_another_size_is_reported_and_made_anew(tmp_path: Path) -> None:
    workers, reports = Lying(lambda leaf: leaf + leaf, PinJob), list[str]()
    proof = prove_counting(tmp_path, checked(workers, counting_key().verification, TOOLS, reports.append), reports)
    assert encode_proof(proof) == encode_proof(segmented_run().proof)
    assert len(reports) == 1
    assert "a leaf of 64 bytes" in reports[0]


def test_worker_that_always_lies_ends_the_run_with_an_error_and_the_next_call_goes_on(tmp_path: Path) -> None:
    reports: list[str] = []
    always = Lying(_one_bit_changed, times=MOST_WRONG_RESULTS)
    with pytest.raises(ClusterError, match="the workers returned 3 wrong results for segment 1") as ended:
        prove_counting(tmp_path, checked(always, counting_key().verification, TOOLS, reports.append), reports)
    assert ended.value.next_step is not None
    assert len(reports) == MOST_WRONG_RESULTS
    assert not (tmp_path / "0001.proof").exists()
    proof = prove_counting(tmp_path, ThisProcess(counting_bench()), [])
    assert encode_proof(proof) == encode_proof(segmented_run().proof)


def test_wrong_leaf_of_a_worker_ends_the_run_and_the_next_call_makes_it_anew(tmp_path: Path) -> None:
    reports: list[str] = []
    lying = Lying(lambda leaf: bytes([leaf[0] ^ 1]) + leaf[1:], PinJob)
    with pytest.raises(LeafDiffersError, match="segment 1 has another leaf"):
        prove_counting(tmp_path, checked(lying, counting_key().verification, TOOLS, reports.append), reports)
    proof = prove_counting(tmp_path, ThisProcess(counting_bench()), reports)
    assert encode_proof(proof) == encode_proof(segmented_run().proof)
    assert reports == [
        f"{tmp_path}: a leaf that was found is wrong: segment 1 has another leaf than the run's digest was made of; "
        "everything is made anew"
    ]


REFUSAL = Rejected(Rejection.NODE_DEPTH, "invented")
RAISED = [REFUSAL, ValueError("broken"), OutOfMemoryError("a worker had no memory left")]


class Failing:
    """Executes here, but for the first `times` jobs with index 1: these raise."""

    def __init__(self, raised: Exception, kind: type[Job], times: int = 1) -> None:
        self.left = times
        self._raised, self._kind = raised, kind

    def execute(self, jobs: Iterable[Job]) -> Iterator[tuple[int, bytes | Exception]]:
        for job in jobs:
            if isinstance(job, self._kind) and job.index == 1 and self.left:
                self.left -= 1
                yield 1, self._raised
            else:
                yield from ThisProcess(counting_bench()).execute([job])


def _proven_by(workers: Failing, folder: Path, reports: list[str]) -> bytes:
    trusted = checked(workers, counting_key().verification, TOOLS, reports.append)
    return encode_proof(prove_counting(folder, trusted, reports))


@pytest.mark.parametrize("kind", [PinJob, ProveJob])
@pytest.mark.parametrize("raised", RAISED, ids=lambda raised: type(raised).__name__)
def test_job_that_raises_at_a_worker_is_reported_and_done_anew(
    raised: Exception, kind: type[Job], tmp_path: Path
) -> None:
    reports: list[str] = []
    workers = Failing(raised, kind, MOST_WRONG_RESULTS - 1)
    assert _proven_by(workers, tmp_path, reports) == encode_proof(segmented_run().proof)
    said = f"segment 1: a worker raised {type(raised).__name__} in place of a result: {raised}"
    assert (workers.left, reports) == (0, [said] * (MOST_WRONG_RESULTS - 1))


@pytest.mark.parametrize("raised", RAISED[1:], ids=lambda raised: type(raised).__name__)
def test_job_that_raises_to_the_end_ends_the_run_with_what_it_raises(raised: Exception, tmp_path: Path) -> None:
    with pytest.raises(type(raised)) as ended:
        _proven_by(Failing(raised, ProveJob, MOST_WRONG_RESULTS), tmp_path, [])
    assert ended.value is raised
    assert _proven_by(Failing(raised, ProveJob, 0), tmp_path, []) == encode_proof(segmented_run().proof)


def test_job_that_the_workers_refuse_to_the_end_ends_the_run_without_a_verdict_on_it(tmp_path: Path) -> None:
    """A worker's refusal is as good as the worker: what is not accepted is for the caller to find out."""
    with pytest.raises(ClusterError) as ended:
        _proven_by(Failing(REFUSAL, ProveJob, MOST_WRONG_RESULTS), tmp_path, [])
    told = f"the workers refused segment 1 3 times, the last time for this reason: {REFUSAL}"
    assert (ended.value.message, ended.value.next_step) == (
        told,
        "if `limpid verify` accepts the proof of the segments, find the machine at fault, then give the same command: "
        "the run goes on from its folder",
    )


class StandingByItsLie:
    """Returns a wrong leaf of segment 1, and proves the segment all the same: under its right leaf, in that run."""

    def __init__(self) -> None:
        self._right = b""

    def execute(self, jobs: Iterable[Job]) -> Iterator[tuple[int, bytes]]:
        for job in jobs:
            if job.index != 1:
                yield from ThisProcess(counting_bench()).execute([job])
            elif isinstance(job, PinJob):
                self._right = job.execute(counting_bench())
                yield 1, bytes(len(self._right))
            else:
                yield 1, replace(job, leaf=self._right).execute(counting_bench())


def test_proof_under_another_leaf_than_the_runs_digest_was_made_of_is_not_used(tmp_path: Path) -> None:
    reports: list[str] = []
    with pytest.raises(ClusterError):
        prove_counting(
            tmp_path, checked(StandingByItsLie(), counting_key().verification, TOOLS, reports.append), reports
        )
    assert len(reports) == MOST_WRONG_RESULTS
    assert all("RUN_DIFFERS" in report and "it has another leaf" in report for report in reports)


def test_results_of_a_cluster_are_checked_and_a_wrong_leaf_is_told_as_the_workers_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both through the public function: what is handed to the driver is what `checked` made of the workers."""
    handed: list[object] = []

    def differs(_: Path, __: object, workers: object, **___: object) -> None:
        handed.append(workers)
        raise LeafDiffersError("segment 0 has another leaf")

    monkeypatch.setattr(long_runs, "prove_request", differs)
    monkeypatch.setattr(long_runs, "checked", lambda *_: "checked")
    place = Place(tmp_path / "run", workers=1)
    with pytest.raises(ClusterError, match="a worker returned a wrong leaf: segment 0 has another leaf"):
        prove_in_folder(place, Path(FIBONACCI), bytes(8), parameters="tiny")
    assert handed == ["checked"]
