"""Every abnormal end tells a newcomer what happened, where, and where to look."""

from __future__ import annotations

import pytest

from limpid.advice.trap_advice import next_step
from reference.execution import Trap, TrapReason
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
    assert "-march=rv64im -mabi=lp64" in _advice(TrapReason.ILLEGAL_INSTRUCTION)
