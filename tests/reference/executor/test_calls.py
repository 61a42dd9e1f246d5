"""Calls of accelerators in the reference executor: what they leave behind, and what ends the program."""

from __future__ import annotations

import pytest

from reference.execution import TrapReason
from reference.executor import execute
from spec.isa.calls import SHA256_COMPRESS
from spec.memory_map import DOUBLEWORD_BYTES
from tests.reference.assembly import SCRATCH
from tests.reference.call_programs import calling_program, scratch_values

BLOCK, STATE = SCRATCH.start, SCRATCH.start + 64


def _held(address: int, count: int, values: dict[int, int]) -> list[int]:
    return [values.get(address + DOUBLEWORD_BYTES * i, 0) for i in range(count)]


@pytest.mark.parametrize("state", [STATE, BLOCK, BLOCK + 32, BLOCK - 16 + 64])
def test_call_leaves_the_compression_of_what_was_there_before(state: int) -> None:
    """Where the state lies in the block, the block is read before the state is written."""
    values = scratch_values(16)
    execution = execute(calling_program(SHA256_COMPRESS, (BLOCK, state)))
    expected = SHA256_COMPRESS.results([*_held(BLOCK, 8, values), *_held(state, 4, values)])[8:]
    first = state // DOUBLEWORD_BYTES
    assert [execution.memory[first + i] for i in range(4)] == expected
    untouched = {a: v for a, v in values.items() if not state <= a < state + 32}
    assert {address: execution.memory[address // DOUBLEWORD_BYTES] for address in untouched} == untouched


def test_calls_are_counted_by_program_counter_and_number() -> None:
    execution = execute(calling_program(SHA256_COMPRESS, (BLOCK, STATE), (BLOCK, STATE)))
    assert sorted(execution.calls.values()) == [1, 1]
    assert {number for _, number in execution.calls} == {SHA256_COMPRESS.number}


@pytest.mark.parametrize(
    ("pointers", "reason", "address", "details"),
    [
        ((BLOCK + 4, STATE), TrapReason.MISALIGNED_POINTER, BLOCK + 4, f"block of sha256_compress at {BLOCK + 4:#x}"),
        ((BLOCK, STATE + 1), TrapReason.MISALIGNED_POINTER, STATE + 1, f"state of sha256_compress at {STATE + 1:#x}"),
        ((BLOCK, SCRATCH.end - 24), TrapReason.UNMAPPED_OPERAND, SCRATCH.end, "accesses the doubleword"),
        ((SCRATCH.start - 8, STATE), TrapReason.UNMAPPED_OPERAND, SCRATCH.start - 8, "accesses the doubleword"),
        ((BLOCK, 0), TrapReason.UNMAPPED_OPERAND, 0, "accesses the doubleword at 0x0"),
        ((2**32 - 8, STATE), TrapReason.UNMAPPED_OPERAND, 2**32 - 8, "accesses the doubleword"),
        ((2**32, STATE), TrapReason.UNMAPPED_OPERAND, 2**32, "accesses the doubleword at 0x100000000"),
        ((2**64 - 8, STATE), TrapReason.UNMAPPED_OPERAND, 2**64 - 8, "accesses the doubleword"),
    ],
)
def test_operand_that_no_row_can_have_ends_the_program(
    pointers: tuple[int, int], reason: TrapReason, address: int, details: str
) -> None:
    execution = execute(calling_program(SHA256_COMPRESS, pointers))
    assert execution.trap is not None
    assert (execution.trap.reason, execution.trap.address) == (reason, address)
    assert details in execution.trap.message
    assert reason.value in execution.trap.message


def test_call_that_ends_the_program_has_changed_nothing() -> None:
    last = SCRATCH.end - 24
    values = {last + DOUBLEWORD_BYTES * i: i + 1 for i in range(3)}
    execution = execute(calling_program(SHA256_COMPRESS, (BLOCK, last), values=values))
    assert {address: execution.memory[address // DOUBLEWORD_BYTES] for address in values} == values
    assert execution.calls.total() == 0
