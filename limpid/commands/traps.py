"""Traps with the chain of calls in which they happened, whichever command executes the guest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from limpid.commands.options import Guest
from limpid.errors import TrapError

LIMIT_REASON = "INSTRUCTION_LIMIT"
"""The reason of a run that was stopped: where it happened to be explains nothing."""


@contextmanager
def explained_traps(guest: Guest, private_input: bytes) -> Iterator[None]:
    """Adds the chain of calls, with source lines, to a TrapError of this run."""
    try:
        yield
    except TrapError as error:
        pc, instructions = error.details["pc"], error.details["instructions"]
        if error.details["reason"] != LIMIT_REASON and isinstance(pc, int) and isinstance(instructions, int):
            from limpid.advice.trap_advice import add_stack
            from limpid.debugger.call_stack import call_stack

            add_stack(error, call_stack(guest.program, guest.content, private_input, pc, instructions))
        raise
