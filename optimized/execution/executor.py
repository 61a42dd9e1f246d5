"""The executor in numba: the state of an execution, and running it to its end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimized.execution.call_counts import CallCounts
from optimized.execution.calls import CallEvents, call_table
from optimized.execution.console import Console
from optimized.execution.events import Events
from optimized.execution.guest_memory import Doublewords
from optimized.execution.instruction_loop import run_instructions
from optimized.execution.loop_state import (
    STATE_CLOCK,
    STATE_INSTRUCTIONS,
    STATE_PC,
    STATE_SIZE,
    SegmentAccount,
)
from optimized.execution.predecoded import Predecoded, access_positions
from spec.isa.calls import CALLS
from spec.isa.encoding import INSTRUCTION_BYTES
from spec.isa.system import CALL_ARGUMENT_REGISTER
from spec.memory_map import REGISTER_FILE_SIZE
from spec.protocol.shape import FIRST_CLOCK
from spec.rv64im.machine import INSTRUCTION_CHIPS

UNLIMITED = 2**62
"""Instructions: more than any execution has."""

INSTRUCTIONS_AT_ONCE = 1 << 24
"""Executed without a look at signals and at what the guest has shown: a few tenths of a second."""


@dataclass
class Machine:
    """The state of one execution, as the compiled loop wants it."""

    code: Predecoded
    memory: Doublewords
    registers: NDArray[np.uint64]
    state: NDArray[np.int64]
    misaligned: NDArray[np.int64]
    """Misaligned loads and stores by word of the code."""

    accelerated: NDArray[np.int64]
    """(calls, words): calls of accelerators by place in CALLS and word of the code."""

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
        accelerated = np.zeros((len(CALLS), len(code.kind)), dtype=np.int64)
        registers = np.zeros(REGISTER_FILE_SIZE, dtype=np.uint64)
        return Machine(code, memory, registers, state, misaligned, accelerated, account)

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

    def calls(self) -> Counter[tuple[int, int]]:
        """How many calls of accelerators, by program counter and number."""
        places, words = np.nonzero(self.accelerated)
        addresses = (self.code.first_pc + INSTRUCTION_BYTES * words).tolist()
        numbers = [CALLS[place].number for place in places.tolist()]
        counts = self.accelerated[places, words].tolist()
        return Counter({(at, number): n for at, number, n in zip(addresses, numbers, counts, strict=True)})

    def run(
        self,
        limit: int,
        touched: NDArray[np.bool_],
        console: Console | None = None,
        calls: CallCounts | None = None,
    ) -> int:
        """Executes up to so many instructions and notes the doublewords that they touch; returns how it ended."""
        return self._run(limit, touched, console, calls, None, None)

    def count(self, limit: int) -> int:
        """Executes up to so many instructions and counts them in `account`; returns how it ended."""
        return self._run(limit, None, None, None, self.account, None)

    def record(self, limit: int, events: Events, call_events: CallEvents) -> int:
        """Executes up to so many instructions, counts and records them; returns how it ended."""
        return self._run(limit, None, None, None, self.account, events, call_events)

    def _run(
        self,
        limit: int,
        touched: NDArray[np.bool_] | None,
        console: Console | None,
        calls: CallCounts | None,
        account: SegmentAccount | None,
        events: Events | None,
        call_events: CallEvents | None = None,
    ) -> int:
        run: Any = run_instructions
        status: int = run(
            limit,
            self.code,
            self.registers,
            self.memory,
            self.state,
            self.misaligned,
            touched,
            console,
            calls,
            account,
            events,
            call_table(),
            self.accelerated,
            call_events,
        )
        return status
