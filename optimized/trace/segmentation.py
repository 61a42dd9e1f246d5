"""The first pass over an execution: cutting it into segments, and writing down what each of them touches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from optimized.execution.executor import INSTRUCTIONS_AT_ONCE, UNLIMITED, Machine
from optimized.execution.guest_memory import DOUBLEWORDS, guest_memory, zeros
from optimized.execution.loop_state import (
    FULL,
    HALTED,
    STATE_BOUNDARY_ROOM,
    STATE_BOUNDARY_ROWS,
    STATE_CHIP,
    STATE_CLOCK,
    STATE_TOUCHED,
    TRAPPED,
)
from optimized.execution.predecoded import predecode
from optimized.trace.output_region import claimed_output
from optimized.trace.plan import FIRST_REGISTER_KEY, RunCells, RunPlan, SegmentCells, SegmentPlan
from spec.isa.advice import HonestHost, Host
from spec.memory_map import REGISTER_FILE_SIZE
from spec.program import Program
from spec.protocol.shape import FIRST_CLOCK
from spec.rv64im.machine import INSTRUCTION_CHIPS, MAXIMUM_SEGMENTS
from spec.rv64im.tokens import output_doublewords


class Meter(Protocol):
    """Decides how much fits in one segment. Chips go by their number in INSTRUCTION_CHIPS."""

    rows: list[int]
    """The rows so far, by chip: the caller keeps them."""

    room: list[int]
    """The rows that need no decision, by chip."""

    boundary_room: int
    """The touched addresses that need no decision."""

    def makes_room(self, number: int, boundary_rows: int) -> bool:
        """Whether one row more of this chip and so many touched addresses fit; if they do, there is room for them."""
        ...


class SegmentTooSmallError(Exception):
    """The limits of a segment have no room for one instruction."""


class TooManySegmentsError(Exception):
    """The execution takes more segments than a run may have."""


class NoProofError(Exception):
    """No proof of the execution exists: it trapped, was stopped, or its output cannot be claimed. The machine is as it
    ended."""

    def __init__(self, machine: Machine, status: int, addresses: NDArray[np.uint32]) -> None:
        super().__init__("no proof of the execution exists")
        self.machine = machine
        self.status = status
        """How it ended: TRAPPED; HALTED where its output cannot be claimed; RUNNING where it was stopped."""

        self.addresses = addresses
        """All doublewords that have been touched."""


def plan_columns(
    program: Program,
    private_input: bytes,
    new_meter: Callable[[], Meter],
    keep: Callable[[SegmentPlan], None],
    *,
    limit: int = UNLIMITED,
    executed: Callable[[int], None] = lambda _: None,
    new_host: Callable[[], Host] = HonestHost,
) -> RunPlan:
    """Executes the program, cutting before the first instruction that has no room; `keep` receives the segments,
    `executed` now and then how many instructions have been executed. More than `limit` are not. A new host answers
    calls of advice.

    Raises NoProofError if the execution traps, is stopped, or has an output that cannot be claimed,
    SegmentTooSmallError if the limits have no room for one instruction, TooManySegmentsError if it takes more segments
    than a run may have, InputTooLongError if the input exceeds its region, and CodeTooLargeError if the instructions
    lie too far apart.
    """
    machine = Machine.at(program.entry, predecode(program), guest_memory(program, private_input))
    machine.host = new_host()
    planner = _Planner(machine, new_meter, keep)
    while (status := machine.count(min(limit - machine.instructions, INSTRUCTIONS_AT_ONCE))) != HALTED:
        if status == FULL:
            planner.make_room()
        elif status == TRAPPED or machine.instructions >= limit:
            raise NoProofError(machine, status, planner.touched_addresses())
        else:
            executed(machine.instructions)
    executed(machine.instructions)
    return planner.finish()


class _Planner:
    def __init__(self, machine: Machine, new_meter: Callable[[], Meter], keep: Callable[[SegmentPlan], None]) -> None:
        self._machine = machine
        self._new_meter = new_meter
        self._keep = keep
        self._index = 0
        self._pc_in = machine.pc
        self._registers_in = machine.registers.copy()
        self._origins: NDArray[np.uint32] = zeros(DOUBLEWORDS, np.uint32)
        self._register_origins = np.zeros(REGISTER_FILE_SIZE, dtype=np.uint32)
        self._addresses: list[NDArray[np.uint32]] = []
        """By segment, the doublewords that no earlier one has touched."""

        self._initial: list[NDArray[np.uint64]] = []
        """What they held at the start."""

        self._meter = new_meter()
        self._take_room()

    def make_room(self) -> None:
        """Lets the instruction that had no room in, after a cut if it takes one."""
        machine = self._machine
        if self._fits():
            return
        if machine.state[STATE_CLOCK] != FIRST_CLOCK:
            self._end_segment(machine.pc)
            if self._index == MAXIMUM_SEGMENTS:
                raise TooManySegmentsError(f"the execution takes more than {MAXIMUM_SEGMENTS} segments")
            self._begin_segment()
            if self._fits():
                return
        raise SegmentTooSmallError("the limits of a segment have no room for one instruction")

    def finish(self) -> RunPlan:
        """Ends the last segment.

        Raises NoProofError if the execution traps, is stopped, or has an output that cannot be claimed.
        """
        machine, addresses = self._machine, self.touched_addresses()
        output = claimed_output(machine.memory.values, addresses)
        if output is None:
            raise NoProofError(machine, HALTED, addresses)
        self._end_segment(None)
        return RunPlan(
            segment_count=self._index,
            exit_code=machine.exit_code,
            output=output,
            instructions=machine.instructions,
            misaligned_accesses=machine.misaligned_accesses(),
            cells=self._run_cells(output),
        )

    def touched_addresses(self) -> NDArray[np.uint32]:
        """All doublewords that the run has touched, in the order of segments."""
        open_segment = self._machine.account.touched[: self._machine.state[STATE_TOUCHED]]
        return np.concatenate([*self._addresses, open_segment[self._origins[open_segment] == 0]])

    def _fits(self) -> bool:
        """Asks the meter about the chip that had no room."""
        machine, meter = self._machine, self._meter
        number = int(machine.state[STATE_CHIP])
        meter.rows[:] = machine.account.rows.tolist()
        boundary_rows = int(machine.state[STATE_BOUNDARY_ROWS]) + INSTRUCTION_CHIPS[number].accesses
        if not meter.makes_room(number, boundary_rows):
            return False
        self._take_room()
        return True

    def _take_room(self) -> None:
        machine, meter = self._machine, self._meter
        machine.account.room[:] = meter.room
        machine.state[STATE_BOUNDARY_ROOM] = meter.boundary_room
        known = len(machine.account.touched)
        if known < meter.boundary_room:
            machine.account = machine.account._replace(
                touched=_longer(machine.account.touched, meter.boundary_room),
                touched_values=_longer(machine.account.touched_values, meter.boundary_room),
            )

    def _begin_segment(self) -> None:
        machine = self._machine
        machine.account.rows[:] = 0
        machine.account.register_clocks[:] = 0
        machine.state[STATE_CLOCK] = FIRST_CLOCK
        machine.state[STATE_TOUCHED] = machine.state[STATE_BOUNDARY_ROWS] = 0
        self._pc_in = machine.pc
        self._registers_in = machine.registers.copy()
        self._meter = self._new_meter()
        self._take_room()

    def _end_segment(self, pc_out: int | None) -> None:
        account, state = self._machine.account, self._machine.state
        cells = self._absorbed()
        rows = tuple(account.rows.tolist())
        advice = self._machine.taken_advice()
        self._keep(SegmentPlan(self._index, self._pc_in, pc_out, rows, int(state[STATE_CLOCK]), cells, advice))
        self._index += 1

    def _absorbed(self) -> SegmentCells:
        """The cells of the segment; its doublewords have clock 0 again."""
        machine, account = self._machine, self._machine.account
        count = int(machine.state[STATE_TOUCHED])
        order = np.argsort(account.touched[:count])
        addresses, found = account.touched[:count][order], account.touched_values[:count][order]
        registers = np.flatnonzero(account.register_clocks)
        origins, clocks = self._origins[addresses], machine.memory.clocks[addresses]
        self._addresses.append(addresses[origins == 0])
        self._initial.append(found[origins == 0])
        cells = SegmentCells(
            np.concatenate([addresses, (registers + FIRST_REGISTER_KEY).astype(np.uint32)]),
            np.concatenate([found, self._registers_in[registers]]),
            np.concatenate([machine.memory.values[addresses], machine.registers[registers]]),
            np.concatenate([clocks, account.register_clocks[registers]]),
            np.concatenate([origins, self._register_origins[registers]]),
        )
        machine.memory.clocks[addresses] = 0
        self._origins[addresses] = self._index + 1
        self._register_origins[registers] = self._index + 1
        return cells

    def _run_cells(self, output: bytes) -> RunCells:
        """All addresses, and the doublewords of the output that nothing has touched."""
        touched, initial = np.concatenate(self._addresses), np.concatenate(self._initial)
        claimed = np.array([address for address, _ in output_doublewords(output)], dtype=np.uint32)
        untouched = claimed[self._origins[claimed] == 0]
        addresses = np.concatenate([touched, untouched])
        order = np.argsort(addresses)
        addresses = addresses[order]
        registers = np.flatnonzero(self._register_origins)
        nothing = np.zeros(len(untouched) + len(registers), dtype=np.uint64)
        machine = self._machine
        return RunCells(
            np.concatenate([addresses, (registers + FIRST_REGISTER_KEY).astype(np.uint32)]),
            np.concatenate([np.concatenate([initial, nothing[: len(untouched)]])[order], nothing[len(untouched) :]]),
            np.concatenate([machine.memory.values[addresses], machine.registers[registers]]),
            np.concatenate([self._origins[addresses], self._register_origins[registers]]),
        )


def _longer(numbers: NDArray[Any], size: int) -> NDArray[Any]:
    """The numbers, with room for so many."""
    grown = np.empty(size, dtype=numbers.dtype)
    grown[: len(numbers)] = numbers
    return grown
