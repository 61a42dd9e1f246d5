"""What the checker reports: layouts that no proof may have, and the words of a violation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reference import checker
from reference.checker import ConstraintViolation, Imbalance, LayoutViolation, check_layout, check_trace
from reference.tables import Table, Trace, without_fixed_columns
from reference.trace.build import build_trace
from spec.field import P
from spec.memory_map import OUTPUT_CAPACITY_BYTES
from spec.rv64im.machine import CHIP_BY_NAME
from tests.changed_traces import changed, shifted, table_of, with_public, with_table
from tests.reference.assembly import Assembly
from tests.reference.every_instruction import LEFT, RESULT, RIGHT

ADD = CHIP_BY_NAME["add"]


@pytest.fixture(scope="module")
def trace() -> Trace:
    assembly = Assembly()
    assembly.constant(LEFT, 7)
    assembly.constant(RIGHT, 9)
    assembly.add("add", RESULT, LEFT, RIGHT)
    assembly.exit()
    return build_trace(assembly.program())


def _zeros(height: int) -> Table:
    """A table of `add` without real rows, which takes no memory however high it is."""
    return Table(ADD, np.broadcast_to(np.uint64(0), (height, len(ADD.columns))), without_fixed_columns(height))


def _with_instances(trace: Trace, *tables: Table) -> Trace:
    """The trace with these tables in the place of the one of `add`."""
    position = next(i for i, table in enumerate(trace.tables) if table.chip is ADD)
    return replace(trace, tables=(*trace.tables[:position], *tables, *trace.tables[position + 1 :]))


def test_constraint_violation_names_chip_instance_row_and_constraint(trace: Trace) -> None:
    forged = table_of(changed(trace, "add", 1, real=2), "add")
    found = check_trace(_with_instances(trace, _zeros(4), forged))
    violations = [violation for violation in found if isinstance(violation, ConstraintViolation)]
    assert violations == [ConstraintViolation("add", 1, 1, "real_is_boolean", 2)]
    assert str(violations[0]) == "add[1] row 1: real_is_boolean is 2"


def test_imbalance_names_bus_tuple_and_speakers(trace: Trace) -> None:
    clock_out = trace.public_values["clock_out"]
    violations = check_trace(with_public(trace, clock_out=clock_out + 1))
    assert violations == [
        Imbalance("state", {"pc": P - 1, "clock": clock_out}, 1, ("halt[0] row 0 leave sends 1",)),
        Imbalance("state", {"pc": P - 1, "clock": clock_out + 1}, -1, ("verifier receives 1",)),
    ]
    tuple_ = f"(pc={P - 1}, clock={clock_out + 1})"
    assert str(violations[1]) == f"bus state: {tuple_} has net multiplicity -1: verifier receives 1"


def test_imbalance_lists_everybody_who_says_the_tuple(trace: Trace) -> None:
    forged = shifted(trace, "byte_table", 2**16 - 1, byte_pair_multiplicity=-3)
    assert check_trace(forged) == [
        Imbalance("byte_pair", {"left": 255, "right": 255}, -3, ("byte_table[0] row 65535 byte_pair sends -3",))
    ]


def test_tables_against_the_machines_order_are_reported(trace: Trace) -> None:
    first, second, *others = trace.tables
    violations = check_layout(replace(trace, tables=(second, first, *others)))
    meaning = f"stands behind {second.chip.name}, against the machine's order"
    assert violations == [LayoutViolation(first.chip.name, meaning)]
    assert str(violations[0]) == f"{first.chip.name}: {meaning}"


@pytest.mark.parametrize("heights", [(4, 4), (2, 4)])
def test_instances_whose_heights_do_not_decrease_are_reported(heights: tuple[int, ...], trace: Trace) -> None:
    violations = check_layout(_with_instances(trace, *map(_zeros, heights)))
    assert violations == [LayoutViolation("add", "the heights of its instances do not decrease")]


def test_four_instances_are_reported(trace: Trace) -> None:
    violations = check_layout(_with_instances(trace, *map(_zeros, (16, 8, 4, 2))))
    assert violations == [LayoutViolation("add", "has 4 instances, at most 3 are allowed")]


def test_two_memory_tables_are_reported(trace: Trace) -> None:
    violations = check_layout(replace(trace, tables=(*trace.tables, trace.tables[-1])))
    assert LayoutViolation("memory", "has 2 instances, at most 1 are allowed") in violations


def test_fixed_cells_that_are_not_the_machines_are_reported(trace: Trace) -> None:
    table = table_of(trace, "shift_table")
    fixed = table.fixed.copy()
    fixed[0, 0] = 64
    violations = check_layout(with_table(trace, replace(table, fixed=fixed)))
    assert violations == [LayoutViolation("shift_table", "the fixed cells are not the machine's")]


def test_cell_that_is_not_canonical_is_reported(trace: Trace) -> None:
    table = table_of(trace, "add")
    main = table.main.copy()
    main[0, 0] = P + 1
    violations = check_layout(with_table(trace, replace(table, main=main)))
    assert violations == [LayoutViolation("add", "a cell is not a canonical element")]


def test_public_values_that_are_not_the_segments_are_reported(trace: Trace) -> None:
    assert check_layout(with_public(trace, more=0)) == [LayoutViolation("public values", "are not the segment's")]
    expected = [LayoutViolation("public value pc_in", f"{P} is not a canonical element")]
    assert check_layout(with_public(trace, pc_in=P)) == expected


def test_clock_beyond_its_limit_is_reported(trace: Trace) -> None:
    others = [(table.chip, table.height) for table in trace.tables if table.chip is not ADD]
    end = 1 + 3 * 2**23 + sum(chip.accesses * height for chip, height in others)
    violations = check_layout(_with_instances(trace, _zeros(2**23)))
    assert violations == [LayoutViolation("clock", f"{end} is above {2**24}")]
    assert check_layout(_with_instances(trace, _zeros(2**22))) == []


def test_tuples_of_a_bus_beyond_their_limit_are_reported(trace: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker, "message_counts", lambda shape: {"exit": P - 1})
    assert check_layout(trace) == []
    monkeypatch.setattr(checker, "message_counts", lambda shape: {"exit": P - 1, "state": P})
    assert check_layout(trace) == [LayoutViolation("bus state", f"{P} tuples are not below {P}")]


def test_output_beyond_its_region_is_an_error(trace: Trace) -> None:
    with pytest.raises(ValueError, match="exceeds the capacity"):
        check_trace(replace(trace, output=bytes(OUTPUT_CAPACITY_BYTES + 1)))
