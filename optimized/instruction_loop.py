"""The compiled loop that executes instructions, and writes down what each of them did."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.guest_memory import PAGE_DOUBLEWORDS_LOG2
from optimized.operations import Word, operate
from optimized.predecoded import Condition, Kind
from spec.isa.system import CALL_NUMBER_REGISTER, HALT_CALL

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

RUNNING, HALTED, TRAPPED = 0, 1, 2
PAGE_MAPPED = 1
PAGE_UNMAPPED = 0

STATE_PC, STATE_CLOCK, STATE_INSTRUCTIONS, STATE_MISALIGNED, STATE_TOUCHED = range(5)

U64, I64 = np.uint64, np.int64


@compiled
def _is_mapped(position: int, pages: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> bool:
    page = pages[position >> PAGE_DOUBLEWORDS_LOG2]
    if page == PAGE_MAPPED:
        return True
    if page == PAGE_UNMAPPED:
        return False
    # numba compiles no generators.
    for i in range(len(starts)):  # noqa: SIM110
        if starts[i] <= position < ends[i]:
            return True
    return False


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
    first_pc: int,
    kinds: NDArray[np.int8],
    operations: NDArray[np.int8],
    widths: NDArray[np.int8],
    destinations: NDArray[np.uint8],
    sources1: NDArray[np.uint8],
    sources2: NDArray[np.uint8],
    immediates: NDArray[np.uint64],
    chips: NDArray[np.int8],
    misaligned_chips: NDArray[np.int8],
    registers: NDArray[np.uint64],
    values: NDArray[np.uint64],
    pages: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    state: NDArray[np.int64],
    limit: int,
    recording: bool,
    positions: NDArray[np.int8],
    advances: NDArray[np.int8],
    register_clocks: NDArray[np.uint32],
    clocks: NDArray[np.uint32],
    touched: NDArray[np.uint32],
    touched_values: NDArray[np.uint64],
    event_word: NDArray[np.uint32],
    event_chip: NDArray[np.int8],
    event_clock: NDArray[np.uint32],
    event_left: NDArray[np.uint64],
    event_right: NDArray[np.uint64],
    event_before: NDArray[np.uint64],
    event_result: NDArray[np.uint64],
    event_low_before: NDArray[np.uint64],
    event_low_after: NDArray[np.uint64],
    event_high_before: NDArray[np.uint64],
    event_high_after: NDArray[np.uint64],
    event_source1_previous: NDArray[np.uint32],
    event_source2_previous: NDArray[np.uint32],
    event_memory_previous: NDArray[np.uint32],
    event_memory_next_previous: NDArray[np.uint32],
    event_destination_previous: NDArray[np.uint32],
) -> int:
    """Executes up to `limit` instructions; says whether the program still runs, has halted or trapped.

    `state` is program counter, clock, executed instructions, misaligned accesses and touched doublewords.
    """
    pc, clock, touched_count = state[STATE_PC], state[STATE_CLOCK], state[STATE_TOUCHED]
    status = RUNNING
    event = 0
    while event < limit:
        word = (pc - first_pc) >> 2
        if pc < first_pc or word >= len(kinds):
            status = TRAPPED
            break
        kind = kinds[word]
        rd = destinations[word]
        left, right = registers[sources1[word]], registers[sources2[word]]
        next_pc = pc + 4
        before = registers[rd]
        result = before
        writes = True
        chip = chips[word]
        position: Word = 0
        low_before: Word = U64(0)
        low_after: Word = U64(0)
        high_before: Word = U64(0)
        high_after: Word = U64(0)
        crosses: Word = False
        accesses_memory = False
        if kind == WITH_IMMEDIATE:
            result = operate(operations[word], left, immediates[word])
        elif kind == WITH_REGISTER:
            result = operate(operations[word], left, right)
        elif kind in (LOAD, STORE):  # a chain of comparisons becomes a jump table
            address = left + immediates[word]
            signed = widths[word] < 0
            width = abs(I64(widths[word]))
            if address > U64(2**32) - U64(width):
                status = TRAPPED
                break
            position = I64(address >> U64(3))
            offset = I64(address & U64(7))
            crosses = offset + width > 8
            if not _is_mapped(position, pages, starts, ends) or (
                crosses and not _is_mapped(position + 1, pages, starts, ends)
            ):
                status = TRAPPED
                break
            accesses_memory = True
            if offset % width != 0:
                state[STATE_MISALIGNED] += 1
                chip = misaligned_chips[word]
            low_before = low_after = values[position]
            if crosses:
                high_before = high_after = values[position + 1]
            shift = U64(8 * offset)
            if kind == LOAD:
                both = low_before >> shift
                if crosses:
                    both |= high_before << (U64(64) - shift)
                result = _extended(both, 8 * width, signed)
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
            if _taken(operations[word], left, right):
                target = immediates[word]
                if target & U64(3):
                    status = TRAPPED
                    break
                next_pc = I64(target)
        elif kind == CONSTANT:
            result = immediates[word]
        elif kind in (JUMP, JUMP_HERE):
            target = immediates[word] if kind == JUMP_HERE else (left + immediates[word]) & ~U64(1)
            if target & U64(3):
                status = TRAPPED
                break
            result = U64(pc + 4)
            next_pc = I64(target)
        elif kind == FENCE:
            result = U64(0)
        elif kind == CALL:
            writes = False
            if registers[CALL_NUMBER_REGISTER] != U64(HALT_CALL):
                status = TRAPPED
                break
            status = HALTED
        else:
            status = TRAPPED
            break
        if recording:
            event_word[event] = word
            event_chip[event] = chip
            event_clock[event] = clock
            event_left[event] = left
            event_right[event] = right
            if positions[chip, 0] >= 0:
                source = sources1[word]
                event_source1_previous[event] = register_clocks[source]
                register_clocks[source] = clock + positions[chip, 0]
            if positions[chip, 1] >= 0:
                source = sources2[word]
                event_source2_previous[event] = register_clocks[source]
                register_clocks[source] = clock + positions[chip, 1]
            if accesses_memory:
                # The touched doubleword's value before a store is the one that was read.
                if clocks[position] == 0:
                    touched[touched_count] = position
                    touched_values[touched_count] = low_before
                    touched_count += 1
                event_memory_previous[event] = clocks[position]
                clocks[position] = clock + positions[chip, 2]
                if crosses:
                    if clocks[position + 1] == 0:
                        touched[touched_count] = position + 1
                        touched_values[touched_count] = high_before
                        touched_count += 1
                    event_memory_next_previous[event] = clocks[position + 1]
                    clocks[position + 1] = clock + positions[chip, 3]
            event_low_before[event] = low_before
            event_low_after[event] = low_after
            event_high_before[event] = high_before
            event_high_after[event] = high_after
            if positions[chip, 4] >= 0:
                event_before[event] = before
                event_result[event] = result
                event_destination_previous[event] = register_clocks[rd]
                register_clocks[rd] = clock + positions[chip, 4]
            clock += advances[chip]
        if writes:
            registers[rd] = result
        event += 1
        if status == HALTED:
            break
        pc = next_pc
    state[STATE_PC], state[STATE_CLOCK], state[STATE_TOUCHED] = pc, clock, touched_count
    state[STATE_INSTRUCTIONS] += event
    return status
