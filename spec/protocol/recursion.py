"""The relations of the recursion's nodes: what folds the proofs of a run's segments into one.

A node proves a statement about a span of consecutive segments. `convert` makes it of one segment's proof, `combine` of
two nodes that stand next to each other, and `final` ends the tree with a proof that is small enough to be sent. This is
what their circuits have to constrain, as conditions on statements, and what the native verifier checks of the last one.

    convert    witness: a segment proof, its index, the key that its shape demands, a path of that key in the list
               relation: CONVERT, and the segment proof is accepted under G (reference.verifier.run)
    combine    witness: two node proofs, their keys, paths of the keys in the list
               relation: COMBINE, and both node proofs are accepted under keys whose digests stand in the list
    final      witness: one node proof, its key, a path
               statement: that of the node, unchanged

The proofs of convert and combine have one shape, so that combine verifies either. The key of a child is witness: it is
hashed and must stand in a list whose root is public, the same in every node, and known to the native verifier. The
tree may have any shape: the root binds the leaves and the shape, and G binds the root.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from spec.field import EXTENSION_DEGREE, Extension
from spec.protocol.hash import DIGEST_BYTES, Prefix, tagged_digest
from spec.protocol.run import leaves_root
from spec.rv64im.buses import LIMBS
from spec.rv64im.machine import RV64IM
from spec.rv64im.program_row import HALTED

DEPTH_LIMIT = (RV64IM.maximum_segments - 1).bit_length()
"""A balanced tree over the most segments has this depth. The error of a tree grows with it, so it is bounded."""

_DIGEST_LIMBS = DIGEST_BYTES // 2
"""A digest is 16 limbs of 16 bits: its 32-bit words are no field elements."""

PUBLIC_ELEMENTS: Mapping[str, int] = {
    "run": _DIGEST_LIMBS,
    "program_id": _DIGEST_LIMBS,
    "segment_count": 1,
    "first_index": 1,
    "pc_in": 1,
    "cursor_in": 1,
    "pc_out": 1,
    "cursor_out": 1,
    "exit_code": LIMBS,
    "leaves_root": _DIGEST_LIMBS,
    "global_total": EXTENSION_DEGREE,
    "key_list_root": _DIGEST_LIMBS,
    "depth": 1,
}
"""The public values of every node, in order, and the number of base-field elements of each."""


@dataclass(frozen=True)
class NodeStatement:
    """In the run with digest `run`, this program goes from (first_index, pc_in, cursor_in) to
    (first_index + segment_count, pc_out, cursor_out), and its segments' global sums add up to `global_total`."""

    run: bytes
    """G: it binds machine, parameters, program, output, number and leaves of all segments of the run."""

    program_id: bytes
    segment_count: int
    first_index: int
    pc_in: int
    cursor_in: int
    pc_out: int
    cursor_out: int
    exit_code: tuple[int, ...]
    """Limbs; all 0 while the span has not halted."""

    leaves_root: bytes
    """Of the span's segments alone."""

    global_total: Extension
    key_list_root: bytes
    """The root of the list of keys that a child may have."""

    depth: int
    """0 for a converted segment."""


@dataclass(frozen=True)
class SegmentStatement:
    """What an accepted segment proof says, as convert reads it."""

    run: bytes
    program_id: bytes
    index: int
    public_values: Mapping[str, int]
    leaf: bytes
    global_total: Extension
    """The sum of the totals that its tables state for the global buses."""


Children = TypeVar("Children")


@dataclass(frozen=True)
class Condition(Generic[Children]):
    """A condition on the children of a node and its own statement."""

    name: str
    holds: Callable[[Children, NodeStatement], bool]


def _segment_has(name: str) -> Condition[SegmentStatement]:
    def holds(segment: SegmentStatement, node: NodeStatement) -> bool:
        return bool(getattr(node, name) == segment.public_values[name])

    return Condition(f"{name}_is_the_segments", holds)


CONVERT: tuple[Condition[SegmentStatement], ...] = (
    Condition("run_is_the_segments", lambda segment, node: node.run == segment.run),
    Condition("program_is_the_segments", lambda segment, node: node.program_id == segment.program_id),
    Condition("index_is_the_stated_one", lambda segment, _: segment.public_values["segment"] == segment.index),
    Condition("first_index_is_the_segments", lambda segment, node: node.first_index == segment.index),
    Condition("does_not_start_halted", lambda segment, _: segment.public_values["pc_in"] != HALTED),
    Condition("counts_one", lambda _, node: node.segment_count == 1),
    *map(_segment_has, ("pc_in", "cursor_in", "pc_out", "cursor_out")),
    Condition(
        "exit_code_is_the_segments",
        lambda segment, node: node.exit_code == tuple(segment.public_values[f"exit_code_{i}"] for i in range(LIMBS)),
    ),
    Condition("no_exit_code_without_halt", lambda _, node: node.pc_out == HALTED or not any(node.exit_code)),
    Condition("root_is_the_leafs", lambda segment, node: node.leaves_root == leaves_root([segment.leaf])),
    Condition("total_is_the_segments", lambda segment, node: node.global_total == segment.global_total),
    Condition("depth_is_zero", lambda _, node: node.depth == 0),
)

