"""Every abnormal end tells a newcomer what happened, where, and what the likely cause is."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from limpid.advice.trap_advice import ABORTED, COMPRESSED, POINTER, Frame, add_stack, next_step, trap_error
from limpid.runs.compiled_runs import execute
from reference.execution import Trap, TrapReason
from reference.loader import load_bytes
from spec.isa import encode
from spec.memory_map import HEAP, STACK
from spec.program import Program
from tests.reference.assembly import CODE_START, Assembly
from tests.reference.elf_file import program_elf

ENDING = "; step through it with: limpid debug GUEST.elf. Such a run has no proof"
EMPTY = Program(CODE_START, (), (), (), ())


def _advice(reason: TrapReason, address: int | None = None, memory: Mapping[int, int] | None = None) -> str:
    return next_step(Trap(reason, 0x10000, address, None, ""), EMPTY, memory or {})


def _advice_after(assembly: Assembly) -> str:
    """The advice after running a program that traps."""
    program = assembly.program()
    found = trap_error(program, execute(program)).next_step
    assert found is not None
    return found


@pytest.mark.parametrize("reason", TrapReason)
def test_every_reason_has_advice(reason: TrapReason) -> None:
    advice = _advice(reason, HEAP.end)
    assert advice == "raise --limit" if reason is TrapReason.INSTRUCTION_LIMIT else advice.endswith(ENDING)


@pytest.mark.parametrize(
    ("address", "advice"),
    [
        (0, "look for a null pointer"),
        (4095, "look for a null pointer"),
        (4096, "look for a wrong pointer or an index out of range"),
        (HEAP.end, "look for a deep recursion or a large local array: the stack has 128 MiB"),
        (STACK.start - 8, "look for a deep recursion or a large local array: the stack has 128 MiB"),
        (2**64 - 8, "look for a wrong pointer or an index out of range"),
    ],
)
@pytest.mark.parametrize("reason", [TrapReason.UNMAPPED_LOAD, TrapReason.UNMAPPED_STORE])
def test_unmapped_access_is_explained_by_its_address(reason: TrapReason, address: int, advice: str) -> None:
    assert _advice(reason, address) == advice + ENDING


def test_abort_and_unknown_calls_have_their_own_advice() -> None:
    assert _advice(TrapReason.BREAKPOINT) == ABORTED + ENDING
    assert _advice(TrapReason.UNKNOWN_ENVIRONMENT_CALL).startswith("the calls are exit, a7 = 93, and those of accel")
    assert _advice(TrapReason.MISALIGNED_POINTER, 4).startswith("copy the operand to an address that is a multiple of")
    assert _advice(TrapReason.ZERO_MODULUS).startswith("look at what lies behind the addend at a3")
    assert _advice(TrapReason.WIDE_QUOTIENT).startswith("reduce the operands before the call")


@pytest.mark.parametrize(
    ("target", "advice"),
    [
        (0, "look for a call through a null function pointer"),
        (STACK.end - 64, "look for the address of a nested function: GCC calls it by code on the stack"),
        (HEAP.start + 8, "look for code that is made or loaded at run time"),
        (0xF000_0000, POINTER),
    ],
)
def test_fetch_outside_the_program_is_explained_by_where_it_went(target: int, advice: str) -> None:
    assembly = Assembly()
    assembly.constant(5, target)
    assembly.add("jalr", rs1=5)
    assert _advice_after(assembly).startswith(advice)


@pytest.mark.parametrize(
    ("word", "advice"),
    [
        (0x0000_4501, COMPRESSED),  # c.li a0, 0
        (0x0005_3507, "compile without floating point: -march=rv64im -mabi=lp64"),  # fld fa0, 0(a0)
        (0x02A5_7553, "compile without floating point: -march=rv64im -mabi=lp64"),  # fadd.d
        (0x1005_252F, "compile without atomic instructions: -march=rv64im"),  # lr.w a0, (a0)
        (0xC000_2573, "leave out control and status registers: the machine has none"),  # rdcycle a0
        (0, "compile for this machine: -march=rv64im -mabi=lp64, as limpid build does"),
    ],
)
def test_illegal_word_is_explained_by_what_it_is(word: int, advice: str) -> None:
    assembly = Assembly()
    assembly.add_word(word)
    assembly.exit()
    assert _advice_after(assembly).startswith(advice)


def test_target_between_instructions_of_the_program_is_a_compressed_one() -> None:
    assembly = Assembly()
    assembly.add("jal", immediate=6)
    assembly.exit()
    assert _advice_after(assembly) == COMPRESSED + ENDING


def test_target_outside_the_program_is_a_wrong_pointer() -> None:
    assembly = Assembly()
    assembly.constant(5, 0x4000_0002)
    assembly.add("jalr", rs1=5)
    assert _advice_after(assembly) == POINTER + ENDING


def test_instruction_that_was_written_over_is_named() -> None:
    assembly = Assembly()
    assembly.constant(5, CODE_START)
    assembly.add("sw", rs1=5, rs2=5, immediate=8)
    assembly.add("ebreak")
    advice = f"the program has written over its instruction at {CODE_START + 8:#x}: what is executed never changes"
    assert _advice_after(assembly) == advice + ENDING


def test_chain_of_calls_stands_below_the_message_and_among_the_facts() -> None:
    program = load_bytes(program_elf([encode("ebreak")]))
    frames = (Frame(0x10000, "work+0x4", "guest.c:7"), Frame(0x10010, None, None))
    error = trap_error(program, execute(program))
    add_stack(error, frames)
    assert error.context == ("at 0x10000 in work+0x4 (guest.c:7)", "at 0x10010")
    assert error.details["stack"] == [
        {"pc": 0x10000, "symbol": "work+0x4", "source": "guest.c:7"},
        {"pc": 0x10010, "symbol": None, "source": None},
    ]


@pytest.mark.parametrize(
    ("symbols", "advice"),
    [
        (
            ["abort", "__rustc::rust_begin_unwind+0x34", "main+0x4"],
            "the guest panicked: limpid run",
        ),
        (["abort", "__assert_func+0x40", "main+0x34"], "an assertion failed: limpid run shows its message"),
        (["abort", "free+0x8", "main+0x34"], "look for memory that is freed twice"),
        (["abort", "operator new(unsigned long)+0x8"], "memory has run out, and new throws nothing here"),
        (["abort", "std::terminate()+0x8", "__cxa_throw"], "look for an exception that nobody catches"),
        (["abort", "__cxa_pure_virtual"], "look for a call of a pure virtual function"),
        (["abort", "freed", None, "main"], ABORTED),
        (["main"], ABORTED),
    ],
)
def test_abort_is_explained_by_who_called_it(symbols: list[str | None], advice: str) -> None:
    program = load_bytes(program_elf([encode("ebreak")]))
    error = trap_error(program, execute(program))
    add_stack(error, [Frame(0x10000, symbol, None) for symbol in symbols])
    assert error.next_step is not None
    assert error.next_step.startswith(advice)
    assert error.next_step.endswith(ENDING)
