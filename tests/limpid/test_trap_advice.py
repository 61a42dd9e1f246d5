"""Every abnormal end tells a newcomer what happened, where, and where to look."""

from __future__ import annotations

import pytest

from limpid.trap_advice import next_step
from reference.execution import Trap, TrapReason
from spec.isa.calls import CALLS
from spec.memory_map import HEAP, STACK

ENDING = "; step through it with: limpid debug GUEST.elf. Such a run has no proof"


def _advice(reason: TrapReason, address: int | None = None) -> str:
    return next_step(Trap(reason, 0x10000, address, None, ""))


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


def test_abort_and_illegal_instructions_have_their_own_advice() -> None:
    assert _advice(TrapReason.BREAKPOINT) == "look for what called abort, or for an assertion that failed" + ENDING
    assert _advice(TrapReason.ZERO_MODULUS).startswith("look at what lies behind the addend at a3")
    assert _advice(TrapReason.WIDE_QUOTIENT).startswith("reduce the operands first")
    assert _advice(TrapReason.MISALIGNED_POINTER, 4) == "align what calls work on to 8 bytes" + ENDING
    assert "-march=rv64im -mabi=lp64" in _advice(TrapReason.ILLEGAL_INSTRUCTION)


def test_unknown_call_is_told_those_that_there_are() -> None:
    advice = _advice(TrapReason.UNKNOWN_ENVIRONMENT_CALL)
    assert advice.startswith("the calls are exit, a7 = 93, keccak_f, 256, sha256_compress, 257, ")
    assert all(f"{call.name}, {call.number}" in advice for call in CALLS)
