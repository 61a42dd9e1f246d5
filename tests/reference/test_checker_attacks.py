"""Lies that the natural wrong design would let through: the checker accuses exactly the rule that forbids each, and
both verifiers refuse the proof in the step that the rule stands in.

Every forged trace is consistent but for the one thing that is wrong: lookups are counted anew, and what follows
from the lie is changed along with it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from reference.checker import check_trace
from reference.tables import Trace
from reference.trace import clock, segmentation
from reference.trace.build import build_trace
from spec.air.chip import Chip
from spec.memory_map import INPUT_REGION, OUTPUT_REGION, RegionKind
from spec.rejection import Rejection
from spec.rv64im.chips.continuation import ADDRESS_BITS
from spec.rv64im.machine import CHIP_BY_NAME
from spec.rv64im.program_row import ProgramRow
from tests.changed_traces import cell, changed, recounted, row_where, shifted, table_of, with_public, with_table
from tests.reference.assembly import SCRATCH, Assembly
from tests.reference.every_instruction import BASE, LEFT, RESULT, RIGHT, every_instruction_program
from tests.reference.proven_run import reason_for_trace
from tests.reference.violations import accused


@pytest.fixture(scope="module")
def every() -> Trace:
    """Every chip has a real row."""
    return build_trace(every_instruction_program([(5, 3)], [9]), b"abcdefgh")


def _sum_trace(left: int = 7, right: int = 9) -> Trace:
    """x7 = x5 + x6, and nothing else reads x7; the addition is row 0 of its chip."""
    assembly = Assembly()
    assembly.constant(LEFT, left)
    assembly.constant(RIGHT, right)
    assembly.add("add", RESULT, LEFT, RIGHT)
    assembly.exit()
    return build_trace(assembly.program())


def _final(trace: Trace, register: int, **limbs: int) -> Trace:
    """The trace with limbs of a register's last value changed where it leaves the segment and the run."""
    boundary, memory = (row_where(trace, chip, space=1, address=register) for chip in ("boundary", "memory"))
    trace = changed(trace, "boundary", boundary, **{f"value_out_{i[-1]}": limb for i, limb in limbs.items()})
    return changed(trace, "memory", memory, **{f"final_{i[-1]}": limb for i, limb in limbs.items()})


def _accused(trace: Trace, refused: Rejection | None = None) -> set[str]:
    """What the checker names of the trace with lookups counted anew, once both verifiers have refused its proof."""
    return _accused_as_counted(recounted(trace), refused)


def _accused_as_counted(trace: Trace, refused: Rejection | None = None) -> set[str]:
    """The same of the trace as it is. `refused` is the verifiers' reason where it is none of a segment's own steps."""
    names = accused(check_trace(trace))
    assert reason_for_trace(trace) is (refused or _step_that_refuses(names))
    return names


GLOBAL_BUSES = {"bus continuation", "bus output"}


def _step_that_refuses(names: set[str]) -> Rejection | None:
    """Local buses come before constraints, and the buses over the whole run last."""
    if not names:
        return None
    if any(name.startswith("bus ") for name in names - GLOBAL_BUSES):
        return Rejection.LOCAL_BUSES_UNBALANCED
    return Rejection.GLOBAL_BUSES_UNBALANCED if names <= GLOBAL_BUSES else Rejection.ZEROCHECK_MISMATCH


def test_honest_trace_is_not_accused_after_recounting(every: Trace) -> None:
    assert _accused(every) == set()


def test_wrong_sum_is_caught_by_its_carry() -> None:
    trace = _final(shifted(_sum_trace(), "add", 0, result_0=1), RESULT, limb_0=17)
    assert _accused(trace) == {f"add.carry_{i}_is_boolean" for i in range(4)}


def test_limb_above_sixteen_bits_is_caught_by_its_range() -> None:
    trace = changed(_sum_trace(0xFFFF, 1), "add", 0, result_0=0x1_0000, result_1=0)
    assert _accused(_final(trace, RESULT, limb_0=0x1_0000, limb_1=0)) == {"bus range"}


def test_multiplicity_two_of_a_row_is_caught_by_its_flag(every: Trace) -> None:
    assert "add.real_is_boolean" in _accused(changed(every, "add", 0, real=2))


