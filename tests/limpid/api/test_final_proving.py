"""A run to its final proof through the public function: real segments under parameters for tests, made-up nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

import limpid as api
from limpid.api import final_proving
from limpid.api.aggregating import UnfoldableRunError
from limpid.api.final_proving import NodeError
from limpid.api.proving import Proof
from limpid.errors import OutOfMemoryError
from limpid.runs import memory_limits
from limpid.runs.long_runs import FolderUseError, Place, prove_in_folder
from limpid.runs.workbench import TreeRecipe
from reference.prover.progress import BEFORE_PROVING, Observer, Stage
from reference.recursion import schedule
from reference.recursion.jobs import ConvertJob, SegmentJob, TreeBench, TreeJob
from reference.recursion.tree_progress import Done
from reference.segments.folder import FINAL_NAME, PROOF_NAME, in_use
from reference.segments.jobs import ProveJob, Workers
from spec.parameters import TINY
from tests import small_tree
from tests.limpid.commands.invocation import FIBONACCI
from tests.made_up_trees import COST, INPUT, OUTPUT, Trees, made_up_trees, proven_run


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Proof:
    return proven_run(tmp_path_factory.mktemp("proven") / "run")


@pytest.fixture
def trees(proven: Proof, monkeypatch: pytest.MonkeyPatch) -> Trees:
    return made_up_trees(proven, monkeypatch)


def _require_interleaved(told: list[Done], proven: Proof) -> None:
    """Nodes are there before the last segment is; counts and fractions grow to the whole."""
    assert any(done.nodes and done.segments < done.of_segments for done in told)
    assert (told[0].segments, told[0].nodes, told[0].fraction) == (0, 0, BEFORE_PROVING)
    assert (told[-1].segments, told[-1].nodes, told[-1].fraction) == (proven.segments, told[-1].of_nodes, 1.0)


@pytest.mark.usefixtures("trees")
@pytest.mark.parametrize("in_folder", [False, True], ids=["memory", "folder"])
def test_nodes_are_made_between_segments_and_progress_grows_over_both(
    in_folder: bool, proven: Proof, tmp_path: Path
) -> None:
    told: list[Done] = []
    heard: list[tuple[Stage, float]] = []
    place = Place(tmp_path / "run", segment_cost=COST) if in_folder else None
    final = api.prove_final(FIBONACCI, INPUT, place, observer=lambda *said: heard.append(said), told=told.append)
    assert (final.encoded, final.key, final.segments) == (b"final", proven.key, proven.segments)
    assert (final.output, final.exit_code) == (OUTPUT, 0)
    assert final.instructions == proven.instructions
    _require_interleaved(told, proven)
    fractions = [fraction for _, fraction in heard]
    assert fractions == sorted(fractions)
    assert [stage for stage, _ in heard].count(Stage.PIN) >= proven.segments
    if in_folder:
        assert (tmp_path / "run" / PROOF_NAME).read_bytes() == proven.encoded
        assert (tmp_path / "run" / FINAL_NAME).read_bytes() == b"final"


@pytest.mark.usefixtures("trees")
def test_run_stopped_in_the_middle_goes_on_where_it_stood(proven: Proof, tmp_path: Path) -> None:
    class Stopped(Exception):  # noqa: N818 - it stands for a signal
        pass

    def stop(done: Done) -> None:
        if done.nodes and done.segments < done.of_segments:
            raise Stopped

    place, said, told = Place(tmp_path / "run", segment_cost=COST), list[str](), list[Done]()
    with pytest.raises(Stopped):
        api.prove_final(FIBONACCI, INPUT, place, told=stop)
    assert not (place.folder / PROOF_NAME).exists()
    api.prove_final(FIBONACCI, INPUT, place, told=told.append, report=said.append)
    assert (told[0].nodes, told[0].fraction, said) == (1, BEFORE_PROVING, [])
    assert (place.folder / PROOF_NAME).read_bytes() == proven.encoded
    with in_use(place.folder), pytest.raises(FolderUseError):
        api.prove_final(FIBONACCI, INPUT, place)


def test_refused_node_is_told_and_costs_none_of_the_segments(trees: Trees, tmp_path: Path) -> None:
    place, told = Place(tmp_path / "run", segment_cost=COST), list[Done]()
    trees(refuses=True)
    for _ in range(2):
        # The second call finds leaves: what a circuit refuses says nothing against them.
        with pytest.raises(NodeError, match="is not accepted: NODE_STATEMENT"):
            api.prove_final(FIBONACCI, INPUT, place)
    trees()
    api.prove_final(FIBONACCI, INPUT, place, told=told.append)
    assert told[0].segments >= 1


@dataclass
class LyingOnce:
    """Workers elsewhere, the first of whose proofs of a segment is none."""

    bench: TreeBench
    lies: int = 1

    def execute(self, jobs: Iterable[TreeJob]) -> Iterator[tuple[int, bytes]]:
        for job in jobs:
            result = job.execute(self.bench)
            if self.lies and isinstance(job, SegmentJob) and isinstance(job.job, ProveJob):
                self.lies, result = 0, result[:-1]
            yield job.index, result


@pytest.mark.usefixtures("trees")
def test_wrong_segment_of_a_worker_is_made_anew_before_a_node_is_made_of_it(
    proven: Proof, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def lying(
        _: Place, recipe: TreeRecipe, __: Observer, check: Callable[[LyingOnce], Workers[TreeJob]]
    ) -> Iterator[Workers[TreeJob]]:
        yield check(LyingOnce(recipe.bench()))

    monkeypatch.setattr(final_proving, "workers_of", lying)
    said: list[str] = []
    place = Place(tmp_path / "run", workers=2, segment_cost=COST)
    api.prove_final(FIBONACCI, INPUT, place, report=said.append)
    assert (place.folder / PROOF_NAME).read_bytes() == proven.encoded
    (report,) = said
    assert report.startswith("segment 0: a worker returned a wrong result, which is not used")


@pytest.mark.usefixtures("trees")
@pytest.mark.parametrize("in_folder", [False, True], ids=["memory", "folder"])
def test_room_for_segments_alone_is_not_enough(
    in_folder: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The segments of this run take some hundred megabytes, a node six gigabytes: refused before any is proven."""
    from limpid.runs import workbench

    monkeypatch.setattr(workbench, "_workbench", workbench._workbench.__wrapped__)
    monkeypatch.setattr(memory_limits, "available_memory_bytes", lambda: 4 << 30)
    heard: list[Stage] = []
    place = Place(tmp_path / "run", segment_cost=COST) if in_folder else None
    with pytest.raises(OutOfMemoryError, match="segments and nodes in turn take about"):
        api.prove_final(FIBONACCI, INPUT, place, observer=lambda stage, _: heard.append(stage))
    assert set(heard) <= {Stage.PLAN, Stage.PIN}
    prove_in_folder(Place(tmp_path / "alone", segment_cost=COST), FIBONACCI, INPUT, parameters=TINY.name)


def test_bench_without_segments_refuses_to_prove_one() -> None:
    job = SegmentJob(share=cast("Any", None), job=ProveJob(0, 1, b"", b"", b""))
    with pytest.raises(ValueError, match="the bench is that of a run whose segments are proven"):
        job.execute(TreeBench(small_tree.run().key, cast("Any", None)))
    assert ConvertJob.urgent
    assert not SegmentJob.urgent


@pytest.mark.usefixtures("trees")
@pytest.mark.parametrize("in_folder", [False, True], ids=["memory", "folder"])
def test_run_of_more_segments_than_a_tree_takes_is_refused_before_any_is_pinned(
    in_folder: bool, proven: Proof, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "most_segments", lambda _: proven.segments - 1)
    heard: list[Stage] = []
    place = Place(tmp_path / "run", segment_cost=COST) if in_folder else None
    said = f"the run has {proven.segments} segments, and a tree takes {proven.segments - 1}"
    with pytest.raises(UnfoldableRunError, match=said):
        api.prove_final(FIBONACCI, INPUT, place, observer=lambda stage, _: heard.append(stage))
    assert Stage.PIN not in heard
    assert not (tmp_path / "run").exists()
