"""The relations of the recursion's nodes: what folds the proofs of a run's segments into one.

A node proves a statement about a span of consecutive segments. `convert` makes it of the proofs of one or several
segments, `combine` of several nodes that stand next to each other, and `final` ends the tree with a proof that is small
enough to be sent. A relation is a list of conditions: two sides that have to be equal. On numbers they are checked, on
recorded values they become rows of the node's circuit; the native verifier checks those of the last statement.

    convert    witness: segment proofs of one shape, and the key that the shape demands
               relation: CONVERT, and the segment proofs are accepted under G
    combine    witness: node proofs, their keys, paths of the keys in the list
               relation: COMBINE, and the node proofs are accepted under keys whose digests stand in the list
    final      witness: one node proof, its key, a path
               relation: UNCHANGED, and the node proof is accepted under a key whose digest stands in the list
    verifier   of a final proof: FINAL

The proofs of convert and combine have one shape, so that combine verifies either. The key of a child is witness: it is
hashed and must stand in a list whose root is public, the same in every node, and known to the native verifier. The
tree may have any shape: the root binds the leaves and the shape, and G binds the root.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

from spec.air.machine import Machine
from spec.field import Extension
from spec.protocol.algebra import NodeAlgebra
from spec.protocol.hash import Digest, Prefix
from spec.protocol.node_statement import NodeStatement
from spec.protocol.run import tagged_words, tree_root
from spec.rejection import Rejection

AnyAlgebra = NodeAlgebra[Any, Any, Any, Any]
Statement = NodeStatement[Any, Any, Any]


MAXIMUM_TREE_SEGMENTS = 1 << 10
"""A tree has two or more proofs for every segment, and all their errors together stay below 2^-128; and the segments of
a listed shape may have room for so many global messages that more of them could wrap around p."""


def most_segments(machine: Machine) -> int:
    """The longest run that a tree is for."""
    return min(machine.maximum_segments, MAXIMUM_TREE_SEGMENTS)


def depth_limit(machine: Machine) -> int:
    """A balanced tree over the most segments has this depth. The error of a tree grows with it, so it is bounded."""
    return (most_segments(machine) - 1).bit_length()


@dataclass(frozen=True)
class SegmentStatement:
    """What an accepted segment proof says, as convert reads it. Its run is the node's: it was verified under it."""

    program_id: Sequence[Any]
    index: Any
    """The word that its leaf has."""

    public_values: Mapping[str, Any]
    leaf: Sequence[Any]
    global_total: Any
    """The sum of the totals that its tables state for the global buses."""

    absent_tables: frozenset[str]
    """The tables that the shape for which the circuit is made does not have."""


Premise = TypeVar("Premise")


@dataclass(frozen=True)
class NodeCondition(Generic[Premise]):
    """A condition on what a node is made of and its own statement: two sides that are equal."""

    name: str
    reason: Rejection
    sides: Callable[[AnyAlgebra, Machine, Premise, Statement], tuple[Any, Any]]


Relation = tuple[NodeCondition[Premise], ...]


def require(
    relation: Relation[Premise], algebra: AnyAlgebra, machine: Machine, premise: Premise, node: Statement, where: str
) -> None:
    """All conditions hold of a node over segments of the machine. Raises Rejected at the first check that fails."""
    for condition in relation:
        left, right = condition.sides(algebra, machine, premise, node)
        algebra.require_equal(_listed(left), _listed(right), condition.reason, f"{where}, {condition.name}")


def broken(
    relation: Relation[Premise], algebra: AnyAlgebra, machine: Machine, premise: Premise, node: Statement
) -> list[str]:
    """The names of the conditions that do not hold of numbers; none if the relation does."""
    sides = {condition.name: condition.sides(algebra, machine, premise, node) for condition in relation}
    return [name for name, (left, right) in sides.items() if _listed(left) != _listed(right)]


def _listed(side: Any) -> Any:
    """Sequences as lists, since lists and tuples differ."""
    return [_listed(part) for part in side] if isinstance(side, list | tuple) else side


