"""Plans as bytes: every plan comes back, nothing else is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from reference.segments.codec import (
    PlanEncodingError,
    decode_planned_segment,
    decode_segment_plan,
    encode_planned_segment,
    encode_segment_plan,
)
from reference.trace.packed_cells import SegmentCells
from reference.trace.plan import PlannedSegment, RunPlan, SegmentPlan
from reference.trace.segmentation import plan_run
from tests.reference.segmented_run import INPUT, LIMITS, counting_program


@cache
def _planned() -> tuple[RunPlan, tuple[SegmentPlan, ...]]:
    plans: list[SegmentPlan] = []
    return plan_run(counting_program(), INPUT, LIMITS, plans.append), tuple(plans)


def _segments() -> list[PlannedSegment]:
    run, plans = _planned()
    return [run.segment(plan) for plan in plans]


def test_plans_come_back_from_their_bytes() -> None:
    _, plans = _planned()
    assert [decode_segment_plan(encode_segment_plan(plan)) for plan in plans] == list(plans)
    assert [decode_planned_segment(encode_planned_segment(segment)) for segment in _segments()] == _segments()


DECODERS: list[tuple[Callable[[bytes], object], Callable[[], bytes]]] = [
    (decode_segment_plan, lambda: encode_segment_plan(_planned()[1][1])),
    (decode_planned_segment, lambda: encode_planned_segment(_segments()[1])),
]


@pytest.mark.parametrize(("decode", "encoded"), DECODERS, ids=["segment", "planned_segment"])
def test_bytes_that_end_early_or_late_are_refused(
    decode: Callable[[bytes], object], encoded: Callable[[], bytes]
) -> None:
    whole = encoded()
    with pytest.raises(PlanEncodingError, match="1 bytes after the end of the plan"):
        decode(whole + b"\0")
    for size_bytes in range(0, len(whole), 7):
        with pytest.raises(PlanEncodingError, match="the plan ends before byte"):
            decode(whole[:size_bytes])


def test_keys_that_do_not_ascend_are_refused() -> None:
    _, (plan, *_) = _planned()
    swapped = replace(plan, cells=SegmentCells.of((plan.cells[1], plan.cells[0])))
    with pytest.raises(PlanEncodingError, match="do not ascend below 2\\^30"):
        decode_segment_plan(encode_segment_plan(swapped))


def test_key_outside_both_spaces_is_refused() -> None:
    _, (plan, *_) = _planned()
    encoded = bytearray(encode_segment_plan(replace(plan, cells=plan.cells[-1:])))
    encoded[-28:-24] = (2**30).to_bytes(4, "little")
    with pytest.raises(PlanEncodingError, match="do not ascend below 2\\^30"):
        decode_segment_plan(bytes(encoded))
