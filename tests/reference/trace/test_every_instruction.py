"""Honest traces of every instruction check clean, and their rows mean what the instruction set says."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.checker import check_trace
from reference.tables import Trace
from reference.trace.build import build_trace
from spec.program import Program
from spec.rv64im.machine import CALL_CHIPS, INSTRUCTION_CHIPS
from tests.reference.assembly import SCRATCH, Assembly
from tests.reference.every_instruction import (
    BASE,
    CORNERS,
    IMMEDIATE_FORMS,
    LEFT,
    RESULT,
    add_arithmetic,
    add_memory,
    every_instruction_program,
)
from tests.reference.row_meaning import assert_row_means_its_instruction, spoken_rows

WORDS = st.one_of(st.sampled_from(CORNERS), st.integers(0, 2**64 - 1), st.integers(0, 2**16))


def _checked(program: Program, private_input: bytes = b"") -> Trace:
    """The program's trace, which checks clean and whose rows mean their instructions."""
    trace = build_trace(program, private_input)
    assert [str(violation) for violation in check_trace(trace)] == []
    for row in spoken_rows(trace):
        assert_row_means_its_instruction(row, program)
    return trace


def test_every_instruction_on_corner_operands_checks_clean() -> None:
    program = every_instruction_program([(left, right) for left in CORNERS for right in CORNERS], CORNERS)
    trace = _checked(program, b"abcdefgh")
    assert {table.chip.name for table in trace.tables} >= {
        chip.name for chip in INSTRUCTION_CHIPS if chip not in CALL_CHIPS
    }
    assert trace.output == b"abcdefgh"


@settings(max_examples=15, deadline=None)
@given(pairs=st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4), randomness=st.randoms(use_true_random=False))
def test_arithmetic_on_random_operands_checks_clean(pairs: list[tuple[int, int]], randomness: random.Random) -> None:
    assembly = Assembly()
    for left, right in pairs:
        add_arithmetic(assembly, left, right)
        for instruction in IMMEDIATE_FORMS:
            limit = 1 << instruction.format.immediate_bits
            low = -limit // 2 if instruction.format.immediate_is_signed else 0
            assembly.add(instruction.name, RESULT, LEFT, immediate=randomness.randrange(low, low + limit))
    assembly.exit()
    _checked(assembly.program())


@settings(max_examples=5, deadline=None)
@given(value=WORDS, other=WORDS, offset=st.integers(0, 64))
def test_memory_accesses_of_random_words_check_clean(value: int, other: int, offset: int) -> None:
    assembly = Assembly()
    add_memory(assembly, SCRATCH.start + offset, value)
    add_memory(assembly, SCRATCH.start + offset + 4, other)
    assembly.exit()
    _checked(assembly.program())


@pytest.mark.parametrize(("name", "bytes_before_the_end"), [("lw", 5), ("lhu", 3), ("lb", 1), ("sw", 5), ("sh", 3)])
def test_access_that_ends_with_the_region_does_not_touch_what_is_behind(name: str, bytes_before_the_end: int) -> None:
    assembly = Assembly()
    assembly.constant(BASE, SCRATCH.end)
    operands = {"rs2": LEFT} if name.startswith("s") else {"rd": RESULT}
    assembly.add(name, rs1=BASE, immediate=-bytes_before_the_end, **operands)
    assembly.exit()
    _checked(assembly.program())
