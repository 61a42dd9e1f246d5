"""What the call of Keccak-f[1600] orders and writes: the lanes of the state, and the lanes that come back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import z3

from proofs_of_constraints.calls.call_row import CallExecution, CallMeaning, vanishing
from proofs_of_constraints.calls.keccak_lookups import BYTE_BITS
from proofs_of_constraints.calls.keccak_standard import LANE_BITS, LANES, ROUNDS
from proofs_of_constraints.translation.execution import Claim
from proofs_of_constraints.translation.polynomial import Polynomial
from spec.air.bus import Bus
from spec.air.chips.keccak import KeccakTable

LANE_BYTES = LANE_BITS // BYTE_BITS
DIGIT_BITS = 2
"""A byte of a state has its bits as digits in base 4."""

DIGITS = (1 << BYTE_BITS * DIGIT_BITS) - 1
HIGHER_BITS = DIGITS // (2**DIGIT_BITS - 1) * (2**DIGIT_BITS - 2)
"""The bits that are 0 where every digit is 0 or 1."""


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
        claims += _sent_digits(execution, bus)
    for lane in range(LANES):
        sent, received = (_lane(table, execution, sign, lane) for sign in (+1, -1))
        claims.append(Claim(f"lane {lane} is ordered", sent == before[lane], sent, before[lane]))
        claims.append(Claim(f"lane {lane} is the result", after[lane] == received, after[lane], received))
    return claims


def _sent_digits(execution: CallExecution, bus: Bus) -> list[Claim]:
    """What is sent has digits 0 and 1, as the bus promises."""
    claims = []
    for field in bus.field_bits:
        part = execution.part(bus, +1, field)
        ones = z3.And(part & HIGHER_BITS == 0, z3.ULE(part, DIGITS))
        claims.append(Claim(f"{field} on {bus.name} has digits 0 and 1", ones))
    return claims


def _lane(table: KeccakTable, execution: CallExecution, sign: int, lane: int) -> z3.BitVecRef:
    """A lane from its bytes: the lower bits of their digits. That there are no others is a claim of its own for what is
    sent, and promised of what is received."""
    bits = []
    for i in reversed(range(LANE_BYTES * lane, LANE_BYTES * (lane + 1))):
        field = f"state_{i}"
        (bus,) = [bus for bus in table.buses if field in bus.fields]
        part = execution.part(bus, sign, field)
        bits += [z3.Extract(DIGIT_BITS * k, DIGIT_BITS * k, part) for k in reversed(range(BYTE_BITS))]
    return z3.Concat(*bits)
