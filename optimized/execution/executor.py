"""The executor in numba: the state of an execution, and running it to its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimized.execution.account import (
    EXECUTING,
    HALTED,
    STATE_CLOCK,
    STATE_INSTRUCTIONS,
    STATE_PC,
    STATE_SIZE,
    SegmentAccount,
)
from optimized.execution.calls import NO_CALL_EVENTS, CallEvents, call_table
from optimized.execution.events import NO_EVENTS, Events
from optimized.execution.guest_memory import Doublewords, guest_memory
from optimized.execution.instruction_loop import run_instructions
from optimized.execution.predecoded import Predecoded, access_positions, predecode
from spec.isa.encoding import INSTRUCTION_BYTES
from spec.isa.system import CALL_ARGUMENT_REGISTER
from spec.memory_map import SINK
from spec.program import Program
from spec.protocol.shape import FIRST_CLOCK
from spec.rv64im.machine import INSTRUCTION_CHIPS

UNLIMITED = 2**62
REGISTER_FILE_SIZE = SINK + 1


class TrapError(Exception):
    """The execution ended abnormally, at the program counter that the message names."""


@dataclass
class Machine:
    """The state of one execution, as the compiled loop wants it."""

    code: Predecoded
    memory: Doublewords
    registers: NDArray[np.uint64]
    state: NDArray[np.int64]
    misaligned: NDArray[np.int64]
    """Misaligned loads and stores by word of the code."""

    account: SegmentAccount

    @staticmethod
    def at(pc: int, code: Predecoded, memory: Doublewords) -> Machine:
        """The machine in front of an instruction, with registers of zero, at the first clock of a segment."""
        state = np.zeros(STATE_SIZE, dtype=np.int64)
        state[STATE_PC], state[STATE_CLOCK] = pc, FIRST_CLOCK
        chips = len(INSTRUCTION_CHIPS)
        account = SegmentAccount(
            positions=access_positions(),
            advances=np.array([chip.accesses for chip in INSTRUCTION_CHIPS], dtype=np.int8),
            rows=np.zeros(chips, dtype=np.int64),
            room=np.zeros(chips, dtype=np.int64),
            first_events=np.zeros(chips, dtype=np.int64),
            register_clocks=np.zeros(REGISTER_FILE_SIZE, dtype=np.uint32),
            touched=np.empty(0, dtype=np.uint32),
            touched_values=np.empty(0, dtype=np.uint64),
        )
        misaligned = np.zeros(len(code.kind), dtype=np.int64)
        return Machine(code, memory, np.zeros(REGISTER_FILE_SIZE, dtype=np.uint64), state, misaligned, account)

    @property
    def pc(self) -> int:
        """The byte address of the next instruction; of the last one after the end."""
        return int(self.state[STATE_PC]) % 2**64

    @property
    def instructions(self) -> int:
        """How many have been executed."""
        return int(self.state[STATE_INSTRUCTIONS])

    @property
    def exit_code(self) -> int:
        """What the halting call says."""
        return int(self.registers[CALL_ARGUMENT_REGISTER])

    def misaligned_accesses(self) -> dict[int, int]:
        """How many misaligned loads and stores, by ascending program counter."""
        words = np.flatnonzero(self.misaligned)
        addresses = self.code.first_pc + INSTRUCTION_BYTES * words
        return dict(zip(addresses.tolist(), self.misaligned[words].tolist(), strict=True))

    def run(self, mode: int, limit: int, events: Events = NO_EVENTS, call_events: CallEvents = NO_CALL_EVENTS) -> int:
        """Executes up to so many instructions; mode and status are those of `run_instructions`."""
        run: Any = run_instructions
        status: int = run(
            mode,
            limit,
            self.code,
            self.registers,
            self.memory,
            self.state,
            self.misaligned,
            self.account,
            events,
            call_table(),
            call_events,
        )
        return status


def execute(program: Program, private_input: bytes = b"") -> Machine:
    """Runs the program to its end. Raises TrapError, InputTooLongError, CodeTooLargeError."""
    machine = Machine.at(program.entry, predecode(program), guest_memory(program, private_input))
    if machine.run(EXECUTING, UNLIMITED) != HALTED:
        place = f"at pc {machine.pc:#x}, after {machine.instructions} instructions"
        raise TrapError(f"the execution ended abnormally {place}")
    return machine
