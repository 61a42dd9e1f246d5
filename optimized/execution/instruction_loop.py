"""The compiled loop that executes instructions: alone, counting what a segment takes, or recording what each did."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.execution.account import (
    COUNTING,
    EXECUTING,
    FULL,
    HALTED,
    RECORDING,
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
from optimized.execution.calls import CallEvents, CallTable, make_call
from optimized.execution.events import Events
from optimized.execution.guest_memory import Doublewords, is_mapped
from optimized.execution.operations import Word, operate
from optimized.execution.predecoded import Condition, Kind, Predecoded
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
    mode: int,
    limit: int,
    code: Predecoded,
    registers: NDArray[np.uint64],
    memory: Doublewords,
    state: NDArray[np.int64],
    misaligned: NDArray[np.int64],
    account: SegmentAccount,
    events: Events,
    calls: CallTable,
    call_events: CallEvents,
    advice: NDArray[np.uint64],
) -> int:
    """Executes up to `limit` instructions; says how it ended. `misaligned` counts misaligned accesses by word; `advice`
    holds what the host has answered so far."""
    positions, rows, room, register_clocks = account.positions, account.rows, account.room, account.register_clocks
    values, clocks = memory.values, memory.clocks
    pc, clock, touched = state[STATE_PC], state[STATE_CLOCK], state[STATE_TOUCHED]
    boundary_rows, boundary_room = state[STATE_BOUNDARY_ROWS], state[STATE_BOUNDARY_ROOM]
    status = RUNNING
    executed = 0
    while executed < limit:
        word = (pc - code.first_pc) >> 2
        if pc < code.first_pc or word >= len(code.kind):
            status = TRAPPED
            break
        kind = code.kind[word]
        if kind == CALL and registers[CALL_NUMBER_REGISTER] != U64(HALT_CALL):
            state[STATE_CLOCK], state[STATE_TOUCHED], state[STATE_BOUNDARY_ROWS] = clock, touched, boundary_rows
            status = make_call(mode, word, pc, registers, memory, state, account, events, calls, call_events, advice)
            clock, touched, boundary_rows = state[STATE_CLOCK], state[STATE_TOUCHED], state[STATE_BOUNDARY_ROWS]
            if status != RUNNING:
                break
            executed += 1
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
            if offset % width != 0:
                chip = code.misaligned_chip[word]
        # As if every access touched a further address. What has no chip traps below.
        has_room = chip < 0 or (rows[chip] < room[chip] and boundary_rows + account.advances[chip] <= boundary_room)
        if mode != EXECUTING and not has_room:
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
        if mode != EXECUTING:
            event = account.first_events[chip] + rows[chip]
            rows[chip] += 1
            at_source1, at_source2, at_destination = positions[chip, 0], positions[chip, 1], positions[chip, 4]
            if at_source1 >= 0:
                source = code.source1[word]
                previous = register_clocks[source]
                boundary_rows += previous == 0
                register_clocks[source] = clock + at_source1
                if mode == RECORDING:
                    events.source1_previous[event] = previous
            if at_source2 >= 0:
                source = code.source2[word]
                previous = register_clocks[source]
                boundary_rows += previous == 0
                register_clocks[source] = clock + at_source2
                if mode == RECORDING:
                    events.source2_previous[event] = previous
            if accesses_memory:
                previous = clocks[position]
                clocks[position] = clock + positions[chip, 2]
                if previous == 0:
                    boundary_rows += 1
                    if mode == COUNTING:
                        account.touched[touched] = position
                        account.touched_values[touched] = low_before
                    touched += 1
                next_previous = previous
                if crosses:
                    next_previous = clocks[position + 1]
                    clocks[position + 1] = clock + positions[chip, 3]
                    if next_previous == 0:
                        boundary_rows += 1
                        if mode == COUNTING:
                            account.touched[touched] = position + 1
                            account.touched_values[touched] = high_before
                        touched += 1
                if mode == RECORDING:
                    events.memory_previous[event] = previous
                    events.low_before[event] = low_before
                    events.low_after[event] = low_after
                    if crosses:
                        events.memory_next_previous[event] = next_previous
                        events.high_before[event] = high_before
                        events.high_after[event] = high_after
            if at_destination >= 0:
                previous = register_clocks[rd]
                boundary_rows += previous == 0
                register_clocks[rd] = clock + at_destination
                if mode == RECORDING:
                    events.destination_previous[event] = previous
                    events.before[event] = before
                    events.result[event] = result
            if mode == RECORDING:
                events.word[event] = word
                events.next_pc[event] = HALTED_PC if status == HALTED else next_pc >> 2
                events.clock[event] = clock
                events.left[event] = left
                events.right[event] = right
            clock += account.advances[chip]
        if writes:
            registers[rd] = result
        executed += 1
        if status == HALTED:
            break
        pc = next_pc
    state[STATE_PC], state[STATE_CLOCK], state[STATE_TOUCHED] = pc, clock, touched
    state[STATE_BOUNDARY_ROWS] = boundary_rows
    state[STATE_INSTRUCTIONS] += executed
    return status
