"""The optimised executor against the reference's."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from optimized.execution.ended import execute
from optimized.execution.guest_memory import InputTooLongError
from optimized.execution.loop_state import TRAPPED
from optimized.execution.operations import OPERATION_OF
from optimized.execution.predecoded import CONDITION_OF, UnknownMeaningError, predecode
from reference.executor import execute as reference_execute
from reference.loader import load_bytes
from spec.isa import branches, register_arithmetic
from spec.isa.calls import SHA256_COMPRESS
from spec.memory_map import INPUT_CAPACITY_BYTES, REGISTER_COUNT
from tests.reference.assembly import SCRATCH, Assembly
from tests.reference.call_programs import add_call
from tests.reference.random_program import random_program


@pytest.mark.parametrize("seed", range(12))
def test_random_program_ends_as_in_the_reference(seed: int) -> None:
    program = load_bytes(random_program(seed, 300).elf)
    expected, run = reference_execute(program), execute(program).machine
    assert (run.exit_code, run.instructions) == (expected.exit_code, expected.instructions)
    # What the sink holds is nobody's: a fence's row writes 0 to it, the reference's executor nothing.
    assert tuple(run.registers.tolist())[:REGISTER_COUNT] == expected.registers[:REGISTER_COUNT]
    assert run.misaligned_accesses() == dict(sorted(expected.misaligned_accesses.items()))
    addresses = np.array(list(expected.memory))
    assert run.memory.values[addresses].tolist() == list(expected.memory.values())


def test_private_input_is_where_the_reference_has_it() -> None:
    assembly = Assembly()
    assembly.exit()
    program, private_input = assembly.program(), bytes(range(1, 12))
    memory = reference_execute(program, private_input).memory
    values = execute(program, private_input).machine.memory.values
    assert values[np.array(list(memory))].tolist() == list(memory.values())


def test_input_above_the_capacity_is_refused() -> None:
    class Long(bytes):
        def __len__(self) -> int:
            return INPUT_CAPACITY_BYTES + 1

    assembly = Assembly()
    assembly.exit()
    with pytest.raises(InputTooLongError, match=f"holds at most {INPUT_CAPACITY_BYTES}"):
        execute(assembly.program(), Long())


def _breakpoint(assembly: Assembly) -> None:
    assembly.add("ebreak")


def _unknown_call(assembly: Assembly) -> None:
    assembly.add("ecall")


def _call_with_a_misaligned_pointer(assembly: Assembly) -> None:
    add_call(assembly, SHA256_COMPRESS, (SCRATCH.start + 4, SCRATCH.start))


def _call_with_an_operand_across_the_end_of_a_region(assembly: Assembly) -> None:
    add_call(assembly, SHA256_COMPRESS, (SCRATCH.start, SCRATCH.end - 24))


def _call_with_an_operand_above_memory(assembly: Assembly) -> None:
    add_call(assembly, SHA256_COMPRESS, (2**32, SCRATCH.start))


def _call_with_an_operand_at_the_end_of_memory(assembly: Assembly) -> None:
    add_call(assembly, SHA256_COMPRESS, (2**32 - 8, SCRATCH.start))


def _null_load(assembly: Assembly) -> None:
    assembly.add("ld", 5)


def _load_above_memory(assembly: Assembly) -> None:
    assembly.constant(5, 2**32)
    assembly.add("lb", 6, 5)


def _load_that_wraps(assembly: Assembly) -> None:
    assembly.constant(5, 2**64 - 4)
    assembly.add("ld", 6, 5)


def _load_that_crosses_out_of_a_region(assembly: Assembly) -> None:
    assembly.constant(5, SCRATCH.end - 4)
    assembly.add("ld", 6, 5)


def _store_behind_a_region(assembly: Assembly) -> None:
    assembly.constant(5, SCRATCH.end)
    assembly.add("sb", rs1=5)


def _misaligned_branch(assembly: Assembly) -> None:
    assembly.add("beq", immediate=6)


def _misaligned_jump(assembly: Assembly) -> None:
    assembly.add("jal", immediate=6)


def _misaligned_indirect_jump(assembly: Assembly) -> None:
    assembly.add("jalr", rs1=0, immediate=2)


def _jump_below_the_program(assembly: Assembly) -> None:
    assembly.add("jalr", rs1=0, immediate=0)


def _jump_above_memory(assembly: Assembly) -> None:
    assembly.constant(5, 2**40)
    assembly.add("jalr", rs1=5)


def _illegal_word(assembly: Assembly) -> None:
    assembly.add_word(0)


@pytest.mark.parametrize(
    "trap",
    [
        _breakpoint,
        _unknown_call,
        _call_with_a_misaligned_pointer,
        _call_with_an_operand_across_the_end_of_a_region,
        _call_with_an_operand_above_memory,
        _call_with_an_operand_at_the_end_of_memory,
        _null_load,
        _load_above_memory,
        _load_that_wraps,
        _load_that_crosses_out_of_a_region,
        _store_behind_a_region,
        _misaligned_branch,
        _misaligned_jump,
        _misaligned_indirect_jump,
        _jump_below_the_program,
        _jump_above_memory,
        _illegal_word,
    ],
)
def test_abnormal_end_is_where_the_reference_has_it(trap: Callable[[Assembly], None]) -> None:
    assembly = Assembly()
    trap(assembly)
    assembly.exit()
    program = assembly.program()
    expected = reference_execute(program)
    assert expected.trap is not None
    ended = execute(program)
    assert (ended.status, ended.machine.pc) == (TRAPPED, expected.trap.pc)
    assert ended.machine.instructions == expected.instructions


def test_taken_access_up_to_the_end_of_a_region_is_normal() -> None:
    assembly = Assembly()
    assembly.constant(5, SCRATCH.end - 8)
    assembly.add("ld", 6, 5)
    assembly.exit(3)
    assert execute(assembly.program()).machine.exit_code == 3


def test_machine_without_room_for_the_guests_addresses_is_out_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr("optimized.execution.guest_memory.mmap.mmap", refused)
    assembly = Assembly()
    assembly.exit()
    with pytest.raises(MemoryError, match="no room for 4294967296 bytes of addresses"):
        execute(assembly.program())


def test_arithmetic_without_an_operation_is_named_with_the_table_that_lacks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(OPERATION_OF, register_arithmetic.exclusive_or)
    assembly = Assembly()
    assembly.add("xor", 5, 6, 7)
    message = r"^xor: its meaning exclusive_or has no row in OPERATION_OF of optimized/execution/operations\.py$"
    with pytest.raises(UnknownMeaningError, match=message):
        predecode(assembly.program())


def test_branch_without_a_condition_is_named_with_the_table_that_lacks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(CONDITION_OF, branches.is_below_signed)
    assembly = Assembly()
    assembly.add("blt", rs1=6, rs2=7, immediate=8)
    message = r"^blt: its meaning is_below_signed has no row in CONDITION_OF of optimized/execution/predecoded\.py$"
    with pytest.raises(UnknownMeaningError, match=message):
        predecode(assembly.program())


def test_arrays_of_a_program_are_made_once_and_not_taken_for_another() -> None:
    first, second = Assembly(), Assembly()
    for assembly, register in ((first, 5), (second, 6)):
        assembly.add("addi", register)
        assembly.exit()
    one, other = first.program(), second.program()
    made = predecode(one)
    assert predecode(one) is made
    assert predecode(other).destination[0] == 6
    assert predecode(one) is made
