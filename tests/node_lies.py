"""An honest tree of statements over three segments of RV64IM, and for every condition a lie that breaks it alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reference.recursion.statements import combined
from spec.field import Extension, P
from spec.protocol.hash import Digest, Prefix
from spec.protocol.node_statement import NumberStatement
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.recursion import FinalContext, SegmentStatement, depth_limit, most_segments
from spec.protocol.run import tagged_words, tree_root
from spec.rv64im.machine import RV64IM
from spec.rv64im.program_row import HALTED

ALGEBRA = NumberAlgebra()


def _digest(number: int) -> Digest:
    return (number,) * 8


RUN, PROGRAM, KEYS = _digest(1), _digest(2), _digest(3)
LEAVES = [_digest(10 + index) for index in range(3)]
PLACES = [(100, 0), (200, 0), (150, 7), (HALTED, 40)]
TOTALS = [Extension.of(5), Extension.of(6), Extension.of(P - 20)]
EXIT_CODE = (9, 0, 0, 0)
SILENT = (0, 0, 0, 0)

Segments = tuple[SegmentStatement, ...]
Spans = tuple[NumberStatement, ...]


def segment(index: int) -> SegmentStatement:
    """What an honest segment's proof says."""
    (pc_in, cursor_in), (pc_out, cursor_out) = PLACES[index], PLACES[index + 1]
    public = {"segment": index, "pc_in": pc_in, "cursor_in": cursor_in, "pc_out": pc_out, "cursor_out": cursor_out}
    limbs = EXIT_CODE if index == 2 else SILENT
    public |= {f"exit_code_{i}": limb for i, limb in enumerate(limbs)}
    return SegmentStatement(PROGRAM, index, public, LEAVES[index], TOTALS[index], frozenset())


def converted(*indices: int) -> NumberStatement:
    """What convert states of neighbouring segments."""
    first, last = indices[0], indices[-1]
    roots = [tagged_words(ALGEBRA, Prefix.RUN_LEAF, LEAVES[index]) for index in indices]
    total = Extension.of(0)
    for index in indices:
        total = total + TOTALS[index]
    return NumberStatement(
        run=RUN,
        program_id=PROGRAM,
        segment_count=len(indices),
        first_index=first,
        starts=PLACES[first],
        ends=PLACES[last + 1],
        exit_values=EXIT_CODE if last == 2 else SILENT,
        leaves_root=tree_root(ALGEBRA, roots),
        global_total=total,
        key_list_root=KEYS,
        depth=0,
    )


PAIR: Spans = (converted(0, 1), converted(2))
WHOLE = combined(PAIR)
MIDDLE: Segments = (segment(0), segment(1))

OTHER: Mapping[str, Any] = {
    "run": _digest(77),
    "program_id": _digest(78),
    "segment_count": 9,
    "first_index": 5,
    "starts": (4, 4),
    "ends": (5, 5),
    "exit_values": (1, 1, 0, 0),
    "leaves_root": _digest(79),
    "global_total": Extension.of(99),
    "key_list_root": _digest(80),
    "depth": 3,
}
"""Another value of each field."""


def said(statement: NumberStatement, *names: str, **changes: Any) -> NumberStatement:
    """The statement with other fields."""
    return replace(statement, **{name: OTHER[name] for name in names}, **changes)


Lie = tuple[Any, NumberStatement]
"""What a node is made of, and what it states."""


def _children(change: Callable[[NumberStatement, NumberStatement], Spans]) -> Lie:
    """Children that do not belong together, and the honest statement over them."""
    spans = change(*PAIR)
    return spans, combined(spans)


COMBINE_LIES: Mapping[str, Lie] = {
    "run_is_the_same_everywhere": _children(lambda left, right: (left, said(right, "run"))),
    "program_id_is_the_same_everywhere": _children(lambda left, right: (left, said(right, "program_id"))),
    "key_list_root_is_the_same_everywhere": _children(lambda left, right: (left, said(right, "key_list_root"))),
    "only_the_last_has_halted": _children(
        lambda left, right: (said(left, ends=(HALTED, 7)), said(right, starts=(HALTED, 7)))
    ),
    "indices_meet": _children(lambda left, right: (left, said(right, "first_index"))),
    "spans_meet": _children(lambda left, right: (left, said(right, starts=(150, 8)))),
    "first_index_from_the_first_span": (PAIR, said(WHOLE, "first_index")),
    "starts_from_the_first_span": (PAIR, said(WHOLE, "starts")),
    "ends_from_the_last_span": (PAIR, said(WHOLE, ends=PAIR[0].ends)),
    "exit_values_from_the_last_span": (PAIR, said(WHOLE, exit_values=PAIR[0].exit_values)),
    "counts_add_up": (PAIR, said(WHOLE, "segment_count")),
    "totals_add_up": (PAIR, said(WHOLE, "global_total")),
    "root_is_the_tree_over_all": (PAIR, said(WHOLE, leaves_root=tree_root(ALGEBRA, [_digest(1), _digest(2)]))),
    "depth_is_one_more": (PAIR, said(WHOLE, "depth")),
    "depth_is_bounded": _children(lambda left, right: (left, said(right, depth=depth_limit(RV64IM)))),
}
"""By the only condition that each of them breaks."""

