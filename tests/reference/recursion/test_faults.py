"""Faults under a tree in a folder: killed processes, full disks, and workers that lie about a node."""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from limpid.errors import ClusterError
from limpid.runs.checked_workers import MOST_WRONG_RESULTS, FailingWorkers, checked_tree
from optimized.verifier.run import TOOLS
from reference.recursion.aggregate import ProvenSegments, digest_of, final_proof
from reference.recursion.jobs import CombineJob, ConvertJob, FinishJob, TreeJob
from reference.recursion.node_files import NodeFolder
from reference.segments.files import SCRATCH_SUFFIX, write_whole
from reference.segments.folder import FINAL_NAME, made_and_in_use
from reference.segments.jobs import Workers
from spec.protocol.proof_encoding import encode_segment
from spec.rejection import Rejected, Rejection
from tests import small_tree
from tests.killed_processes import sweep
from tests.reference.recursion.interleaved_run import bench
from tests.small_tree import prover, run

SEED = 6


class Knowing:
    """Workers that know every node of the tree over two pairs, as it was proven by hand."""

    def __init__(self) -> None:
        left, right, top = (encode_segment(node.proof.segments[0]) for node in small_tree.pair_of_pairs())
        self._pairs = {0: left, 1: right}
        self._top = top
        self._final = encode_segment(small_tree.final().segments[0])
        self._segments = [encode_segment(segment) for segment in run().segments]

    def execute(self, jobs: Iterable[TreeJob]) -> Iterator[tuple[int, bytes]]:
        for job in jobs:
            yield job.index, self.result(job)

    def result_of_pair(self, number: int) -> bytes:
        """The node of a pair."""
        return self._pairs[number]

    def result(self, job: TreeJob) -> bytes:
        """What an honest worker returns."""
        match job:
            case ConvertJob():
                return self._pairs[self._segments.index(job.segments[0]) // 2]
            case CombineJob():
                return self._top
            case FinishJob():
                return self._final
        raise AssertionError(job)


class Lying(Knowing):
    """Returns the node of the second pair as that of the first."""

    def result(self, job: TreeJob) -> bytes:
        return self._pairs[1] if isinstance(job, ConvertJob) else super().result(job)


class CombiningHere(Lying):
    """Lies about pairs; what stands over them is combined by an honest process."""

    def result(self, job: TreeJob) -> bytes:
        return job.execute(bench()) if isinstance(job, CombineJob) else super().result(job)


class Forgetting(Knowing):
    """Bends its first result of the jobs of one kind, or the first so many, and is honest then."""

    def __init__(self, kind: type[TreeJob], lie: Callable[[Knowing, bytes], bytes], times: int = 1) -> None:
        super().__init__()
        self.left = times
        self._kind, self._lie = kind, lie

    def result(self, job: TreeJob) -> bytes:
        honest = super().result(job)
        if not isinstance(job, self._kind) or not self.left:
            return honest
        self.left -= 1
        return self._lie(self, honest)


def _fold(path: Path, workers: Workers[TreeJob], said: list[str]) -> None:
    """As `limpid aggregate` does in a folder."""
    folder = NodeFolder(path, digest_of(run()), prover(), said.append, TOOLS)
    with made_and_in_use(path):
        final = final_proof(bench(), ProvenSegments(run()), workers, folder)
        write_whole(path / FINAL_NAME, encode_segment(final.proof.segments[0]))


def _fold_on_others(path: Path, workers: FailingWorkers[TreeJob], said: list[str]) -> None:
    """The same on workers that are not trusted."""
    _fold(path, checked_tree(workers, run().key, bench(), TOOLS, said.append), said)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a finished tree."""
    path = tmp_path_factory.mktemp("trees") / "finished"
    _fold(path, Knowing(), [])
    return _contents(path)


def _contents(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir()}


def test_lie_about_a_node_is_refused_by_the_next_circuit_and_its_file_is_not_used(
    finished: dict[str, bytes], tmp_path: Path
) -> None:
    said: list[str] = []
    with pytest.raises(Rejected):
        _fold(tmp_path / "tree", CombiningHere(), said)
    assert (said, FINAL_NAME in _contents(tmp_path / "tree")) == ([], False)
    _fold(tmp_path / "tree", Knowing(), said)
    assert _contents(tmp_path / "tree") == finished
    assert len(said) == 1
    assert "0000-0002.node" in said[0]
    assert "it is about other segments" in said[0]


def _one_bit_changed(_: Knowing, node: bytes) -> bytes:
    return node[:-40] + bytes([node[-40] ^ 1]) + node[-39:]


LIES: dict[str, tuple[type[TreeJob], Callable[[Knowing, bytes], bytes], str]] = {
    "a bit of a pair": (ConvertJob, _one_bit_changed, "node 4"),
    "a bit of the node over them": (CombineJob, _one_bit_changed, "node 6"),
    "a bit of the final proof": (FinishJob, _one_bit_changed, "node 7"),
    "nothing": (CombineJob, lambda _, __: b"", "node 6"),
    "a byte too many": (ConvertJob, lambda _, node: node + b"\0", "node 4"),
    "the other pair": (ConvertJob, lambda knowing, _: knowing.result_of_pair(1), "node 4"),
    "the node below": (FinishJob, lambda knowing, _: knowing.result_of_pair(0), "node 7"),
}
REASONS = {
    "nothing": "ENCODING_TRUNCATED",
    "a byte too many": "ENCODING_TRAILING_BYTES",
    "the other pair": "NODE_STATEMENT",
}


@pytest.mark.parametrize("name", LIES)
def test_wrong_node_of_a_worker_is_reported_and_made_anew(
    name: str, finished: dict[str, bytes], tmp_path: Path
) -> None:
    kind, lie, node = LIES[name]
    said, workers = list[str](), Forgetting(kind, lie)
    _fold_on_others(tmp_path / "tree", workers, said)
    assert workers.left == 0
    assert _contents(tmp_path / "tree") == finished
    (report,) = said
    assert report.startswith(f"{node}: a worker returned a wrong result, which is not used: {REASONS.get(name, '')}")


def test_worker_that_always_lies_about_a_node_ends_the_tree_which_goes_on_later(
    finished: dict[str, bytes], tmp_path: Path
) -> None:
    said: list[str] = []
    always = Forgetting(CombineJob, _one_bit_changed, MOST_WRONG_RESULTS)
    with pytest.raises(ClusterError, match="the workers returned 3 wrong results for node 6"):
        _fold_on_others(tmp_path / "tree", always, said)
    assert len(said) == MOST_WRONG_RESULTS
    _fold(tmp_path / "tree", Knowing(), said)
    assert (_contents(tmp_path / "tree"), len(said)) == (finished, MOST_WRONG_RESULTS)


class Refusing:
    """Refuses the first so many jobs of a kind, and is honest then."""

    def __init__(self, kind: type[TreeJob], times: int) -> None:
        self.left = times
        self._kind, self._knowing = kind, Knowing()

    def execute(self, jobs: Iterable[TreeJob]) -> Iterator[tuple[int, bytes | Exception]]:
        for job in jobs:
            if isinstance(job, self._kind) and self.left:
                self.left -= 1
                yield job.index, Rejected(Rejection.NODE_DEPTH, "invented")
            else:
                yield job.index, self._knowing.result(job)


@pytest.mark.parametrize(("kind", "node"), [(ConvertJob, "node 4"), (CombineJob, "node 6"), (FinishJob, "node 7")])
def test_worker_that_refuses_a_node_for_no_reason_does_not_end_the_tree(
    kind: type[TreeJob], node: str, finished: dict[str, bytes], tmp_path: Path
) -> None:
    said, workers = list[str](), Refusing(kind, MOST_WRONG_RESULTS - 1)
    _fold_on_others(tmp_path / "tree", workers, said)
    assert _contents(tmp_path / "tree") == finished
    reported = f"{node}: a worker raised Rejected in place of a result: NODE_DEPTH: "
    assert [report.startswith(reported) for report in said] == [True] * (MOST_WRONG_RESULTS - 1)


def test_node_that_every_worker_refuses_ends_the_tree_which_goes_on_later(
    finished: dict[str, bytes], tmp_path: Path
) -> None:
    said: list[str] = []
    with pytest.raises(ClusterError, match=r"the workers refused node 6 3 times, .*NODE_DEPTH"):
        _fold_on_others(tmp_path / "tree", Refusing(CombineJob, MOST_WRONG_RESULTS), said)
    _fold(tmp_path / "tree", Knowing(), said)
    assert (_contents(tmp_path / "tree"), len(said)) == (finished, MOST_WRONG_RESULTS)


@pytest.mark.parametrize("write", range(4))
def test_write_that_the_disk_refuses_ends_the_tree_which_goes_on_later(
    write: int, finished: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, left, really = tmp_path / "tree", write, Path.write_bytes

    def failing(path: Path, content: bytes) -> int:
        nonlocal left
        left -= 1
        if left == -1:
            really(path, content[: len(content) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return really(path, content)

    monkeypatch.setattr(Path, "write_bytes", failing)
    with pytest.raises(OSError, match="No space left on device"):
        _fold(folder, Knowing(), [])
    monkeypatch.undo()
    assert not folder.exists() or {path.name for path in folder.iterdir()} < {*finished}
    said: list[str] = []
    _fold(folder, Knowing(), said)
    assert (_contents(folder), said) == (finished, [])


def test_what_a_killed_writer_left_beside_a_node_is_removed(finished: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / f"0000-0002.node.0123abcd{SCRATCH_SUFFIX}").write_bytes(b"half")
    _fold(tmp_path, Knowing(), [])
    assert _contents(tmp_path) == finished


@pytest.mark.slow
@pytest.mark.forks
@pytest.mark.parametrize("kills", [2, 50])
def test_tree_killed_at_random_moments_is_never_half_written_and_ends_with_the_same_bytes(
    kills: int, finished: dict[str, bytes], tmp_path: Path
) -> None:
    folder, said = tmp_path / "tree", list[str]()
    sweep(lambda: _fold(folder, Knowing(), said), folder, finished, kills, random.Random(SEED))
    _fold(folder, Knowing(), said)
    assert (_contents(folder), said) == (finished, [])
