"""The call of advice: the host writes a word of its choice to a0.

No constraint says which word it is, but that its limbs have 16 bits: everyone who reads the register assumes that.
"""

from __future__ import annotations

from spec.air.chip import Chip
from spec.isa.calls import ADVICE
from spec.rv64im.call_row import CallRow
from spec.rv64im.gadgets import ranged_limbs


def _advice() -> Chip:
    row = CallRow(ADVICE, "Writes any word to a0.")
    before = row.column_array("before")
    row.result(before, ranged_limbs(row, "word"))
    return row.finish_call([])


CHIPS = (_advice(),)
