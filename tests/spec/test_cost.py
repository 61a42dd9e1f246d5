"""The proving cost metric: cells and interactions of every table at padded height."""

from __future__ import annotations

from spec.cost import COST_VERSION, Cost, RowCost, row_cost, segment_cost
from spec.protocol.shape import SegmentShape
from spec.rv64im.machine import CHIP_BY_NAME, CHIPS, RV64IM

SHAPE = SegmentShape(RV64IM, {c.name: (9, 4) if c.name == "add" else (7,) for c in CHIPS if c.name != "mul"})


def test_cost_is_cells_and_ten_times_the_interactions_of_every_instance() -> None:
    heights = {chip.name: 2**7 for chip in CHIPS} | {"add": 2**9 + 2**4, "mul": 0}
    expected = {c.name: heights[c.name] * (len(c.columns) + 10 * len(c.interactions)) for c in CHIPS}
    del expected["mul"]
    assert segment_cost(SHAPE) == Cost(expected)
    assert segment_cost(SHAPE).total == sum(expected.values())


def test_row_cost_of_addi_is_its_columns_and_interactions() -> None:
    chip = CHIP_BY_NAME["addi"]
    assert row_cost(chip) == RowCost(len(chip.columns), len(chip.interactions))
    assert row_cost(chip).total == len(chip.columns) + 10 * len(chip.interactions)


def test_costs_of_segments_add_up() -> None:
    assert Cost({"add": 3, "sub": 4}) + Cost({"add": 5, "mul": 1}) == Cost({"add": 8, "sub": 4, "mul": 1})


def test_metric_has_a_version() -> None:
    assert COST_VERSION == "limpid cost 2"
