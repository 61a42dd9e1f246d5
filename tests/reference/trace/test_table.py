"""Tables refuse cells that do not have their chip's shape."""

from __future__ import annotations

import numpy as np
import pytest

from reference.tables import Table, Trace, without_fixed_columns
from spec.rv64im.machine import CHIP_BY_NAME, RV64IM

HALT = CHIP_BY_NAME["halt"]
WIDTH = len(HALT.columns)


def _table(height: int, width: int = WIDTH, fixed_height: int | None = None) -> Table:
    fixed = without_fixed_columns(height if fixed_height is None else fixed_height)
    return Table(HALT, np.zeros((height, width), dtype=np.uint64), fixed)


@pytest.mark.parametrize("height", [0, 3, 6])
def test_height_that_is_no_power_of_two_is_refused(height: int) -> None:
    with pytest.raises(ValueError, match=f"table halt: height {height} is not a power of two"):
        _table(height)


def test_cells_of_another_width_are_refused() -> None:
    with pytest.raises(ValueError, match=r"table halt: the main cells have shape \(2, 3\), not"):
        _table(2, width=3)


def test_fixed_cells_of_another_height_are_refused() -> None:
    with pytest.raises(ValueError, match=r"table halt: the fixed cells have shape \(4, 0\), not \(2, 0\)"):
        _table(2, fixed_height=4)


def test_instances_are_counted_by_chip() -> None:
    trace = Trace(RV64IM, (_table(8), _table(2)), {}, b"")
    assert [trace.instance(position) for position in range(2)] == [0, 1]