# One beyond the depths that are counted is counted as none: what the node then states is all that is wrong.
_too_deep, _ = COMBINE_LIES["depth_is_bounded"]
COMBINE_LIES = {**COMBINE_LIES, "depth_is_bounded": (_too_deep, replace(combined(_too_deep), depth=1))}


def _segments(node: NumberStatement | None = None, **changes: Any) -> Lie:
    """The first two segments, the second with other public values, and what convert states of them."""
    first, second = MIDDLE
    public = {**second.public_values, **changes}
    return (first, replace(second, public_values=public)), converted(0, 1) if node is None else node


_NODE = converted(0, 1)

CONVERT_LIES: Mapping[str, Lie] = {
    "indices_are_the_leafs": ((MIDDLE[0], replace(MIDDLE[1], index=4)), _NODE),
    "does_not_start_halted": (
        (replace(segment(0), public_values={**segment(0).public_values, "pc_in": HALTED}), segment(1)),
        said(_NODE, starts=(HALTED, 0)),
    ),
    "no_exit_code_without_halt": _segments(said(_NODE, exit_values=(1, 0, 0, 0)), exit_code_0=1),
    "nothing_moves_without_its_table": ((MIDDLE[0], replace(MIDDLE[1], absent_tables=frozenset({"memory"}))), _NODE),
    # Both places of a segment are the node's: only the program may be another one.
    "program_id_is_the_same_everywhere": ((MIDDLE[0], replace(MIDDLE[1], program_id=_digest(78))), _NODE),
    "only_the_last_has_halted": (
        (
            replace(segment(0), public_values={**segment(0).public_values, "pc_out": HALTED}),
            replace(segment(1), public_values={**segment(1).public_values, "pc_in": HALTED}),
        ),
        _NODE,
    ),
    "indices_meet": (
        (segment(0), replace(segment(1), index=4, public_values={**segment(1).public_values, "segment": 4})),
        _NODE,
    ),
    "spans_meet": _segments(pc_in=77),
    "first_index_from_the_first_span": (MIDDLE, said(_NODE, "first_index")),
    "starts_from_the_first_span": (MIDDLE, said(_NODE, "starts")),
    "ends_from_the_last_span": (MIDDLE, said(_NODE, "ends")),
    "exit_values_from_the_last_span": (MIDDLE, said(_NODE, "exit_values")),
    "counts_add_up": (MIDDLE, said(_NODE, "segment_count")),
    "totals_add_up": (MIDDLE, said(_NODE, "global_total")),
    "root_is_the_tree_over_all": (MIDDLE, said(_NODE, "leaves_root")),
    "depth_is_zero": (MIDDLE, said(_NODE, "depth")),
}

UNCHANGED_LIES: Mapping[str, Lie] = {f"{name}_from_the_child": (WHOLE, said(WHOLE, name)) for name in OTHER}


def _recomputed(count: int, root: Sequence[int]) -> Sequence[int]:
    return RUN if (count, tuple(root)) == (3, tuple(WHOLE.leaves_root)) else _digest(0)


CONTEXT = FinalContext(
    program_id=PROGRAM,
    starts=(100, 0),
    exit_values=EXIT_CODE,
    key_list_root=KEYS,
    digest_over=_recomputed,
    output_total=lambda run: Extension.of(9) if tuple(run) in (RUN, _digest(77)) else Extension.of(0),
)
_any_run = replace(CONTEXT, digest_over=lambda count, root: RUN)

FINAL_LIES: Mapping[str, Lie] = {
    "program_is_the_callers": (CONTEXT, said(WHOLE, "program_id")),
    "key_list_is_the_verifiers": (CONTEXT, said(WHOLE, "key_list_root")),
    "starts_with_the_first_segment": (CONTEXT, said(WHOLE, "first_index")),
    "starts_as_the_key_says": (CONTEXT, said(WHOLE, "starts")),
    "has_halted": (CONTEXT, said(WHOLE, "ends")),
    "exit_code_is_the_callers": (CONTEXT, said(WHOLE, "exit_values")),
    "count_is_bounded": (_any_run, said(WHOLE, segment_count=most_segments(RV64IM) + 1)),
    "depth_is_within_the_limit": (CONTEXT, said(WHOLE, depth=depth_limit(RV64IM) + 1)),
    "run_digest_is_recomputed": (CONTEXT, said(WHOLE, "run")),
    "global_buses_balance": (CONTEXT, said(WHOLE, "global_total")),
}
