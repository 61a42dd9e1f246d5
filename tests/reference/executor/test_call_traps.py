"""Calls on operands that they cannot have: the trap names what and where, and nothing has changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reference.execution import TrapReason
from reference.executor import execute
from reference.trace.errors import UnprovableError
from reference.trace.limits import NO_LIMITS
from reference.trace.segmentation import plan_run
from spec.isa.calls import CALLS, KECCAK_F, MULTIPLY_ADD_MODULO_256, MULTIPLY_ADD_MODULO_384, Call
from spec.program import Program
from tests.reference.assembly import SCRATCH
from tests.reference.call_programs import calling_program
from tests.reference.call_run import from_address, operands_apart

WITH_OPERANDS = [call for call in CALLS if call.operands]


def program_of(call: Call, pointers: list[int]) -> Program:
    """Makes the call with operands of ones in the scratch area, whichever its pointers are."""
    return calling_program(call, pointers, values=from_address(SCRATCH.start, [1] * call.doublewords))


def _trapped(program: Program) -> tuple[TrapReason, int | None, str]:
    execution = execute(program)
    assert execution.trap is not None
    assert not execution.calls
    scratch = [execution.memory.get(address // 8, 0) for address in range(SCRATCH.start, SCRATCH.end, 8)]
    stored = next((i for i, word in enumerate(scratch) if word != 1), len(scratch))
    assert set(scratch[stored:]) <= {0}
    return execution.trap.reason, execution.trap.address, execution.trap.message.partition("ecall: ")[2]


@pytest.mark.parametrize("call", WITH_OPERANDS, ids=lambda call: call.name)
def test_misaligned_pointer_of_each_operand_is_named(call: Call) -> None:
    for place, operand in enumerate(call.operands):
        pointers = operands_apart(call)
        pointers[place] += 4
        details = f"{operand.name} of {call.name} at {pointers[place]:#x}"
        assert _trapped(program_of(call, pointers)) == (TrapReason.MISALIGNED_POINTER, pointers[place], details)


@pytest.mark.parametrize("call", WITH_OPERANDS, ids=lambda call: call.name)
def test_operand_that_crosses_the_end_of_its_region_is_named(call: Call) -> None:
    for place, operand in enumerate(call.operands):
        pointers = operands_apart(call)
        pointers[place] = SCRATCH.end - 8 * operand.doublewords + 8
        details = f"{call.name} accesses the doubleword at {SCRATCH.end:#x}"
        assert _trapped(program_of(call, pointers)) == (TrapReason.UNMAPPED_OPERAND, SCRATCH.end, details)


@pytest.mark.parametrize("call", WITH_OPERANDS, ids=lambda call: call.name)
@pytest.mark.parametrize("pointer", [0, 2**32, 2**64 - 8], ids=hex)
def test_pointer_outside_memory_is_named(call: Call, pointer: int) -> None:
    pointers = operands_apart(call)
    pointers[-1] = pointer
    reason, address, details = _trapped(program_of(call, pointers))
    assert (reason, address) == (TrapReason.UNMAPPED_OPERAND, pointer)
    assert details.startswith(f"{call.name} accesses the doubleword at {pointer:#x}")


def test_operand_that_ends_with_its_region_is_accepted() -> None:
    end = SCRATCH.end - 8 * KECCAK_F.doublewords
    assert execute(program_of(KECCAK_F, [end])).trap is None


DIVISIONS: dict[str, tuple[Callable[[int], list[int]], TrapReason]] = {
    "zero modulus": (lambda size: [1] * (3 * size) + [0] * size, TrapReason.ZERO_MODULUS),
    "wide quotient": (lambda size: [2**64 - 1] * (3 * size) + [2] + [0] * (size - 1), TrapReason.WIDE_QUOTIENT),
}


def division_program(call: Call, name: str) -> Program:
    """A division without a result."""
    size = call.operands[0].doublewords
    pointers = [SCRATCH.start + 8 * size * place for place in (0, 1, 2, 2)]
    return calling_program(call, pointers, values=from_address(SCRATCH.start, DIVISIONS[name][0](size)))


@pytest.mark.parametrize("call", [MULTIPLY_ADD_MODULO_256, MULTIPLY_ADD_MODULO_384], ids=lambda call: call.name)
@pytest.mark.parametrize("name", DIVISIONS)
def test_division_without_a_result_ends_the_program_and_leaves_memory_alone(call: Call, name: str) -> None:
    words, reason = DIVISIONS[name]
    execution = execute(division_program(call, name))
    assert execution.trap is not None
    assert (execution.trap.reason, execution.trap.address) == (reason, None)
    assert execution.trap.message.endswith(f"ecall: {call.name}")
    held = words(call.operands[0].doublewords)
    assert [execution.memory.get(SCRATCH.start // 8 + i, 0) for i in range(len(held))] == held
    with pytest.raises(UnprovableError, match=reason.value):
        plan_run(division_program(call, name), b"", NO_LIMITS, lambda plan: None)
