"""Honest rows of every chip, from which rows that a mutant wrongly accepts or rejects are searched.

They are only hints: that they are honest is checked, and what is found from them is judged by itself.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from spec.air.chip import Chip
from spec.rv64im.machine import CHIP_BY_NAME

EXAMPLE_ROWS_FILE = Path(__file__).parent / "example_rows.json"

Cells = dict[str, int]


class ExampleRowsError(ValueError):
    """The example rows are not those of the declared chip; the message names it."""


def example_rows(chip: Chip) -> list[Cells]:
    """Example rows, real ones and one of padding: cells by column, and the public values.

    Raises ExampleRowsError if the rows are not those of the declared chip.
    """
    rows = stored_rows().get(chip.name, [])
    expected = {*chip.columns, "public.segment"}
    if not rows or any(cells.keys() != expected for cells in rows):
        raise ExampleRowsError(f"{EXAMPLE_ROWS_FILE.name} has no rows of the chip {chip.name} as it is declared")
    padding = dict.fromkeys(chip.columns, 0) | {"public.segment": rows[0]["public.segment"]}
    return [*rows, padding]


@cache
def stored_rows() -> dict[str, list[Cells]]:
    """By chip, the rows in the file."""
    stored = json.loads(EXAMPLE_ROWS_FILE.read_text())
    return {
        name: [dict(zip(entry["columns"], row, strict=True)) for row in entry["rows"]]
        for name, entry in stored.items()
        if name in CHIP_BY_NAME
    }
