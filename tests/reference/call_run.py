"""One program that makes every call of the machine."""

from __future__ import annotations

from spec.isa.advice import AdviceKind
from spec.isa.calls import ADVICE, KECCAK_F, MULTIPLY_ADD_MODULO_256, MULTIPLY_ADD_MODULO_384, SHA256_COMPRESS
from spec.isa.system import CALL_ARGUMENT_REGISTER
from spec.memory_map import OUTPUT
from spec.program import Program
from tests.reference.assembly import SCRATCH, Assembly
from tests.reference.call_programs import make_call, operands_apart, store_words

CALLS_MADE = (KECCAK_F, SHA256_COMPRESS, MULTIPLY_ADD_MODULO_256, MULTIPLY_ADD_MODULO_384, ADVICE)
OUTPUT_BYTES = 8 * (25 + 4 + 4 + 6)


def every_call_program() -> Program:
    """Makes every call once, on operands of ones, and writes what the calls left behind one after the other."""
    assembly = Assembly()
    store_words(assembly, OUTPUT.start, [OUTPUT_BYTES])
    written = OUTPUT.start + 8
    for call in CALLS_MADE[:-1]:
        pointers = operands_apart(call)
        store_words(assembly, SCRATCH.start, [1] * call.doublewords)
        store_words(assembly, written, [1] * call.operands[-1].doublewords)
        make_call(assembly, call, [*pointers[:-1], written])
        written += 8 * call.operands[-1].doublewords
    assembly.constant(CALL_ARGUMENT_REGISTER, AdviceKind.RANDOM)
    make_call(assembly, ADVICE, [])
    assembly.exit()
    return assembly.program()
