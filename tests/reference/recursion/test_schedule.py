"""Segments and nodes in one order: what is begun when, what is held meanwhile, and what a stopped run goes on with."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from reference.recursion.aggregate import final_proof
from reference.recursion.schedule import Schedule
from reference.recursion.tree_progress import Done
from tests import small_tree
from tests.killed_processes import sweep
from tests.reference.recursion.interleaved_run import (
    SimulatedWorkers,
    UnprovenSegments,
    bench,
    known_result,
    prove_interleaved,
)
from tests.small_tree import DESIGN

SEED = 7
LONG = 64

ORDERS = {
    1: [
        *("segment 0", "segment 1", "convert 4"),
        *("segment 2", "segment 3", "convert 5", "combine 6", "finish 7"),
    ],
    2: [
        *("segment 0", "segment 1", "segment 2", "convert 4", "segment 3"),
        *("convert 5", "combine 6", "finish 7"),
    ],
}
"""By number of workers, what is begun when: nodes before further segments, and nobody waits while there is work."""


@pytest.mark.parametrize("count", ORDERS)
def test_node_is_begun_before_further_segments_and_the_bytes_are_the_same(count: int) -> None:
    workers = SimulatedWorkers(count)
    final = final_proof(bench(), UnprovenSegments(), workers)
    assert workers.begun == ORDERS[count]
    assert workers.begun.index("convert 4") < workers.log.index("done segment 3")
    assert final.proof == small_tree.final()


def _children_by_node(first: int, count: int, found: dict[str, set[str]]) -> str:
    """Adds the nodes over so many segments, four at a time, children before parents; returns the last one's name."""
    if count == 4:
        name, children = "convert", {f"segment {index}" for index in range(first, first + count)}
    else:
        half = count // 2
        children = {_children_by_node(start, half, found) for start in (first, first + half)}
        name = "combine"
    found[f"{name} {LONG + len(found)}"] = children
    return [*found][-1]


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_no_segment_is_begun_while_a_node_could_be(count: int) -> None:
    """Over a long run, by the design alone."""
    workers, children = SimulatedWorkers(count, lambda _: b"made"), dict[str, set[str]]()
    schedule = Schedule(DESIGN, UnprovenSegments(segment_count=LONG), None, lambda _: None, 0.0)
    for index, made in workers.execute(schedule):
        schedule.put(index, made)
    _children_by_node(0, LONG, children)
    begun, done = set[str](), set[str]()
    for name in workers.log:
        if name.startswith("done "):
            done.add(name.removeprefix("done "))
        elif name.startswith("segment"):
            assert [node for node, below in children.items() if node not in begun and below <= done] == [], name
        begun.add(name)
    assert {*children} | {f"segment {index}" for index in range(LONG)} < done


@pytest.mark.parametrize("count", [1, 2, 3])
def test_what_waits_for_neighbours_is_a_few_proofs_however_long_the_run_is(count: int) -> None:
    proofs, most = UnprovenSegments(segment_count=LONG), 0
    schedule = Schedule(DESIGN, proofs, None, lambda _: None, 0.0)
    for index, made in SimulatedWorkers(count, lambda _: b"made").execute(schedule):
        schedule.put(index, made)
        most = max(most, len(proofs.held) + len(schedule._made))
    # A convert's segments, and a node at each of the levels above; for each further worker the segments of another.
    assert most <= 4 + (LONG // 4).bit_length() + 4 * (count - 1)
    assert (proofs.held, schedule._made) == ({}, {})


def test_segment_that_lies_below_a_kept_node_is_proven_and_the_node_is_not_made_again(tmp_path: Path) -> None:
    said: list[str] = []
    prove_interleaved(tmp_path, SimulatedWorkers(), said)
    (tmp_path / "0001.proof").unlink()
    workers = SimulatedWorkers()
    prove_interleaved(tmp_path, workers, said)
    assert (sorted(workers.begun), said) == (["finish 4", "segment 1"], [])


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a finished run."""
    path = tmp_path_factory.mktemp("interleaved") / "finished"
    prove_interleaved(path, SimulatedWorkers(), [])
    return _contents(path)


def _contents(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir()}


class Stopped(Exception):  # noqa: N818 - it stands for a signal
    """The run is stopped."""


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("moment", range(8))
def test_run_stopped_before_any_job_goes_on_with_what_is_left_to_the_same_bytes(
    moment: int, count: int, finished: dict[str, bytes], tmp_path: Path
) -> None:
    folder, said = tmp_path / "run", list[str]()

    def stop(name: str) -> None:
        if name == ORDERS[count][moment]:
            raise Stopped

    workers = SimulatedWorkers(count, before=stop)
    with pytest.raises(Stopped):
        prove_interleaved(folder, workers, said)
    there = len([name for name in workers.log if name.startswith("done ")])
    again = SimulatedWorkers(count)
    prove_interleaved(folder, again, said)
    assert (_contents(folder), said) == (finished, [])
    assert len(again.begun) == len(ORDERS[count]) - there


@pytest.mark.slow
@pytest.mark.forks
@pytest.mark.parametrize("kills", [2, 50])
def test_run_killed_in_the_middle_is_never_half_written_and_ends_with_the_same_bytes(
    kills: int, finished: dict[str, bytes], tmp_path: Path
) -> None:
    folder, said = tmp_path / "run", list[str]()
    workers = SimulatedWorkers(2)
    sweep(lambda: prove_interleaved(folder, workers, said), folder, finished, kills, random.Random(SEED))
    prove_interleaved(folder, workers, said)
    assert (_contents(folder), said) == (finished, [])


def test_progress_counts_segments_and_nodes_and_grows_from_what_is_done_before_to_the_whole() -> None:
    told: list[Done] = []
    final_proof(bench(), UnprovenSegments(), SimulatedWorkers(), None, told.append, 0.1)
    assert [(done.segments, done.nodes) for done in told] == [
        *((0, 0), (1, 0), (2, 0), (2, 1)),
        *((3, 1), (4, 1), (4, 2), (4, 3), (4, 4)),
    ]
    assert {(done.of_segments, done.of_nodes) for done in told} == {(4, 4)}
    fractions = [done.fraction for done in told]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.1, 1.0)


def test_share_of_a_job_is_the_part_by_which_the_whole_grows() -> None:
    told: list[Done] = []
    schedule = Schedule(bench().prover(lambda *_: None).design, UnprovenSegments(), None, told.append, 0.0)
    for job in schedule:
        share = job.share  # type: ignore[attr-defined]
        assert share.before == told[-1].fraction
        schedule.put(job.index, known_result(job))
        assert share.before + share.width == pytest.approx(told[-1].fraction)


def test_nodes_that_are_found_count_as_there_and_are_no_part_of_the_work(tmp_path: Path) -> None:
    prove_interleaved(tmp_path, SimulatedWorkers(), [])
    (tmp_path / "0000-0004.node").unlink()
    told: list[Done] = []
    prove_interleaved(tmp_path, SimulatedWorkers(), [], told.append)
    assert [(done.segments, done.nodes) for done in told] == [(4, 2), (4, 3), (4, 4)]
    assert told[0].fraction == 0.0
    assert told[1].fraction == pytest.approx(0.5, abs=0.2)
