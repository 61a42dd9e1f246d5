"""What a segment's heights must satisfy, and what they commit."""

from __future__ import annotations

import pytest

from spec.air.bus import CLOCK_BITS
from spec.air.chip import Role
from spec.air.machine import CHIPS, chips_of
from spec.field import EXTENSION_DEGREE, Extension, P, root_of_unity
from spec.parameters import TINY
from spec.protocol.shape import COMMITMENTS, SegmentShape, check_run_messages, check_shape
from spec.rejection import Rejected, Rejection

KEY_HEIGHTS = {chip.name: 4 for role in (Role.MACHINE_TABLE, Role.PROGRAM_TABLE) for chip in chips_of(role)}


def _shape(**heights: tuple[int, ...]) -> SegmentShape:
    fixed = {name: (height,) for name, height in KEY_HEIGHTS.items()}
    return SegmentShape({chip.name: () for chip in CHIPS} | fixed | {"boundary": (3,), "memory": (3,)} | heights)


def _reason(shape: SegmentShape) -> Rejection | None:
    try:
        check_shape(shape, KEY_HEIGHTS, TINY)
    except Rejected as rejected:
        return rejected.reason
    return None


def test_usual_shape_is_accepted() -> None:
    assert _reason(_shape(add=(5, 3), halt=(1,))) is None


def test_segment_without_memory_table_is_accepted() -> None:
    assert _reason(_shape(memory=())) is None


@pytest.mark.parametrize(
    ("heights", "reason"),
    [
        ({"add": (6, 5, 4, 3)}, Rejection.TABLE_COUNT),
        ({"boundary": ()}, Rejection.TABLE_COUNT),
        ({"boundary": (4, 3)}, Rejection.TABLE_COUNT),
        ({"memory": (4, 3)}, Rejection.TABLE_COUNT),
        ({"add": (0,)}, Rejection.TABLE_HEIGHT),
        ({"add": (24,)}, Rejection.TABLE_HEIGHT),
        ({"add": (3, 5)}, Rejection.TABLE_ORDER),
        ({"add": (5, 5)}, Rejection.TABLE_ORDER),
        ({"range_table": (5,)}, Rejection.FIXED_TABLE_HEIGHT),
        ({"range_table": ()}, Rejection.FIXED_TABLE_HEIGHT),
        ({"program_table": (4, 3)}, Rejection.FIXED_TABLE_HEIGHT),
        ({"add": (CLOCK_BITS - 1,)}, Rejection.CLOCK_BOUND),
    ],
)
def test_shape_that_breaks_a_rule_is_rejected_for_it(heights: dict[str, tuple[int, ...]], reason: Rejection) -> None:
    assert _reason(_shape(**heights)) is reason


def test_clock_bound_counts_every_access_of_every_table() -> None:
    """2^22 rows of three accesses fit, and a further table with as many accesses as are left does not."""
    assert _reason(_shape(add=(22,))) is None
    assert _reason(_shape(add=(22,), addi=(21,))) is Rejection.CLOCK_BOUND


def test_local_messages_beyond_p_are_rejected() -> None:
    assert _reason(_shape(memory=(23,), boundary=(23,))) is None
    with pytest.raises(Rejected) as caught:
        check_run_messages([_shape(memory=(23,), boundary=(23,))] * (P // 2**25 + 1))
    assert caught.value.reason is Rejection.INTERACTION_BOUND


def test_matrices_follow_the_declarations() -> None:
    shape = _shape(add=(5, 3))
    matrices = shape.matrices()
    assert len(matrices) == len(COMMITMENTS)
    assert sum(matrix.width for matrix in matrices[2]) == sum(len(chip.columns) for chip in chips_of(Role.CONTINUATION))
    assert [matrix.height_log2 for matrix in matrices[5]] == [5, 4, 3]
    assert {matrix.width for matrix in matrices[5]} == {2 * EXTENSION_DEGREE}
    for chip in CHIPS:
        # Every table with a global bus has a second accumulator: a LogUp column never mixes challenge sets.
        if shape.heights_log2[chip.name]:
            table = next(table for table in shape.tables if table.chip is chip)
            scopes = bool(chip.local_interactions) + bool(chip.global_interactions)
            assert table.logup_widths()[1] == scopes * EXTENSION_DEGREE


def test_accumulators_are_opened_at_the_next_row_too() -> None:
    shape = _shape(add=(5,))
    z, pin = Extension((1, 2, 3, 4, 5, 6)), Extension((6, 5, 4, 3, 2, 1))
    points = shape.points(z, pin)
    assert [len(of_commitment) for of_commitment in points] == [len(matrices) for matrices in shape.matrices()]
    assert points[2] == [[z, pin], [z, pin]]
    # The first table is add: a helper matrix, then its accumulator.
    assert points[4][:2] == [[z], [z, z * root_of_unity(5)]]
