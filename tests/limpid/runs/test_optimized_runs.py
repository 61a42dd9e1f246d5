"""Runs without a proof end alike, whichever executor plans them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from limpid.runs import optimized_runs
from limpid.runs.optimized_runs import CompiledTraces, plan_compiled_run, segment_traces
from optimized.execution.predecoded import CodeTooLargeError
from optimized.kernels import OptimizedKernels
from optimized.trace import segmentation as compiled
from reference.machine_memory import InputTooLongError
from reference.program_keys import proving_key
from reference.trace import segmentation
from reference.trace.build import PlainTraces
from reference.trace.errors import TraceTooLongError, UnprovableError
from reference.trace.limits import NO_LIMITS, SegmentLimits, limits_of_shape
from reference.trace.plan import SegmentPlan
from spec.memory_map import INPUT_CAPACITY_BYTES, OUTPUT_CAPACITY_BYTES, OUTPUT_REGION
from spec.parameters import TINY
from spec.program import Program
from tests.reference.assembly import SCRATCH, Assembly
from tests.reference.segmented_run import INPUT, LIMITS, counting_program

CUT = SegmentLimits(clock=12)


def _breakpoint(assembly: Assembly) -> None:
    assembly.add("ebreak")


def _unknown_call(assembly: Assembly) -> None:
    assembly.add("ecall")


def _illegal_word(assembly: Assembly) -> None:
    assembly.add_word(0)


def _load_behind_a_region(assembly: Assembly) -> None:
    assembly.constant(5, SCRATCH.end - 4)
    assembly.add("ld", 6, 5)


def _store_above_memory(assembly: Assembly) -> None:
    assembly.constant(5, 2**40)
    assembly.add("sb", rs1=5)


def _misaligned_jump(assembly: Assembly) -> None:
    assembly.add("jalr", rs1=0, immediate=2)


def _jump_to_nowhere(assembly: Assembly) -> None:
    assembly.constant(5, 2**40)
    assembly.add("jalr", rs1=5)


def _misaligned_loads_then_breakpoint(assembly: Assembly) -> None:
    assembly.constant(5, SCRATCH.start)
    for offset in range(4):
        assembly.add("lw", 6, 5, immediate=offset)
    assembly.add("ebreak")


def _reads_behind_its_output(assembly: Assembly) -> None:
    assembly.constant(5, OUTPUT_REGION.start)
    assembly.add("ld", 6, 5, immediate=64)


def _leaves_bytes_behind_its_output(assembly: Assembly) -> None:
    assembly.constant(5, OUTPUT_REGION.start)
    assembly.constant(6, 1)
    assembly.constant(7, 0x101)
    assembly.add("sd", rs1=5, rs2=6)
    assembly.add("sd", rs1=5, rs2=7, immediate=8)


def _announces_too_long_an_output(assembly: Assembly) -> None:
    assembly.constant(5, OUTPUT_REGION.start)
    assembly.constant(6, OUTPUT_CAPACITY_BYTES + 1)
    assembly.add("sd", rs1=5, rs2=6)


def _program(build: Callable[[Assembly], None]) -> Program:
    assembly = Assembly()
    for register in range(8, 12):
        assembly.add("addi", register, immediate=register)
    build(assembly)
    assembly.exit(1)
    return assembly.program()


@pytest.mark.parametrize("limits", [NO_LIMITS, CUT], ids=["one segment", "cut"])
@pytest.mark.parametrize(
    "build",
    [
        _breakpoint,
        _unknown_call,
        _illegal_word,
        _load_behind_a_region,
        _store_above_memory,
        _misaligned_jump,
        _jump_to_nowhere,
        _misaligned_loads_then_breakpoint,
        _reads_behind_its_output,
        _leaves_bytes_behind_its_output,
        _announces_too_long_an_output,
    ],
)
def test_run_without_a_proof_ends_as_in_the_reference(build: Callable[[Assembly], None], limits: SegmentLimits) -> None:
    program = _program(build)
    with pytest.raises(UnprovableError) as expected:
        segmentation.plan_run(program, b"abc", limits, lambda _: None)
    with pytest.raises(UnprovableError) as found:
        plan_compiled_run(program, b"abc", limits, lambda _: None)
    assert str(found.value) == str(expected.value)
    assert found.value.execution == expected.value.execution


def test_program_without_an_instruction_ends_as_in_the_reference() -> None:
    program = replace(counting_program(), code=())
    with pytest.raises(UnprovableError) as expected:
        segmentation.plan_run(program, b"", NO_LIMITS, lambda _: None)
    with pytest.raises(UnprovableError) as found:
        plan_compiled_run(program, b"", NO_LIMITS, lambda _: None)
    assert found.value.execution == expected.value.execution


def test_limits_without_room_for_an_instruction_are_refused() -> None:
    with pytest.raises(TraceTooLongError) as expected:
        segmentation.plan_run(counting_program(), INPUT, SegmentLimits(clock=3), lambda _: None)
    with pytest.raises(TraceTooLongError) as found:
        plan_compiled_run(counting_program(), INPUT, SegmentLimits(clock=3), lambda _: None)
    assert str(found.value) == str(expected.value)


def test_run_of_too_many_segments_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "MAXIMUM_SEGMENTS", 2)
    kept: list[SegmentPlan] = []
    with pytest.raises(TraceTooLongError, match="the execution takes more than 2 segments"):
        plan_compiled_run(counting_program(), INPUT, LIMITS, kept.append)
    assert len(kept) == 2


def test_input_above_the_capacity_is_refused() -> None:
    class Long(bytes):
        def __len__(self) -> int:
            return INPUT_CAPACITY_BYTES + 1

    with pytest.raises(InputTooLongError, match=f"holds at most {INPUT_CAPACITY_BYTES}"):
        plan_compiled_run(counting_program(), Long(), NO_LIMITS, lambda _: None)


def _too_large(*_: object, **__: object) -> None:
    raise CodeTooLargeError


def test_program_that_the_compiled_executor_cannot_hold_is_planned_and_traced_by_the_reference(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = plan_compiled_run(counting_program(), INPUT, LIMITS, lambda _: None)
    key = proving_key(OptimizedKernels(), counting_program(), TINY)
    assert isinstance(segment_traces(counting_program(), key.tables), CompiledTraces)
    monkeypatch.setattr(optimized_runs, "plan_columns", _too_large)
    monkeypatch.setattr(optimized_runs, "CompiledTraces", _too_large)
    plans: list[SegmentPlan] = []
    found = plan_compiled_run(counting_program(), INPUT, LIMITS, plans.append)
    assert found == expected
    assert isinstance(segment_traces(counting_program(), key.tables), PlainTraces)


@pytest.mark.parametrize("shape", ["general"])
def test_segments_of_a_listed_shape_are_cut_and_padded_as_in_the_reference(shape: str) -> None:
    plans: list[SegmentPlan] = []
    run = plan_compiled_run(counting_program(), INPUT, limits_of_shape(shape), plans.append)
    expected: list[SegmentPlan] = []
    assert run == segmentation.plan_run(counting_program(), INPUT, limits_of_shape(shape), expected.append)
    assert plans == expected
