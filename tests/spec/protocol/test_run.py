"""What joins the segments of a run: leaves, the run's digest, pinning points and challenges, and what each binds."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from spec.field import ONE, Extension
from spec.parameters import TINY
from spec.protocol.form import SegmentForm
from spec.protocol.hash import Domain, Prefix, compress, digest_words
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.run import (
    RunStatement,
    SegmentPlace,
    continuation_pinning_point,
    global_challenges,
    leaves_root,
    parameters_digest,
    program_pinning_point,
    run_digest,
    sample_local_challenges,
    segment_leaf,
    stacking_numbers,
    start_segment_transcript,
)
from spec.protocol.shape import SegmentShape
from tests.small_machine import CLOCK_BITS, SMALL_MACHINE

HEIGHTS = {"move": (2,), "range_table": (CLOCK_BITS,), "program_table": (3,), "boundary": (2,)}
SHAPE = SegmentShape(SMALL_MACHINE, HEIGHTS)
OTHER_MACHINE = replace(SMALL_MACHINE, maximum_segments=5)
OTHER_SET = replace(TINY, cap_log2=TINY.cap_log2 + 1)
STATEMENT = RunStatement(SMALL_MACHINE, TINY, bytes(range(32)), b"output", 3)
FORM = SegmentForm(SHAPE, TINY)
PLACE = SegmentPlace(STATEMENT, 1, FORM)
ROOT = tuple(range(8))
OTHER_ROOT = tuple(range(1, 9))
PROGRAM = digest_words(STATEMENT.program_id)


def numbers() -> NumberAlgebra:
    return NumberAlgebra()


def taller(**heights: tuple[int, ...]) -> SegmentPlace:
    return replace(PLACE, form=SegmentForm(SegmentShape(SMALL_MACHINE, {**HEIGHTS, **heights}), TINY))


def at_height(height_log2: int) -> SegmentPlace:
    """The place of a segment of the same heights that is stacked at another height."""

    class Stacked(SegmentForm):
        @property
        def height_log2(self) -> int:
            return height_log2

    return replace(PLACE, form=Stacked(SHAPE, TINY))


def of_statement(**changes: Any) -> SegmentPlace:
    return replace(PLACE, statement=replace(STATEMENT, **changes))


# Digests of bytes.


def hashed(prefix: bytes, payload: bytes) -> bytes:
    return hashlib.sha256(prefix + payload).digest()


def test_root_of_leaves_is_the_tree_of_rfc_6962() -> None:
    """The left subtree is the largest full one that leaves a right one."""
    leaves = [bytes([i]) * 32 for i in range(5)]
    a, b, c, d, e = (hashed(b"limpid run leaf\0", leaf) for leaf in leaves)

    def node(left: bytes, right: bytes) -> bytes:
        return hashed(b"limpid run node\0", left + right)

    assert leaves_root(leaves[:1]) == a
    assert leaves_root(leaves[:2]) == node(a, b)
    assert leaves_root(leaves[:3]) == node(node(a, b), c)
    assert leaves_root(leaves[:4]) == node(node(a, b), node(c, d))
    assert leaves_root(leaves) == node(node(node(a, b), node(c, d)), e)


def test_root_of_no_leaves_raises() -> None:
    with pytest.raises(ValueError, match="at least one segment"):
        leaves_root([])


def test_root_of_leaves_binds_their_order_and_number() -> None:
    leaves = [bytes([i]) * 32 for i in range(3)]
    roots = [leaves_root(some) for some in (leaves, leaves[::-1], leaves[:2], [*leaves, leaves[-1]])]
    assert len(set(roots)) == 4


def test_digest_of_parameters_covers_all_their_numbers() -> None:
    least = min(TINY.schedules)
    schedule = TINY.schedule(least)
    changed = [
        replace(TINY, name="other"),
        replace(TINY, secure=True),
        replace(TINY, rate_log2=TINY.rate_log2 + 1),
        replace(TINY, listed_shapes=True),
        OTHER_SET,
        replace(TINY, schedules={least: schedule}),
    ]
    for name in ("queries", "folding_grinding_bits", "query_grinding_bits"):
        first, *rest = getattr(schedule, name)
        difference: dict[str, Any] = {name: (first + 1, *rest)}
        changed.append(replace(TINY, schedules={**TINY.schedules, least: replace(schedule, **difference)}))
    more = replace(schedule, column_batching_grinding_bits=schedule.column_batching_grinding_bits + 1)
    changed.append(replace(TINY, schedules={**TINY.schedules, least: more}))
    digests = [parameters_digest(parameters) for parameters in (TINY, *changed)]
    assert len(set(digests)) == len(digests)
    assert parameters_digest(TINY) == hashed(Prefix.PARAMETERS.value, TINY.encoded())


def test_stacking_numbers_are_height_rate_and_first_folding() -> None:
    assert stacking_numbers(TINY, FORM.height_log2) == [
        FORM.height_log2,
        TINY.rate_log2,
        TINY.schedule(FORM.height_log2).folds[0],
    ]


# The leaf and the digest of the run.


def test_leaf_is_one_transcript_of_place_root_and_answers() -> None:
    """Each message fits into one block, but for the answers: index, stacking, heights, root, answers."""
    answers = [Extension((1, 2, 3, 4, 5, 6))]
    state = Domain.SEGMENT_LEAF.initial_value
    stacking = stacking_numbers(TINY, FORM.height_log2)
    for label, payload in ((4, [1]), (5, stacking), (6, [1, 2]), (7, list(ROOT)), (8, [1, 2, 3, 4, 5, 6])):
        block = [label, 4 * len(payload), 0, 0, *payload]
        state = compress(state, block + [0] * (16 - len(block)))
    assert segment_leaf(numbers(), PLACE, 1, ROOT, answers) == state


def leaf(place: SegmentPlace = PLACE, index: int = 1, root: tuple[int, ...] = ROOT, answers: Any = (ONE,)) -> Any:
    return tuple(segment_leaf(numbers(), place, index, root, answers))


def test_leaf_binds_index_stacking_heights_root_and_answers() -> None:
    other_height = max(TINY.schedules)
    leaves = [
        leaf(),
        leaf(index=2),
        leaf(at_height(other_height)),
        leaf(taller(boundary=(3,))),
        leaf(taller(boundary=())),
        leaf(root=OTHER_ROOT),
        leaf(root=()),
        leaf(answers=(ONE + ONE,)),
        leaf(answers=()),
        leaf(answers=(ONE, ONE)),
    ]
    assert len(set(leaves)) == len(leaves)
    # Heights of other tables are no matter of what is pinned.
    assert leaf(taller(move=(3,))) == leaf()


def digest(root: bytes = bytes(32), **changes: Any) -> Any:
    return tuple(run_digest(numbers(), replace(STATEMENT, **changes), root))


def test_digest_of_a_run_binds_everything_before_the_global_challenges() -> None:
    digests = [
        digest(),
        digest(root=bytes(31) + b"\1"),
        digest(machine=OTHER_MACHINE),
        digest(parameters=OTHER_SET),
        digest(program_id=bytes(32)),
        digest(output=b"output\0"),
        digest(segment_count=4),
    ]
    assert len(set(digests)) == len(digests)


def test_global_challenges_follow_from_the_runs_digest() -> None:
    first, labels = global_challenges(numbers(), SMALL_MACHINE, ROOT)
    second, _ = global_challenges(numbers(), SMALL_MACHINE, OTHER_ROOT)
    assert labels == ["global_alpha", "global_beta"]
    assert first != second
    assert len(first.beta_powers) == 3
    assert first.alpha != first.beta_powers[0]


# Pinning points.


def continuation_point(
    place: SegmentPlace = PLACE, program: Any = PROGRAM, index: int = 1, root: tuple[int, ...] = ROOT
) -> Extension:
    return continuation_pinning_point(numbers(), place, program, index, root)[0]


def test_pinning_point_of_continuation_tables_binds_everything_that_shapes_them() -> None:
    points = [
        continuation_point(),
        continuation_point(of_statement(machine=OTHER_MACHINE)),
        continuation_point(of_statement(parameters=OTHER_SET)),
        continuation_point(program=OTHER_ROOT),
        continuation_point(index=2),
        continuation_point(at_height(max(TINY.schedules))),
        continuation_point(taller(boundary=(3,))),
        continuation_point(root=OTHER_ROOT),
    ]
    assert len(set(points)) == len(points)
    assert continuation_pinning_point(numbers(), PLACE, PROGRAM, 1, ROOT)[1] == ["continuation_pinning"]


def test_pinning_point_of_a_program_binds_everything_that_shapes_it() -> None:
    height = FORM.height_log2

    def point(
        machine: Any = SMALL_MACHINE, parameters: Any = TINY, heights: Any = (1, 3), h: int = height, root: Any = ROOT
    ) -> Extension:
        return program_pinning_point(numbers(), machine, parameters, heights, h, root)[0]

    points = [
        point(),
        point(machine=OTHER_MACHINE),
        point(parameters=OTHER_SET),
        point(heights=(1, 4)),
        point(h=max(TINY.schedules)),
        point(root=OTHER_ROOT),
    ]
    assert len(set(points)) == len(points)
    assert program_pinning_point(numbers(), SMALL_MACHINE, TINY, (1, 3), height, ROOT)[1] == ["program_pinning"]


def test_pinning_points_of_the_two_commitments_are_different() -> None:
    """Both bind a root, in conversations of their own."""
    point, _ = program_pinning_point(numbers(), SMALL_MACHINE, TINY, (1, 2), FORM.height_log2, ROOT)
    assert point != continuation_point()


# A segment's own transcript.


def start(
    place: SegmentPlace = PLACE, run: Any = ROOT, index: int = 1, of: Any = OTHER_ROOT, public: Any = (1, 2)
) -> Any:
    return tuple(start_segment_transcript(numbers(), place, run, index, of, public).state)


def test_start_of_a_segments_transcript_binds_its_statement() -> None:
    starts = [
        start(),
        start(run=OTHER_ROOT),
        start(index=0),
        start(of=ROOT),
        start(public=(1, 3)),
        start(public=(1, 2, 0)),
        start(at_height(max(TINY.schedules))),
        start(taller(move=(3,))),
        start(taller(halt=(1,))),
        start(taller(boundary=(3,))),
    ]
    assert len(set(starts)) == len(starts)


def test_local_challenges_follow_the_root_of_main() -> None:
    found = []
    for root in (ROOT, OTHER_ROOT):
        transcript = start_segment_transcript(numbers(), PLACE, ROOT, 1, ROOT, (1, 2))
        found.append(sample_local_challenges(transcript, SMALL_MACHINE, root))
        assert transcript.sampled_labels == ["local_alpha", "local_beta"]
    assert found[0].alpha != found[1].alpha
    assert found[0].beta_powers[0] != found[1].beta_powers[0]
    assert len(found[0].beta_powers) == 5
