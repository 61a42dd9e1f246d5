"""Calls of accelerators in compiled code: what they compute, their accesses, and what is recorded of them.

The twin of `reference.executor.machine` and of the calls in `reference.trace.clock`.
"""

from __future__ import annotations

from enum import IntEnum, unique
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.execution.accounting import access, note_touched
from optimized.execution.events import Events
from optimized.execution.guest_memory import Doublewords, is_mapped
from optimized.execution.keccak import permute
from optimized.execution.loop_state import (
    ADVISING,
    FULL,
    RUNNING,
    STATE_ADVICE,
    STATE_BOUNDARY_ROOM,
    STATE_BOUNDARY_ROWS,
    STATE_CHIP,
    STATE_CLOCK,
    STATE_TOUCHED,
    TRAPPED,
    SegmentAccount,
)
from optimized.execution.modular import multiply_add_divide
from optimized.execution.sha256 import compress
from spec.isa.calls import CALLS
from spec.isa.system import CALL_NUMBER_REGISTER
from spec.rv64im.machine import INSTRUCTION_CHIPS

MOST_OPERANDS = max(len(call.operands) for call in CALLS)
MOST_DOUBLEWORDS = max(call.doublewords for call in CALLS)
FIRST_CALL_CHIP = len(INSTRUCTION_CHIPS) - len(CALLS)
"""The number of the first call's chip among the instruction chips: those of calls are the last, in their order."""

NO_CALL = -1
NO_REGISTER = -1
"""In place of a place or a register where there is none."""

U64, I64 = np.uint64, np.int64


@unique
class CallNumber(IntEnum):
    """The numbers in a7, as compiled code compares them."""

    KECCAK_F = 256
    SHA256_COMPRESS = 257
    MULTIPLY_ADD_MODULO_256 = 258
    MULTIPLY_ADD_MODULO_384 = 259
    ADVICE = 260


class CallTable(NamedTuple):
    """Every call by its place in CALLS."""

    numbers: NDArray[np.uint64]
    operands: NDArray[np.int64]
    """How many."""

    registers: NDArray[np.int64]
    """(calls, operands): those that hold the pointers."""

    doublewords: NDArray[np.int64]
    """(calls, operands): the size of each."""

    result_registers: NDArray[np.int64]
    """Where the host's word goes; NO_REGISTER for calls that ask for none."""


class CallEvents(NamedTuple):
    """What each call did, in the order of `Events` from the first call's chip on."""

    pointers: NDArray[np.uint64]
    """(count, operands)."""

    registers_previous: NDArray[np.uint32]
    """(count, 1 + operands): the clocks of the previous accesses to a7 and to the pointers."""

    before: NDArray[np.uint64]
    """(count, doublewords)."""

    after: NDArray[np.uint64]
    memory_previous: NDArray[np.uint32]

    def between(self, start: int, stop: int) -> CallEvents:
        """The calls at these positions."""
        return CallEvents._make(array[start:stop] for array in self)


def empty_call_events(count: int) -> CallEvents:
    """Room for so many calls."""
    return CallEvents(
        pointers=np.zeros((count, MOST_OPERANDS), dtype=np.uint64),
        registers_previous=np.zeros((count, 1 + MOST_OPERANDS), dtype=np.uint32),
        before=np.zeros((count, MOST_DOUBLEWORDS), dtype=np.uint64),
        after=np.zeros((count, MOST_DOUBLEWORDS), dtype=np.uint64),
        memory_previous=np.zeros((count, MOST_DOUBLEWORDS), dtype=np.uint32),
    )


@cache
def call_table() -> CallTable:
    """All calls of the machine. Raises ValueError if compiled code has other numbers, or the chips another order."""
    if {call.name.upper(): call.number for call in CALLS} != {of.name: of.value for of in CallNumber}:
        raise ValueError("the calls of compiled code are not those of the machine")
    if [call.name for call in CALLS] != [chip.name for chip in INSTRUCTION_CHIPS[FIRST_CALL_CHIP:]]:
        raise ValueError("the chips of calls are not the last, in the order of the calls")
    registers = np.zeros((len(CALLS), MOST_OPERANDS), dtype=np.int64)
    doublewords = np.zeros((len(CALLS), MOST_OPERANDS), dtype=np.int64)
    for place, call in enumerate(CALLS):
        registers[place, : len(call.operands)] = [operand.register for operand in call.operands]
        doublewords[place, : len(call.operands)] = [operand.doublewords for operand in call.operands]
    numbers = np.array([call.number for call in CALLS], dtype=np.uint64)
    operands = np.array([len(call.operands) for call in CALLS], dtype=np.int64)
    results = [NO_REGISTER if call.result_register is None else call.result_register for call in CALLS]
    return CallTable(numbers, operands, registers, doublewords, np.array(results, dtype=np.int64))


@compiled
def called(number: np.uint64, calls: CallTable) -> int:
    """The place of the call with this number; NO_CALL if there is none."""
    for place in range(len(calls.numbers)):
        if calls.numbers[place] == number:
            return place
    return NO_CALL


@compiled
def take_operands(
    place: int,
    calls: CallTable,
    registers: NDArray[np.uint64],
    memory: Doublewords,
    positions: NDArray[np.int64],
    contents: NDArray[np.uint64],
) -> int:
    """Finds the doublewords of a call and what they hold; how many, or -1 if it cannot have these operands."""
    count = 0
    for operand in range(calls.operands[place]):
        pointer = registers[calls.registers[place, operand]]
        if pointer & U64(7) or pointer >= U64(2**32):
            return -1
        for i in range(calls.doublewords[place, operand]):
            position = I64(pointer >> U64(3)) + i
            if position >= len(memory.values) or not is_mapped(position, memory):
                return -1
            positions[count] = position
            contents[count] = memory.values[position]
            count += 1
    return count


