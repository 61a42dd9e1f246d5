"""The relations of the recursion's nodes, on a run of three segments and on every single lie about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import pytest

from spec.field import EXTENSION_DEGREE, Extension, P
from spec.protocol.hash import Prefix, tagged_digest
from spec.protocol.recursion import (
    COMBINE,
    CONVERT,
    DEPTH_LIMIT,
    FINAL,
    PUBLIC_ELEMENTS,
    FinalContext,
    NodeStatement,
    SegmentStatement,
    broken,
)
from spec.protocol.run import leaves_root
from spec.rv64im.program_row import HALTED

RUN, PROGRAM, KEYS = bytes([1] * 32), bytes([2] * 32), bytes([3] * 32)
LEAVES = [bytes([10 + index] * 32) for index in range(3)]
PLACES = [(100, 0), (200, 0), (150, 7), (HALTED, 40)]
TOTALS = [Extension.of(5), Extension.of(6), Extension.of(P - 20)]
EXIT_CODE = (9, 0, 0, 0)


def _segment(index: int) -> SegmentStatement:
    (pc_in, cursor_in), (pc_out, cursor_out) = PLACES[index], PLACES[index + 1]
    public_values = {
        "segment": index,
        "pc_in": pc_in,
        "cursor_in": cursor_in,
        "pc_out": pc_out,
        "cursor_out": cursor_out,
        **{f"exit_code_{i}": limb if index == 2 else 0 for i, limb in enumerate(EXIT_CODE)},
    }
    return SegmentStatement(RUN, PROGRAM, index, public_values, LEAVES[index], TOTALS[index])


def _converted(index: int) -> NodeStatement:
    (pc_in, cursor_in), (pc_out, cursor_out) = PLACES[index], PLACES[index + 1]
    exit_code = EXIT_CODE if index == 2 else (0, 0, 0, 0)
    root = leaves_root([LEAVES[index]])
    place = (index, pc_in, cursor_in, pc_out, cursor_out)
    return NodeStatement(RUN, PROGRAM, 1, *place, exit_code, root, TOTALS[index], KEYS, 0)


def _combined(left: NodeStatement, right: NodeStatement) -> NodeStatement:
    return replace(
        left,
        segment_count=left.segment_count + right.segment_count,
        pc_out=right.pc_out,
        cursor_out=right.cursor_out,
        exit_code=right.exit_code,
        leaves_root=tagged_digest(Prefix.RUN_NODE, left.leaves_root + right.leaves_root),
        global_total=left.global_total + right.global_total,
        depth=1 + max(left.depth, right.depth),
    )


LEFT, RIGHT = _combined(_converted(0), _converted(1)), _converted(2)
WHOLE = _combined(LEFT, RIGHT)
CONTEXT = FinalContext(
    program_id=PROGRAM,
    entry_pc=100,
    exit_code=EXIT_CODE,
    key_list_root=KEYS,
    digest_over=lambda count, root: RUN if (count, root) == (3, leaves_root(LEAVES)) else bytes(32),
    output_total=lambda run: Extension.of(9) if run == RUN else Extension.of(0),
)


def _changed(statement: NodeStatement, name: str) -> NodeStatement:
    """The statement with one field that says something else."""
    value = getattr(statement, name)
    other: object
    if isinstance(value, bytes):
        other = value[::-1] if value != value[::-1] else bytes(32)
    elif isinstance(value, tuple):
        other = (value[0] + 1, *value[1:])
    elif isinstance(value, Extension):
        other = value + 1
    else:
        other = (value + 1) % P
    return replace(statement, **{name: other})  # type: ignore[arg-type]


def test_honest_tree_satisfies_every_relation() -> None:
    assert [broken(CONVERT, _segment(index), _converted(index)) for index in range(3)] == [[]] * 3
    assert broken(COMBINE, (_converted(0), _converted(1)), LEFT) == []
    assert broken(COMBINE, (LEFT, RIGHT), WHOLE) == []
    assert broken(FINAL, CONTEXT, WHOLE) == []


def test_root_of_a_tree_in_the_shape_of_the_rfc_is_that_of_the_run() -> None:
    assert WHOLE.leaves_root == leaves_root(LEAVES)


def test_public_elements_are_those_of_the_statement() -> None:
    assert list(PUBLIC_ELEMENTS) == [field.name for field in fields(NodeStatement)]
    assert sum(PUBLIC_ELEMENTS.values()) == 4 * 16 + 7 + 4 + EXTENSION_DEGREE


@pytest.mark.parametrize("name", [name for name in PUBLIC_ELEMENTS if name != "key_list_root"])
def test_converted_statement_with_one_other_field_is_refused(name: str) -> None:
    assert broken(CONVERT, _segment(1), _changed(_converted(1), name)) != []


def test_segment_that_starts_halted_or_misnames_itself_is_not_converted() -> None:
    halted = replace(_segment(0), public_values={**_segment(0).public_values, "pc_in": HALTED})
    assert "does_not_start_halted" in broken(CONVERT, halted, replace(_converted(0), pc_in=HALTED))
    misnamed = replace(_segment(0), public_values={**_segment(0).public_values, "segment": 4})
    assert broken(CONVERT, misnamed, _converted(0)) == ["index_is_the_stated_one"]
    speaking = replace(_segment(0), public_values={**_segment(0).public_values, "exit_code_0": 1})
    node = replace(_converted(0), exit_code=(1, 0, 0, 0))
    assert broken(CONVERT, speaking, node) == ["no_exit_code_without_halt"]


@pytest.mark.parametrize("name", PUBLIC_ELEMENTS)
def test_combined_statement_with_one_other_field_is_refused(name: str) -> None:
    assert broken(COMBINE, (LEFT, RIGHT), _changed(WHOLE, name)) != []


@pytest.mark.parametrize(
    ("change", "condition"),
    [
        (lambda left, right: (left, _changed(right, "run")), "run_is_the_same_everywhere"),
        (lambda left, right: (left, _changed(right, "program_id")), "program_id_is_the_same_everywhere"),
        (lambda left, right: (left, _changed(right, "key_list_root")), "key_list_root_is_the_same_everywhere"),
        (lambda left, right: (left, _changed(right, "first_index")), "indices_meet"),
        (lambda left, right: (left, _changed(right, "pc_in")), "program_counters_meet"),
        (lambda left, right: (left, _changed(right, "cursor_in")), "cursors_meet"),
    ],
)
def test_children_that_do_not_belong_together_are_refused(
    change: Callable[[NodeStatement, NodeStatement], tuple[NodeStatement, NodeStatement]], condition: str
) -> None:
    left, right = change(LEFT, RIGHT)
    assert broken(COMBINE, (left, right), _combined(left, right)) == [condition]


def test_nothing_is_combined_behind_a_halt() -> None:
    left, right = replace(LEFT, pc_out=HALTED), replace(RIGHT, pc_in=HALTED)
    assert broken(COMBINE, (left, right), _combined(left, right)) == ["left_has_not_halted"]


def test_depth_is_bounded() -> None:
    deep = replace(LEFT, depth=DEPTH_LIMIT)
    assert broken(COMBINE, (deep, RIGHT), _combined(deep, RIGHT)) == ["depth_is_bounded"]


@pytest.mark.parametrize("name", [name for name in PUBLIC_ELEMENTS if name not in ("cursor_out", "depth")])
def test_final_statement_with_one_other_field_is_refused(name: str) -> None:
    assert broken(FINAL, CONTEXT, _changed(WHOLE, name)) != []


@pytest.mark.parametrize("segment_count", [0, 2**12 + 1])
def test_final_statement_with_an_impossible_count_is_refused(segment_count: int) -> None:
    context = replace(CONTEXT, digest_over=lambda count, root: RUN)
    assert broken(FINAL, context, replace(WHOLE, segment_count=segment_count)) == ["count_is_bounded"]
