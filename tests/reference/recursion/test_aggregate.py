"""From the segments of a run to its final proof: which nodes are made, when, and which are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import replace
from pathlib import Path

import pytest

from optimized.verifier.run import TOOLS
from reference.prover.progress import Observer, Stage
from reference.recursion import schedule
from reference.recursion.aggregate import ProvenSegments, digest_of, final_proof
from reference.recursion.jobs import CombineJob, ConvertJob, EncodedNode, FinishJob, TreeBench, TreeJob
from reference.recursion.node_files import NodeFolder
from reference.recursion.schedule import TooManySegmentsError, UnlistedShapeError
from reference.recursion.tree import TreeProver
from reference.recursion.tree_plan import Span
from reference.segments.jobs import ThisProcess
from spec.circuit.nodes import Convert
from spec.protocol.hash import digest_bytes
from spec.protocol.proof_encoding import encode_segment
from tests import small_tree
from tests.small_tree import DESIGN, prover, run


def _bench(counts: tuple[int, ...] = (1, 2)) -> TreeBench:
    """Only the pairs are converted together, as in the tree that is proven by hand, unless told otherwise."""
    workshop = copy(small_tree.workshop())
    workshop.design = replace(DESIGN, segment_counts=counts)

    def make(observer: Observer) -> TreeProver:
        return TreeProver(workshop, small_tree.keys(), observer)

    return TreeBench(run().key, make)


class _Told:
    """Knows the results: a job is given back as a name, and what it makes is what was proven by hand."""

    def __init__(self, *, latest_first: bool = False) -> None:
        self.given: list[str] = []
        self._latest_first = latest_first

    def execute(self, jobs: Iterable[TreeJob]) -> Iterator[tuple[int, bytes]]:
        held: list[TreeJob] = []
        source = iter(jobs)
        while True:
            while (job := next(source, None)) is not None:
                self.given.append(_name(job))
                held.append(job)
            if not held:
                return
            done = held.pop(-1 if self._latest_first else 0)
            self.given.append(f"done {_name(done)}")
            made = encode_segment(small_tree.final().segments[0]) if isinstance(done, FinishJob) else b"node"
            yield done.index, made


def _name(job: TreeJob) -> str:
    names = {ConvertJob: "convert", CombineJob: "combine", FinishJob: "finish"}
    return f"{names[type(job)]} {job.index}"


def test_node_is_given_out_as_soon_as_its_children_are_there() -> None:
    first_first, latest_first = _Told(), _Told(latest_first=True)
    for workers in (first_first, latest_first):
        assert final_proof(_bench((1,)), ProvenSegments(run()), workers).proof == small_tree.final()
    converts = ["convert 4", "convert 5", "convert 7", "convert 8"]
    assert first_first.given == [
        *converts,
        *("done convert 4", "done convert 5", "combine 6"),
        *("done convert 7", "done convert 8", "combine 9"),
        *("done combine 6", "done combine 9", "combine 10", "done combine 10", "finish 11", "done finish 11"),
    ]
    assert latest_first.given == [
        *converts,
        *("done convert 8", "done convert 7", "combine 9", "done combine 9"),
        *("done convert 5", "done convert 4", "combine 6", "done combine 6"),
        *("combine 10", "done combine 10", "finish 11", "done finish 11"),
    ]


def _folder(path: Path, said: list[str]) -> NodeFolder:
    return NodeFolder(path, digest_of(run()), prover(), said.append, TOOLS)


def test_run_is_folded_node_by_node_and_kept_nodes_are_not_made_again(tmp_path: Path) -> None:
    said: list[str] = []
    heard: list[tuple[Stage, float]] = []

    def hear(stage: Stage, fraction: float) -> None:
        heard.append((stage, fraction))

    final = final_proof(_bench(), ProvenSegments(run()), ThisProcess(_bench(), hear), _folder(tmp_path, said))
    assert (final.program, final.output, final.proof) == (run().key, run().output, small_tree.final())
    nodes = [tmp_path / name for name in ("0000-0002.node", "0000-0004.node", "0002-0002.node")]
    assert sorted(tmp_path.iterdir()) == nodes
    fractions = [fraction for _, fraction in heard]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1] > 0.9, fractions[-1] < 1) == (0.0, True, True)

    told = _Told()
    final_proof(_bench(), ProvenSegments(run()), told, _folder(tmp_path, said))
    assert (told.given, said) == (["finish 4", "done finish 4"], [])

    # A damaged node is made anew of its kept children; without these, they are too.
    nodes[1].write_bytes(nodes[1].read_bytes()[:-1])
    told = _Told()
    final_proof(_bench(), ProvenSegments(run()), told, _folder(tmp_path, said))
    assert told.given[:2] == ["combine 4", "done combine 4"]
    assert said == [f"{nodes[1]}: it is damaged; it is made anew"]


def test_node_that_is_found_and_not_accepted_is_made_anew(tmp_path: Path) -> None:
    """The file is whole and carries the right label."""
    said: list[str] = []
    folder = _folder(tmp_path, said)
    left, right, _ = small_tree.pair_of_pairs()
    part, kind = Span(0, 2), Convert("small", 2)
    (segment,) = left.proof.segments
    folder.write(part, EncodedNode(kind, encode_segment(segment)))
    assert folder.read(part, kind) == EncodedNode(kind, encode_segment(segment))

    folder.write(part, EncodedNode(kind, encode_segment(right.proof.segments[0])))
    assert folder.read(part, kind) is None
    changed = list(segment.public_values)
    changed[-1] += 1
    folder.write(part, EncodedNode(kind, encode_segment(replace(segment, public_values=tuple(changed)))))
    assert folder.read(part, kind) is None
    folder.write(part, EncodedNode(kind, b"bytes that are no proof"))
    assert folder.read(part, kind) is None
    assert len(said) == 3
    assert "it is about other segments" in said[0]
    assert list(tmp_path.iterdir()) == []


def test_nodes_of_another_run_are_not_used(tmp_path: Path) -> None:
    said: list[str] = []
    left, _, _ = small_tree.pair_of_pairs()
    part, kind = Span(0, 2), Convert("small", 2)
    _folder(tmp_path, said).write(part, EncodedNode(kind, encode_segment(left.proof.segments[0])))
    other = replace(_folder(tmp_path, said), run=(1,) * 8)
    assert other.read(part, kind) is None
    assert said == [f"{tmp_path / '0000-0002.node'}: it belongs to another run or segment; it is made anew"]


def test_segments_of_a_shape_without_a_circuit_are_not_folded() -> None:
    other = replace(run(), segments=small_tree.EXAMPLE.proof.segments)
    with pytest.raises(UnlistedShapeError, match="segment 0 has a shape that no circuit is made for"):
        final_proof(_bench(), ProvenSegments(other), _Told())


def test_run_of_more_segments_than_a_tree_takes_is_not_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "most_segments", lambda _: 3)
    with pytest.raises(TooManySegmentsError, match="the run has 4 segments, and a tree takes 3"):
        final_proof(_bench(), ProvenSegments(run()), _Told())


def test_digest_of_a_run_is_the_one_that_its_nodes_state() -> None:
    assert digest_bytes(digest_of(run())) == digest_bytes(small_tree.pair_of_pairs()[2].statement(DESIGN.segments).run)