@compiled
def results_of(number: np.uint64, contents: NDArray[np.uint64], results: NDArray[np.uint64]) -> bool:
    """What the doublewords of a call hold afterwards; False if the call cannot complete."""
    results[:] = contents
    if number == U64(CallNumber.KECCAK_F):
        permute(results)
    elif number == U64(CallNumber.SHA256_COMPRESS):
        compress(contents, results[8:12])
    elif number == U64(CallNumber.MULTIPLY_ADD_MODULO_256) or number == U64(CallNumber.MULTIPLY_ADD_MODULO_384):
        size = len(contents) // 5
        quotient = np.empty(size, dtype=U64)
        return bool(multiply_add_divide(contents, size, quotient, results[4 * size :]))
    return True


@compiled
def _account(
    place: int,
    calls: CallTable,
    registers: NDArray[np.uint64],
    memory: Doublewords,
    state: NDArray[np.int64],
    account: SegmentAccount,
    positions: NDArray[np.int64],
    contents: NDArray[np.uint64],
    results: NDArray[np.uint64],
    word_of_host: np.uint64,
    events: Events | None,
    call_events: CallEvents | None,
) -> None:
    """Gives all accesses of a call their clocks, counts what the segment touches for the first time, and records both.

    `word_of_host` goes to the result register of a call that has one.
    """
    chip = FIRST_CALL_CHIP + place
    event = account.first_events[chip] + account.rows[chip]
    row = event - account.first_events[FIRST_CALL_CHIP]
    account.rows[chip] += 1
    now, operands = state[STATE_CLOCK], calls.operands[place]
    for i in range(1 + operands):
        register = CALL_NUMBER_REGISTER if i == 0 else calls.registers[place, i - 1]
        previous = access(account.register_clocks, register, now + i)
        state[STATE_BOUNDARY_ROWS] += previous == 0
        if call_events is not None:
            call_events.registers_previous[row, i] = previous
            if i > 0:
                call_events.pointers[row, i - 1] = registers[register]
    for i in range(len(positions)):
        previous = access(memory.clocks, positions[i], now + 1 + operands + i)
        if previous == 0:
            state[STATE_BOUNDARY_ROWS] += 1
            if call_events is None:
                state[STATE_TOUCHED] = note_touched(
                    account.touched, account.touched_values, state[STATE_TOUCHED], positions[i], contents[i]
                )
        if call_events is not None:
            call_events.memory_previous[row, i] = previous
            call_events.before[row, i] = contents[i]
            call_events.after[row, i] = results[i]
    register = calls.result_registers[place]
    if register != NO_REGISTER:
        previous = access(account.register_clocks, register, now + 1 + operands + len(positions))
        state[STATE_BOUNDARY_ROWS] += previous == 0
        if events is not None:
            events.destination_previous[event] = previous
            events.before[event], events.result[event] = registers[register], word_of_host
    state[STATE_CLOCK] += account.advances[chip]


@compiled
def make_call(
    word: int,
    pc: int,
    registers: NDArray[np.uint64],
    memory: Doublewords,
    state: NDArray[np.int64],
    accelerated: NDArray[np.int64],
    touched: NDArray[np.bool_] | None,
    account: SegmentAccount | None,
    events: Events | None,
    calls: CallTable,
    call_events: CallEvents | None,
    advice: NDArray[np.uint64],
) -> int:
    """Executes an ecall that does not halt, unless it has no room, no answer or cannot complete; says how it ended.

    `accelerated` counts calls by place and word; `advice` holds what the host has answered so far.
    """
    place = called(registers[CALL_NUMBER_REGISTER], calls)
    if place == NO_CALL:
        return TRAPPED
    chip = FIRST_CALL_CHIP + place
    room = np.empty(MOST_DOUBLEWORDS, dtype=I64)
    held, left = np.empty(MOST_DOUBLEWORDS, dtype=U64), np.empty(MOST_DOUBLEWORDS, dtype=U64)
    count = take_operands(place, calls, registers, memory, room, held)
    if count < 0:
        return TRAPPED
    positions, contents, results = room[:count], held[:count], left[:count]
    if not results_of(calls.numbers[place], contents, results):
        return TRAPPED
    if account is not None:
        boundary_end = state[STATE_BOUNDARY_ROWS] + account.advances[chip]
        if account.rows[chip] >= account.room[chip] or boundary_end > state[STATE_BOUNDARY_ROOM]:
            state[STATE_CHIP] = chip
            return FULL
    register = calls.result_registers[place]
    word_of_host = U64(0)
    if register != NO_REGISTER:
        if state[STATE_ADVICE] == len(advice):
            return ADVISING
        word_of_host = advice[state[STATE_ADVICE]]
        state[STATE_ADVICE] += 1
    if account is not None:
        if events is not None:
            event = account.first_events[chip] + account.rows[chip]
            events.word[event], events.next_pc[event] = word, (pc + 4) >> 2
            events.clock[event] = state[STATE_CLOCK]
        _account(
            place,
            calls,
            registers,
            memory,
            state,
            account,
            positions,
            contents,
            results,
            word_of_host,
            events,
            call_events,
        )
    for i in range(count):
        # Of a doubleword that is read and written, what is written comes last.
        memory.values[positions[i]] = results[i]
        if touched is not None:
            touched[positions[i]] = True
    if register != NO_REGISTER:
        registers[register] = word_of_host
    accelerated[place, word] += 1
    return RUNNING
