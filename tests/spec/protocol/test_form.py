"""The form of a segment's proof: all its numbers from heights and parameters."""

from __future__ import annotations

import pytest

from spec.air.bus import Scope
from spec.parameters import TINY
from spec.protocol.form import SegmentForm
from spec.protocol.merkle import tree_shape
from spec.protocol.shape import SegmentShape
from spec.protocol.stacking import Commitment
from spec.rejection import Rejected, Rejection
from tests.small_machine import CLOCK_BITS, SMALL_MACHINE

HEIGHTS: dict[str, tuple[int, ...]] = {
    "move": (4, 2),
    "halt": (1,),
    "range_table": (CLOCK_BITS,),
    "program_table": (3,),
    "boundary": (2,),
}
FORM = SegmentForm(SegmentShape(SMALL_MACHINE, HEIGHTS), TINY)


def test_numbers_of_a_form_follow_from_its_heights() -> None:
    """64 + 20 * 9 + 2 * 4 + 8 cells of main, 8 * 5 of the program, 4 * 6 of the boundary table."""
    height = min(h for h in TINY.schedules if h >= CLOCK_BITS)
    assert FORM.height_log2 == height
    main = -(-(64 + 180 + 8 + 8) >> height)
    assert {which: layout.count for which, layout in FORM.layouts.items()} == {
        Commitment.PROGRAM: 1,
        Commitment.CONTINUATION: 1,
        Commitment.MAIN: main,
    }
    assert FORM.stacked_count == main + 2
    assert FORM.claim_count == (1 + 18 + 4 + 1) + 5 + 6 + 2
    assert FORM.constraint_count == 2 * 3 + 1 + 1
    assert FORM.zerocheck_rounds == CLOCK_BITS
    assert FORM.circuit.variables == 9
    assert FORM.present == tuple(Commitment)


def test_messages_of_a_scope_are_rows_times_interactions() -> None:
    assert FORM.message_count(Scope.GLOBAL) == 4 * 2
    assert FORM.message_count(Scope.LOCAL) == 20 * 6 + 2 * 4 + 64 + 8 + 4 * 3


def test_opened_trees_are_all_commitments_first_and_the_folded_vector_later() -> None:
    first, second, *_ = FORM.iterations
    points = 1 << first.folding_log2
    depth = FORM.height_log2 + TINY.rate_log2 - first.folding_log2
    widths = [layout.count * points for layout in FORM.layouts.values()]
    assert FORM.opened_trees(first) == tuple(tree_shape(depth, width, TINY.cap_log2) for width in widths)
    (folded,) = FORM.opened_trees(second)
    assert (folded.depth, folded.width) == (second.domain_log2 - second.folding_log2, 6 << second.folding_log2)


def test_commitment_without_columns_is_not_present() -> None:
    form = SegmentForm(SegmentShape(SMALL_MACHINE, {**HEIGHTS, "boundary": ()}), TINY)
    assert form.present == (Commitment.PROGRAM, Commitment.MAIN)
    assert len(form.opened_trees(form.iterations[0])) == 2


def test_form_of_a_table_that_no_height_holds_is_rejected() -> None:
    form = SegmentForm(SegmentShape(SMALL_MACHINE, {**HEIGHTS, "move": (TINY.tallest_log2 + 1,)}), TINY)
    with pytest.raises(Rejected) as rejected:
        _ = form.height_log2
    assert rejected.value.reason is Rejection.TABLE_HEIGHT


def test_what_follows_from_a_shape_alone_is_computed_once_for_all_segments_of_it() -> None:
    same = SegmentForm(SegmentShape(SMALL_MACHINE, dict(HEIGHTS)), TINY)
    assert same.layouts is FORM.layouts
    assert same.circuit is FORM.circuit
