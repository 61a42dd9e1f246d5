"""Operands of calls in the scratch area, and one program that makes every call of the machine."""

from __future__ import annotations

from collections.abc import Sequence

from spec.isa.advice import AdviceKind
from spec.isa.calls import ADVICE, KECCAK_F, MULTIPLY_ADD_MODULO_256, MULTIPLY_ADD_MODULO_384, SHA256_COMPRESS, Call
from spec.isa.system import CALL_ARGUMENT_REGISTER
from spec.memory_map import DOUBLEWORD_BYTES, OUTPUT_REGION
from spec.program import Program
from tests.reference.assembly import SCRATCH, Assembly
from tests.reference.call_programs import add_call, store

CALLS_MADE = (KECCAK_F, SHA256_COMPRESS, MULTIPLY_ADD_MODULO_256, MULTIPLY_ADD_MODULO_384, ADVICE)
OUTPUT_BYTES = DOUBLEWORD_BYTES * (25 + 4 + 4 + 6)


def from_address(address: int, words: Sequence[int]) -> dict[int, int]:
    """Consecutive doublewords by byte address."""
    return {address + DOUBLEWORD_BYTES * i: word for i, word in enumerate(words)}


def operands_apart(call: Call) -> list[int]:
    """Pointers into the scratch area, each operand behind the one before."""
    sizes = [DOUBLEWORD_BYTES * operand.doublewords for operand in call.operands]
    return [SCRATCH.start + sum(sizes[:place]) for place in range(len(sizes))]


def every_call_program() -> Program:
    """Makes every call once, on operands of ones, and writes what the calls left behind one after the other."""
    assembly = Assembly()
    store(assembly, {OUTPUT_REGION.start: OUTPUT_BYTES})
    written = OUTPUT_REGION.start + DOUBLEWORD_BYTES
    for call in CALLS_MADE[:-1]:
        *read, last = call.operands
        store(assembly, from_address(SCRATCH.start, [1] * sum(operand.doublewords for operand in read)))
        store(assembly, from_address(written, [1] * last.doublewords))
        add_call(assembly, call, [*operands_apart(call)[:-1], written])
        written += DOUBLEWORD_BYTES * last.doublewords
    assembly.constant(CALL_ARGUMENT_REGISTER, AdviceKind.RANDOM)
    add_call(assembly, ADVICE, [])
    assembly.exit()
    return assembly.program()
