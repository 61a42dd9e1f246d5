"""Programs that call accelerators on operands in the scratch area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spec.isa.calls import Call
from spec.isa.system import CALL_NUMBER_REGISTER
from spec.memory_map import DOUBLEWORD_BYTES
from spec.program import Program
from tests.reference.assembly import SCRATCH, Assembly

VALUE, POINTER = 5, 6


def store(assembly: Assembly, values: Mapping[int, int]) -> None:
    """Puts doublewords at byte addresses."""
    for address, value in values.items():
        assembly.constant(VALUE, value)
        assembly.constant(POINTER, address)
        assembly.add("sd", rs1=POINTER, rs2=VALUE)


def add_call(assembly: Assembly, call: Call, pointers: Sequence[int]) -> None:
    """Makes a call with these pointers, in the order of its operands."""
    for operand, pointer in zip(call.operands, pointers, strict=True):
        assembly.constant(operand.register, pointer)
    assembly.constant(CALL_NUMBER_REGISTER, call.number)
    assembly.add("ecall")


def calling_program(call: Call, *pointers: Sequence[int], values: Mapping[int, int] | None = None) -> Program:
    """A program that stores values and makes the call once with each list of pointers."""
    assembly = Assembly()
    store(assembly, scratch_values(16) if values is None else values)
    for of_call in pointers:
        add_call(assembly, call, of_call)
    assembly.exit()
    return assembly.program()


def scratch_values(count: int) -> dict[int, int]:
    """By byte address, different doublewords at the start of the scratch area."""
    start = SCRATCH.start
    return {start + DOUBLEWORD_BYTES * i: 0x9E37_79B9_7F4A_7C15 * (i + 1) % 2**64 for i in range(count)}
