"""The order in which a run's segments and the nodes over them are proven: one order, whoever the workers are.

A node whose children are there comes before any segment, and of several nodes the one that is furthest to the left, a
child before its parent. So what waits for its neighbour is a few proofs, however long the run is.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator, Sequence

from reference.recursion.jobs import CombineJob, ConvertJob, EncodedNode, FinishJob, SegmentJob, TreeJob
from reference.recursion.node_files import NodeFolder
from reference.recursion.tree_plan import Branch, Part, Span, node_count, plan_tree
from reference.recursion.tree_progress import Told, TreeProgress, efforts
from reference.segments.proofs import SegmentProofs
from reference.trace.errors import TraceError
from spec.circuit.nodes import Combine, Convert, NodeKind, TreeDesign
from spec.protocol.recursion import most_segments
from spec.protocol.shape import SegmentShape


class UnlistedShapeError(ValueError):
    """A segment has a shape that no circuit is made for."""


class TooManySegmentsError(TraceError):
    """A run has more segments than a tree takes."""


def require_tree_for(segment_count: int, design: TreeDesign) -> None:
    """Raises TooManySegmentsError if no tree takes so many."""
    most = most_segments(design.segments)
    if segment_count > most:
        raise TooManySegmentsError(f"the run has {segment_count:,} segments, and a tree takes {most:,}")


def shape_names(design: TreeDesign, shapes: list[SegmentShape]) -> list[str]:
    """By segment, the name of its shape. Raises UnlistedShapeError for one that the design does not have."""
    known = {tuple(shape.numbers()): name for name, shape in design.segment_shapes.items()}
    found = [known.get(tuple(shape.numbers())) for shape in shapes]
    names = [name for name in found if name is not None]
    if len(names) != len(found):
        raise UnlistedShapeError(f"segment {found.index(None)} has a shape that no circuit is made for")
    return names


class Schedule(Iterator[TreeJob]):
    """The jobs that are left of a run and the tree over it, given out as they can be done: the iterator ends for now
    where all that is left waits for results, and goes on when these have been put.

    Segments have their own numbers, nodes those after them, children before parents; the final proof has the last one.
    """

    def __init__(
        self, design: TreeDesign, proofs: SegmentProofs, folder: NodeFolder | None, told: Told, begun: float
    ) -> None:
        """Nodes are kept in the folder, and those that stand there are used; `begun` is the fraction of all work that
        was done before. Raises TooManySegmentsError or UnlistedShapeError for a run that no tree takes, and OSError if
        the folder cannot be read."""
        require_tree_for(proofs.segment_count, design)
        self._names = shape_names(design, proofs.shapes())
        self._top = plan_tree(self._names, design)
        self._proofs, self._folder = proofs, folder
        self._made: dict[Part, EncodedNode] = {}
        """Those that wait for their neighbours."""

        self._missing = list(self._not_kept(self._top))
        self._segments = deque(proofs.missing)
        self._parent = {below: number for number, part in enumerate(self._missing) for below in _below(part)}
        lacking = {*self._segments, *self._missing}
        self._waits = [len(lacking.intersection(_below(part))) for part in self._missing]
        """How many of its children each of them waits for."""

        self._ready = [number for number, waits in enumerate(self._waits) if not waits]
        self._ends = self._top in self._made
        nodes = node_count(self._top)
        found = efforts(design, self._names)
        self._progress = TreeProgress(found, proofs.missing, nodes, len(self._missing), told, begun)
        self.last = b""
        """The encoded final proof, once it has been put."""

    def __next__(self) -> TreeJob:
        if self._ready:
            return self._node_job(heapq.heappop(self._ready))
        if self._ends:
            self._ends = False
            return FinishJob(self._last_index, self._progress.share_of_final(), self._made.pop(self._top))
        if self._segments:
            index = self._segments.popleft()
            return SegmentJob(self._progress.share_of_segment(index), self._proofs.job(index))
        raise StopIteration

    def put(self, index: int, encoded: bytes) -> None:
        """Takes in the result of a job. Raises OSError if the disk refuses."""
        if index < self._proofs.segment_count:
            self._proofs.put(index, encoded)
            self._arrived(index)
            self._progress.segment(index)
        elif index < self._last_index:
            self._put_node(self._missing[index - self._proofs.segment_count], encoded)
            self._progress.node()
        else:
            self.last = encoded
            self._progress.final()

    @property
    def _last_index(self) -> int:
        return self._proofs.segment_count + len(self._missing)

    def _put_node(self, part: Part, encoded: bytes) -> None:
        node = self._made[part] = EncodedNode(self._kind(part), encoded)
        if self._folder is not None:
            self._folder.write(part, node)
        if part == self._top:
            self._ends = True
        else:
            self._arrived(part)

    def _arrived(self, child: Part | int) -> None:
        """Its parent can be made if this was the last child. A segment may lie below a node that was found: it has no
        parent that is missing."""
        parent = self._parent.get(child)
        if parent is not None:
            self._waits[parent] -= 1
            if not self._waits[parent]:
                heapq.heappush(self._ready, parent)

    def _not_kept(self, part: Part) -> Iterator[Part]:
        """The nodes that have to be made, children before parents."""
        kept = None if self._folder is None else self._folder.read(part, self._kind(part))
        if kept is not None:
            self._made[part] = kept
            return
        if isinstance(part, Branch):
            for below in part.parts:
                yield from self._not_kept(below)
        yield part

    def _kind(self, part: Part) -> NodeKind:
        if isinstance(part, Span):
            return Convert(self._names[part.first], part.count)
        return Combine(len(part.parts))

    def _node_job(self, number: int) -> TreeJob:
        part, index, share = self._missing[number], self._proofs.segment_count + number, self._progress.share_of_node()
        if isinstance(part, Branch):
            return CombineJob(index, share, tuple(self._made.pop(below) for below in part.parts))
        segments = tuple(self._proofs.take(segment) for segment in part.segments)
        return ConvertJob(index, share, self._names[part.first], self._proofs.run, segments)


def _below(part: Part) -> Sequence[Part | int]:
    """What a node is made of: other nodes, or segments by their indices."""
    return part.parts if isinstance(part, Branch) else part.segments
