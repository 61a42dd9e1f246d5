"""What the call of Keccak-f[1600] orders and writes: the lanes of the state, and the lanes that come back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import z3

from proofs_of_constraints.calls.call_row import CallExecution, CallMeaning, vanishing
from proofs_of_constraints.calls.keccak_standard import LANE_BITS, LANES, ROUNDS
from proofs_of_constraints.translation.execution import Claim
from proofs_of_constraints.translation.polynomial import Polynomial
from spec.air.chips.keccak import KeccakTable

LIMB_BITS = 16
LANE_LIMBS = LANE_BITS // LIMB_BITS
"""The width of a limb of the memory bus."""


def keccak_meaning(table: KeccakTable) -> CallMeaning:
    """The meaning of the call whose work is done by this table."""
    return partial(_claims, table)


def _claims(table: KeccakTable, execution: CallExecution) -> Sequence[Claim]:
    """The state is ordered before round 0, and becomes what is there after the last round."""
    view, row = execution.view, execution.row
    before, after = execution.before("state"), execution.after("state")
    claims = []
    for bus in table.buses:
        for sign, number in ((+1, 0), (-1, ROUNDS)):
            parts = view.message(bus, sign)
            verb = "sent" if sign > 0 else "received"
            claims.append(vanishing(row, f"the key {verb} on {bus.name} is the row's clock", parts["key"], view.key))
            place = f"what is {verb} on {bus.name} is the state before round {number}"
            claims.append(vanishing(row, place, parts["round"], Polynomial.constant(number)))
        claims += execution.has_bits(bus, +1)
    for lane in range(LANES):
        sent, received = (_lane(table, execution, sign, lane) for sign in (+1, -1))
        claims.append(Claim(f"lane {lane} is ordered", sent == before[lane], sent, before[lane]))
        claims.append(Claim(f"lane {lane} is the result", after[lane] == received, after[lane], received))
    return claims


def _lane(table: KeccakTable, execution: CallExecution, sign: int, lane: int) -> z3.BitVecRef:
    """A lane from its limbs, of which those of one lane may be on both buses."""
    limbs = []
    for i in reversed(range(LANE_LIMBS * lane, LANE_LIMBS * (lane + 1))):
        field = f"state_{i}"
        (bus,) = [bus for bus in table.buses if field in bus.fields]
        limbs.append(execution.limb(bus, sign, field))
    return z3.Concat(*limbs)
