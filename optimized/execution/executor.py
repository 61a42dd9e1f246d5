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
from optimized.execution.guest_memory import DOUBLEWORDS, Doublewords, is_mapped
from optimized.execution.instruction_loop import run_instructions
from optimized.execution.loop_state import (
    ADVISING,
    STATE_ADVICE,
    STATE_CLOCK,
    STATE_INSTRUCTIONS,
    STATE_PC,
    STATE_SIZE,
    SegmentAccount,
)
from optimized.execution.predecoded import Predecoded, access_positions
from spec.isa.advice import Host
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
    advice: NDArray[np.uint64]
    """What the host has answered, and room for more."""

    known_advice: int = 0
    """How many answers there are."""

    host: Host | None = None
    """Who answers more; None if nobody does."""

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
        registers, advice = np.zeros(REGISTER_FILE_SIZE, dtype=np.uint64), np.empty(0, dtype=np.uint64)
        return Machine(code, memory, registers, state, misaligned, accelerated, account, advice)

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

    def taken_advice(self) -> NDArray[np.uint64]:
        """What the instructions so far have taken of it. From now on there is none."""
        taken = self.advice[: self.state[STATE_ADVICE]].copy()
        self.known_advice = self.state[STATE_ADVICE] = 0
        return taken

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
        """A call that the host is there to answer does not end it."""
        run: Any = run_instructions
        end = self.instructions + limit
        while True:
            status: int = run(
                end - self.instructions,
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
                self.advice[: self.known_advice],
            )
            if status != ADVISING or self.host is None:
                return status
            self._take_advice(self.host)

    def _take_advice(self, host: Host) -> None:
        """Asks the host about the call at which the loop stands."""
        kind, *arguments = self.registers[CALL_ARGUMENT_REGISTER : CALL_ARGUMENT_REGISTER + 4].tolist()
        if self.known_advice == len(self.advice):
            self.advice = np.concatenate([self.advice, np.empty(1 + self.known_advice, dtype=np.uint64)])
        self.advice[self.known_advice] = host(kind, (arguments[0], arguments[1], arguments[2]), self._look)
        self.known_advice += 1

    def _look(self, position: int) -> int | None:
        """A doubleword of memory; None if it belongs to no region."""
        if position >= DOUBLEWORDS or not is_mapped(position, self.memory):
            return None
        return int(self.memory.values[position])
