"""Watchpoints: stopping where a load or store accesses a place in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from reference.executor.machine import Action, Instrument, Machine
from spec.isa import Decoded
from spec.isa.instruction import Load, Store
from spec.isa.step import effective_address
from spec.word import INTEGER_WORDS


class Access(Enum):
    """Which accesses stop; the value is the protocol's word for it [GDB manual, E.3]."""

    WRITE = "watch"
    READ = "rwatch"
    ANY = "awatch"


@dataclass(frozen=True)
class Watchpoint:
    """Bytes [start, end) and the accesses to them that stop."""

    access: Access
    start: int
    end: int

    def stops(self, is_store: bool, start: int, end: int) -> bool:
        """Whether an access to bytes [start, end) stops."""
        overlaps = start < self.end and self.start < end
        return overlaps and self.access in ((Access.WRITE if is_store else Access.READ), Access.ANY)


def watching_instrument(watchpoints: set[Watchpoint], hit: Callable[[Watchpoint], None]) -> Instrument:
    """An instrument that tells of each access to a watched place, when it is done."""

    def watched(machine: Machine, pc: int, decoded: Decoded, action: Action) -> Action:
        del pc
        meaning = decoded.instruction.meaning
        if not isinstance(meaning, Load | Store):
            return action
        words, registers, rs1 = INTEGER_WORDS, machine.registers, decoded.rs1
        immediate, width_bytes = words.constant(decoded.immediate), meaning.width_bytes
        is_store = isinstance(meaning, Store)

        def act() -> int:
            if not watchpoints:
                return action()
            address = effective_address(words, registers[rs1], immediate)
            next_pc = action()
            for watchpoint in watchpoints:
                if watchpoint.stops(is_store, address, address + width_bytes):
                    hit(watchpoint)
                    break
            return next_pc

        return act

    return watched
