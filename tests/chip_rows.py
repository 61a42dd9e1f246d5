"""One row of any chip by hand, as an interpretation of its expressions."""

from __future__ import annotations

from collections.abc import Mapping

from documentation.worked_example import RowNumbers, WorkedRow
from spec.air.chip import Chip
from spec.field import P


def row_of(chip: Chip, cells: Mapping[str, int]) -> RowNumbers:
    """The row with these cells, one for every column, fixed ones included."""
    main, fixed = (tuple(cells[name] % P for name in names) for names in (chip.columns, chip.fixed_columns))
    return RowNumbers(WorkedRow(0, main, fixed), {})