Pair = tuple[NodeStatement, NodeStatement]
"""The left and the right child."""


def _same_everywhere(name: str) -> Condition[Pair]:
    def holds(pair: Pair, node: NodeStatement) -> bool:
        return bool(getattr(pair[0], name) == getattr(pair[1], name) == getattr(node, name))

    return Condition(f"{name}_is_the_same_everywhere", holds)


def _child_has(child: int, name: str) -> Condition[Pair]:
    def holds(pair: Pair, node: NodeStatement) -> bool:
        return bool(getattr(node, name) == getattr(pair[child], name))

    return Condition(f"{name}_is_the_{('left', 'right')[child]}_childs", holds)


COMBINE: tuple[Condition[Pair], ...] = (
    *map(_same_everywhere, ("run", "program_id", "key_list_root")),
    Condition("left_has_not_halted", lambda pair, _: pair[0].pc_out != HALTED),
    Condition("indices_meet", lambda pair, _: pair[0].first_index + pair[0].segment_count == pair[1].first_index),
    Condition("program_counters_meet", lambda pair, _: pair[0].pc_out == pair[1].pc_in),
    Condition("cursors_meet", lambda pair, _: pair[0].cursor_out == pair[1].cursor_in),
    *(_child_has(0, name) for name in ("first_index", "pc_in", "cursor_in")),
    *(_child_has(1, name) for name in ("pc_out", "cursor_out", "exit_code")),
    Condition("counts_add_up", lambda pair, node: node.segment_count == pair[0].segment_count + pair[1].segment_count),
    Condition("totals_add_up", lambda pair, node: node.global_total == pair[0].global_total + pair[1].global_total),
    Condition(
        "root_is_the_node_over_both",
        lambda pair, node: (
            node.leaves_root == tagged_digest(Prefix.RUN_NODE, pair[0].leaves_root + pair[1].leaves_root)
        ),
    ),
    Condition("depth_is_one_more", lambda pair, node: node.depth == 1 + max(pair[0].depth, pair[1].depth)),
    Condition("depth_is_bounded", lambda _, node: node.depth <= DEPTH_LIMIT),
)


@dataclass(frozen=True)
class FinalContext:
    """What the native verifier holds against the statement of a final proof: nothing of it comes from the proof."""

    program_id: bytes
    entry_pc: int
    """The entry's byte address over 4."""

    exit_code: tuple[int, ...]
    """The limbs that the caller asks for."""

    key_list_root: bytes
    digest_over: Callable[[int, bytes], bytes]
    """G from (number of segments, root of the leaves), for this machine, program, parameters and output."""

    output_total: Callable[[bytes], Extension]
    """What the output's tokens add to the global sums, under the challenge that derives from a G."""


FINAL: tuple[Condition[FinalContext], ...] = (
    Condition("program_is_the_callers", lambda context, node: node.program_id == context.program_id),
    Condition("key_list_is_the_verifiers", lambda context, node: node.key_list_root == context.key_list_root),
    Condition("starts_with_the_first_segment", lambda _, node: node.first_index == 0),
    Condition("starts_at_the_entry", lambda context, node: node.pc_in == context.entry_pc),
    Condition("starts_at_cursor_zero", lambda _, node: node.cursor_in == 0),
    Condition("has_halted", lambda _, node: node.pc_out == HALTED),
    Condition("exit_code_is_the_callers", lambda context, node: node.exit_code == context.exit_code),
    Condition("count_is_bounded", lambda _, node: 1 <= node.segment_count <= RV64IM.maximum_segments),
    Condition(
        "run_digest_is_recomputed",
        lambda context, node: node.run == context.digest_over(node.segment_count, node.leaves_root),
    ),
    Condition(
        "global_buses_balance",
        lambda context, node: node.global_total + context.output_total(node.run) == Extension.of(0),
    ),
)


def broken(relation: tuple[Condition[Children], ...], children: Children, node: NodeStatement) -> list[str]:
    """The names of the conditions that do not hold; empty if the relation does."""
    return [condition.name for condition in relation if not condition.holds(children, node)]
