"""Traces of programs that call accelerators."""

from __future__ import annotations

import pytest

from reference.checker import check_run
from reference.cost import run_cost
from reference.executor.profiling import profile
from reference.trace.build import build_traces
from reference.trace.errors import SegmentTooSmallError
from reference.trace.limits import NO_LIMITS, SegmentLimits, extent_of, limits_of_shape
from reference.trace.segmentation import plan_run
from spec.air.chips.sha256 import ROUNDS
from spec.isa.calls import SHA256_COMPRESS
from spec.program import Program
from spec.rv64im.machine import CHIP_BY_NAME, RV64IM, WORK_CHIPS, WORK_ROWS
from spec.rv64im.recursion_shapes import CALL_SHAPES_LOG2
from tests.reference.assembly import SCRATCH, Assembly
from tests.reference.call_programs import calling_program

BLOCK, STATE = SCRATCH.start, SCRATCH.start + 64
CALL = CHIP_BY_NAME[SHA256_COMPRESS.name]


def _program(calls: int = 3) -> Program:
    """The last call's state lies in its block."""
    return calling_program(SHA256_COMPRESS, *[(BLOCK, STATE)] * (calls - 1), (BLOCK, BLOCK + 32))


def test_trace_of_calls_has_no_violation() -> None:
    traces = build_traces(_program(), b"", NO_LIMITS)
    assert check_run(traces) == []
    heights = {table.chip.name: table.height for table in traces[0].tables}
    assert (heights["sha256_compress"], heights["sha256_first"], heights["sha256_rest"]) == (4, 4, 16)


def test_calls_in_several_segments_have_no_violation() -> None:
    limits = SegmentLimits(cost=None, clock=1_200, memory_rows=32)
    traces = build_traces(_program(), b"", limits)
    assert len(traces) > 2
    assert check_run(traces) == []


def test_program_without_calls_has_no_table_for_them() -> None:
    assembly = Assembly()
    assembly.exit()
    (trace,) = build_traces(assembly.program(), b"", NO_LIMITS)
    present = {table.chip.name for table in trace.tables}
    assert not present & {CALL.name, *(chip.name for chip in WORK_CHIPS)}


def test_compression_costs_at_most_nine_thousand_cells() -> None:
    cells = len(CALL.columns)
    cells += sum(count * len(CHIP_BY_NAME[name].columns) for name, count in WORK_ROWS[CALL.name].items())
    assert cells <= 9_000


def test_extent_of_a_call_counts_the_work_that_it_orders() -> None:
    first, rest = CHIP_BY_NAME["sha256_first"], CHIP_BY_NAME["sha256_rest"]
    extent = extent_of(CALL, 5)
    assert (extent.room, extent.tallest) == (5, 16)
    assert extent.ticks == 8 * CALL.accesses + 8 * first.accesses + 16 * rest.accesses
    assert ROUNDS == 64


def test_cost_by_instruction_is_that_of_the_calls_and_their_work() -> None:
    cost = run_cost(profile(_program()))
    assert {name: cost.rows[name] for name in ("sha256_compress", "sha256_first", "sha256_rest")} == {
        "sha256_compress": 3,
        "sha256_first": 3,
        "sha256_rest": 9,
    }
    assert cost.rows["halt"] == 1


@pytest.mark.parametrize("shape", [name for name in RV64IM.listed_shapes if name not in CALL_SHAPES_LOG2])
def test_listed_shape_that_names_no_accelerator_has_no_room_for_a_call(shape: str) -> None:
    with pytest.raises(SegmentTooSmallError):
        plan_run(_program(1), b"", limits_of_shape(shape), lambda _: None)
