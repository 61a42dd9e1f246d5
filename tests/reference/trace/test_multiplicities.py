"""Counted lookups, and lookups that find nothing."""

from __future__ import annotations

import numpy as np
import pytest

from reference.trace import addition
from reference.trace.build import build_trace
from reference.trace.cells import Cells
from reference.trace.clock import Row
from reference.trace.errors import WitnessError
from reference.trace.fillers import FILLERS
from reference.trace.multiplicities import row_index
from tests.changed_traces import table_of
from tests.reference.assembly import CODE_START, Assembly
from tests.reference.every_instruction import LEFT, RESULT


def test_index_of_a_repeated_row_is_its_first_position() -> None:
    assert row_index(np.array([[1, 2], [3, 4], [1, 2], [3, 4]], dtype=np.uint64)) == {(1, 2): 0, (3, 4): 1}


def test_program_rows_are_counted_as_often_as_they_are_executed() -> None:
    assembly = Assembly()
    assembly.add("addi", LEFT, immediate=5)
    loop = assembly.here
    assembly.add("addi", LEFT, LEFT, immediate=-1)
    assembly.add("bne", rs1=LEFT, immediate=loop - assembly.here)
    assembly.exit()
    table = table_of(build_trace(assembly.program()), "program_table")
    assert (table.fixed[:, 0] - CODE_START // 4).tolist() == [0, 1, 2, 3, 4, 5, 6, 6]
    # The repeated row that pads the table is never counted.
    assert table.main[:, 0].tolist() == [1, 5, 5, 1, 1, 1, 1, 0]


def test_lookups_of_a_bitwise_row_are_counted_once_each() -> None:
    assembly = Assembly()
    assembly.constant(LEFT, 0x0102_0000_0000_00FF)
    assembly.add("and", RESULT, LEFT, LEFT)
    assembly.exit()
    table = table_of(build_trace(assembly.program()), "byte_table")
    counts = table.main[:, table.chip.column_index("and_multiplicity")]
    positions = np.nonzero(counts)[0]
    found = list(zip(table.fixed[positions].tolist(), counts[positions].tolist(), strict=True))
    assert found == [([0, 0, 0], 5), ([1, 1, 1], 1), ([2, 2, 2], 1), ([255, 255, 255], 1)]


def test_lookup_that_finds_nothing_names_chip_row_and_interaction(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_wide(row: Row) -> Cells:
        return addition.FILLERS["addi"](row) | {"result_0": 2**16}

    assembly = Assembly()
    assembly.add("addi", RESULT, LEFT, immediate=1)
    assembly.exit()
    monkeypatch.setitem(FILLERS, "addi", too_wide)
    with pytest.raises(
        WitnessError, match=r"addi, row 0, result_0_is_16_bits: \(65536, 16\) stands in no row of range_table"
    ):
        build_trace(assembly.program())


def test_chip_without_a_filler_is_named_with_the_table_that_lacks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assembly = Assembly()
    assembly.add("addi", RESULT, LEFT, immediate=1)
    assembly.exit()
    monkeypatch.delitem(FILLERS, "addi")
    with pytest.raises(WitnessError, match=r"^addi: no filler in FILLERS of its family's module in reference/trace$"):
        build_trace(assembly.program())


def test_filler_that_forgets_a_column_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assembly = Assembly()
    assembly.add("addi", RESULT, LEFT, immediate=1)
    assembly.exit()
    monkeypatch.setitem(FILLERS, "addi", lambda row: {"immediate_low": 1, "sign": 0})
    message = (
        "addi: columns and filled cells differ in carry_1, carry_2, carry_3, immediate_is_negative, inverse, "
        "left_0, left_1, left_2, left_3, result_0, sign"
    )
    with pytest.raises(WitnessError, match=message):
        build_trace(assembly.program())
