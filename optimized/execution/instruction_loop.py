"""The compiled loop that executes instructions, and what may watch it.

Each watcher may be None: numba then leaves its code out, so that whoever only executes pays for nothing else. Arrays
that the loop uses often are its local variables, as numba counts references to the members of a tuple each time. So the
steps of an instruction are `borrowing` functions, which count none.

Plain twins: `reference.executor.machine`; of the watchers `reference.executor.console`, `reference.executor.profiling`,
`reference.trace.segmentation` (account) and `reference.trace.clock` (events).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.execution.accounting import DESTINATION, Operands, has_room, note_accesses, note_new_doublewords
from optimized.execution.call_counts import CallCounts, count_instruction
from optimized.execution.calls import CallEvents, CallTable, make_call
from optimized.execution.console import Console, show
from optimized.execution.events import Events, record_event
from optimized.execution.guest_memory import Doublewords
from optimized.execution.instruction import execute
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
from optimized.execution.memory_access import is_accessible, located, mark_touched, no_access
from optimized.execution.predecoded import InstructionKind, Predecoded
from spec.isa.encoding import INSTRUCTION_BYTES
from spec.isa.system import CALL_NUMBER_REGISTER, HALT_CALL

U64, I64 = np.uint64, np.int64


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
    count = state[STATE_TOUCHED]
    pc, clock = state[STATE_PC], state[STATE_CLOCK]
    boundary_rows, boundary_room = state[STATE_BOUNDARY_ROWS], state[STATE_BOUNDARY_ROOM]
    status = RUNNING
    executed = 0
    while executed < limit:
        # 1. The word of the code, and what the guest shows there.
        word = (pc - code.first_pc) >> 2
        if pc < code.first_pc or word >= len(code.kind):
            status = TRAPPED
            break
        if console is not None:
            mark = console.marks[word]
            if mark and not show(console, mark, registers, memory):
                status = FULL
                break

        # 2. A call that does not halt is executed elsewhere.
        kind = code.kind[word]
        if kind == InstructionKind.CALL and registers[CALL_NUMBER_REGISTER] != U64(HALT_CALL):
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
            pc += INSTRUCTION_BYTES
            if calls is not None:
                count_instruction(calls, word, pc)
            continue

        # 3. Its operands, and where in memory it reaches.
        rd, immediate = code.destination[word], code.immediate[word]
        operands = Operands(registers[code.source1[word]], registers[code.source2[word]], registers[rd])
        chip, at = code.chip[word], no_access()
        accesses_memory = kind in (InstructionKind.LOAD, InstructionKind.STORE)
        if accesses_memory:
            at = located(operands.left + immediate, abs(I64(code.width_bytes[word])))
            if not is_accessible(at, memory):
                status = TRAPPED
                break
            if touched is not None:
                mark_touched(touched, at)
            if at.is_misaligned:
                chip = code.misaligned_chip[word]

        # 4. Room in the segment. What has no chip traps below.
        if account is not None and chip >= 0 and not has_room(account, chip, boundary_rows, boundary_room):
            state[STATE_CHIP] = chip
            status = FULL
            break

        # 5. What it does.
        extends_sign = code.width_bytes[word] < 0
        effect = execute(kind, code.operation[word], pc, operands, immediate, values, at, extends_sign)
        status = effect.status
        if status == TRAPPED:
            break
        if at.is_misaligned:
            misaligned[word] += 1

        # 6. Its row, its accesses, and what is recorded of it.
        if account is not None:
            account.rows[chip] += 1
            previous, new = note_accesses(account, clocks, code, word, chip, clock, accesses_memory, at)
            boundary_rows += new
            if events is not None:
                event = account.first_events[chip] + account.rows[chip] - 1
                events.word[event], events.clock[event] = word, clock
                has_destination = account.positions[chip, DESTINATION] >= 0
                record_event(events, event, operands, effect, previous, has_destination, accesses_memory, at.crosses)
            elif accesses_memory:
                count = note_new_doublewords(account, count, at, previous, effect.contents)
            clock += account.advances[chip]

        # 7. The destination, and the next instruction.
        if effect.writes:
            registers[rd] = effect.result
        executed += 1
        if calls is not None:
            count_instruction(calls, word, effect.next_pc)
        if status == HALTED:
            break
        pc = effect.next_pc
    state[STATE_PC], state[STATE_CLOCK], state[STATE_BOUNDARY_ROWS] = pc, clock, boundary_rows
    state[STATE_TOUCHED] = count
    state[STATE_INSTRUCTIONS] += executed
    return status
