"""The proving cost metric: cells and interactions of every table at padded height."""

from __future__ import annotations

import pytest

from spec.cost import COST_VERSION, Cost, RowCost, cheapest_shape, row_cost, segment_cost
from spec.protocol.shape import SegmentShape, listed_shape, rows_of
from spec.rv64im.machine import CHIP_BY_NAME, CHIPS, RV64IM

SHAPE = SegmentShape(RV64IM, {c.name: (9, 4) if c.name == "add" else (7,) for c in CHIPS if c.name != "mul"})
PROGRAM = RV64IM.listed_programs[0]


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


def test_cheapest_shape_is_that_of_the_mix() -> None:
    assert cheapest_shape(RV64IM, {"addi": 2**22, "add": 2**21, "branch_equal": 2**20}, PROGRAM) == "counting"
    assert cheapest_shape(RV64IM, {"addw": 2**20, "xor": 2**20, "slliw": 2**20, "srliw": 2**20}, PROGRAM) == "hashing"


def test_cheapest_shape_counts_whole_segments() -> None:
    """One row too many for a shape doubles its price, so that a shape of twice its cost may be cheaper."""
    rows = {"load_misaligned": 2**16}
    price = {
        name: -(-(2**16) // rows_of(heights["load_misaligned"]))
        * segment_cost(listed_shape(RV64IM, name, PROGRAM)).total
        for name, heights in RV64IM.listed_shapes.items()
    }
    assert price[cheapest_shape(RV64IM, rows, PROGRAM)] == min(price.values())


def test_run_that_calls_an_accelerator_has_no_listed_shape() -> None:
    program = RV64IM.listed_programs[0]
    with pytest.raises(ValueError, match=r"^no listed shape has a table of sha256_compress$"):
        cheapest_shape(RV64IM, {"add": 10, "sha256_compress": 1}, program)
    assert cheapest_shape(RV64IM, {"add": 10, "sha256_compress": 0}, program) in RV64IM.listed_shapes
