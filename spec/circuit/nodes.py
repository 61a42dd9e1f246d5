"""A tree of nodes: which circuits there are, and the one shape that the proofs of all but the last have.

A circuit is made for the shape of what it verifies, and so is its key. Proofs of convert and combine have one shape, so
that combine verifies either, whatever the tree looks like.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from spec.air.chip import Role
from spec.air.chips.sha256 import Sha256Layout
from spec.air.machine import Machine
from spec.circuit.buses import SHA256
from spec.circuit.machine import circuit_machine
from spec.field import P
from spec.parameters import ParameterSet
from spec.protocol.form import SegmentForm
from spec.protocol.node_statement import public_names
from spec.protocol.recursion import most_segments
from spec.protocol.shape import (
    MINIMUM_HEIGHT_LOG2,
    SegmentShape,
    check_shape,
    listed_shape,
    message_counts,
    run_message_counts,
)

NODE_SHAPE = "node"
"""The name of the only shape that a node's machine lists."""


@dataclass(frozen=True)
class CircuitShape:
    """How the proof of a circuit looks: parameters, the layout of its compressions, and by chip the base-2 logarithm of
    the heights of its tables. Tables that are not named have the least height."""

    parameters: ParameterSet
    heights_log2: Mapping[str, int]
    layout: Sha256Layout = SHA256

    def machine(self, name: str, segments: Machine) -> Machine:
        """The machine of circuits of this shape, whose public values are a statement about such segments. Its only
        listed shape is this one."""
        machine = circuit_machine(name, public_names(segments), self.layout)
        of = {chip.name: self.heights_log2.get(chip.name, MINIMUM_HEIGHT_LOG2) for chip in machine.chips}
        program = {chip.name: of[chip.name] for chip in machine.chips_of(Role.PROGRAM_TABLE)}
        work = {chip.name: (of[chip.name],) for chip in machine.chips_of(Role.WORK)}
        return replace(machine, listed_shapes={NODE_SHAPE: work}, listed_programs=(program,))


def shape_of(machine: Machine) -> SegmentShape:
    """The shape that a node's machine lists."""
    (program,) = machine.listed_programs
    return listed_shape(machine, NODE_SHAPE, program)


@dataclass(frozen=True)
class Convert:
    """The circuit of `count` segments of a shape, by its name."""

    shape: str
    count: int

    @property
    def name(self) -> str:
        return f"convert_{self.shape}_{self.count}"


@dataclass(frozen=True)
class Combine:
    """The circuit of `count` nodes."""

    count: int

    @property
    def name(self) -> str:
        return f"combine_{self.count}"


NodeKind = Convert | Combine
"""A circuit whose proof may be a child: its key stands in the list."""


def _check(shape: SegmentShape, parameters: ParameterSet) -> None:
    """All that the verifier asks of a shape's heights. Raises Rejected at the first check that fails."""
    program = {table.chip.name: table.height_log2 for table in shape.tables_of(Role.PROGRAM_TABLE)}
    check_shape(shape, program, parameters)


@dataclass(frozen=True)
class TreeDesign:
    """What a list of keys is made for. Raises Rejected for a shape that no verifier admits: circuits check none, they
    are made for one. Raises ValueError for a shape of which a run may have so many segments that the messages of a
    global bus could wrap around p, and for one of circuits whose own messages could."""

    segments: Machine
    segment_parameters: ParameterSet
    segment_shapes: Mapping[str, SegmentShape]
    segment_counts: tuple[int, ...]
    """How many segments convert takes, of a shape that is not `alone`."""

    child_counts: tuple[int, ...]
    """How many nodes combine takes."""

    nodes: CircuitShape
    final: CircuitShape
    alone: Collection[str] = ()
    """Shapes of which convert takes one segment: a node has no room for two."""

    def __post_init__(self) -> None:
        for machine, of in ((self.node_machine, self.nodes), (self.final_machine, self.final)):
            _check(shape_of(machine), of.parameters)
            # A circuit's rows stand in program tables, and their multiplicities are counted, not free.
            for bus, count in message_counts(shape_of(machine).tables, (Role.MACHINE_TABLE,)).items():
                if count >= P:
                    raise ValueError(f"{machine.name}: its messages on {bus} may wrap around p")
        for name, shape in self.segment_shapes.items():
            _check(shape, self.segment_parameters)
            for bus, count in run_message_counts([shape]).items():
                if count * most_segments(self.segments) >= P:
                    raise ValueError(f"shape {name}: a run may have so many messages on {bus} that they wrap around p")

    def counts_of(self, shape: str) -> tuple[int, ...]:
        """How many segments of a shape convert takes."""
        return (1,) if shape in self.alone else self.segment_counts

    @cached_property
    def node_machine(self) -> Machine:
        """The machine of convert's and combine's circuits."""
        return self.nodes.machine("limpid node", self.segments)

    @cached_property
    def final_machine(self) -> Machine:
        """The machine of the last circuit."""
        return self.final.machine("limpid final", self.segments)

    @property
    def node_form(self) -> SegmentForm:
        """The form of every node's proof."""
        return SegmentForm(shape_of(self.node_machine), self.nodes.parameters)

    @property
    def kinds(self) -> tuple[NodeKind, ...]:
        """The circuits whose keys the list holds, in its order."""
        converts = [Convert(shape, count) for shape in self.segment_shapes for count in self.counts_of(shape)]
        return (*converts, *(Combine(count) for count in self.child_counts))
