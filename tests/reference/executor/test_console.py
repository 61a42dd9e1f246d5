"""Console calls are shown in order, change nothing, and never fail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reference.executor import execute
from reference.executor.console import LONGEST_TEXT_BYTES
from spec.memory_map import DOUBLEWORD_BYTES, INPUT_REGION
from spec.program import Program
from tests.reference.assembly import FUNCTIONS, SCRATCH, program_of_calls

RA, A0, A1 = 1, 10, 11
TEXT = INPUT_REGION.start + DOUBLEWORD_BYTES
WRITE, PUT = FUNCTIONS


def _program(*calls: tuple[int, int, int]) -> Program:
    return program_of_calls(("limpid_console_write", "limpid_console_put"), calls)


def _shown(program: Program, private_input: bytes = b"") -> list[bytes]:
    texts: list[bytes] = []
    execute(program, private_input, console=texts.append)
    return texts


def test_console_calls_are_shown_in_order() -> None:
    program = _program((PUT, 0x141, 0), (WRITE, TEXT + 1, 9), (WRITE, TEXT, 0), (PUT, 10, 0))
    assert _shown(program, b"0123456789") == [b"A", b"123456789", b"", b"\n"]


def test_console_listening_changes_nothing() -> None:
    program = _program((WRITE, SCRATCH.start + 3, 100), (PUT, 65, 0))
    assert execute(program, console=lambda _: None) == execute(program)


@pytest.mark.parametrize("address", [0, SCRATCH.end - 4, 2**64 - 8], ids=["null", "across an end", "beyond memory"])
def test_console_text_in_unmapped_memory_is_shown_as_nothing(address: int) -> None:
    assert _shown(_program((WRITE, address, 8))) == [b""]


def test_console_text_of_enormous_size_is_cut() -> None:
    assert _shown(_program((WRITE, INPUT_REGION.start, 2**64 - 1))) == [bytes(LONGEST_TEXT_BYTES)]


def test_console_of_a_program_without_symbols_is_silent() -> None:
    assert _shown(replace(_program((PUT, 65, 0)), symbols=())) == []
