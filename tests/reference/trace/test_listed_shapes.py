"""Segments of listed shapes: cut where a table of the shape is full, padded to it, and the only ones accepted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from limpid.runs import optimized_runs
from optimized.kernels import OptimizedKernels
from reference.checker import check_run
from reference.fixed_tables import ProgramTooLargeError, program_tables
from reference.program_keys import proving_key, verification_key
from reference.prover.run import prove_run
from reference.recursion import shape_choice
from reference.recursion.shape_choice import limits_under
from reference.tables import Table, without_fixed_columns
from reference.trace.build import build_segment, build_traces, tables_of
from reference.trace.errors import TraceTooLongError
from reference.trace.limits import limits_of_heights, limits_of_shape, most_instructions
from reference.trace.plan import SegmentPlan
from reference.trace.planned_shape import planned_shape
from reference.trace.segmentation import plan_run
from reference.verifier.program import verify
from spec.isa.calls import KECCAK_F
from spec.parameters import TINY
from spec.program import Program
from spec.protocol.key_encoding import decode_key, encode_key
from spec.protocol.proof_encoding import encode_proof
from spec.protocol.shape import SegmentShape, listed_shape
from spec.rejection import Rejected, Rejection
from spec.rv64im.machine import CHIP_BY_NAME, MAXIMUM_SEGMENTS, RV64IM
from spec.rv64im.tree import tree_design
from tests.reference.assembly import SCRATCH
from tests.reference.call_programs import calling_program
from tests.reference.listed_shape import (
    HEIGHTS,
    HEIGHTS_WITH_CALLS,
    PARAMETERS,
    PROGRAMS,
    ROWS,
    SHAPE,
    list_shape,
    small_listing,
)
from tests.reference.segmented_run import INPUT, counting_program


@pytest.fixture(autouse=True)
def small_shape(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A listed shape that a few instructions fill, and a parameter set that demands it."""
    with small_listing(monkeypatch):
        yield


def test_segments_end_when_a_table_of_the_shape_is_full() -> None:
    plans: list[SegmentPlan] = []
    run = plan_run(counting_program(20), INPUT, limits_of_shape(SHAPE), plans.append)
    assert len(plans) > 2
    for plan in plans:
        rows = dict(zip(ROWS, plan.rows, strict=False))
        assert all(count <= ROWS[name] for name, count in rows.items())
        assert plan.pc_out is None or any(count == ROWS[name] for name, count in rows.items())
        assert plan.shape == SHAPE
    assert sum(plan.instructions for plan in plans) == run.end.instructions


def test_segment_ends_when_the_boundary_table_may_be_full() -> None:
    list_shape(HEIGHTS | {"boundary": (3,)})
    plans: list[SegmentPlan] = []
    plan_run(counting_program(), INPUT, limits_of_shape(SHAPE), plans.append)
    assert len(plans) > 1
    assert all(3 <= len(plan.cells) <= 8 for plan in plans)


def test_output_that_the_memory_tables_have_no_room_for_is_refused() -> None:
    list_shape(HEIGHTS | {"memory": (1,)})
    with pytest.raises(TraceTooLongError, match="the output of 8 bytes takes more segments than the execution"):
        plan_run(counting_program(), INPUT, limits_of_shape(SHAPE), lambda plan: None)


def test_traces_have_exactly_the_shape_and_satisfy_every_constraint_and_bus() -> None:
    program = counting_program(20)
    traces = build_traces(program, INPUT, limits_of_shape(SHAPE))
    fixed = {name: len(rows).bit_length() - 1 for name, rows in program_tables(program, listed=True).items()}
    assert all(trace.shape.numbers() == listed_shape(RV64IM, SHAPE, fixed).numbers() for trace in traces)
    assert check_run(traces) == []


def test_instances_are_filled_in_turn_and_may_be_empty() -> None:
    chip = CHIP_BY_NAME["addi"]
    filled = []
    for rows in (14, 9, 8, 3):
        tables = tables_of(chip, [[1] * len(chip.columns)] * rows, SHAPE)
        assert [table.height for table in tables] == [8, 4, 2]
        filled.append(tuple(int(np.count_nonzero(table.main[:, 0])) for table in tables))
    assert filled == [(8, 4, 2), (8, 1, 0), (8, 0, 0), (3, 0, 0)]


def test_planned_shape_is_that_of_the_trace() -> None:
    program = counting_program(20)
    key = verification_key(OptimizedKernels(), program, PARAMETERS)
    plans: list[SegmentPlan] = []
    run = plan_run(program, INPUT, limits_of_shape(SHAPE), plans.append)
    trace = build_segment(program, run.segment(plans[1]))
    assert planned_shape(run.segment(plans[1]), key.heights_by_chip()) == trace.shape


