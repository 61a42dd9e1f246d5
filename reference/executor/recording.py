"""Recording: every executed instruction as a `Step`."""

from __future__ import annotations

from collections.abc import Callable

from reference.execution import DoublewordAccess, Step
from reference.executor.machine import HALTED, Action, Instrument, Machine
from spec.isa import Decoded
from spec.isa.calls import CALL_BY_NUMBER
from spec.isa.instruction import Load, Store, System
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

        is_call = meaning is System.ENVIRONMENT_CALL

        def act() -> int:
            # An absent operand is register 0 in `decoded`, which holds 0.
            left, right = registers[rs1], registers[rs2]
            positions: tuple[int, ...] = ()
            if width_bytes:
                address = effective_address(words, left, immediate)
                position = address // DOUBLEWORD_BYTES
                positions = (position, position + 1) if crosses(words, address, width_bytes) else (position,)
            pointers: tuple[int, ...] = ()
            call = CALL_BY_NUMBER.get(left) if is_call else None
            if call is not None:
                pointers = tuple(registers[operand.register] for operand in call.operands)
                positions = tuple(call.positions(pointers))
            written = rd if call is None else call.result_register
            before = [memory.value(position) for position in positions]
            next_pc = action()
            # A doubleword of two operands changes at its last access only.
            after = call.results(before) if call is not None else [memory.doublewords[p] for p in positions]
            accesses = tuple(map(DoublewordAccess, positions, before, after))
            record(
                Step(
                    pc=pc,
                    decoded=decoded,
                    next_pc=None if next_pc == HALTED else next_pc,
                    left=left,
                    right=right,
                    result=None if written is None else registers[written],
                    memory=accesses,
                    pointers=pointers,
                )
            )
            return next_pc

        return act

    return recorded
