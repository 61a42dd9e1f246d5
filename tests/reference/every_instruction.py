"""Programs that execute every instruction, hence every chip, on given operands."""

from __future__ import annotations

from collections.abc import Sequence

from spec.isa import INSTRUCTIONS, encode
from spec.isa.encoding import SHIFT_5_FORMAT
from spec.isa.instruction import Arithmetic, Branch, Instruction, Load, Store
from spec.memory_map import INPUT_REGION, OUTPUT_REGION
from spec.program import Program
from tests.reference.assembly import SCRATCH, Assembly

LEFT, RIGHT, RESULT, BASE = 5, 6, 7, 8

ARITHMETIC = tuple(i for i in INSTRUCTIONS if isinstance(i.meaning, Arithmetic))
REGISTER_FORMS = tuple(i for i in ARITHMETIC if i.format.reads_rs2)
IMMEDIATE_FORMS = tuple(i for i in ARITHMETIC if not i.format.reads_rs2)
BRANCHES = tuple(i for i in INSTRUCTIONS if isinstance(i.meaning, Branch))
LOADS = tuple(i for i in INSTRUCTIONS if isinstance(i.meaning, Load))
STORES = tuple(i for i in INSTRUCTIONS if isinstance(i.meaning, Store))

CORNERS = (0, 1, 2, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1)
IMMEDIATES = (0, 1, -1, 2047, -2048)
SHIFT_AMOUNTS = (0, 1, 15, 16, 31, 32, 47, 48, 63)


def immediates_of(instruction: Instruction) -> Sequence[int]:
    """Corner immediates that the instruction can encode."""
    if instruction.format.immediate_is_signed:
        return IMMEDIATES
    return [amount for amount in SHIFT_AMOUNTS if amount < 32 or instruction.format is not SHIFT_5_FORMAT]


def add_arithmetic(assembly: Assembly, left: int, right: int) -> None:
    """Every register form on the two values, every immediate form on the first, once with shift amount right."""
    assembly.constant(LEFT, left)
    assembly.constant(RIGHT, right)
    for instruction in REGISTER_FORMS:
        assembly.add(instruction.name, RESULT, LEFT, RIGHT)
    for instruction in BRANCHES:
        assembly.add(instruction.name, rs1=LEFT, rs2=RIGHT, immediate=8)
        assembly.add("addi", RESULT, RESULT, immediate=1)


def add_immediates(assembly: Assembly, left: int) -> None:
    """Every immediate form on the value, with all corner immediates."""
    assembly.constant(LEFT, left)
    for instruction in IMMEDIATE_FORMS:
        for immediate in immediates_of(instruction):
            assembly.add(instruction.name, RESULT, LEFT, immediate=immediate)


def add_memory(assembly: Assembly, address: int, value: int) -> None:
    """Every store of the value and every load, at all sixteen bytes from the address on."""
    assembly.constant(BASE, address)
    assembly.constant(RIGHT, value)
    for offset in range(16):
        for store in STORES:
            assembly.add(store.name, rs1=BASE, rs2=RIGHT, immediate=offset)
        for load in LOADS:
            assembly.add(load.name, RESULT, BASE, immediate=offset)


def add_rest(assembly: Assembly) -> None:
    """Everything that is not arithmetic, branch or memory access; the sink; one register in all roles."""
    assembly.add_word(encode("fence") | 0x0FF0_0000)
    assembly.add("lui", 9, immediate=-(2**31))
    assembly.add("lui", 0, immediate=4096)
    assembly.add("auipc", 9, immediate=-4096)
    assembly.add("addi", 9, 0, immediate=-5)
    assembly.add("addi", 0, 0)
    assembly.add("addi", 0, 9, immediate=1)
    assembly.add("jal", 1, immediate=8)
    assembly.add("ebreak")
    assembly.add("auipc", 2)
    assembly.add("jalr", 2, 2, immediate=12)
    assembly.add("ebreak")
    assembly.add("auipc", 2)
    assembly.add("jalr", 0, 2, immediate=9)
    for name in ("add", "sub", "mul", "divu", "sll"):
        assembly.add(name, 9, 9, 9)
        assembly.add(name, 0, 9, 9)
        assembly.add(name, 9, 0, 0)


def add_input_output(assembly: Assembly) -> None:
    """Copies the first eight bytes of input to the output, whose length becomes 8."""
    assembly.constant(BASE, INPUT_REGION.start)
    assembly.add("ld", RESULT, BASE)
    assembly.add("ld", RESULT, BASE, immediate=8)
    assembly.constant(BASE, OUTPUT_REGION.start)
    assembly.add("addi", RIGHT, immediate=8)
    assembly.add("sd", rs1=BASE, rs2=RIGHT)
    assembly.add("sd", rs1=BASE, rs2=RESULT, immediate=8)


def every_instruction_program(
    pairs: Sequence[tuple[int, int]], values: Sequence[int], address: int = SCRATCH.start
) -> Program:
    """All instructions: register forms on the pairs, immediate forms on the values, memory at the address."""
    assembly = Assembly()
    for left, right in pairs:
        add_arithmetic(assembly, left, right)
    for value in values:
        add_immediates(assembly, value)
    add_memory(assembly, address, values[-1] if values else 0)
    add_rest(assembly)
    add_input_output(assembly)
    assembly.exit()
    return assembly.program()