def test_two_selectors_at_once_are_caught(every: Trace) -> None:
    row = row_where(every, "branch_equal", is_beq=1)
    assert "branch_equal.at_most_one_selector" in _accused(changed(every, "branch_equal", row, is_bne=1))


def test_other_selector_than_the_fetched_opcode_is_caught_by_the_program(every: Trace) -> None:
    row = row_where(every, "load_byte", is_lb=1, sign=0)
    assert _accused(changed(every, "load_byte", row, is_lb=0, is_lbu=1)) == {"bus program"}


def test_dropped_row_is_caught_by_state_and_memory(every: Trace) -> None:
    nothing = dict.fromkeys(CHIP_BY_NAME["xor"].columns, 0)
    assert _accused(changed(every, "xor", 0, **nothing)) == {"bus state", "bus memory"}


def test_instruction_that_the_program_does_not_hold_is_caught(every: Trace) -> None:
    row = row_where(every, "add", real=1)
    destination = cell(every, "add", row, "destination")
    assert "bus program" in _accused(changed(every, "add", row, destination=destination + 1))


def test_access_that_takes_its_own_token_is_caught_by_the_clock_alone() -> None:
    """A row that receives what it sends could read anything: only the order of clocks forbids it."""
    trace = _sum_trace()
    now = cell(trace, "add", 0, "clock")
    earlier = cell(trace, "add", 0, "source1_previous_clock")
    trace = changed(trace, "add", 0, left_0=8, result_0=17, source1_previous_clock=now)
    trace = changed(trace, "boundary", row_where(trace, "boundary", space=1, address=LEFT), last_clock=earlier)
    assert _accused(_final(trace, RESULT, limb_0=17)) == {"bus range"}


def test_read_of_what_the_same_row_writes_is_caught_by_the_clock_alone() -> None:
    """x5 = x5 + 0 with the write before the read: x5 could become anything."""
    assembly = Assembly()
    assembly.constant(LEFT, 7)
    assembly.add("add", LEFT, LEFT, 0)
    assembly.exit()
    trace = build_trace(assembly.program())
    now = cell(trace, "add", 0, "clock")
    earlier = cell(trace, "add", 0, "source1_previous_clock")
    trace = changed(trace, "add", 0, left_0=25, result_0=25, source1_previous_clock=now + 2)
    trace = changed(trace, "add", 0, destination_before_0=7, destination_previous_clock=earlier)
    trace = changed(trace, "boundary", row_where(trace, "boundary", space=1, address=LEFT), last_clock=now)
    assert _accused(_final(trace, LEFT, limb_0=25)) == {"bus range"}


def test_address_beyond_memory_is_caught_by_the_carries(every: Trace) -> None:
    assert "ld.address_carry_2_is_boolean" in _accused(shifted(every, "ld", 0, base_2=1))


def test_memory_address_beyond_its_bits_is_caught_by_its_region(every: Trace) -> None:
    row = row_where(every, "memory", is_input=1)
    address = cell(every, "memory", row, "address") + 2**ADDRESS_BITS
    above = address - cell(every, "memory", row, "region_start")
    below = cell(every, "memory", row, "region_end") - 1 - address
    forged = changed(every, "memory", row, address=address, above_start_high=above >> 16, below_end_high=below >> 16)
    assert {"bus range", "bus continuation"} <= _accused(forged)


def test_space_that_is_neither_memory_nor_registers_is_caught_by_its_region(every: Trace) -> None:
    row = row_where(every, "memory", space=1, address=RESULT)
    assert {"bus region", "bus cursor"} <= _accused(changed(every, "memory", row, space=2))


def test_jump_to_a_misaligned_address_is_caught_by_the_range(every: Trace) -> None:
    assert "bus range" in _accused(shifted(every, "jalr", 0, base_0=2, address_low=2))


def test_jump_with_bit_zero_kept_is_caught_by_the_range(every: Trace) -> None:
    row = row_where(every, "jalr", dropped_bit=1)
    assert "bus range" in _accused(changed(every, "jalr", row, dropped_bit=0))


