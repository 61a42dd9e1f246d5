"""The call of the permutation Keccak-f[1600]: the state to the work table, and what comes back to memory."""

from __future__ import annotations

from collections.abc import Sequence

from spec.air.chip import Chip
from spec.air.chips.keccak import STATE_BYTES, KeccakTable, quarters_of
from spec.air.chips.keccak_tables import keccak_tables
from spec.air.expression import Expression
from spec.isa.calls import KECCAK_F
from spec.keccak import ROUNDS
from spec.rv64im.buses import KECCAK_IDENTITY
from spec.rv64im.call_row import CallRow, doublewords_of_limbs

TABLE = KeccakTable(KECCAK_IDENTITY)

LIMB_BYTES = 2
STATE_LIMBS = STATE_BYTES // LIMB_BYTES
"""Memory has limbs, and the work table bytes."""


def _keccak_f() -> Chip:
    """Every limb is looked up with its bytes, so that those after need no range."""
    row = CallRow(KECCAK_F, "Permutes a state of Keccak.")
    before, after = row.column_array("before", STATE_LIMBS), row.column_array("after", STATE_LIMBS)
    row.operand("state", doublewords_of_limbs(before), doublewords_of_limbs(after))
    sent, received = _bytes(row, "sent", before), _bytes(row, "received", after)
    for bus, quarter in zip(TABLE.buses, quarters_of(sent), strict=True):
        row.send(f"start_on_{bus.name}", bus, [row.key, 0, *quarter], row.real)
    for bus, quarter in zip(TABLE.buses, quarters_of(received), strict=True):
        row.receive(f"result_on_{bus.name}", bus, [row.key, ROUNDS, *quarter], row.real)
    return row.finish_call(after)


def _bytes(row: CallRow, name: str, limbs: Sequence[Expression]) -> list[Expression]:
    """New columns for the bytes of limbs."""
    found = row.column_array(name, LIMB_BYTES * len(limbs))
    for i, limb in enumerate(limbs):
        parts = found[LIMB_BYTES * i : LIMB_BYTES * (i + 1)]
        row.receive(f"limb_{i}_{name}_is_its_bytes", TABLE.limb, [limb, *parts], row.real)
    return found


CHIPS = (_keccak_f(),)
WORK_CHIPS = (TABLE.chip,)
WORK_ROWS = {KECCAK_F.name: {TABLE.chip.name: ROUNDS}}
FIXED_TABLES = keccak_tables(TABLE, callers=(KECCAK_F.name,))
