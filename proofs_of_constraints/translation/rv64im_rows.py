"""The rows of RV64IM's chips: what its lookups say of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from proofs_of_constraints.translation.contracts import (
    BytesWithDigits,
    Conjoined,
    Contracts,
    NothingAssumed,
    RowOfKey,
    ValueOfWidth,
)
from proofs_of_constraints.translation.declared_rows import row_with_lookups
from proofs_of_constraints.translation.row_system import RowSystem
from spec.air.chip import Chip
from spec.rv64im.buses import AND, LIMB_BITS, PROGRAM, RANGE, SHIFT, STATE
from spec.rv64im.chips.fixed_tables import MACHINE_TABLES, SHIFT_TABLE
from spec.rv64im.chips.keccak import TABLE as KECCAK

STATE_DIGIT_BITS = 2
"""Bytes of Keccak's states have their bits as digits in base 4."""


@cache
def shift_rows() -> Mapping[int, tuple[int, ...]]:
    """The shift table's rows by amount."""
    return {row[0]: row for row in MACHINE_TABLES[SHIFT_TABLE.name].rows()}


RV64IM_CONTRACTS: Contracts = {
    RANGE.name: ValueOfWidth(LIMB_BITS),
    AND.name: Conjoined(),
    SHIFT.name: RowOfKey(shift_rows),
    KECCAK.limb.name: BytesWithDigits(STATE_DIGIT_BITS),
    PROGRAM.name: NothingAssumed(),
    STATE.name: NothingAssumed(),
}
"""What the program's row and the state say is assumed by name, instruction by instruction."""


def declared_row(chip: Chip) -> RowSystem:
    """The chip's constraints, and its lookups as far as their multiplicity will be known to be 1."""
    return row_with_lookups(chip, RV64IM_CONTRACTS)
