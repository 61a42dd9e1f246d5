"""What the call of SHA-256's compression function orders and writes, from the text of the standard."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import z3

from proofs_of_constraints.calls.call_row import CallExecution, CallMeaning, half_of, vanishing
from proofs_of_constraints.calls.sha256_standard import WORD_BITS, WORDS_OF_BLOCK, WORDS_OF_STATE
from proofs_of_constraints.translation.execution import Claim
from proofs_of_constraints.translation.polynomial import Polynomial
from spec.air.bus import Bus
from spec.air.chips.sha256 import Sha256Layout
from spec.word import BYTE_BITS

LIMB_BITS = 16
WORKING = "abcdefgh"
"""The width of a limb of the memory bus."""


def sha256_meaning(layout: Sha256Layout) -> CallMeaning:
    """The meaning of the call whose work tables have this layout."""
    return partial(_claims, layout)


def _claims(layout: Sha256Layout, execution: CallExecution) -> Sequence[Claim]:
    """The state is ordered, with the words of the block; it becomes its sum with the rounds [FIPS 180-4, 6.2.2]."""
    view, row = execution.view, execution.row
    before = _words(execution.before("state"))
    after = _words(execution.after("state"))
    block = [_big_endian(half) for half in _words(execution.before("block"))]
    start, message = view.message(layout.start, +1), view.message(layout.message, +1)
    result = view.message(layout.result, -1)
    claims = [
        vanishing(row, f"the key on {bus.name} is the row's clock", parts["key"], view.key)
        for bus, parts in ((layout.start, start), (layout.message, message), (layout.result, result))
    ]
    claims.append(vanishing(row, "the message is for round 0", message["round"], Polynomial.constant(0)))
    claims += [*execution.has_bits(layout.start, +1), *execution.has_bits(layout.message, +1)]
    for i in range(WORDS_OF_STATE):
        sent = _word(execution, layout.start, +1, WORKING[i])
        claims.append(Claim(f"{WORKING[i]} starts as word {i} of the state", sent == before[i], sent, before[i]))
        new = before[i] + _word(execution, layout.result, -1, WORKING[i])
        claims.append(Claim(f"word {i} of the state is its sum with the rounds", after[i] == new, after[i], new))
    for i in range(WORDS_OF_BLOCK):
        sent = _word(execution, layout.message, +1, f"word_{i}")
        claims.append(Claim(f"word {i} of the message is the block's", sent == block[i], sent, block[i]))
    return claims


def _words(doublewords: Sequence[z3.BitVecRef]) -> list[z3.BitVecRef]:
    """Words of 32 bits as the machine has them in memory, the lower one of each doubleword first."""
    return [half_of(doubleword, number) for doubleword in doublewords for number in (0, 1)]


def _big_endian(word: z3.BitVecRef) -> z3.BitVecRef:
    """The word whose first byte in memory is its highest [FIPS 180-4, 3.1]."""
    first_to_last = [z3.Extract(at + BYTE_BITS - 1, at, word) for at in range(0, WORD_BITS, BYTE_BITS)]
    return z3.Concat(*first_to_last)


def _word(execution: CallExecution, bus: Bus, sign: int, name: str) -> z3.BitVecRef:
    return z3.Concat(*(execution.limb(bus, sign, f"{name}_{half}") for half in ("high", "low")))
