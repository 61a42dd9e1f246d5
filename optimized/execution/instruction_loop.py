"""The compiled loop that executes instructions, and what may watch it.

Each watcher may be None: numba then leaves its code out, so that whoever only executes pays for nothing else. Arrays
that the loop uses often are its local variables, as numba counts references to the members of a tuple each time.

Plain twins: `reference.executor.machine`; of the watchers `reference.executor.console`, `reference.executor.profiling`,
`reference.trace.segmentation` (account) and `reference.trace.clock` (events).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.execution.accounting import access, note_touched
from optimized.execution.call_counts import PLAIN, CallCounts, count_at, follow
from optimized.execution.calls import CallEvents, CallTable, make_call
from optimized.execution.console import Console, show
from optimized.execution.events import Events
from optimized.execution.guest_memory import Doublewords, is_mapped
from optimized.execution.loop_state import (
    FULL,
    HALTED,
    RUNNING,
    STATE_BOUNDARY_ROOM,
    STATE_BOUNDARY_ROWS,
    STATE_CHIP,
    STATE_CLOCK,
    STATE_INSTRUCTIONS,
    STATE_PC,
    STATE_TOUCHED,
    TRAPPED,
    SegmentAccount,
)
from optimized.execution.operations import Word, operate
from optimized.execution.predecoded import ACCESS_KINDS, Condition, Kind, Predecoded
from spec.isa.system import CALL_NUMBER_REGISTER, HALT_CALL
from spec.rv64im.program_row import HALTED as HALTED_PC

WITH_REGISTER = int(Kind.WITH_REGISTER)
WITH_IMMEDIATE = int(Kind.WITH_IMMEDIATE)
CONSTANT = int(Kind.CONSTANT)
LOAD = int(Kind.LOAD)
STORE = int(Kind.STORE)
BRANCH = int(Kind.BRANCH)
JUMP = int(Kind.JUMP)
JUMP_HERE = int(Kind.JUMP_HERE)
FENCE = int(Kind.FENCE)
CALL = int(Kind.CALL)
EQUAL = int(Condition.EQUAL)
NOT_EQUAL = int(Condition.NOT_EQUAL)
BELOW_SIGNED = int(Condition.BELOW_SIGNED)
NOT_BELOW_SIGNED = int(Condition.NOT_BELOW_SIGNED)
BELOW_UNSIGNED = int(Condition.BELOW_UNSIGNED)

SOURCE1 = ACCESS_KINDS["source1"]
SOURCE2 = ACCESS_KINDS["source2"]
MEMORY = ACCESS_KINDS["memory"]
MEMORY_NEXT = ACCESS_KINDS["memory_next"]
DESTINATION = ACCESS_KINDS["destination"]

NEVER = np.uint32(0)
"""The clock of an access that was not made in this segment."""

U64, I64 = np.uint64, np.int64


@compiled
def _taken(condition: int, left: Word, right: Word) -> Word:
    if condition == EQUAL:
        return left == right
    if condition == NOT_EQUAL:
        return left != right
    if condition == BELOW_SIGNED:
        return I64(left) < I64(right)
    if condition == NOT_BELOW_SIGNED:
        return I64(left) >= I64(right)
    if condition == BELOW_UNSIGNED:
        return left < right
    return left >= right


@compiled
def _extended(word: Word, bits: Word, signed: Word) -> Word:
    """The low bits of a word, extended."""
    shift = U64(64 - bits)
    return U64(I64(word << shift) >> I64(shift)) if signed else (word << shift) >> shift


@compiled
def run_instructions(
    limit: int,
    code: Predecoded,
    registers: NDArray[np.uint64],
    memory: Doublewords,
    state: NDArray[np.int64],
    misaligned: NDArray[np.int64],
    touched: NDArray[np.bool_] | None,
    console: Console | None,
    calls: CallCounts | None,
    account: SegmentAccount | None,
    events: Events | None,
    accelerators: CallTable,
    accelerated: NDArray[np.int64],
    call_events: CallEvents | None,
    advice: NDArray[np.uint64],
) -> int:
    """Executes up to `limit` instructions; says how it ended. `misaligned` counts misaligned accesses by word.

    `touched` learns which doublewords are accessed, `console` what is shown, `calls` what is executed under which
    calls, `account` what a segment takes: with the addresses that it touches or, with `events`, all that was done; what
    calls of accelerators did is in `call_events` then. `accelerated` counts these calls by place and word; `advice`
    holds what the host has answered so far.
    """
    values, clocks = memory.values, memory.clocks
    if account is not None:
        positions, rows, room, register_clocks = account.positions, account.rows, account.room, account.register_clocks
        new_addresses, new_values = account.touched, account.touched_values
    if calls is not None:
        numbers, counts, moves = calls.numbers, calls.counts, calls.moves
    count = state[STATE_TOUCHED]
    pc, clock = state[STATE_PC], state[STATE_CLOCK]
    boundary_rows, boundary_room = state[STATE_BOUNDARY_ROWS], state[STATE_BOUNDARY_ROOM]
    status = RUNNING
    executed = 0
    while executed < limit:
        word = (pc - code.first_pc) >> 2
        if pc < code.first_pc or word >= len(code.kind):
            status = TRAPPED
            break
        if console is not None:
            mark = console.marks[word]
            if mark and not show(console, mark, registers, memory):
                status = FULL
                break
        kind = code.kind[word]
        if kind == CALL and registers[CALL_NUMBER_REGISTER] != U64(HALT_CALL):
            state[STATE_CLOCK], state[STATE_TOUCHED], state[STATE_BOUNDARY_ROWS] = clock, count, boundary_rows
            status = make_call(
                word,
                pc,
                registers,
                memory,
                state,
                accelerated,
                touched,
                account,
                events,
                accelerators,
                call_events,
                advice,
            )
            clock, count, boundary_rows = state[STATE_CLOCK], state[STATE_TOUCHED], state[STATE_BOUNDARY_ROWS]
            if status != RUNNING:
                break
            executed += 1
            if calls is not None:
                count_at(counts, numbers, word)
            pc += 4
            continue
        rd = code.destination[word]
        left, right = registers[code.source1[word]], registers[code.source2[word]]
        immediate = code.immediate[word]
        chip = code.chip[word]
        accesses_memory = kind in (LOAD, STORE)
        position: Word = 0
        offset: Word = 0
        width: Word = 0
        crosses: Word = False
        if accesses_memory:
            address = left + immediate
            width = abs(I64(code.width_bytes[word]))
            if address > U64(2**32) - U64(width):
                status = TRAPPED
                break
            position = I64(address >> U64(3))
            offset = I64(address & U64(7))
            crosses = offset + width > 8
            if not is_mapped(position, memory) or (crosses and not is_mapped(position + 1, memory)):
                status = TRAPPED
                break
            if touched is not None:
                touched[position] = True
                if crosses:
                    touched[position + 1] = True
            if offset % width != 0:
                chip = code.misaligned_chip[word]
        if account is not None:
            # As if every access touched a further address. What has no chip traps below.
            most_rows = boundary_rows + account.advances[chip]
            if chip >= 0 and (rows[chip] >= room[chip] or most_rows > boundary_room):
                state[STATE_CHIP] = chip
                status = FULL
                break
        next_pc = pc + 4
        before = registers[rd]
        result = before
        writes = True
        low_before: Word = U64(0)
        low_after: Word = U64(0)
        high_before: Word = U64(0)
        high_after: Word = U64(0)
        if kind == WITH_IMMEDIATE:
            result = operate(code.operation[word], left, immediate)
        elif kind == WITH_REGISTER:
            result = operate(code.operation[word], left, right)
        elif kind in (LOAD, STORE):  # a chain of comparisons becomes a jump table
            if offset % width != 0:
                misaligned[word] += 1
            low_before = low_after = values[position]
            if crosses:
                high_before = high_after = values[position + 1]
            shift = U64(8 * offset)
            if kind == LOAD:
                both = low_before >> shift
                if crosses:
                    both |= high_before << (U64(64) - shift)
                result = _extended(both, 8 * width, code.width_bytes[word] < 0)
            else:
                writes = False
                mask = _extended(U64(2**64 - 1), 8 * width, False)
                stored = right & mask
                low_after = (low_before & ~(mask << shift)) | (stored << shift)
                values[position] = low_after
                if crosses:
                    rest = U64(64) - shift
                    high_after = (high_before & ~(mask >> rest)) | (stored >> rest)
                    values[position + 1] = high_after
        elif kind == BRANCH:
            writes = False
            if _taken(code.operation[word], left, right):
                if immediate & U64(3):
                    status = TRAPPED
                    break
                next_pc = I64(immediate)
        elif kind == CONSTANT:
            result = immediate
        elif kind in (JUMP, JUMP_HERE):
            target = immediate if kind == JUMP_HERE else (left + immediate) & ~U64(1)
            if target & U64(3):
                status = TRAPPED
                break
            result = U64(pc + 4)
            next_pc = I64(target)
        elif kind == FENCE:
            result = U64(0)
        elif kind == CALL:
            writes = False
            status = HALTED
        else:
            status = TRAPPED
            break
        if account is not None:
            rows[chip] += 1
            source1_previous = source2_previous = memory_previous = next_previous = destination_previous = NEVER
            if positions[chip, SOURCE1] >= 0:
                source1_previous = access(register_clocks, code.source1[word], clock + positions[chip, SOURCE1])
                boundary_rows += source1_previous == NEVER
            if positions[chip, SOURCE2] >= 0:
                source2_previous = access(register_clocks, code.source2[word], clock + positions[chip, SOURCE2])
                boundary_rows += source2_previous == NEVER
            if accesses_memory:
                memory_previous = access(clocks, position, clock + positions[chip, MEMORY])
                if memory_previous == NEVER:
                    boundary_rows += 1
                    if events is None:
                        count = note_touched(new_addresses, new_values, count, position, low_before)
                if crosses:
                    next_previous = access(clocks, position + 1, clock + positions[chip, MEMORY_NEXT])
                    if next_previous == NEVER:
                        boundary_rows += 1
                        if events is None:
                            count = note_touched(new_addresses, new_values, count, position + 1, high_before)
            if positions[chip, DESTINATION] >= 0:
                destination_previous = access(register_clocks, rd, clock + positions[chip, DESTINATION])
                boundary_rows += destination_previous == NEVER
            if events is not None:
                event = account.first_events[chip] + rows[chip] - 1
                events.word[event] = word
                events.next_pc[event] = HALTED_PC if status == HALTED else next_pc >> 2
                events.clock[event] = clock
                events.left[event] = left
                events.right[event] = right
                events.source1_previous[event] = source1_previous
                events.source2_previous[event] = source2_previous
                if positions[chip, DESTINATION] >= 0:
                    events.destination_previous[event] = destination_previous
                    events.before[event] = before
                    events.result[event] = result
                if accesses_memory:
                    events.memory_previous[event] = memory_previous
                    events.low_before[event] = low_before
                    events.low_after[event] = low_after
                    if crosses:
                        events.memory_next_previous[event] = next_previous
                        events.high_before[event] = high_before
                        events.high_after[event] = high_after
            clock += account.advances[chip]
        if writes:
            registers[rd] = result
        executed += 1
        if calls is not None:
            count_at(counts, numbers, word)
            if moves[word] != PLAIN:
                follow(calls, word, next_pc)
        if status == HALTED:
            break
        pc = next_pc
    state[STATE_PC], state[STATE_CLOCK], state[STATE_BOUNDARY_ROWS] = pc, clock, boundary_rows
    state[STATE_TOUCHED] = count
    state[STATE_INSTRUCTIONS] += executed
    return status