def _sum(algebra: AnyAlgebra, values: Iterable[Any]) -> Any:
    total = algebra.value(0)
    for value in values:
        total = total + value
    return total


def _truth(algebra: AnyAlgebra, bit: Any) -> Any:
    """A bit as a value."""
    return algebra.select(bit, algebra.value(1), algebra.value(0))


def _halted(algebra: AnyAlgebra, machine: Machine, span: Statement) -> Any:
    """1 where the span ends the run, else 0."""
    name, number = machine.halted
    (position,) = (at for at, join in enumerate(machine.joins) if join.leaves == name)
    return _truth(algebra, algebra.equals(span.ends[position], number))


Spans = Sequence[Statement]
"""Neighbours, first to last."""


def _same_everywhere(name: str) -> NodeCondition[Spans]:
    def sides(_: AnyAlgebra, __: Machine, spans: Spans, node: Statement) -> tuple[Any, Any]:
        return [getattr(span, name) for span in spans], [getattr(node, name)] * len(spans)

    return NodeCondition(f"{name}_is_the_same_everywhere", Rejection.NODES_DIFFER, sides)


def _from_the(place: str, name: str) -> NodeCondition[Spans]:
    def sides(_: AnyAlgebra, __: Machine, spans: Spans, node: Statement) -> tuple[Any, Any]:
        return getattr(node, name), getattr(spans[0 if place == "first" else -1], name)

    return NodeCondition(f"{name}_from_the_{place}_span", Rejection.NODE_STATEMENT, sides)


def _only_the_last_has_halted(algebra: AnyAlgebra, machine: Machine, spans: Spans, _: Statement) -> tuple[Any, Any]:
    before = [_halted(algebra, machine, span) for span in spans[:-1]]
    return before, [algebra.value(0)] * len(before)


def _indices_meet(algebra: AnyAlgebra, _: Machine, spans: Spans, __: Statement) -> tuple[Any, Any]:
    ends = [algebra.embed(span.first_index) + algebra.embed(span.segment_count) for span in spans[:-1]]
    return ends, [algebra.embed(span.first_index) for span in spans[1:]]


def _counts_add_up(algebra: AnyAlgebra, _: Machine, spans: Spans, node: Statement) -> tuple[Any, Any]:
    return algebra.embed(node.segment_count), _sum(algebra, (algebra.embed(span.segment_count) for span in spans))


JOINED: Relation[Spans] = (
    *map(_same_everywhere, ("run", "program_id", "key_list_root")),
    NodeCondition("only_the_last_has_halted", Rejection.SEGMENT_AFTER_HALT, _only_the_last_has_halted),
    NodeCondition("indices_meet", Rejection.SEGMENT_INDEX, _indices_meet),
    NodeCondition(
        "spans_meet",
        Rejection.SEGMENTS_DO_NOT_MEET,
        lambda _, __, spans, ___: ([span.ends for span in spans[:-1]], [span.starts for span in spans[1:]]),
    ),
    *(_from_the("first", name) for name in ("first_index", "starts")),
    *(_from_the("last", name) for name in ("ends", "exit_values")),
    NodeCondition("counts_add_up", Rejection.NODE_STATEMENT, _counts_add_up),
    NodeCondition(
        "totals_add_up",
        Rejection.NODE_STATEMENT,
        lambda algebra, _, spans, node: (node.global_total, _sum(algebra, [span.global_total for span in spans])),
    ),
    NodeCondition(
        "root_is_the_tree_over_all",
        Rejection.NODE_STATEMENT,
        lambda algebra, _, spans, node: (node.leaves_root, tree_root(algebra, [span.leaves_root for span in spans])),
    ),
)
"""A node over spans that stand next to each other in one run."""


def _depths(algebra: AnyAlgebra, machine: Machine, span: Statement) -> list[Any]:
    """For each depth that a child may have, 1 where the span has it."""
    return [_truth(algebra, algebra.equals(span.depth, depth)) for depth in range(depth_limit(machine))]