def test_aligned_access_in_the_misaligned_chip_is_caught_by_its_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    assembly = Assembly()
    assembly.constant(BASE, SCRATCH.start)
    assembly.add("lhu", RESULT, BASE, immediate=2)
    assembly.add("sw", rs1=BASE, rs2=RIGHT, immediate=4)
    assembly.exit()
    misaligned = {"lhu": CHIP_BY_NAME["load_misaligned"], "sw": CHIP_BY_NAME["store_misaligned"]}
    honest = clock.chips_of

    def forged(row: ProgramRow) -> tuple[Chip, Chip | None]:
        chip = misaligned.get(row.opcode)
        return honest(row) if chip is None else (chip, chip)

    # Both passes over the execution ask.
    monkeypatch.setattr(clock, "chips_of", forged)
    monkeypatch.setattr(segmentation, "chips_of", forged)
    trace = build_trace(assembly.program())
    assert _accused_as_counted(trace) == {
        "load_misaligned.width_2_at_2_is_aligned",
        "store_misaligned.width_4_at_4_is_aligned",
    }


def test_second_row_for_an_address_in_the_run_is_caught_by_the_cursor_alone(every: Trace) -> None:
    """An untouched row cancels on the continuation bus, so only the order forbids a second initial value."""
    memory = table_of(every, "memory")
    last = int(np.nonzero(memory.main.any(axis=1))[0][-1])
    assert last + 1 < memory.height
    key = 2**ADDRESS_BITS + cell(every, "memory", last, "address")
    repeated = dict(zip(memory.chip.columns, memory.main[last].tolist(), strict=True))
    repeated |= {"last_segment": 0, "cursor": key + 1, "step_high": 0}
    repeated |= {f"final_{i}": repeated[f"initial_{i}"] for i in range(4)}
    assert _accused(changed(every, "memory", last + 1, **repeated)) == {"bus range"}


def test_rows_of_the_memory_table_out_of_order_are_caught_by_the_cursor_alone(every: Trace) -> None:
    """The last two rows change places in the chain of cursors."""
    memory = table_of(every, "memory")
    last = int(np.nonzero(memory.main.any(axis=1))[0][-1])
    start = cell(every, "memory", last - 1, "cursor")
    keys = [2**ADDRESS_BITS + cell(every, "memory", row, "address") for row in (last - 1, last)]
    trace = changed(every, "memory", last, cursor=start, step_high=(keys[1] - start) >> 16)
    trace = changed(trace, "memory", last - 1, cursor=keys[1] + 1, step_high=0)
    assert _accused(with_public(trace, cursor_out=keys[0] + 1)) == {"bus range"}


def test_token_from_the_own_segment_is_caught_by_the_gap_alone(every: Trace) -> None:
    """A second row of the same address in one segment would take the token that the first one left."""
    boundary = table_of(every, "boundary")
    last = int(np.nonzero(boundary.main.any(axis=1))[0][-1])
    assert last + 1 < boundary.height
    row = dict(zip(boundary.chip.columns, boundary.main[last].tolist(), strict=True))
    row |= {f"value_in_{i}": row[f"value_out_{i}"] for i in range(4)} | {"origin_segment": 1, "last_clock": 0}
    assert _accused(changed(every, "boundary", last + 1, **row)) == {"bus range"}


