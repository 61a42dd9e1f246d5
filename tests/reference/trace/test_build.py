"""Whole traces: the example guests, instances, public values, and what cannot be proven."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest

from reference.checker import check_trace
from reference.loader import load
from reference.tables import Trace
from reference.trace import build
from reference.trace.build import build_trace
from reference.trace.errors import TraceTooLongError, UnprovableError
from reference.trace.limits import SegmentLimits
from spec.memory_map import OUTPUT_REGION
from spec.protocol.shape import SEVERAL_INSTANCES
from spec.rv64im.machine import CHIPS, SEGMENT_PUBLIC_VALUES
from spec.rv64im.program_row import HALTED
from tests.guest.arithmetic_model import expected_output
from tests.reference.assembly import CODE_START, Assembly
from tests.reference.every_instruction import BASE, LEFT, RESULT

ELFS = Path(__file__).resolve().parents[3] / "guest" / "examples" / "elf"
_PAIR = (2**63, 2**64 - 1)

EXAMPLES = {
    "fibonacci": (struct.pack("<Q", 50), struct.pack("<Q", 12586269025)),
    "sha256": (b"abc", hashlib.sha256(b"abc").digest()),
    "sort": (struct.pack("<5I", 5, 4, 9, 1, 4), struct.pack("<5I", 1, 4, 4, 5, 9)),
    "arithmetic": (struct.pack("<QQ", *_PAIR), expected_output([_PAIR])),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_guest_checks_clean(name: str) -> None:
    private_input, output = EXAMPLES[name]
    trace = build_trace(load(ELFS / f"{name}.elf"), private_input)
    assert [str(violation) for violation in check_trace(trace)] == []
    assert trace.output == output


def _counting_down(count: int) -> Assembly:
    assembly = Assembly()
    assembly.constant(LEFT, count)
    loop = assembly.here
    assembly.add("addi", LEFT, LEFT, immediate=-1)
    assembly.add("bne", rs1=LEFT, immediate=loop - assembly.here)
    return assembly


def test_chip_with_many_rows_has_two_instances_that_check_clean() -> None:
    assembly = _counting_down(16_400)
    assembly.exit()
    trace = build_trace(assembly.program())
    heights = [table.height for table in trace.tables if table.chip.name == "addi"]
    assert heights == [16384, 16]
    assert [trace.instance(i) for i, table in enumerate(trace.tables) if table.chip.name == "addi"] == [0, 1]
    assert check_trace(trace) == []


def test_public_values_describe_the_run() -> None:
    assembly = Assembly()
    assembly.exit(2**63 + 5)
    trace = build_trace(assembly.program())
    assert tuple(trace.public_values) == SEGMENT_PUBLIC_VALUES
    assert trace.public_values == {
        "segment": 0,
        "pc_in": CODE_START // 4,
        "cursor_in": 0,
        "pc_out": HALTED,
        # lui, ld, addi, ecall: 1 + 3 + 1 + 2 accesses, from clock 1 on.
        "clock_out": 8,
        # The last register touched is a7.
        "cursor_out": 2**29 + 18,
        "exit_code_0": 5,
        "exit_code_1": 0,
        "exit_code_2": 0,
        "exit_code_3": 2**15,
    }
    assert check_trace(trace) == []


def test_tables_stand_in_machine_order_and_chips_without_rows_are_absent() -> None:
    assembly = Assembly()
    assembly.add("addi", RESULT, LEFT, immediate=1)
    assembly.exit()
    names = [table.chip.name for table in build_trace(assembly.program()).tables]
    of_calls = {"keccak_digits", "keccak_chi"}
    system = [chip.name for chip in CHIPS if chip.role not in SEVERAL_INSTANCES and chip.name not in of_calls]
    assert names == ["constant", "addi", "ld", "halt", *system]


def _same(left: Trace, right: Trace) -> bool:
    return (left.public_values, left.output, len(left.tables)) == (
        right.public_values,
        right.output,
        len(right.tables),
    ) and all(
        first.chip is second.chip
        and np.array_equal(first.main, second.main)
        and np.array_equal(first.fixed, second.fixed)
        for first, second in zip(left.tables, right.tables, strict=True)
    )


def test_trace_is_a_function_of_program_and_input() -> None:
    program = load(ELFS / "sort.elf")
    trace = build_trace(program, bytes(8))
    assert _same(trace, build_trace(program, bytes(8)))
    assert not _same(trace, build_trace(program, bytes(7) + b"\x01"))


def test_padding_rows_of_instruction_tables_are_zero() -> None:
    assembly = _counting_down(5)
    assembly.exit()
    trace = build_trace(assembly.program())
    table = next(table for table in trace.tables if table.chip.name == "addi")
    assert (table.height, table.main[:5, 0].tolist()) == (8, [1] * 5)
    assert not table.main[5:].any()


def test_run_that_traps_is_unprovable() -> None:
    assembly = Assembly()
    assembly.add("ebreak")
    with pytest.raises(UnprovableError, match="the execution ended abnormally: the program executed ebreak"):
        build_trace(assembly.program())


@pytest.mark.parametrize(("name", "operands"), [("sd", {"rs2": BASE}), ("ld", {"rd": RESULT})])
def test_access_behind_the_output_is_unprovable(name: str, operands: dict[str, int]) -> None:
    assembly = Assembly()
    assembly.constant(BASE, OUTPUT_REGION.start)
    assembly.add(name, rs1=BASE, immediate=8, **operands)
    assembly.exit()
    with pytest.raises(UnprovableError, match=f"accessed the output region at {OUTPUT_REGION.start + 8:#x}"):
        build_trace(assembly.program())


def test_output_that_was_announced_but_not_written_is_zeros() -> None:
    assembly = Assembly()
    assembly.constant(BASE, OUTPUT_REGION.start)
    assembly.add("addi", RESULT, immediate=20)
    assembly.add("sd", rs1=BASE, rs2=RESULT)
    assembly.exit()
    trace = build_trace(assembly.program())
    assert trace.output == bytes(20)
    assert check_trace(trace) == []


def test_run_beyond_one_segment_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assembly = Assembly()
    assembly.exit()
    # Three chips of height 2, with 1 + 2 + 3 accesses: constant, halt, ld.
    monkeypatch.setattr(build, "NO_LIMITS", SegmentLimits(clock=13))
    build_trace(assembly.program())
    monkeypatch.setattr(build, "NO_LIMITS", SegmentLimits(clock=12))
    with pytest.raises(TraceTooLongError, match="its clock is full after 3 instructions"):
        build_trace(assembly.program())
