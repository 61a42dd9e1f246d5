"""The guest as a debugger sees it: registers, memory, breakpoints, going back, and why it stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum

from limpid.debugger.history import History
from limpid.debugger.watchpoints import Watchpoint, watching_instrument
from reference.execution import Trap, TrapReason
from reference.executor import Console, Machine
from reference.executor.console import console_instrument
from reference.executor.machine import HALTED
from spec.isa.disassembly import REGISTER_NAMES
from spec.isa.system import CALL_ARGUMENT_REGISTER
from spec.memory_map import REGISTER_COUNT
from spec.program import Program

PC_REGISTER = REGISTER_COUNT
"""GDB's number of the program counter."""

STEPS_BETWEEN_POLLS = 20_000
"""A few tens of milliseconds."""


class Signal(IntEnum):
    """GDB's own numbers [gdb/signals.def]."""

    INTERRUPT = 2
    ILLEGAL_INSTRUCTION = 4
    TRAP = 5
    BUS_ERROR = 10
    SEGMENTATION_FAULT = 11


_SIGNALS = {
    TrapReason.FETCH_OUTSIDE_PROGRAM: Signal.SEGMENTATION_FAULT,
    TrapReason.ILLEGAL_INSTRUCTION: Signal.ILLEGAL_INSTRUCTION,
    TrapReason.MISALIGNED_TARGET: Signal.BUS_ERROR,
    TrapReason.UNMAPPED_LOAD: Signal.SEGMENTATION_FAULT,
    TrapReason.UNMAPPED_STORE: Signal.SEGMENTATION_FAULT,
    TrapReason.BREAKPOINT: Signal.TRAP,
    TrapReason.UNKNOWN_ENVIRONMENT_CALL: Signal.ILLEGAL_INSTRUCTION,
}


@dataclass(frozen=True)
class Stopped:
    """The guest has stopped and may go on; after a trap it stops again at once."""

    signal: Signal
    trap: Trap | None = None
    watchpoint: Watchpoint | None = None
    """The one that was hit, if that is why."""

    at_begin: bool = False
    """Whether it stopped going back because there is nothing before."""


@dataclass(frozen=True)
class Exited:
    """The guest has ended normally."""

    exit_code: int


class Target:
    """A guest under a debugger, stopped before its first instruction.

    Raises InputTooLongError if the input exceeds its region.
    """

    def __init__(self, program: Program, private_input: bytes, console: Console) -> None:
        self._console = console
        self._is_replaying = False
        self._hit: Watchpoint | None = None
        self.breakpoints: set[int] = set()
        self.watchpoints: set[Watchpoint] = set()
        instruments = [
            console_instrument(program, self._show),
            watching_instrument(self.watchpoints, self._note_hit),
        ]
        self._machine = Machine(program, private_input, instruments)
        self._history = History(self._machine)

    def register(self, number: int) -> int:
        """A register's value by GDB's number. Raises IndexError if there is no such register."""
        if not 0 <= number <= PC_REGISTER:
            raise IndexError(number)
        if number == PC_REGISTER:
            return self._machine.pc % 2**64
        return self._machine.registers[number]

    def memory(self, address: int, size_bytes: int) -> bytes:
        """Bytes of memory; looking does not touch them. Raises UnmappedError if a doubleword belongs to no region."""
        return self._machine.memory.peek(address, size_bytes)

    def step(self) -> Stopped | Exited:
        """Executes one instruction."""
        self._history.note()
        self._hit = None
        if self._machine.pc != HALTED:
            trap = self._machine.step()
            if trap is not None:
                return Stopped(_SIGNALS[trap.reason], trap)
        if self._machine.pc == HALTED:
            return Exited(self._machine.registers[CALL_ARGUMENT_REGISTER])
        return Stopped(Signal.TRAP, watchpoint=self._hit)

    def resume(self, interrupted: Callable[[], bool]) -> Stopped | Exited:
        """Executes up to the next breakpoint or watchpoint, the end, or until `interrupted`, asked now and then."""
        while True:
            for _ in range(STEPS_BETWEEN_POLLS):
                end = self.step()
                if isinstance(end, Exited) or end.trap is not None or end.watchpoint is not None:
                    return end
                if self._machine.pc in self.breakpoints:
                    return end
            if interrupted():
                return Stopped(Signal.INTERRUPT)

    def step_back(self) -> Stopped:
        """Takes one instruction back."""
        instructions = self._machine.instructions
        if instructions == 0:
            return Stopped(Signal.TRAP, at_begin=True)
        with self._replaying():
            self._history.go_to(instructions - 1)
        return Stopped(Signal.TRAP)

    def resume_back(self) -> Stopped:
        """Goes back to the last breakpoint, or in front of the last access that a watchpoint stops, or to the start."""
        end = self._machine.instructions
        with self._replaying():
            for start in self._history.starts_before(end):
                found, watchpoint = self._last_stop(start, end)
                if found is not None:
                    self._history.go_to(found)
                    return Stopped(Signal.TRAP, watchpoint=watchpoint)
                end = start
            self._history.go_to(0)
        return Stopped(Signal.TRAP, at_begin=True)

    def _last_stop(self, start: int, end: int) -> tuple[int | None, Watchpoint | None]:
        """Where the execution would stop last of all places from `start` to before `end`, in instructions."""
        self._history.go_to(start)
        found: tuple[int | None, Watchpoint | None] = None, None
        for instructions in range(start, end):
            if self._machine.pc in self.breakpoints:
                found = instructions, None
            self._hit = None
            self._machine.step()
            if self._hit is not None:
                found = instructions, self._hit
        return found

    @contextmanager
    def _replaying(self) -> Iterator[None]:
        """What the guest has shown once is not shown again."""
        self._is_replaying = True
        try:
            yield
        finally:
            self._is_replaying = False

    def _show(self, text: bytes) -> None:
        if not self._is_replaying:
            self._console(text)

    def _note_hit(self, watchpoint: Watchpoint) -> None:
        self._hit = watchpoint


def target_description() -> str:
    """The registers in the words of GDB's target description format [GDB manual, G.5.11]."""
    registers = [
        f'<reg name="{name}" bitsize="64" type="{_kind(name)}" regnum="{number}"/>'
        for number, name in enumerate((*REGISTER_NAMES, "pc"))
    ]
    return (
        '<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd"><target version="1.0">'
        "<architecture>riscv:rv64</architecture>"
        f'<feature name="org.gnu.gdb.riscv.cpu">{"".join(registers)}</feature></target>'
    )


def _kind(name: str) -> str:
    if name in ("pc", "ra"):
        return "code_ptr"
    return "data_ptr" if name in ("sp", "gp", "tp") else "int"
