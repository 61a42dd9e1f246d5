"""Optimised traces against the reference's, cell by cell."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from optimized.trace.build import FilledSegment, build_segment
from optimized.trace.continuation import UnprovableError
from optimized.trace.fill import FILLERS
from optimized.trace.lookups import LookupIndex, Lookups
from reference.fixed_tables import fixed_tables, program_tables
from reference.trace.build import build_trace
from reference.trace.table import Trace
from spec.air.machine import INSTRUCTION_CHIPS
from spec.memory_map import OUTPUT
from spec.program import Program
from tests.reference.assembly import Assembly
from tests.reference.every_instruction import every_instruction_program

PAIRS = [
    (7, 3),
    (2**64 - 7, 3),
    (7, 2**64 - 3),
    (2**64 - 7, 2**64 - 3),
    (2**63, 2**64 - 1),
    (2**31, 2**32 - 1),
    (2**64 - 2**31, 2**64 - 1),
    (5, 0),
    (2**64 - 5, 0),
    (0, 0),
    (2**64 - 1, 2**64 - 1),
    (0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210),
]
"""Operands of every sign, the overflows of division, and division by zero."""

SINGLES = [0, 1, 2**63 + 5, 2**64 - 1]


@cache
def both_traces() -> tuple[Trace, FilledSegment]:
    program = every_instruction_program(PAIRS, SINGLES)
    private_input = (0x1234_5678_9ABC_DEF0).to_bytes(8, "little")
    return build_trace(program, private_input), optimized_trace(program, private_input)


def optimized_trace(program: Program, private_input: bytes = b"") -> FilledSegment:
    lookups = Lookups({**fixed_tables(), **program_tables(program)})
    return build_segment(program, private_input, lookups)


def test_fillers_are_those_of_every_instruction_chip() -> None:
    assert set(FILLERS) == {chip.name for chip in INSTRUCTION_CHIPS}


def test_trace_of_every_instruction_has_the_references_tables_and_public_values() -> None:
    reference, ours = both_traces()
    assert [(t.chip, t.height) for t in reference.tables] == [(t.chip, len(t.main)) for t in ours.tables]
    assert reference.public_values == ours.public_values
    assert reference.output == ours.output


def test_trace_of_every_instruction_has_the_references_cells() -> None:
    reference, ours = both_traces()
    for theirs, table in zip(reference.tables, ours.tables, strict=True):
        for column, name in enumerate(theirs.chip.columns):
            assert np.array_equal(theirs.main[:, column], table.main[:, column]), f"{theirs.chip.name}.{name}"
        assert np.array_equal(theirs.fixed, table.fixed), theirs.chip.name


def test_lookup_index_of_repeated_rows_finds_the_first() -> None:
    index = LookupIndex(np.array([[5, 1], [5, 2], [7, 1], [5, 2], [5, 2]], dtype=np.uint64))
    positions, missing = index.positions(np.array([[5, 2], [7, 1], [5, 1]]))
    assert positions.tolist() == [1, 2, 0]
    assert missing.tolist() == []


@pytest.mark.parametrize("message", [(7, 2), (6, 1), (0, 1), (2**30, 1)])
def test_lookup_index_reports_messages_that_no_row_holds(message: tuple[int, int]) -> None:
    index = LookupIndex(np.array([[5, 1], [5, 2], [7, 1]], dtype=np.uint64))
    _, missing = index.positions(np.array([[5, 1], message]))
    assert missing.tolist() == [1]


def test_lookup_index_of_fields_far_apart_is_searched() -> None:
    index = LookupIndex(np.array([[5, 1], [2**30, 2]], dtype=np.uint64))
    positions, missing = index.positions(np.array([[2**30, 2], [2**29, 2]]))
    assert positions[0] == 1
    assert missing.tolist() == [1]


def test_program_that_reads_behind_its_output_is_not_provable() -> None:
    assembly = Assembly()
    assembly.constant(5, OUTPUT.start)
    assembly.add("ld", 6, 5, immediate=64)
    assembly.exit()
    with pytest.raises(UnprovableError, match="accessed the output region at 0xb0000040, behind its 0 bytes"):
        optimized_trace(assembly.program())


def test_program_that_leaves_bytes_behind_its_output_is_not_provable() -> None:
    assembly = Assembly()
    assembly.constant(5, OUTPUT.start)
    assembly.constant(6, 1)
    assembly.constant(7, 0x101)
    assembly.add("sd", rs1=5, rs2=6)
    assembly.add("sd", rs1=5, rs2=7, immediate=8)
    assembly.exit()
    with pytest.raises(UnprovableError, match="bytes behind the output of length 1 are not zero"):
        optimized_trace(assembly.program())
