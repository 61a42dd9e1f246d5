"""The executor in numba: memory as flat arrays, and compact events of what every instruction did."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimized.events import Events, empty_events
from optimized.guest_memory import GuestMemory
from optimized.instruction_loop import (
    HALTED,
    STATE_CLOCK,
    STATE_INSTRUCTIONS,
    STATE_MISALIGNED,
    STATE_PC,
    STATE_TOUCHED,
    run_instructions,
)
from optimized.predecoded import Predecoded, access_positions, predecode
from spec.air.machine import INSTRUCTION_CHIPS
from spec.isa.system import CALL_ARGUMENT_REGISTER
from spec.memory_map import SINK
from spec.program import Program
from spec.protocol.tokens import FIRST_CLOCK

UNLIMITED = 2**62


class ExecutionTooLongError(Exception):
    """More instructions than may be recorded."""


class TrapError(Exception):
    """The execution ended abnormally, at the program counter that the message names."""


@dataclass(frozen=True)
class Run:
    """An execution that halted."""

    exit_code: int
    instructions: int
    misaligned_accesses: int
    registers: NDArray[np.uint64]
    memory: GuestMemory


@dataclass(frozen=True)
class Recording:
    """An execution with its events and what it touched."""

    run: Run
    table: Predecoded
    events: Events
    clock_out: int
    register_clocks: NDArray[np.uint32]
    touched: NDArray[np.int64]
    """Doubleword addresses in the order in which they were first touched."""

    touched_values: NDArray[np.uint64]
    """What they held before."""


class _Machine:
    """The state of one execution, as the compiled loop wants it."""

    def __init__(self, program: Program, private_input: bytes) -> None:
        self.table = predecode(program)
        self.memory = GuestMemory(program, private_input)
        self.registers = np.zeros(SINK + 1, dtype=np.uint64)
        self.register_clocks = np.zeros(SINK + 1, dtype=np.uint32)
        self.state = np.zeros(5, dtype=np.int64)
        self.state[STATE_PC], self.state[STATE_CLOCK] = program.entry, FIRST_CLOCK
        self.advances = np.array([chip.accesses for chip in INSTRUCTION_CHIPS], dtype=np.int8)
        self.touched = np.zeros(0, dtype=np.uint32)
        self.touched_values = np.zeros(0, dtype=np.uint64)

    def run(self, events: Events | None = None) -> None:
        """Executes to the end, into the events if they are recorded. Raises TrapError."""
        table, memory = self.table, self.memory
        if events is not None:
            # An instruction touches two doublewords at most.
            self.touched = np.zeros(2 * len(events), dtype=np.uint32)
            self.touched_values = np.zeros(2 * len(events), dtype=np.uint64)
        room = empty_events(0) if events is None else events
        run: Any = run_instructions
        room = empty_events(0) if events is None else events
        status = run(
            table.first_pc,
            table.kind,
            table.operation,
            table.width_bytes,
            table.destination,
            table.source1,
            table.source2,
            table.immediate,
            table.chip,
            table.misaligned_chip,
            self.registers,
            memory.values,
            memory.pages,
            memory.region_starts,
            memory.region_ends,
            self.state,
            UNLIMITED if events is None else len(events),
            events is not None,
            access_positions(),
            self.advances,
            self.register_clocks,
            memory.clocks,
            self.touched,
            self.touched_values,
            *(getattr(room, field.name) for field in fields(room)),
        )
        if status != HALTED:
            pc, instructions = int(self.state[STATE_PC]) % 2**64, int(self.state[STATE_INSTRUCTIONS])
            raise TrapError(f"the execution ended abnormally at pc {pc:#x}, after {instructions} instructions")

    def result(self) -> Run:
        """The execution after its end."""
        return Run(
            int(self.registers[CALL_ARGUMENT_REGISTER]),
            int(self.state[STATE_INSTRUCTIONS]),
            int(self.state[STATE_MISALIGNED]),
            self.registers,
            self.memory,
        )


def execute(program: Program, private_input: bytes = b"") -> Run:
    """Runs the program to its end. Raises TrapError, InputTooLongError, CodeTooLargeError."""
    machine = _Machine(program, private_input)
    machine.run()
    return machine.result()


def record(program: Program, private_input: bytes, maximum_instructions: int) -> Recording:
    """Runs the program and records it: once to count its instructions, once to write them down.

    Raises TrapError, InputTooLongError, CodeTooLargeError, ExecutionTooLongError.
    """
    instructions = execute(program, private_input).instructions
    if instructions > maximum_instructions:
        raise ExecutionTooLongError(f"{instructions} instructions, at most {maximum_instructions} are recorded")
    machine = _Machine(program, private_input)
    events = empty_events(instructions)
    machine.run(events)
    count = int(machine.state[STATE_TOUCHED])
    return Recording(
        run=machine.result(),
        table=machine.table,
        events=events,
        clock_out=int(machine.state[STATE_CLOCK]),
        register_clocks=machine.register_clocks,
        touched=machine.touched[:count].astype(np.int64),
        touched_values=machine.touched_values[:count].copy(),
    )