def _depth_is_one_more(algebra: AnyAlgebra, machine: Machine, spans: Spans, node: Statement) -> tuple[Any, Any]:
    """The largest depth is the number of depths above 0 that some child reaches."""
    by_span = [_depths(algebra, machine, span) for span in spans]
    reached = []
    for depth in range(1, depth_limit(machine)):
        none_reaches = algebra.value(1)
        for depths in by_span:
            none_reaches = none_reaches * (algebra.value(1) - _sum(algebra, depths[depth:]))
        reached.append(algebra.value(1) - none_reaches)
    return algebra.embed(node.depth), _sum(algebra, [algebra.value(1), *reached])


def _depth_is_bounded(algebra: AnyAlgebra, machine: Machine, spans: Spans, _: Statement) -> tuple[Any, Any]:
    found = [_sum(algebra, _depths(algebra, machine, span)) for span in spans]
    return found, [algebra.value(1)] * len(found)


COMBINE: Relation[Spans] = (
    *JOINED,
    NodeCondition("depth_is_one_more", Rejection.NODE_DEPTH, _depth_is_one_more),
    NodeCondition("depth_is_bounded", Rejection.NODE_DEPTH, _depth_is_bounded),
)

Segments = Sequence[SegmentStatement]
"""Segments of one shape and one program, first to last."""


def span_of(algebra: AnyAlgebra, machine: Machine, segment: SegmentStatement, node: Statement) -> Statement:
    """What a segment alone states."""
    public = segment.public_values
    return NodeStatement(
        run=node.run,
        program_id=segment.program_id,
        segment_count=algebra.element(1),
        first_index=public[machine.segment_index],
        starts=[public[join.enters] for join in machine.joins],
        ends=[public[join.leaves] for join in machine.joins],
        exit_values=[public[name] for name in machine.exit_values],
        leaves_root=tagged_words(algebra, Prefix.RUN_LEAF, segment.leaf),
        global_total=segment.global_total,
        key_list_root=node.key_list_root,
        depth=algebra.element(0),
    )


def _over_segments(condition: NodeCondition[Spans]) -> NodeCondition[Segments]:
    def sides(algebra: AnyAlgebra, machine: Machine, segments: Segments, node: Statement) -> tuple[Any, Any]:
        spans = [span_of(algebra, machine, segment, node) for segment in segments]
        return condition.sides(algebra, machine, spans, node)

    return NodeCondition(condition.name, condition.reason, sides)


def _indices(algebra: AnyAlgebra, machine: Machine, segments: Segments, _: Statement) -> tuple[Any, Any]:
    stated = algebra.element_words([segment.public_values[machine.segment_index] for segment in segments])
    return list(stated), [segment.index for segment in segments]


def _does_not_start_halted(algebra: AnyAlgebra, machine: Machine, segments: Segments, _: Statement) -> tuple[Any, Any]:
    """The first segment does not start halted. For the others it follows, since the one before has not halted."""
    name, number = machine.halted
    (enters,) = (join.enters for join in machine.joins if join.leaves == name)
    return _truth(algebra, algebra.equals(segments[0].public_values[enters], number)), algebra.value(0)


def _no_exit_without_halt(
    algebra: AnyAlgebra, machine: Machine, segments: Segments, node: Statement
) -> tuple[Any, Any]:
    found = []
    for segment in segments:
        span = span_of(algebra, machine, segment, node)
        goes_on = algebra.value(1) - _halted(algebra, machine, span)
        found += [goes_on * algebra.embed(value) for value in span.exit_values]
    return found, [algebra.value(0)] * len(found)


def _nothing_moves_alone(_: AnyAlgebra, machine: Machine, segments: Segments, __: Statement) -> tuple[Any, Any]:
    fixed = [(of, join) for of in segments for join in machine.joins if join.moved_by in of.absent_tables]
    return [of.public_values[join.leaves] for of, join in fixed], [of.public_values[join.enters] for of, join in fixed]


