"""Rows of single steps: sub-clocks, tokens taken, the chip by the address."""

from __future__ import annotations

import pytest

from reference.executor import execute
from reference.trace.clock import Clock, Row, chip_of
from reference.trace.errors import WitnessError
from spec.isa import decode, encode
from spec.memory_map import SINK, Space
from spec.rv64im.machine import CHIP_BY_NAME
from spec.rv64im.program_row import HALTED
from tests.reference.assembly import CODE_START, SCRATCH, Assembly
from tests.reference.every_instruction import BASE, LEFT, RESULT


def _rows(assembly: Assembly) -> tuple[list[Row], Clock]:
    """The rows of the assembled program, the exit apart."""
    assembly.exit()
    clock, rows = Clock(), list[Row]()
    execute(assembly.program(), record=lambda step: rows.append(clock.row(step)))
    return rows[:-4], clock


@pytest.mark.parametrize(
    ("chip", "accesses"),
    [
        ("add", ("source1", "source2", "destination")),
        ("ld", ("source1", "memory", "destination")),
        ("sd", ("source1", "source2", "memory")),
        ("load_misaligned", ("source1", "memory", "memory_next", "destination")),
        ("constant", ("destination",)),
        ("halt", ("call_number", "exit_code")),
    ],
)
def test_accesses_stand_in_order_of_declaration(chip: str, accesses: tuple[str, ...]) -> None:
    assert CHIP_BY_NAME[chip].access_names == accesses


def test_one_register_in_all_roles_is_accessed_three_times_in_a_row() -> None:
    assembly = Assembly()
    assembly.add("addi", LEFT, immediate=21)
    assembly.add("add", LEFT, LEFT, LEFT)
    (first, second), clock = _rows(assembly)
    destination = first.accesses["destination"]
    assert (first.clock, destination.previous_clock, destination.clock) == (1, 0, 1)
    assert second.clock == 2
    clocks = [(access.previous_clock, access.clock) for access in second.accesses.values()]
    assert clocks == [(1, 2), (2, 3), (3, 4)]
    values = [(access.before, access.after) for access in second.accesses.values()]
    assert values == [(21, 21), (21, 21), (21, 42)]
    touched = clock.touched[Space.REGISTERS, LEFT]
    assert (touched.value_in, touched.value_out, touched.last_clock) == (0, 42, 4)


def test_registers_at_the_start_are_what_the_first_access_finds() -> None:
    assembly = Assembly()
    assembly.add("addi", LEFT, immediate=21)
    assembly.exit()
    registers = [100 + register for register in range(SINK + 1)]
    clock, rows = Clock(registers), list[Row]()
    execute(assembly.program(), record=lambda step: rows.append(clock.row(step)))
    assert rows[0].accesses["destination"].before == 100 + LEFT
    assert clock.touched[Space.REGISTERS, LEFT].value_in == 100 + LEFT


@pytest.mark.parametrize(
    ("name", "offset", "chip", "names"),
    [
        ("lw", 0, "load_word", ("source1", "memory", "destination")),
        ("lw", 1, "load_misaligned", ("source1", "memory", "destination")),
        ("lw", 6, "load_misaligned", ("source1", "memory", "memory_next", "destination")),
        ("lb", 7, "load_byte", ("source1", "memory", "destination")),
        ("sh", 6, "sh", ("source1", "source2", "memory")),
        ("sh", 7, "store_misaligned", ("source1", "source2", "memory", "memory_next")),
        ("sh", 1, "store_misaligned", ("source1", "source2", "memory")),
    ],
)
def test_address_decides_chip_and_accesses(name: str, offset: int, chip: str, names: tuple[str, ...]) -> None:
    assembly = Assembly()
    assembly.constant(BASE, SCRATCH.start)
    operands = {"rs2": LEFT} if name.startswith("s") else {"rd": RESULT}
    assembly.add(name, rs1=BASE, immediate=offset, **operands)
    assembly.add("fence")
    rows, _ = _rows(assembly)
    row, following = rows[2:]
    assert (row.chip.name, tuple(row.accesses)) == (chip, names)
    assert following.clock == row.clock + row.chip.accesses
    # A sub-clock passes whether or not its access takes place.
    positions = [row.chip.access_names.index(access) for access in names]
    assert [access.clock - row.clock for access in row.accesses.values()] == positions


def test_fence_writes_zero_to_the_sink_and_advances_the_clock() -> None:
    assembly = Assembly()
    assembly.add("addi", 0, immediate=5)
    assembly.add("fence")
    assembly.add("fence")
    rows, _ = _rows(assembly)
    assert [row.chip.name for row in rows] == ["constant"] * 3
    assert [row.clock for row in rows] == [1, 2, 3]
    sink = [row.accesses["destination"] for row in rows]
    assert [(access.address, access.before, access.after) for access in sink] == [
        (SINK, 0, 5),
        (SINK, 5, 0),
        (SINK, 0, 0),
    ]


def test_next_pc_is_that_of_the_state_bus() -> None:
    assembly = Assembly()
    assembly.add("jal", immediate=8)
    assembly.add("ebreak")
    assembly.exit()
    clock, rows = Clock(), list[Row]()
    execute(assembly.program(), record=lambda step: rows.append(clock.row(step)))
    assert rows[0].next_pc == CODE_START // 4 + 2
    assert rows[-1].next_pc == HALTED


def test_step_without_a_program_row_is_refused() -> None:
    assembly = Assembly()
    assembly.add("fence")
    rows, _ = _rows(assembly)
    step = rows[0].step
    decoded = decode(encode("ebreak"))
    assert decoded is not None
    step.decoded = decoded
    with pytest.raises(WitnessError, match=f"ebreak at {CODE_START:#x} has no row in the program table"):
        Clock().row(step)


def test_chip_of_an_instruction_without_memory_is_that_of_its_opcode() -> None:
    assembly = Assembly()
    assembly.add("addi", LEFT, LEFT, immediate=1)
    (row,), _ = _rows(assembly)
    assert chip_of(row.program_row, row.step).name == "addi"
