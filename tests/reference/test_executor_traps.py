"""Abnormal ends of programs: each reason, at its place, and what the whole report says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reference.execution import TrapReason
from reference.executor import execute
from spec.isa import encode
from spec.memory_map import HEAP
from spec.program import Symbol
from tests.reference.elf_file import CODE_START
from tests.reference.small_programs import A0, A1, A2, A3, A7, HALT, load_address, loaded


def _trapped(words: list[int], symbols: tuple[Symbol, ...] = ()) -> tuple[TrapReason, int, int | None, str]:
    """The trap of a program, whose position is counted from the start of the code."""
    execution = execute(replace(loaded(words), symbols=symbols))
    trap = execution.trap
    assert trap is not None
    assert execution.exit_code is None
    assert execution.unprovable_reason == f"the execution ended abnormally: {trap.message}"
    assert execution.instructions == len(words) - 1
    return trap.reason, trap.pc - CODE_START, trap.address, trap.message


NOP = encode("addi")


def _heap_pointers() -> list[int]:
    """Pointers to zeros for all operands of a call, the last one apart."""
    return [
        *load_address(A0, HEAP.start),
        encode("addi", A1, A0),
        encode("addi", A2, A0),
        encode("addi", A3, A0, immediate=64),
    ]


TRAPS: dict[str, tuple[list[int], tuple[TrapReason, int, int | None, str]]] = {
    "word that decodes to nothing": (
        [NOP, 0],
        (
            TrapReason.ILLEGAL_INSTRUCTION,
            4,
            None,
            "the word at the program counter is no instruction, at 0x10004",
        ),
    ),
    "jump out of the code": (
        [encode("jal", immediate=-0x8000), 0],
        (
            TrapReason.FETCH_OUTSIDE_PROGRAM,
            -0x8000,
            0x8000,
            "the program counter left the executable segments, at 0x8000",
        ),
    ),
    "jump to null": (
        [encode("jalr"), 0],
        (
            TrapReason.FETCH_OUTSIDE_PROGRAM,
            -CODE_START,
            0,
            "the program counter left the executable segments, at 0x0, in the null page",
        ),
    ),
    "misaligned jump": (
        [encode("jal", immediate=6)],
        (
            TrapReason.MISALIGNED_TARGET,
            0,
            0x10006,
            "the target of a jump or branch is not a multiple of 4, at 0x10000, "
            "jal zero,0x10006: the target is 0x10006",
        ),
    ),
    "misaligned indirect jump": (
        [encode("jalr", 1, immediate=7)],
        (
            TrapReason.MISALIGNED_TARGET,
            0,
            6,
            "the target of a jump or branch is not a multiple of 4, at 0x10000, "
            "jalr ra,7(zero): the target is 0x6, in the null page",
        ),
    ),
    "misaligned taken branch": (
        [encode("beq", immediate=6)],
        (
            TrapReason.MISALIGNED_TARGET,
            0,
            0x10006,
            "the target of a jump or branch is not a multiple of 4, at 0x10000, "
            "beq zero,zero,0x10006: the target is 0x10006",
        ),
    ),
    "null load": (
        [encode("ld", 1)],
        (
            TrapReason.UNMAPPED_LOAD,
            0,
            0,
            "a load touched unmapped memory, at 0x10000, ld ra,0(zero): 8-byte access at 0x0, in the null page",
        ),
    ),
    "store beyond the address space": (
        [encode("sb", immediate=-1)],
        (
            TrapReason.UNMAPPED_STORE,
            0,
            2**64 - 1,
            "a store touched unmapped memory, at 0x10000, sb zero,-1(zero): 1-byte access at 0xffffffffffffffff",
        ),
    ),
    "ebreak": (
        [NOP, encode("ebreak")],
        (TrapReason.BREAKPOINT, 4, None, "the program executed ebreak, at 0x10004, ebreak"),
    ),
    "misaligned pointer": (
        [encode("addi", A0, immediate=4), encode("addi", A7, immediate=256), encode("ecall")],
        (
            TrapReason.MISALIGNED_POINTER,
            8,
            4,
            "a pointer of a call is not a multiple of 8, at 0x10008, ecall: state of keccak_f at 0x4, in the null page",
        ),
    ),
    "null pointer of a call": (
        [encode("addi", A7, immediate=256), encode("ecall")],
        (
            TrapReason.UNMAPPED_OPERAND,
            4,
            0,
            "an operand of a call is not wholly in mapped memory, at 0x10004, ecall: "
            "keccak_f accesses the doubleword at 0x0, in the null page",
        ),
    ),
    "zero modulus": (
        [*_heap_pointers(), encode("addi", A7, immediate=258), encode("ecall")],
        (
            TrapReason.ZERO_MODULUS,
            4 * len(_heap_pointers()) + 4,
            None,
            "the modulus of a call is zero, at 0x1001c, ecall: multiply_add_modulo_256",
        ),
    ),
    "wide quotient": (
        [
            *_heap_pointers(),
            encode("addi", A1, immediate=-1),
            encode("sd", rs1=A0, rs2=A1, immediate=24),
            encode("addi", A1, A0),
            encode("addi", A2, A0),
            encode("addi", A7, immediate=258),
            encode("sd", rs1=A3, rs2=A7, immediate=32),
            encode("ecall"),
        ],
        (
            TrapReason.WIDE_QUOTIENT,
            4 * len(_heap_pointers()) + 24,
            None,
            "the quotient of a call has more bits than its operands, at 0x10030, ecall: multiply_add_modulo_256",
        ),
    ),
    "unknown call": (
        [encode("addi", A7, immediate=64), encode("ecall")],
        (
            TrapReason.UNKNOWN_ENVIRONMENT_CALL,
            4,
            None,
            "the program made an unknown environment call, at 0x10004, ecall: a7 is 64",
        ),
    ),
}


@pytest.mark.parametrize("name", TRAPS)
def test_abnormal_end_is_reported_whole(name: str) -> None:
    words, trap = TRAPS[name]
    assert _trapped(words) == trap


def test_instruction_limit_ends_the_run_before_the_next_instruction() -> None:
    execution = execute(loaded([encode("jal", immediate=0)]), maximum_instructions=1000)
    assert execution.trap is not None
    assert execution.trap.message == (
        "the caller's limit of instructions was reached, at 0x10000, jal zero,0x10000: after 1000 instructions"
    )
    assert execution.instructions == 1000


def test_program_that_halts_at_the_limit_is_not_stopped() -> None:
    assert execute(loaded(HALT), maximum_instructions=2).exit_code == 0


def test_every_trap_reason_is_provoked_by_a_test() -> None:
    provoked = {trap[0] for _, trap in TRAPS.values()}
    assert provoked == set(TrapReason) - {TrapReason.INSTRUCTION_LIMIT}


def test_trap_names_the_function() -> None:
    _, _, _, message = _trapped([NOP, encode("ebreak")], (Symbol(CODE_START, 8, "main"),))
    assert message == "the program executed ebreak, at 0x10004 (main+0x4), ebreak"
