"""How far a run and the tree over it are: what is counted, and a rough share of the whole for each proof."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reference.prover.progress import Share
from spec.circuit.nodes import TreeDesign, shape_of
from spec.parameters import ParameterSet
from spec.protocol.shape import SegmentShape


@dataclass(frozen=True)
class Done:
    """How much of a run and the tree over it is proven, with what was found."""

    segments: int
    of_segments: int
    nodes: int
    of_nodes: int
    """The final proof is one of them."""

    fraction: float
    """The part of the work that is done; what was found is no part of it."""


Told = Callable[[Done], None]
"""Hears of every segment and every node as it is there."""


def untold(done: Done) -> None:
    """Nobody hears."""


@dataclass(frozen=True)
class Efforts:
    """What each proof takes, by the cells of its codewords. Estimates rest on it, nothing else."""

    by_segment: Sequence[int]
    node: int
    final: int


def efforts(design: TreeDesign, names: Sequence[str]) -> Efforts:
    """Those of a tree over segments whose shapes have these names."""
    by_shape = {
        name: _codeword_cells(shape, design.segment_parameters) for name, shape in design.segment_shapes.items()
    }
    return Efforts(
        [by_shape[name] for name in names],
        _codeword_cells(shape_of(design.node_machine), design.nodes.parameters),
        _codeword_cells(shape_of(design.final_machine), design.final.parameters),
    )


class TreeProgress:
    """Counts what is there, and tells it."""

    def __init__(
        self, found: Efforts, missing: Sequence[int], nodes: int, missing_nodes: int, told: Told, begun: float
    ) -> None:
        """The missing segments by index; the number of nodes without the final proof, and of those that are missing.
        `begun` is the fraction of the work that was done before."""
        self._efforts, self._told, self._begun = found, told, begun
        self._missing_segments, self._nodes, self._missing_nodes = len(missing), nodes + 1, missing_nodes + 1
        self._left = sum(found.by_segment[index] for index in missing) + missing_nodes * found.node + found.final
        self._whole = self._left
        self._tell()

    def share_of_segment(self, index: int) -> Share:
        """The part of the work that the next job is, if it proves this segment."""
        return self._share(self._efforts.by_segment[index])

    def share_of_node(self) -> Share:
        """The same of a node."""
        return self._share(self._efforts.node)

    def share_of_final(self) -> Share:
        """The same of the final proof."""
        return self._share(self._efforts.final)

    def segment(self, index: int) -> None:
        """A segment has been proven."""
        self._missing_segments -= 1
        self._advance(self._efforts.by_segment[index])

    def node(self) -> None:
        """A node has been proven."""
        self._missing_nodes -= 1
        self._advance(self._efforts.node)

    def final(self) -> None:
        """The final proof is there."""
        self._missing_nodes -= 1
        self._advance(self._efforts.final)

    def _advance(self, effort: int) -> None:
        self._left -= effort
        self._tell()

    def _share(self, effort: int) -> Share:
        rest = 1 - self._begun
        return Share(self._begun + rest * (self._whole - self._left) / self._whole, rest * effort / self._whole)

    def _tell(self) -> None:
        segments, fraction = len(self._efforts.by_segment), self._share(0).before
        self._told(
            Done(segments - self._missing_segments, segments, self._nodes - self._missing_nodes, self._nodes, fraction)
        )


def _codeword_cells(shape: SegmentShape, parameters: ParameterSet) -> int:
    return shape.main_cells << parameters.rate_log2
