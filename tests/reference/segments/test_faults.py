"""Faults of the machine under a run in a folder: what is whole is not lost, and the run goes on to the same bytes."""

from __future__ import annotations

import errno
import os
import random
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from limpid.errors import FileError
from limpid.runs.long_runs import file_error
from reference.segments import files
from reference.segments.files import SCRATCH_SUFFIX
from reference.segments.folder import FolderInUseError
from reference.segments.jobs import Job, PinJob, ProveJob, ThisProcess
from tests.killed_processes import killed, sweep
from tests.reference.segments.counting_folder import counting_bench, prove_counting

SEED = 5
"""Any will do; a fixed one lets a failure be had again, as far as the machine's pace lets it."""


class Knowing:
    """Workers that know every result of the honest run, and call `before` with the name of each job."""

    def __init__(self, finished: Path, before: Callable[[str], object] = lambda _: None) -> None:
        self.asked: list[str] = []
        self._finished = finished
        self._before = before

    def execute(self, jobs: Iterable[Job]) -> Iterator[tuple[int, bytes]]:
        for job in jobs:
            kind = "leaf" if isinstance(job, PinJob) else "proof"
            self.asked.append(f"{kind} {job.index}")
            self._before(self.asked[-1])
            yield job.index, (self._finished / f"{job.index}.{kind}").read_bytes()


class Recording:
    """Executes here, and writes results where `Knowing` reads them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def execute(self, jobs: Iterable[Job]) -> Iterator[tuple[int, bytes]]:
        for job in jobs:
            ((index, result),) = ThisProcess(counting_bench()).execute([job])
            kind = "proof" if isinstance(job, ProveJob) else "leaf"
            (self._path / f"{index}.{kind}").write_bytes(result)
            yield index, result


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of all jobs, and in `run` the finished folder."""
    path = tmp_path_factory.mktemp("results")
    prove_counting(path / "run", Recording(path), [])
    return path


def _contents(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir()}


def _require_going_on(folder: Path, results: Path) -> list[str]:
    """The run goes on to the same bytes; returns what had to be made."""
    workers, reports = Knowing(results), list[str]()
    prove_counting(folder, workers, reports)
    assert _contents(folder) == _contents(results / "run")
    assert reports == []
    return workers.asked


WRITES = 12
"""Two manifests; a plan, a leaf and a proof of each of three segments; the proof of the run."""


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO], ids=errno.errorcode.get)
@pytest.mark.parametrize("write", range(WRITES))
def test_write_that_the_disk_refuses_ends_the_run_which_goes_on_later(
    write: int, number: int, results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, written, really = tmp_path / "run", 0, Path.write_bytes

    def failing(path: Path, content: bytes) -> int:
        nonlocal written
        if folder not in path.parents:
            return really(path, content)
        written += 1
        if written == write + 1:
            really(path, content[: len(content) // 2])
            raise OSError(number, os.strerror(number), str(path))
        return really(path, content)

    monkeypatch.setattr(Path, "write_bytes", failing)
    with pytest.raises(OSError, match=os.strerror(number)) as refused:
        prove_counting(folder, Knowing(results), [])
    monkeypatch.undo()
    assert not folder.exists() or not list(folder.glob(f"*{SCRATCH_SUFFIX}"))
    told = file_error(folder, refused.value)
    assert isinstance(told, FileError)
    assert told.next_step
    _require_going_on(folder, results)


def test_run_writes_as_often_as_is_tested(results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    really = files.write_whole

    def counting(path: Path, content: bytes) -> None:
        written.append(path.name)
        really(path, content)

    for module in ("files", "folder", "driver"):
        monkeypatch.setattr(f"reference.segments.{module}.write_whole", counting)
    prove_counting(tmp_path / "run", Knowing(results), [])
    assert len(written) == WRITES


@pytest.mark.parametrize("again", [False, True], ids=["gone", "empty"])
@pytest.mark.parametrize("moment", ["leaf 0", "leaf 2", "proof 0", "proof 2"])
def test_folder_that_is_removed_underneath_is_an_error_and_the_run_begins_anew(
    moment: str, again: bool, results: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"

    def remove(job: str) -> None:
        if job == moment:
            shutil.rmtree(folder)
            if again:
                folder.mkdir()

    with pytest.raises(FileNotFoundError):
        prove_counting(folder, Knowing(results, remove), [])
    shutil.rmtree(folder, ignore_errors=True)
    assert len(_require_going_on(folder, results)) == 6


@pytest.mark.parametrize("time", [0, 2**32], ids=["of 1970", "of 2106"])
def test_clock_that_was_set_to_another_time_changes_nothing(time: int, results: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(results / "run", folder)
    for path in (*folder.iterdir(), folder):
        os.utime(path, (time, time))
    (folder / "0001.proof").unlink()
    assert _require_going_on(folder, results) == ["proof 1"]


@pytest.mark.forks
def test_second_process_in_a_folder_is_refused_and_the_first_is_not_disturbed(results: Path, tmp_path: Path) -> None:
    folder, refused = tmp_path / "run", list[bool]()

    def other() -> None:
        with pytest.raises(FolderInUseError, match="another process works in this folder"):
            prove_counting(folder, Knowing(results), [])

    def in_another_process(_: str) -> None:
        process = os.fork()
        if process == 0:
            try:
                other()
                os._exit(0)
            finally:
                os._exit(1)
        refused.append(os.waitpid(process, 0)[1] == 0)

    prove_counting(folder, Knowing(results, in_another_process), [])
    assert refused == [True] * 6
    assert _contents(folder) == _contents(results / "run")


@pytest.mark.forks
def test_lock_of_a_killed_process_goes_with_it(results: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    assert killed(lambda: prove_counting(folder, Knowing(results, lambda _: os.read(os.pipe()[0], 1)), []), 2)
    assert folder.exists()
    _require_going_on(folder, results)


@pytest.mark.forks
@pytest.mark.parametrize("kills", [3, pytest.param(50, marks=pytest.mark.slow)])
def test_run_killed_at_random_moments_is_never_half_written_and_ends_with_the_same_bytes(
    kills: int, results: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    finished = {name: content for name, content in _contents(results / "run").items() if name != "manifest.json"}
    sweep(lambda: prove_counting(folder, Knowing(results), []), folder, finished, kills, random.Random(SEED))
    _require_going_on(folder, results)
