"""Executing one planned segment again, from its own cells alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimized.execution.calls import FIRST_CALL_CHIP, CallEvents, empty_call_events
from optimized.execution.events import Events, empty_events, first_positions
from optimized.execution.executor import UNLIMITED, Machine
from optimized.execution.guest_memory import DOUBLEWORDS, Doublewords, zeros
from optimized.execution.loop_state import (
    ADVISING,
    FULL,
    HALTED,
    RUNNING,
    STATE_ADVICE,
    STATE_BOUNDARY_ROOM,
    STATE_BOUNDARY_ROWS,
    STATE_CLOCK,
)
from optimized.execution.predecoded import Predecoded
from optimized.trace.plan import FIRST_REGISTER_KEY, SegmentPlan
from spec.isa.encoding import INSTRUCTION_BYTES
from spec.memory_map import ADDRESS_BITS, REGISTER_FILE_SIZE
from spec.rv64im.machine import CLOCK_LIMIT

END_KEY = FIRST_REGISTER_KEY + REGISTER_FILE_SIZE
"""Above all keys of memory and registers."""


class PlanMismatchError(Exception):
    """A segment whose execution is not the planned one: the plan belongs to another program or is damaged."""


def executed_events(code: Predecoded, mapped: Doublewords, plan: SegmentPlan) -> tuple[Events, CallEvents]:
    """What each instruction and each call of the segment does. `mapped` says which doublewords belong to a region.

    Raises PlanMismatchError if the execution is not the planned one.
    """
    misplaced = plan.pc_in % INSTRUCTION_BYTES or plan.pc_in >> ADDRESS_BITS
    if misplaced or sum(plan.rows) >= CLOCK_LIMIT or (plan.cells.key >= END_KEY).any():
        raise PlanMismatchError(f"segment {plan.index} cannot be executed as planned")
    cells, registers = plan.cells, np.searchsorted(plan.cells.key, FIRST_REGISTER_KEY)
    addresses, numbers = cells.key[:registers], cells.key[registers:] - np.uint32(FIRST_REGISTER_KEY)
    values: NDArray[np.uint64] = zeros(DOUBLEWORDS, np.uint64)
    clocks: NDArray[np.uint32] = zeros(DOUBLEWORDS, np.uint32)
    machine = Machine.at(plan.pc_in, code, mapped._replace(values=values, clocks=clocks))
    values[addresses] = cells.value_in[:registers]
    machine.registers[numbers] = cells.value_in[registers:]
    first = first_positions(plan.rows)
    machine.account.first_events[:] = first[:-1]
    machine.account.room[:] = plan.rows
    machine.advice, machine.known_advice = plan.advice, len(plan.advice)
    machine.state[STATE_BOUNDARY_ROOM] = UNLIMITED
    events, call_events = empty_events(first[-1]), empty_call_events(sum(plan.rows[FIRST_CALL_CHIP:]))
    status = machine.record(len(events.word), events, call_events)
    clock = int(machine.state[STATE_CLOCK])
    if status == ADVISING:
        raise PlanMismatchError(f"segment {plan.index} takes more advice than planned")
    if status == FULL or (tuple(machine.account.rows.tolist()), clock) != (plan.rows, plan.clock_out):
        raise PlanMismatchError(
            f"segment {plan.index} executes {machine.instructions} instructions up to clock {clock}"
        )
    if machine.state[STATE_ADVICE] != len(plan.advice):
        raise PlanMismatchError(f"segment {plan.index} takes less advice than planned")
    if (status, machine.pc) != (RUNNING, plan.pc_out) and (status, plan.pc_out) != (HALTED, None):
        raise PlanMismatchError(f"segment {plan.index} does not end where planned")
    ends = np.concatenate([values[addresses], machine.registers[numbers]])
    last_clocks = np.concatenate([clocks[addresses], machine.account.register_clocks[numbers]])
    # With as many addresses touched as planned, and all planned ones among them, there are no others.
    if (
        machine.state[STATE_BOUNDARY_ROWS] != len(cells.key)
        or not last_clocks.all()
        or not np.array_equal(last_clocks, cells.last_clock)
        or not np.array_equal(ends, cells.value_out)
    ):
        raise PlanMismatchError(f"segment {plan.index} does not touch memory as planned")
    return events, call_events
