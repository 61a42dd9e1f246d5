"""Recording: every executed instruction as a `Step`."""

from __future__ import annotations

from collections.abc import Callable

from reference.execution import DoublewordAccess, Step
from reference.executor.machine import HALTED, Action, Instrument, Machine
from spec.isa import Decoded
from spec.isa.instruction import Load, Store
from spec.isa.step import crosses, effective_address
from spec.memory_map import DOUBLEWORD_BYTES
from spec.word import INTEGER_WORDS

Recorder = Callable[[Step], None]
"""Receives the steps in the order of execution."""


def recording_instrument(record: Recorder) -> Instrument:
    """An instrument that reports what each instruction did."""

    def recorded(machine: Machine, pc: int, decoded: Decoded, action: Action) -> Action:
        words, registers, memory = INTEGER_WORDS, machine.registers, machine.memory
        rs1, rs2, immediate = decoded.rs1, decoded.rs2, words.constant(decoded.immediate)
        rd = decoded.destination if decoded.writes_rd else None
        meaning = decoded.instruction.meaning
        width_bytes = meaning.width_bytes if isinstance(meaning, Load | Store) else 0

        def act() -> int:
            # An absent operand is register 0 in `decoded`, which holds 0.
            left, right = registers[rs1], registers[rs2]
            positions: tuple[int, ...] = ()
            if width_bytes:
                address = effective_address(words, left, immediate)
                position = address // DOUBLEWORD_BYTES
                positions = (position, position + 1) if crosses(words, address, width_bytes) else (position,)
            before = [memory.value(position) for position in positions]
            next_pc = action()
            accesses = tuple(
                DoublewordAccess(position, old, memory.doublewords[position])
                for position, old in zip(positions, before, strict=True)
            )
            record(
                Step(
                    pc=pc,
                    decoded=decoded,
                    next_pc=None if next_pc == HALTED else next_pc,
                    left=left,
                    right=right,
                    result=None if rd is None else registers[rd],
                    memory=accesses,
                )
            )
            return next_pc

        return act

    return recorded
