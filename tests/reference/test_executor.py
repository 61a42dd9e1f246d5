"""Executions of small programs: results, records, abnormal ends, and what can be proven."""

from __future__ import annotations

from collections import Counter

import pytest

from reference.execution import DoublewordAccess, Execution, Step, TrapReason
from reference.executor import Machine, execute
from reference.loader import load_bytes
from reference.machine_memory import InputTooLongError
from spec.isa import decode, encode
from spec.isa.step import Operands, effect
from spec.memory_map import HEAP, INPUT_CAPACITY_BYTES, INPUT_REGION, OUTPUT_CAPACITY_BYTES, OUTPUT_REGION, SINK
from spec.word import INTEGER_WORDS
from tests.reference.elf_file import CODE_START, ElfSegment
from tests.reference.random_program import random_program
from tests.reference.small_programs import A0, A1, A2, A7, HALT, T0, T1, load_address, loaded, run


def test_program_that_halts_returns_its_exit_code() -> None:
    execution = run([encode("addi", A0, immediate=42), *HALT])
    registers = [0] * 33
    registers[A0], registers[A7] = 42, 93
    assert execution == Execution(
        exit_code=42,
        instructions=3,
        output=b"",
        misaligned_accesses=Counter(),
        registers=tuple(registers),
        memory=execution.memory,
        trap=None,
        unprovable_reason=None,
    )
    assert execution.provable


def test_exit_code_has_all_64_bits() -> None:
    assert run([encode("addi", A0, immediate=-1), *HALT]).exit_code == 2**64 - 1


def test_write_to_x0_goes_to_the_sink() -> None:
    execution = run([encode("addi", 0, 0, immediate=7), encode("add", A0, 0, 0), *HALT])
    assert (execution.exit_code, execution.registers[0], execution.registers[SINK]) == (0, 0, 7)


def test_instruction_with_equal_operands_and_destination_reads_before_it_writes() -> None:
    execution = run([encode("addi", A0, immediate=3), encode("mul", A0, A0, A0), *HALT])
    assert execution.exit_code == 9