CONVERT: Relation[Segments] = (
    NodeCondition("indices_are_the_leafs", Rejection.SEGMENT_INDEX, _indices),
    NodeCondition("does_not_start_halted", Rejection.SEGMENT_AFTER_HALT, _does_not_start_halted),
    NodeCondition("no_exit_code_without_halt", Rejection.EXIT_CODE_WITHOUT_HALT, _no_exit_without_halt),
    NodeCondition("nothing_moves_without_its_table", Rejection.MOVED_WITHOUT_TABLE, _nothing_moves_alone),
    *map(_over_segments, JOINED),
    NodeCondition(
        "depth_is_zero",
        Rejection.NODE_DEPTH,
        lambda algebra, _, __, node: (algebra.embed(node.depth), algebra.value(0)),
    ),
)


def _from_the_child(name: str) -> NodeCondition[Statement]:
    def sides(_: AnyAlgebra, __: Machine, child: Statement, node: Statement) -> tuple[Any, Any]:
        return getattr(node, name), getattr(child, name)

    return NodeCondition(f"{name}_from_the_child", Rejection.NODE_STATEMENT, sides)


UNCHANGED: Relation[Statement] = tuple(_from_the_child(field.name) for field in fields(NodeStatement))


@dataclass(frozen=True)
class FinalContext:
    """What the native verifier holds against the statement of a final proof: nothing of it comes from the proof."""

    program_id: Digest
    starts: tuple[int, ...]
    """As the program's key states them."""

    exit_values: tuple[int, ...]
    """The ones that the caller asks for."""

    key_list_root: Digest
    digest_over: Callable[[int, Sequence[int]], Sequence[int]]
    """G from (number of segments, root of the leaves), for this machine, program, parameters and output."""

    output_total: Callable[[Sequence[int]], Extension]
    """What the output's tokens add to the global sums, under the challenge that derives from a G."""


FINAL: Relation[FinalContext] = (
    NodeCondition(
        "program_is_the_callers",
        Rejection.PROGRAM_DIFFERS,
        lambda _, __, asked, node: (node.program_id, asked.program_id),
    ),
    NodeCondition(
        "key_list_is_the_verifiers",
        Rejection.KEY_LIST_DIFFERS,
        lambda _, __, asked, node: (node.key_list_root, asked.key_list_root),
    ),
    NodeCondition(
        "starts_with_the_first_segment", Rejection.SEGMENT_INDEX, lambda _, __, ___, node: (node.first_index, 0)
    ),
    NodeCondition(
        "starts_as_the_key_says", Rejection.START_DIFFERS, lambda _, __, asked, node: (node.starts, asked.starts)
    ),
    NodeCondition(
        "has_halted",
        Rejection.NOT_HALTED,
        lambda algebra, machine, _, node: (_halted(algebra, machine, node), algebra.value(1)),
    ),
    NodeCondition(
        "exit_code_is_the_callers",
        Rejection.EXIT_CODE_DIFFERS,
        lambda _, __, asked, node: (node.exit_values, asked.exit_values),
    ),
    NodeCondition(
        "count_is_bounded",
        Rejection.SEGMENT_COUNT,
        lambda _, machine, __, node: (1 <= node.segment_count <= most_segments(machine), True),
    ),
    NodeCondition(
        "depth_is_within_the_limit",
        Rejection.NODE_DEPTH,
        lambda _, machine, __, node: (node.depth <= depth_limit(machine), True),
    ),
    NodeCondition(
        "run_digest_is_recomputed",
        Rejection.RUN_DIFFERS,
        lambda _, __, asked, node: (node.run, asked.digest_over(node.segment_count, node.leaves_root)),
    ),
    NodeCondition(
        "global_buses_balance",
        Rejection.GLOBAL_BUSES_UNBALANCED,
        lambda algebra, _, asked, node: (node.global_total + asked.output_total(node.run), algebra.value(0)),
    ),
)
