"""The proving cost metric, against a count of the matrices that the protocol commits to."""

from __future__ import annotations

from spec.cost import COST_VERSION, Cost, RowCells, cheapest_shape, row_cells, segment_cost
from spec.protocol.shape import COMMITMENTS, SegmentShape, listed_segment
from spec.rv64im.machine import CHIP_BY_NAME, CHIPS
from spec.rv64im.recursion_shapes import RECURSION_SHAPES

SHAPE = SegmentShape(
    {chip.name: (9, 4) if chip.name == "add" else (7,) for chip in CHIPS if chip.name != "mul"} | {"mul": ()}
)


def test_cost_is_all_committed_cells() -> None:
    committed = dict(zip(COMMITMENTS, SHAPE.matrices(), strict=True))
    per_proof = [matrix for name in ("continuation", "main", "logup", "quotient") for matrix in committed[name]]
    cost = segment_cost(SHAPE)
    assert cost.total == sum(matrix.width << matrix.height_log2 for matrix in per_proof)
    assert cost.quotient_cells == 12 * (2**9 + 2**7 + 2**4)


def test_cost_by_chip_has_every_instance_and_no_absent_table() -> None:
    cells = segment_cost(SHAPE).by_chip
    assert cells["add"] == (2**9 + 2**4) * row_cells(CHIP_BY_NAME["add"]).total
    assert set(cells) == {chip.name for chip in CHIPS} - {"mul"}


def test_row_cells_of_add_are_its_columns_and_nine_extension_elements() -> None:
    # 17 interactions make nine pairs, each an element of the extension of degree 6.
    assert row_cells(CHIP_BY_NAME["add"]) == RowCells(main=28, logup=9 * 6)


def test_costs_of_segments_add_up() -> None:
    assert Cost({"add": 3, "sub": 4}, 10) + Cost({"add": 5, "mul": 1}, 2) == Cost({"add": 8, "sub": 4, "mul": 1}, 12)


def test_metric_has_a_version() -> None:
    assert COST_VERSION == "limpid cost 1"


def test_cheapest_shape_is_that_of_the_mix() -> None:
    fixed = {chip.name: 14 for chip in CHIPS if chip.fixed_columns}
    assert cheapest_shape({"addi": 2**19, "add": 2**18, "branch_equal": 2**17}, fixed) == "counting"
    assert cheapest_shape({"addw": 2**17, "xor": 2**17, "slliw": 2**17, "srliw": 2**17}, fixed) == "hashing"


def test_cheapest_shape_counts_whole_segments() -> None:
    """One row too many for a shape doubles its price, so that a shape of twice its cells may be cheaper."""
    fixed = {chip.name: 14 for chip in CHIPS if chip.fixed_columns}
    rows = {"load_misaligned": 2**16}
    cheapest = cheapest_shape(rows, fixed)
    price = {
        name: -(-(2**16) // 2 ** heights["load_misaligned"]) * segment_cost(listed_segment(name, fixed)).total
        for name, heights in RECURSION_SHAPES.items()
    }
    assert price[cheapest] == min(price.values())
