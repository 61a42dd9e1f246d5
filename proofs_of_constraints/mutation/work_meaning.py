"""One concrete row of a work table, read from its bus messages: is what it sends the work on what it receives?

As for instructions, no column and no constraint is known by name. The meaning is that of the proofs, on numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import z3

from proofs_of_constraints.calls.keccak_standard import LANE_BITS, after_theta, lanes_of, state_of, theta
from proofs_of_constraints.calls.keccak_standard import ROUNDS as KECCAK_ROUNDS
from proofs_of_constraints.calls.sha256_standard import (
    CONSTANTS,
    ROUNDS,
    SCHEDULE_TERMS,
    WORD_BITS,
    WORDS_OF_BLOCK,
    WORDS_OF_STATE,
    after_round,
    word,
)
from proofs_of_constraints.mutation.spoken import Message, Spoken
from proofs_of_constraints.obligations.concrete_row import ConcreteRow
from spec.rv64im.buses import LIMB_BITS
from spec.rv64im.chips.keccak import TABLE as KECCAK
from spec.rv64im.chips.sha256 import LAYOUT

STATE_BASE = 4
"""Bytes of a state have their bits as digits in this base."""

LIMB_MAXIMUM = (1 << LIMB_BITS) - 1


def work_inadmissible(row: ConcreteRow) -> Iterator[str]:
    """Why the other tables would not let the row stand, lookups and bus contracts apart."""
    spoken = Spoken(row)
    taken = [message for bus in KECCAK.buses for message in spoken.on(bus, -1)]
    if any(place not in range(KECCAK_ROUNDS) for _, place, *_ in taken):
        yield "no row leaves a state before this round"
    if any(byte_of(part) is None for _, _, *state in taken for part in state):
        yield "no row leaves a byte with such digits"
    for _, start, *parts in spoken.on(LAYOUT.state, -1):
        if start not in range(LAYOUT.rounds_per_row, ROUNDS, LAYOUT.rounds_per_row):
            yield "no row leaves its state at this round"
        pending = parts[2 * WORDS_OF_STATE :]
        if any(limb > _known_terms(i // 2) * LIMB_MAXIMUM for i, limb in enumerate(pending)):
            yield "no row leaves such sums"
    if any(
        start not in range(0, WORDS_OF_BLOCK, LAYOUT.rounds_per_row) for _, start, *_ in spoken.on(LAYOUT.message, -1)
    ):
        yield "no call sends a message for this round"


def _known_terms(position: int) -> int:
    """How many terms of a word of the schedule are known so many words before it."""
    return sum(position < term.earlier for term in SCHEDULE_TERMS)


def work_faults(row: ConcreteRow) -> Iterator[str]:
    """What the row does that its table must not."""
    spoken = Spoken(row)
    if spoken.partial or not spoken.messages:
        yield from spoken.partial[:1]
        return
    if len({message[0] for bus, _, message in spoken.messages if bus not in KECCAK.lookups}) > 1:
        yield "the row says something of two keys"
    if row.chip.name == KECCAK.chip.name:
        yield from _keccak_faults(spoken)
        return
    started, taken = spoken.on(LAYOUT.start, -1), spoken.on(LAYOUT.state, -1)
    messages = spoken.on(LAYOUT.message, -1)
    starts = {message[1] for message in (*taken, *messages)} | {0 for _ in started}
    if len(starts) != 1 or len(started) + len(taken) != 1:
        yield f"the row starts at rounds {sorted(starts)} from {len(started) + len(taken)} states"
        return
    (start,) = starts
    if len(messages) != (start < WORDS_OF_BLOCK) or (start == 0) != bool(started):
        yield f"the row from round {start} takes {len(messages)} messages and {len(started)} states to start from"
        return
    yield from _round_faults(spoken, start, (started or taken)[0], messages)


def _round_faults(spoken: Spoken, start: int, taken: Message, messages: Sequence[Message]) -> Iterator[str]:
    limbs = list(taken[1:] if start == 0 else taken[2:])
    working = [word(number) for number in _numbers(limbs[: 2 * WORDS_OF_STATE])]
    pending = limbs[2 * WORDS_OF_STATE :] or [0] * (2 * WORDS_OF_BLOCK)
    sums = [(low, high) for low, high in zip(pending[::2], pending[1::2], strict=True)]
    sums += [(0, 0)] * LAYOUT.rounds_per_row
    received = _numbers(messages[0][2:]) if messages else []
    for step in range(LAYOUT.rounds_per_row):
        low, high = sums[step]
        scheduled = received[step] if received else (low + (high << LIMB_BITS)) % (1 << WORD_BITS)
        for term in SCHEDULE_TERMS:
            if step + term.earlier < len(sums):
                added = z3.simplify(term.function(word(scheduled))).as_long()
                known = sums[step + term.earlier]
                sums[step + term.earlier] = (known[0] + added % (1 << LIMB_BITS), known[1] + (added >> LIMB_BITS))
        working = after_round(working, word(CONSTANTS[start + step]), word(scheduled))
    until = start + LAYOUT.rounds_per_row
    result = [z3.simplify(variable).as_long() for variable in working]
    found = spoken.on(LAYOUT.result if until == ROUNDS else LAYOUT.state, +1)
    others = spoken.on(LAYOUT.state if until == ROUNDS else LAYOUT.result, +1)
    if len(found) != 1 or others:
        yield f"the row from round {start} leaves {len(found)} states where it must, {len(others)} elsewhere"
        return
    left = list(found[0][1:])
    if until < ROUNDS and left.pop(0) != until:
        yield f"the row from round {start} does not leave at round {until}"
    if left[: 2 * WORDS_OF_STATE] != [
        part for number in result for part in (number % (1 << LIMB_BITS), number >> LIMB_BITS)
    ]:
        yield f"the working variables after round {until - 1} are others"
    if until < ROUNDS:
        owed = [part for limbs_of_sum in sums[LAYOUT.rounds_per_row :] for part in limbs_of_sum]
        if left[2 * WORDS_OF_STATE :] != owed:
            yield f"the sums that words from {until} on have so far are others"


def byte_of(part: int) -> int | None:
    """The byte whose bits are the digits of a number in base 4; None if there is none."""
    digits: list[int] = [part // STATE_BASE**i % STATE_BASE for i in range(8)]
    if part // STATE_BASE**8 or max(digits) > 1:
        return None
    return sum(digit << i for i, digit in enumerate(digits))


def _keccak_faults(spoken: Spoken) -> Iterator[str]:
    """FIPS 202, 3.3: a row takes the quarters of a state before a round, and sends those of the state after it."""
    taken, sent = ([spoken.on(bus, sign) for bus in KECCAK.buses] for sign in (-1, +1))
    rounds = {message[1] for messages in taken for message in messages}
    if any(spoken.on(bus, +1) for bus in KECCAK.lookups):
        yield "the row answers what others look up"
    if any(len(messages) != 1 for messages in (*taken, *sent)) or len(rounds) != 1:
        yield f"the row takes {[len(m) for m in taken]} quarters of states of rounds {sorted(rounds)}"
        return
    (number,) = rounds
    before = _bytes_of(taken)
    if before is None:
        yield "the row takes a byte that no row leaves"
        return
    lanes = lanes_of_bytes(before)
    after = after_theta(theta(state_of([z3.BitVecVal(lane, LANE_BITS) for lane in lanes])), number)
    expected = [z3.simplify(lane).as_long() for lane in lanes_of(after)]
    left = _bytes_of(sent)
    if {message[1] for (message,) in sent} != {number + 1}:
        yield f"the row of round {number} does not leave before the next one"
    if left is None or lanes_of_bytes(left) != expected:
        yield f"the state after round {number} is another"


def _bytes_of(quarters: Sequence[Sequence[Message]]) -> list[int] | None:
    """The bytes of a state that is said in quarters; None if some are none."""
    parts = [part for (message,) in quarters for part in message[2:]]
    found = [byte for part in parts if (byte := byte_of(part)) is not None]
    return found if len(found) == len(parts) else None


def lanes_of_bytes(state: Sequence[int]) -> list[int]:
    """The lanes of 64 bits, each of eight bytes from the lowest one on."""
    return [int.from_bytes(state[i : i + 8], "little") for i in range(0, len(state), 8)]


def _numbers(limbs: Sequence[int]) -> list[int]:
    return [low + (high << LIMB_BITS) for low, high in zip(limbs[::2], limbs[1::2], strict=True)]