def test_input_limb_above_sixteen_bits_is_caught_by_its_range_alone() -> None:
    """The loaded doubleword is written to a register that the next load overwrites."""
    assembly = Assembly()
    assembly.constant(BASE, INPUT_REGION.start)
    assembly.add("ld", RESULT, BASE)
    assembly.add("ld", RESULT, BASE, immediate=8)
    assembly.exit()
    trace = build_trace(assembly.program(), b"abcdefgh")
    place = {"space": 0, "address": INPUT_REGION.start // 8}
    memory, boundary = row_where(trace, "memory", **place), row_where(trace, "boundary", **place)
    trace = changed(trace, "memory", memory, initial_3=2**16, final_3=2**16)
    trace = changed(trace, "boundary", boundary, value_in_3=2**16, value_out_3=2**16)
    first, second = (row_where(trace, "ld", address_high=INPUT_REGION.start >> 16, address_low=low) for low in (0, 8))
    trace = changed(trace, "ld", first, value_3=2**16)
    assert _accused(changed(trace, "ld", second, destination_before_3=2**16)) == {"bus range"}


def test_claim_of_another_output_is_caught(every: Trace) -> None:
    assert every.output == b"abcdefgh"
    for claim in (b"abcdefgX", b"abcdefg", b"abcdefghi", b""):
        assert _accused(replace(every, output=claim)) == {"bus output"}


def test_output_passed_off_as_zero_memory_is_caught_by_its_region(every: Trace) -> None:
    row = row_where(every, "memory", address=OUTPUT_REGION.start // 8)
    assert _accused(changed(every, "memory", row, is_output=0, is_zero=1)) == {"bus region", "bus output"}


@pytest.mark.parametrize("kind", [kind for kind in RegionKind if kind is not RegionKind.INPUT])
def test_memory_passed_off_as_input_is_caught_by_its_region(kind: RegionKind, every: Trace) -> None:
    """Input is free to choose: any other address could be given any first value that way."""
    flag = f"is_{kind.name.lower()}"
    forged = changed(every, "memory", row_where(every, "memory", **{flag: 1}), **{flag: 0, "is_input": 1})
    assert {"bus region"} <= _accused(forged) <= {"bus region", "bus output"}


def test_another_first_value_of_the_image_is_caught(every: Trace) -> None:
    row = row_where(every, "memory", is_image=1)
    assert _accused(shifted(every, "memory", row, initial_0=1)) == {"bus image", "bus continuation"}


def test_first_value_of_zero_memory_is_caught(every: Trace) -> None:
    row = row_where(every, "memory", is_zero=1)
    expected = {"memory.initial_0_is_zero_by_kind", "bus continuation"}
    assert _accused(changed(every, "memory", row, initial_0=1)) == expected


def test_larger_region_than_the_programs_is_caught(every: Trace) -> None:
    row = row_where(every, "memory", is_zero=1)
    assert _accused(shifted(every, "memory", row, region_end=1)) == {"bus region"}


@pytest.mark.parametrize(
    ("name", "bus", "refused"),
    [
        ("pc_in", "state", Rejection.START_DIFFERS),
        ("clock_out", "state", None),
        ("cursor_in", "cursor", Rejection.START_DIFFERS),
        ("cursor_out", "cursor", None),
        ("segment", "continuation", Rejection.SEGMENT_INDEX),
        ("exit_code_0", "exit", None),
        ("exit_code_3", "exit", None),
    ],
)
def test_another_public_value_is_caught(name: str, bus: str, refused: Rejection | None, every: Trace) -> None:
    assert _accused(with_public(every, **{name: every.public_values[name] + 1}), refused) == {f"bus {bus}"}


def test_halted_run_that_claims_to_go_on_is_caught(every: Trace) -> None:
    assert _accused(with_public(every, pc_out=5), Rejection.NOT_HALTED) == {"bus state", "bus exit"}


@pytest.mark.parametrize("chip", ["range_table", "byte_table", "shift_table", "program_table"])
def test_miscounted_lookup_is_caught(chip: str, every: Trace) -> None:
    for column in CHIP_BY_NAME[chip].columns:
        forged = shifted(every, chip, 0, **{column: 1})
        assert _accused_as_counted(forged) == {f"bus {column.removesuffix('_multiplicity')}"}


def test_absent_table_is_caught_by_what_it_no_longer_says(every: Trace) -> None:
    for chip, buses, refused in (
        ("halt", {"bus state", "bus memory", "bus exit"}, None),
        ("boundary", {"bus memory", "bus continuation"}, Rejection.TABLE_COUNT),
        ("memory", {"bus continuation", "bus cursor", "bus output"}, Rejection.MOVED_WITHOUT_TABLE),
    ):
        forged = replace(every, tables=tuple(table for table in every.tables if table.chip.name != chip))
        assert _accused(forged, refused) == buses


def test_table_with_a_row_of_padding_made_real_is_caught(every: Trace) -> None:
    halt = table_of(every, "halt")
    main = halt.main.copy()
    main[1] = main[0]
    forged = with_table(every, replace(halt, main=main))
    assert _accused(forged) == {"bus state", "bus memory", "bus exit"}
