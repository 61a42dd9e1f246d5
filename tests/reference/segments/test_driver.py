"""Runs in a folder: the proof, what is reused, what is made anew and why, and death at any moment."""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reference.segments.codec import decode_segment_plan, encode_segment_plan
from reference.segments.driver import prove_in_folder
from reference.segments.files import FileKind, Label, read_labelled, write_labelled
from reference.segments.folder import FINAL_NAME, FolderInUseError, FolderOfAnotherRunError
from reference.segments.jobs import Job, PinJob, ProveJob, ThisProcess
from reference.trace.errors import PlanError, TraceError, TraceTooLongError
from reference.trace.plan import RunPlan
from spec.protocol.proof_encoding import encode_proof
from tests.reference.segmented_run import OTHER_INPUT, segmented_run
from tests.reference.segments.counting_folder import counting_bench, counting_request, prove_counting

ROOT = Path(__file__).resolve().parents[3]


class Remembering:
    """Workers that execute each job of the honest run once and then know its result; they note what they were asked.

    Other jobs are executed, but for proofs under another run digest alone: they would take long and fail later.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._known: dict[str, tuple[Job, bytes]] = {}

    def execute(self, jobs: Iterable[Job]) -> Iterator[tuple[int, bytes]]:
        for job in jobs:
            name = f"{'pin' if isinstance(job, PinJob) else 'prove'} {job.index}"
            self.asked.append(name)
            if name not in self._known:
                self._known[name] = job, job.execute(counting_bench())
            known, answer = self._known[name]
            if isinstance(job, ProveJob) and isinstance(known, ProveJob):
                job = replace(job, run=known.run)
            yield job.index, answer if job == known else job.execute(counting_bench())

    def asked_now(self) -> list[str]:
        """What was asked for since the last call."""
        asked, self.asked = self.asked, []
        return asked


@pytest.fixture(scope="module")
def workers() -> Remembering:
    return Remembering()


@pytest.fixture(scope="module")
def finished(workers: Remembering, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("runs") / "finished"
    assert encode_proof(prove_counting(path, workers, [])) == encode_proof(segmented_run().proof)
    return path


@pytest.fixture
def folder(finished: Path, workers: Remembering, tmp_path: Path) -> Path:
    """A finished folder of one's own."""
    shutil.copytree(finished, tmp_path / "run")
    workers.asked_now()
    return tmp_path / "run"


def _contents(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir()}


def test_finished_folder_holds_the_same_proof_as_proving_at_once(finished: Path) -> None:
    names = ["plan", "leaf", "proof"]
    expected = {f"{index:04d}.{name}" for index in range(3) for name in names}
    assert set(_contents(finished)) == expected | {"manifest.json", "proof.limpid"}
    assert (finished / "proof.limpid").read_bytes() == encode_proof(segmented_run().proof)


def test_finished_run_asks_for_nothing(folder: Path, finished: Path, workers: Remembering) -> None:
    reports: list[str] = []
    prove_counting(folder, workers, reports)
    assert (workers.asked_now(), reports) == ([], [])
    assert _contents(folder) == _contents(finished)


PIN_AND_PROVE_ALL = ["pin 0", "pin 1", "pin 2", "prove 0", "prove 1", "prove 2"]


def _flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _of_another_segment(path: Path) -> None:
    shutil.copy(path.with_name(path.name.replace("1", "2")), path)


@pytest.mark.parametrize(
    ("name", "damage", "reason", "asked"),
    [
        ("0001.plan", _flipped, "it is damaged", []),
        ("0001.plan", _truncated, "it is damaged", []),
        ("0001.plan", _of_another_segment, "it belongs to another run or segment", []),
        ("0001.leaf", _flipped, "it is damaged", ["pin 1"]),
        ("0001.leaf", _of_another_segment, "it belongs to another run or segment", ["pin 1"]),
        ("0001.proof", _truncated, "it is damaged", ["prove 1"]),
        ("0001.proof", _of_another_segment, "it belongs to another run or segment", ["prove 1"]),
    ],
)
def test_damaged_or_foreign_file_is_reported_and_made_anew(
    folder: Path,
    finished: Path,
    workers: Remembering,
    name: str,
    damage: Callable[[Path], None],
    reason: str,
    asked: list[str],
) -> None:
    damage(folder / name)
    reports: list[str] = []
    prove_counting(folder, workers, reports)
    assert (reports, workers.asked_now()) == ([f"{folder / name}: {reason}; it is made anew"], asked)
    assert _contents(folder) == _contents(finished)


@pytest.mark.parametrize("name", ["0000.plan", "0002.leaf", "0001.proof", "manifest.json", "proof.limpid"])
def test_missing_file_is_made_anew(folder: Path, finished: Path, workers: Remembering, name: str) -> None:
    (folder / name).unlink()
    reports: list[str] = []
    prove_counting(folder, workers, reports)
    assert reports == []
    assert _contents(folder) == _contents(finished)