def test_run_of_listed_segments_is_proven_and_any_other_is_rejected() -> None:
    kernels, program = OptimizedKernels(), counting_program(20)
    key = proving_key(kernels, program, PARAMETERS)
    traces = build_traces(program, INPUT, limits_of_shape(SHAPE))
    proof = prove_run(kernels, key, traces)
    verified = verify(encode_proof(proof), key.verification, proof.output, allow_insecure=True)
    assert verified.output == (20 + 41).to_bytes(8, "little")
    assert decode_key(encode_key(key.verification), RV64IM) == key.verification

    small = proving_key(kernels, program, replace(PARAMETERS, listed_shapes=False))
    heights = small.verification.program_heights_log2
    unlisted_key = replace(small.verification, parameters=PARAMETERS)
    with pytest.raises(Rejected) as rejected:
        decode_key(encode_key(unlisted_key), RV64IM)
    assert rejected.value.reason is Rejection.SHAPE_NOT_LISTED
    assert rejected.value.detail == f"the program's tables have heights 2^{list(heights)}"

    higher = replace(traces[0], tables=tuple(_doubled(t) if t.chip.name == "add" else t for t in traces[0].tables))
    with pytest.raises(Rejected) as rejected:
        verify(
            encode_proof(prove_run(kernels, key, [higher, *traces[1:]])), key.verification, None, allow_insecure=True
        )
    assert (rejected.value.reason, rejected.value.detail) == (Rejection.SHAPE_NOT_LISTED, PARAMETERS.name)


def _doubled(table: Table) -> Table:
    """A table without fixed columns, of twice the height."""
    return Table(
        table.chip, np.concatenate([table.main, np.zeros_like(table.main)]), without_fixed_columns(2 * table.height)
    )


def test_program_that_no_listed_size_holds_has_no_key() -> None:
    program = counting_program()
    image = tuple((address, 0) for address in range(2**12, 2**12 + 513))
    with pytest.raises(ProgramTooLargeError, match=r"image_table needs 513 rows, the largest listed size has 2\^9"):
        proving_key(OptimizedKernels(), replace(program, image=image), PARAMETERS)


def test_limits_under_listed_shapes_are_those_of_a_shape_that_suits_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    program = counting_program(20)
    design = replace(tree_design(), segments=RV64IM, segment_parameters=PARAMETERS, segment_shapes=_sizes())
    monkeypatch.setattr(shape_choice, "tree_design", lambda: design)
    assert limits_under(PARAMETERS, plan_run, program, INPUT) == limits_of_shape(SHAPE)
    assert limits_under(TINY, plan_run, program, INPUT) == limits_of_heights(TINY.tallest_log2)


def _sizes() -> dict[str, SegmentShape]:
    return {f"{SHAPE}_{size}": listed_shape(RV64IM, SHAPE, heights) for size, heights in enumerate(PROGRAMS)}


@pytest.mark.parametrize("calls", [False, True], ids=["counting", "calls"])
def test_compiled_plans_and_traces_of_a_listed_shape_are_the_references(calls: bool) -> None:
    if calls:
        list_shape(HEIGHTS_WITH_CALLS)
    program = _permuting_program(3) if calls else counting_program(20)
    key = proving_key(OptimizedKernels(), program, PARAMETERS)
    plain: list[SegmentPlan] = []
    compiled: list[SegmentPlan] = []
    run = plan_run(program, INPUT, limits_of_shape(SHAPE), plain.append)
    assert optimized_runs.plan_compiled_run(program, INPUT, limits_of_shape(SHAPE), compiled.append) == run
    assert compiled == plain
    traces = optimized_runs.segment_traces(program, key.tables)
    for plan in plain:
        expected, filled = build_segment(program, run.segment(plan)), traces.segment(run.segment(plan))
        assert [table.chip.name for table in filled.tables] == [table.chip.name for table in expected.tables]
        for ours, theirs in zip(filled.tables, expected.tables, strict=True):
            assert np.array_equal(ours.main, theirs.main)
            assert np.array_equal(ours.fixed, theirs.fixed)


def _permuting_program(times: int) -> Program:
    return calling_program(KECCAK_F, *[[SCRATCH.start]] * times)


def test_segment_ends_where_the_work_that_a_call_orders_has_no_room() -> None:
    """There is room for 2 calls, and for the 24 rounds of one."""
    list_shape(HEIGHTS_WITH_CALLS)
    traces = build_traces(_permuting_program(3), b"", limits_of_shape(SHAPE))
    assert check_run(traces) == []
    for trace in traces:
        calls, rounds = (
            [table for table in trace.tables if table.chip.name == name] for name in ("keccak_f", "keccak_round")
        )
        assert [table.height for table in (*calls, *rounds)] == [2, 32, 2]
    assert len(traces) == 3


def test_most_instructions_of_a_listed_shape_are_its_rows_and_calls_whose_work_has_room() -> None:
    assert most_instructions(limits_of_shape(SHAPE)) == MAXIMUM_SEGMENTS * sum(ROWS.values())
    list_shape(HEIGHTS_WITH_CALLS)
    ordinary = 256 * len(ROWS)
    assert most_instructions(limits_of_shape(SHAPE)) == MAXIMUM_SEGMENTS * (ordinary + 1 + 2 + 2 + 2 + 2)
