"""The executed calls of one chip, and the cells that all calls have in common."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from optimized.execution.calls import CallEvents
from optimized.execution.events import Events
from optimized.execution.predecoded import Predecoded
from optimized.trace.rows import Cells, Column, limb_array
from spec.air.chip import Chip
from spec.isa.calls import CALLS, Call
from spec.rv64im.buses import CLOCK_LOW_BITS

CALL_BY_NAME = {call.name: call for call in CALLS}


@dataclass(frozen=True)
class CallRows:
    """The calls of one chip in the order of execution."""

    chip: Chip
    events: Events
    calls: CallEvents
    table: Predecoded

    def between(self, start: int, stop: int) -> CallRows:
        """The calls at these positions."""
        return replace(self, events=self.events.between(start, stop), calls=self.calls.between(start, stop))

    @property
    def call(self) -> Call:
        return CALL_BY_NAME[self.chip.name]


def call_cells(rows: CallRows) -> Cells:
    """What every call's chip has: pc, clock, pointers, the tokens taken."""
    clock, calls = rows.events.clock, rows.calls
    cells: Cells = {
        "real": 1,
        "pc": rows.events.word.astype(np.uint64) + np.uint64(rows.table.first_pc // 4),
        "clock": clock,
    }
    operands = rows.call.operands
    for i, operand in enumerate(operands):
        limbs = limb_array("pointer", calls.pointers[:, i], 2)
        cells |= {f"{operand.name}_pointer_low": limbs["pointer_0"], f"{operand.name}_pointer_high": limbs["pointer_1"]}
    names = ["call_number", *(f"{operand.name}_pointer" for operand in operands)]
    previous = [calls.registers_previous[:, i] for i in range(len(names))]
    names += [f"{operand.name}_{i}" for operand in operands for i in range(operand.doublewords)]
    previous += [calls.memory_previous[:, i] for i in range(rows.call.doublewords)]
    if rows.call.result_register is not None:
        names.append("result")
        previous.append(rows.events.destination_previous)
    for position, (name, before) in enumerate(zip(names, previous, strict=True)):
        high: Column = clock + np.uint32(position) - before - np.uint32(1) >> np.uint32(CLOCK_LOW_BITS)
        cells |= {f"{name}_previous_clock": before, f"{name}_clock_high": high}
    return cells