def _binding(path: Path) -> bytes:
    """The binding that a file's header states: behind magic, version, kind and index."""
    return path.read_bytes()[22:54]


def _rewritten(path: Path, kind: FileKind, change: Callable[[bytes], bytes]) -> None:
    """A file with a good label and checksum and another payload."""
    label = Label(kind, 1, _binding(path))
    payload = read_labelled(path, label)
    assert payload is not None
    write_labelled(path, label, change(payload))


def _with_changed_total(payload: bytes) -> bytes:
    changed = bytearray(payload)
    changed[len(payload) // 2] ^= 1
    return bytes(changed)


@pytest.mark.parametrize("change", [_with_changed_total, lambda _: b"", lambda payload: payload + b"\0"])
def test_proof_that_the_verifier_refuses_is_made_anew(
    folder: Path, finished: Path, workers: Remembering, change: Callable[[bytes], bytes]
) -> None:
    _rewritten(folder / "0001.proof", FileKind.SEGMENT_PROOF, change)
    reports: list[str] = []
    prove_counting(folder, workers, reports)
    (report,) = reports
    assert report.startswith(f"{folder / '0001.proof'}: ")
    assert workers.asked_now() == ["prove 1"]
    assert _contents(folder) == _contents(finished)


def test_proof_of_another_segment_under_a_good_label_is_made_anew(
    folder: Path, finished: Path, workers: Remembering
) -> None:
    other = read_labelled(folder / "0002.proof", Label(FileKind.SEGMENT_PROOF, 2, _binding(folder / "0002.proof")))
    assert other is not None
    _rewritten(folder / "0001.proof", FileKind.SEGMENT_PROOF, lambda _: other)
    reports: list[str] = []
    prove_counting(folder, workers, reports)
    assert reports == [f"{folder / '0001.proof'}: it is about another segment; it is made anew"]
    assert workers.asked_now() == ["prove 1"]
    assert _contents(folder) == _contents(finished)


def test_wrong_leaf_under_a_good_label_is_noticed_and_everything_made_anew(
    folder: Path, finished: Path, workers: Remembering
) -> None:
    _rewritten(folder / "0001.leaf", FileKind.LEAF, lambda leaf: leaf[::-1])
    reports: list[str] = []
    prove_counting(folder, workers, reports)
    foreign = "it belongs to another run or segment; it is made anew"
    wrong = "segment 1 has another leaf than the run's digest was made of"
    assert reports == [
        *(f"{folder / f'{index:04d}.proof'}: {foreign}" for index in range(3)),
        f"{folder}: a leaf that was found is wrong: {wrong}; everything is made anew",
    ]
    assert workers.asked_now() == ["prove 0", "prove 1", *PIN_AND_PROVE_ALL]
    assert _contents(folder) == _contents(finished)


def _with_another_row(payload: bytes) -> bytes:
    plan = decode_segment_plan(payload)
    return encode_segment_plan(replace(plan, rows=(*plan.rows[:-1], plan.rows[-1] + 1)))


@pytest.mark.parametrize("change", [_with_another_row, lambda _: b"", lambda payload: payload + b"\0"])
@pytest.mark.parametrize(("proof_is_there", "asked"), [(True, []), (False, ["prove 1"])])
def test_wrong_plan_under_a_good_label_is_named_and_made_anew(
    folder: Path,
    finished: Path,
    workers: Remembering,
    change: Callable[[bytes], bytes],
    proof_is_there: bool,
    asked: list[str],
) -> None:
    _rewritten(folder / "0001.plan", FileKind.SEGMENT_PLAN, change)
    if not proof_is_there:
        (folder / "0001.proof").unlink()
    reports: list[str] = []
    prove_counting(folder, workers, reports)
    assert reports == [f"{folder / '0001.plan'}: it is not the plan of this segment; it is made anew"]
    assert workers.asked_now() == asked
    assert _contents(folder) == _contents(finished)


def test_several_damaged_files_are_all_named(folder: Path, finished: Path, workers: Remembering) -> None:
    names = [f"{index:04d}.{kind}" for kind in ("plan", "leaf", "proof") for index in range(3)]
    for name in names:
        _flipped(folder / name)
    reports: list[str] = []
    prove_counting(folder, workers, reports)
    assert reports == [f"{folder / name}: it is damaged; it is made anew" for name in names]
    assert workers.asked_now() == PIN_AND_PROVE_ALL
    assert _contents(folder) == _contents(finished)


@pytest.mark.parametrize("leaf", [b"", b"short", bytes(33)])
def test_leaf_of_another_size_under_a_good_label_is_made_anew(
    folder: Path, finished: Path, workers: Remembering, leaf: bytes
) -> None:
    _rewritten(folder / "0001.leaf", FileKind.LEAF, lambda _: leaf)
    reports: list[str] = []
    prove_counting(folder, workers, reports)
    assert reports == [f"{folder / '0001.leaf'}: it holds no leaf; it is made anew"]
    assert workers.asked_now() == ["pin 1"]
    assert _contents(folder) == _contents(finished)


class Failing:
    """Workers on which every job fails."""

    def execute(self, jobs: Iterable[Job]) -> Iterator[tuple[int, bytes]]:
        for job in jobs:
            raise PlanError(f"job {job.index} fails")
        yield from ()


def test_failure_without_anything_reused_is_the_callers(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="job 0 fails"):
        prove_counting(tmp_path, Failing(), [])


@pytest.mark.parametrize("exists", [True, False])
def test_run_that_cannot_be_planned_leaves_nothing_behind(exists: bool, tmp_path: Path) -> None:
    path = tmp_path / "new" / "run"
    if exists:
        path.mkdir(parents=True)
    honest = counting_request()

    def ends_late(*arguments: Any) -> RunPlan:
        honest.plan_run(*arguments)
        raise TraceTooLongError("too many segments")

    with pytest.raises(TraceTooLongError):
        prove_in_folder(path, replace(honest, plan_run=ends_late), Failing(), report=lambda _: None)
    assert sorted(tmp_path.rglob("*")) == ([path.parent, path] if exists else [])


def test_folder_of_another_run_is_left_alone(folder: Path, finished: Path, workers: Remembering) -> None:
    other = replace(counting_request(), private_input=OTHER_INPUT)
    with pytest.raises(FolderOfAnotherRunError, match="the folder belongs to a run of another program, input"):
        prove_in_folder(folder, other, workers, report=lambda _: None)
    assert _contents(folder) == _contents(finished)


def test_folder_that_another_run_only_began_is_taken_over(finished: Path, workers: Remembering, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    other = replace(counting_request(), limits=replace(counting_request().limits, cost=None))
    with pytest.raises(TraceError, match="job 0 fails"):
        prove_in_folder(begun, other, Failing(), report=lambda _: None)
    assert {path.suffix for path in begun.iterdir()} == {".json", ".plan"}
    reports: list[str] = []
    prove_counting(begun, workers, reports)
    assert reports == [f"{begun}: it was begun for another run and holds no proof; it is made anew"]
    assert _contents(begun) == _contents(finished)


def test_folder_with_the_final_proof_of_another_run_is_left_alone(
    finished: Path, workers: Remembering, tmp_path: Path
) -> None:
    shutil.copy(finished / "manifest.json", tmp_path)
    (tmp_path / FINAL_NAME).write_bytes(b"final")
    other = replace(counting_request(), private_input=OTHER_INPUT)
    with pytest.raises(FolderOfAnotherRunError):
        prove_in_folder(tmp_path, other, workers, report=lambda _: None)
    assert (tmp_path / FINAL_NAME).read_bytes() == b"final"


def test_folder_in_use_is_left_alone(folder: Path, workers: Remembering) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with pytest.raises(FolderInUseError, match="another process works in this folder"):
            prove_counting(folder, workers, [])
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"format": "limpid run"}', b"\xff", b"[" * 100_000])
def test_damaged_manifest_is_reported_and_made_anew(
    folder: Path, finished: Path, workers: Remembering, content: bytes
) -> None:
    (folder / "manifest.json").write_bytes(content)
    reports: list[str] = []
    prove_counting(folder, workers, reports)
    assert reports == [f"{folder / 'manifest.json'}: it is damaged; it is made anew"]
    assert _contents(folder) == _contents(finished)


def test_what_a_stopped_writer_left_beside_is_removed(folder: Path, finished: Path, workers: Remembering) -> None:
    (folder / "0001.proof.partial").write_bytes(b"half")
    prove_counting(folder, workers, [])
    assert _contents(folder) == _contents(finished)


def test_run_killed_at_random_moments_ends_with_the_same_bytes(finished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    command = [sys.executable, "-m", "tests.reference.segments.counting_folder", str(folder)]
    for wanted in ("0001.plan", "0000.proof", "0001.proof"):
        process = subprocess.Popen(command, cwd=ROOT)
        while process.poll() is None and not (folder / wanted).exists():
            time.sleep(0.01)
        time.sleep(random.uniform(0, 0.5))
        process.kill()
        process.wait()
    reports: list[str] = []
    prove_counting(folder, ThisProcess(counting_bench()), reports)
    assert reports == []
    assert _contents(folder) == _contents(finished)
