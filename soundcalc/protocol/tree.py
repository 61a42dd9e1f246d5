"""The error of a run that ends in one final proof: every proof behind it, added up, for the tree with most of them.

A verifier of a final proof knows how many segments there are, and that the tree is no deeper than the limit; not how
segments were joined. Most proofs has the tree that converts as few segments at a time as circuits allow and combines as
few nodes. Its nodes have one shape each, whatever they verify; segments have one of the listed shapes, and the worst
counts for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from soundcalc.composition.claim import AttackFigures, Invocations, attack_figures
from soundcalc.errors import ParameterError
from soundcalc.protocol.machine import run_arguments
from soundcalc.protocol.proximity import CurveBound
from soundcalc.protocol.runs import form_argument, form_shape
from soundcalc.protocol.security import DIGEST_BITS, ProofSecurity, recursion_error, security
from soundcalc.protocol.shape import ProofShape
from spec.circuit.nodes import TreeDesign, shape_of
from spec.protocol.form import SegmentForm
from spec.protocol.recursion import depth_limit, most_segments


class Role(Enum):
    """What a proof is in a tree."""

    SEGMENT = "segment"
    NODE = "node"
    FINAL = "final"


@dataclass(frozen=True)
class TreeCircuit:
    """Proofs of one kind: how many the tree with most proofs has, and the shape of each.

    A run may have any of its segments' kinds, so each kind counts the whole run.
    """

    name: str
    role: Role
    proofs: int
    shape: ProofShape


@dataclass(frozen=True)
class ProofTree:
    """All proofs behind one final proof of a run of so many segments. Raises ParameterError for a role without proofs
    or several final ones."""

    segments: int
    depth_limit: int
    """No accepted tree is deeper."""

    circuits: tuple[TreeCircuit, ...]

    def __post_init__(self) -> None:
        for role in Role:
            if not self.of(role):
                raise ParameterError("role", f"no circuit has the role {role.value}")
        if [circuit.proofs for circuit in self.of(Role.FINAL)] != [1]:
            raise ParameterError("role", f"a tree ends in one proof, so one circuit has the role {Role.FINAL.value}")
        if any(circuit.proofs != self.segments for circuit in self.of(Role.SEGMENT)):
            raise ParameterError("proofs", f"a run of {self.segments} segments has so many proofs of any kind")

    def of(self, role: Role) -> tuple[TreeCircuit, ...]:
        """The circuits of a role."""
        return tuple(circuit for circuit in self.circuits if circuit.role is role)

    @property
    def proofs(self) -> int:
        """All proofs of the tree with most."""
        return self.segments + sum(circuit.proofs for circuit in self.circuits if circuit.role is not Role.SEGMENT)


def charged(circuit: TreeCircuit, report: ProofSecurity) -> Fraction:
    """What each proof of a kind adds to the sum: what segments share is counted once for all of them."""
    return report.proof_error if circuit.role is Role.SEGMENT else report.error


@dataclass(frozen=True)
class TreeSecurity:
    """The figures of a tree, with a report for each of its circuits."""

    tree: ProofTree
    reports: tuple[ProofSecurity, ...]

    def of(self, role: Role) -> tuple[tuple[TreeCircuit, ProofSecurity], ...]:
        """The circuits of a role, and their reports."""
        pairs = zip(self.tree.circuits, self.reports, strict=True)
        return tuple(pair for pair in pairs if pair[0].role is role)

    @property
    def error(self) -> Fraction:
        """All rounds of all proofs added up."""
        segments = [report for _, report in self.of(Role.SEGMENT)]
        above = [
            Invocations(circuit.name, circuit.proofs, charged(circuit, report))
            for role in (Role.NODE, Role.FINAL)
            for circuit, report in self.of(role)
        ]
        return recursion_error(segments, self.tree.segments, above)

    @property
    def figures(self) -> AttackFigures:
        """The lines beside the sum."""
        return attack_figures(self.error, DIGEST_BITS)


def proof_tree(design: TreeDesign, segments: int, global_tokens: int) -> ProofTree:
    """All proofs behind a final proof of so many segments, whose output has so many tokens.

    Raises ParameterError for a number of segments that no final proof states.
    """
    most = most_segments(design.segments)
    if not 1 <= segments <= most:
        raise ParameterError("segments", f"{segments} are not between 1 and {most}")
    final = SegmentForm(shape_of(design.final_machine), design.final.parameters)
    return ProofTree(
        segments,
        depth_limit(design.segments),
        (
            *_segments(design, segments, global_tokens),
            *_nodes(design, segments),
            TreeCircuit(design.final_machine.name, Role.FINAL, 1, form_shape(final, form_argument(final))),
        ),
    )


def _segments(design: TreeDesign, segments: int, global_tokens: int) -> Iterator[TreeCircuit]:
    for name, shape in design.segment_shapes.items():
        form = SegmentForm(shape, design.segment_parameters)
        argument = run_arguments([form_argument(form)] * segments, global_tokens)[0]
        yield TreeCircuit(f"segment {name}", Role.SEGMENT, segments, form_shape(form, argument))


def _nodes(design: TreeDesign, segments: int) -> Iterator[TreeCircuit]:
    form = design.node_form
    shape = form_shape(form, form_argument(form))
    fewest = min(design.segment_counts), min(design.child_counts)
    converted = -(-segments // fewest[0])
    # Each combination leaves so many nodes less as it joins, but one.
    combined = -(-(converted - 1) // (fewest[1] - 1))
    for count in design.segment_counts:
        yield TreeCircuit(f"convert of {count}", Role.NODE, converted * (count == fewest[0]), shape)
    for count in design.child_counts:
        yield TreeCircuit(f"combine of {count}", Role.NODE, combined * (count == fewest[1]), shape)


def tree_security(tree: ProofTree, curve: CurveBound = CurveBound.CORRECTED) -> TreeSecurity:
    """The figures of a tree. Raises ConditionViolatedError where no regime has a bound for a shape."""
    found: dict[ProofShape, ProofSecurity] = {}
    for circuit in tree.circuits:
        if circuit.shape not in found:
            found[circuit.shape] = security(circuit.shape, curve)
    return TreeSecurity(tree, tuple(found[circuit.shape] for circuit in tree.circuits))
