"""Fixed columns: the machine's and a program's, padded by a row that they hold anyway."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from limpid import keygen
from limpid.errors import MisuseError
from reference import fixed_tables
from reference.arrays.field_arrays import Matrix
from reference.fixed_tables import REGION_END, FixedTables, RegionError, machine_table, program_tables
from spec.air.chip import Role
from spec.field import P
from spec.isa import encode
from spec.memory_map import REGISTER_FILE_SIZE, RegionKind, Space
from spec.program import Program, Region
from spec.rv64im.chips.continuation import ADDRESS_BITS, KEY_BITS
from spec.rv64im.machine import CHIP_BY_NAME, RV64IM, chips_of
from tests.reference.assembly import CODE_START, Assembly


def test_machine_tables_stand_in_machine_order_with_their_shapes() -> None:
    tables = FixedTables()
    assert list(tables) == [chip.name for chip in chips_of(Role.MACHINE_TABLE)]
    assert len(tables) == len(list(tables))
    shapes = {name: fixed.shape for name, fixed in tables.items()}
    assert shapes == {
        "range_table": (2**17, 2),
        "byte_table": (2**16, 3),
        "shift_table": (64, 6),
        "keccak_digits": (2**16, 21),
        "keccak_chi": (2**19, 2),
    }


def test_cells_of_a_machine_table_are_its_rows() -> None:
    for name, table in RV64IM.tables.items():
        rows, fixed = table.rows(), machine_table(name)
        assert [tuple(fixed[row].tolist()) for row in range(0, len(rows), 61)] == list(rows[::61])


def test_table_of_the_machine_is_made_when_it_is_first_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def counted(name: str) -> Matrix:
        made.append(name)
        return machine_table(name)

    monkeypatch.setattr(fixed_tables, "machine_table", counted)
    other = np.zeros((2, 1), dtype=np.uint64)
    tables = FixedTables({"program_table": other})
    assert list(tables) == [*RV64IM.tables, "program_table"]
    assert "keccak_chi" in dict.fromkeys(tables)
    assert (tables["program_table"] is other, made) == (True, [])
    assert tables["shift_table"] is machine_table("shift_table")
    assert made == ["shift_table"]
    with pytest.raises(KeyError):
        tables["image_table"]


def test_program_tables_hold_the_program_and_repeat_their_last_row() -> None:
    assembly = Assembly()
    assembly.add("addi", 1, 2, immediate=3)
    assembly.add("ebreak")
    assembly.add_word(0)
    assembly.add("ecall")
    assembly.add("fence")
    program = assembly.program()
    tables = program_tables(program)
    assert list(tables) == [chip.name for chip in chips_of(Role.PROGRAM_TABLE)]
    pc = CODE_START // 4
    rows = tables["program_table"].tolist()
    assert [row[0] for row in rows] == [pc, pc + 3, pc + 4, pc + 4]
    image = tables["image_table"].tolist()
    words = (encode("addi", 1, 2, immediate=3), encode("ebreak"), 0, encode("ecall"), encode("fence"), 0)
    halves = [half for word in words for half in (word % 2**16, word >> 16)]
    first = CODE_START // 8
    expected = [[first + i, *halves[4 * i : 4 * i + 4]] for i in range(3)]
    assert image == [*expected, expected[-1]]
    regions = [[r.space, r.kind, r.start, r.end] for r in program.regions]
    assert tables["region_table"].tolist() == regions + [regions[-1]] * (8 - len(regions))


def test_fixed_columns_have_the_widths_of_their_chips() -> None:
    assembly = Assembly()
    assembly.add("ecall")
    for name, fixed in FixedTables(program_tables(assembly.program())).items():
        assert fixed.shape[1] == len(CHIP_BY_NAME[name].fixed_columns)
        assert not fixed.flags.writeable


def _program_with(*regions: Region) -> Program:
    assembly = Assembly()
    assembly.add("ecall")
    return replace(assembly.program(), regions=regions)


def _region(start: int, end: int, space: Space = Space.MEMORY) -> Region:
    return Region(space, RegionKind.ZERO, start, end)


@pytest.mark.parametrize(
    "regions",
    [
        [_region(1, (1 << ADDRESS_BITS) + 1)],
        [_region(0, REGISTER_FILE_SIZE + 1, Space.REGISTERS)],
        [_region(5, 5)],
        [_region(-1, 5)],
        [_region(1, 5), _region(4, 8)],
        [_region(0, 2, Space.REGISTERS), _region(1, 5)],
    ],
    ids=["memory", "registers", "empty", "negative", "overlap", "order"],
)
def test_region_outside_its_space_is_in_no_key(regions: list[Region]) -> None:
    with pytest.raises(RegionError, match=r"^the region \[-?0x"):
        program_tables(_program_with(*regions))
    with pytest.raises(MisuseError, match=r"^the region \[-?0x"):
        keygen(_program_with(*regions), parameters="tiny")


def test_cursor_over_the_largest_regions_cannot_step_back_around_p() -> None:
    """A row's step, key - cursor modulo p, has KEY_BITS bits: with the largest cursor no key behind it passes."""
    largest = (1 << ADDRESS_BITS) + REGION_END[Space.REGISTERS]
    assert (0 - largest) % P >= 1 << KEY_BITS
    # With as many registers as doublewords it would: the regions' ends are what keeps the cursor from wrapping.
    assert (0 - (1 << KEY_BITS)) % P < 1 << KEY_BITS
    whole = [_region(0, 1 << ADDRESS_BITS), _region(0, REGISTER_FILE_SIZE, Space.REGISTERS)]
    assert len(program_tables(_program_with(*whole))["region_table"]) == len(whole)
