"""The call of the permutation Keccak-f[1600]: the state to the work table, and what comes back to memory."""

from __future__ import annotations

from spec.air.chip import Chip
from spec.air.chips.keccak import STATE_LIMBS, KeccakTable, halves_of
from spec.isa.calls import KECCAK_F
from spec.keccak import ROUNDS
from spec.rv64im.buses import KECCAK_IDENTITY
from spec.rv64im.call_row import CallRow, doublewords_of_limbs

TABLE = KeccakTable(KECCAK_IDENTITY)


def _keccak_f() -> Chip:
    """The limbs need no ranges: those before are memory's, those after are sums of bits in the table."""
    row = CallRow(KECCAK_F, "Permutes a state of Keccak.")
    before, after = row.column_array("before", STATE_LIMBS), row.column_array("after", STATE_LIMBS)
    row.operand("state", doublewords_of_limbs(before), doublewords_of_limbs(after))
    for bus, half in zip(TABLE.buses, halves_of(before), strict=True):
        row.send(f"start_on_{bus.name}", bus, [row.key, 0, *half], row.real)
    for bus, half in zip(TABLE.buses, halves_of(after), strict=True):
        row.receive(f"result_on_{bus.name}", bus, [row.key, ROUNDS, *half], row.real)
    return row.finish_call(after)


CHIPS = (_keccak_f(),)
WORK_CHIPS = (TABLE.chip,)
WORK_ROWS = {KECCAK_F.name: {TABLE.chip.name: ROUNDS}}