def test_every_kind_of_step_is_recorded_with_its_values() -> None:
    words = [
        *load_address(T0, HEAP.start),
        encode("addi", A0, immediate=-2),
        encode("sd", rs1=T0, rs2=A0, immediate=5),
        encode("lw", A1, T0, immediate=6),
        encode("jal", T1, immediate=8),
        encode("ebreak"),
        encode("bne", rs1=A0, rs2=A1, immediate=8),
        encode("addi", 0, 0, immediate=9),
        encode("addi", A7, immediate=93),
        encode("ecall"),
    ]
    steps: list[Step] = []
    execution = execute(loaded(words), record=steps.append)
    pcs = [CODE_START + 4 * position for position in (0, 1, 2, 3, 4, 5, 6, 8, 10, 11)]
    all_ones, minus_two, heap = 2**64 - 1, 2**64 - 2, HEAP.start
    low, high = 0xFFFE << 40 | 0xFF << 56, 2**40 - 1
    position = heap // 8

    def step(index: int, left: int, right: int, result: int | None, *memory: DoublewordAccess) -> Step:
        decoded = decode(words[(pcs[index] - CODE_START) // 4])
        assert decoded is not None
        next_pc = pcs[index + 1] if index + 1 < len(pcs) else None
        return Step(pcs[index], decoded, next_pc, left, right, result, memory)

    assert steps == [
        step(0, 0, 0, heap),
        step(1, heap, 0, heap << 32),
        step(2, heap << 32, 0, heap),
        step(3, 0, 0, minus_two),
        step(
            4,
            heap,
            minus_two,
            None,
            DoublewordAccess(position, 0, low),
            DoublewordAccess(position + 1, 0, high),
        ),
        step(
            5,
            heap,
            0,
            all_ones,
            DoublewordAccess(position, low, low),
            DoublewordAccess(position + 1, high, high),
        ),
        step(6, 0, 0, pcs[6] + 4),
        step(7, minus_two, all_ones, None),
        step(8, 0, 0, 93),
        step(9, 93, minus_two, None),
    ]
    assert execution.exit_code == minus_two
    assert execution.misaligned_accesses == Counter({pcs[4]: 1, pcs[5]: 1})
    assert execution.misaligned_access_count == 2


def test_recording_changes_nothing_but_the_record() -> None:
    program = loaded([*load_address(T0, HEAP.start), encode("sd", rs1=T0, rs2=T0, immediate=3), *HALT])
    steps: list[Step] = []
    assert execute(program, record=steps.append) == execute(program)
    assert len(steps) == execute(program).instructions


def test_private_input_is_memory() -> None:
    words = [
        *load_address(T0, INPUT_REGION.start),
        encode("ld", A1, T0, immediate=0),
        encode("ld", A2, T0, immediate=8),
        encode("ld", A0, T0, immediate=16),
        *HALT,
    ]
    execution = run(words, bytes(range(1, 11)))
    assert execution.registers[A1] == 10
    assert execution.registers[A2] == 0x0807_0605_0403_0201
    assert execution.exit_code == 0x0A09


def test_input_beyond_its_region_is_a_typed_error() -> None:
    class Huge(bytes):
        def __len__(self) -> int:
            return INPUT_CAPACITY_BYTES + 1

    with pytest.raises(InputTooLongError) as caught:
        execute(loaded(HALT), Huge())
    assert str(caught.value) == (
        f"the input has {INPUT_CAPACITY_BYTES + 1} bytes, the input region holds at most {INPUT_CAPACITY_BYTES}"
    )


def _write_output(length: int, *stores: tuple[int, int]) -> list[int]:
    """Sets the output length (a small number) and stores (offset, byte) pairs."""
    words = [*load_address(T0, OUTPUT_REGION.start), encode("addi", A1, immediate=length)]
    words.append(encode("sd", rs1=T0, rs2=A1))
    for offset, byte in stores:
        words += [encode("addi", A1, immediate=byte), encode("sb", rs1=T0, rs2=A1, immediate=offset)]
    return [*words, *HALT]


def test_output_is_the_claimed_bytes() -> None:
    execution = run(_write_output(9, (8, 1), (15, 2), (16, 3)))
    assert (execution.output, execution.unprovable_reason) == (b"\1\0\0\0\0\0\0\2\3", None)


def test_program_without_output_claims_none_and_is_provable() -> None:
    execution = run(HALT)
    assert (execution.output, execution.provable) == (b"", True)


def test_nonzero_byte_behind_the_output_in_its_last_doubleword_is_not_provable() -> None:
    execution = run(_write_output(1, (8, 1), (9, 2)))
    assert execution.output == b"\1"
    assert execution.unprovable_reason == "bytes behind the output of length 1 are not zero"


@pytest.mark.parametrize("access", ["lb", "sb"])
def test_touching_the_output_region_behind_the_output_is_not_provable(access: str) -> None:
    words = _write_output(8, (8, 1))[: -len(HALT)]
    touch = encode("lb", 0, T0, immediate=16) if access == "lb" else encode("sb", rs1=T0, immediate=16)
    execution = run([*words, touch, *HALT])
    assert execution.output == b"\1" + bytes(7)
    assert not execution.provable
    assert execution.unprovable_reason == (
        f"the program accessed the output region at {OUTPUT_REGION.start + 16:#x}, behind the output of length 8"
    )


def test_output_length_beyond_the_region_is_not_provable() -> None:
    execution = run(_write_output(-1))
    assert execution.output == b""
    assert execution.unprovable_reason == (
        f"the output length {2**64 - 1} exceeds the region's capacity of {OUTPUT_CAPACITY_BYTES} bytes"
    )


def test_store_into_code_succeeds_and_changes_nothing_that_executes() -> None:
    target = CODE_START + 4 * 4
    words = [
        encode("auipc", T0),
        encode("sw", rs1=T0, immediate=16),
        encode("lw", A1, T0, immediate=16),
        encode("addi", A2, immediate=1),
        encode("addi", A0, immediate=5),
        *HALT,
    ]
    execution = run(words)
    assert (execution.exit_code, execution.registers[A1]) == (5, 0)
    assert execution.memory[target // 8] & 0xFFFF_FFFF == 0


def test_branch_not_taken_ignores_its_misaligned_target() -> None:
    assert run([encode("bne", immediate=6), *HALT]).exit_code == 0


def test_access_that_crosses_into_unmapped_memory_changes_nothing() -> None:
    words = [*load_address(T0, HEAP.end), encode("sd", rs1=T0, rs2=T0, immediate=-4)]
    execution = run(words)
    assert execution.trap is not None
    assert (execution.trap.reason, execution.trap.address) == (TrapReason.UNMAPPED_STORE, HEAP.end - 4)
    assert execution.memory.get(HEAP.end // 8 - 1, 0) == 0
    assert execution.misaligned_access_count == 0


def test_access_at_the_end_of_the_address_space_does_not_wrap() -> None:
    top = ElfSegment(2**32 - 8, b"\x01" * 8)
    words = [encode("addi", T0, immediate=-1), encode("srli", T0, T0, immediate=32)]
    last_byte = execute(loaded([*words, encode("lbu", A0, T0), *HALT], top))
    assert last_byte.exit_code == 1
    beyond = execute(loaded([*words, encode("lhu", A0, T0), *HALT], top))
    assert beyond.trap is not None
    assert (beyond.trap.reason, beyond.trap.address) == (TrapReason.UNMAPPED_LOAD, 2**32 - 1)


def test_machine_state_after_a_limited_run_continues() -> None:
    machine = Machine(loaded([encode("addi", A0, A0, immediate=1)] * 3 + HALT))
    first = machine.run(maximum_instructions=2)
    assert first.trap is not None
    second = machine.run()
    assert (first.instructions, second.instructions, second.exit_code) == (2, 5, 3)


@pytest.mark.parametrize("seed", range(3))
def test_every_step_is_the_effect_that_the_specification_gives(seed: int) -> None:
    steps: list[Step] = []
    execute(load_bytes(random_program(seed, 300).elf), record=steps.append)
    assert len({step.decoded.instruction for step in steps}) > 50
    for step in steps:
        low, high = [*step.memory, DoublewordAccess(0, 0, 0), DoublewordAccess(0, 0, 0)][:2]
        operands = Operands(
            pc=step.pc,
            left=step.left,
            right=step.right,
            immediate=INTEGER_WORDS.constant(step.decoded.immediate),
            low=low.before,
            high=high.before,
        )
        outcome = effect(INTEGER_WORDS, step.decoded.instruction, operands)
        assert outcome.normal
        assert outcome.halts == (step.next_pc is None)
        if step.next_pc is not None:
            assert outcome.next_pc == step.next_pc
        assert outcome.result == step.result
        assert (outcome.low, outcome.high) == (low.after, high.after)
