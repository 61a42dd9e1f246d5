"""Fixed columns: the machine's and a program's, padded by a row that they hold anyway."""

from __future__ import annotations

from reference.fixed_tables import fixed_tables, program_tables
from spec.air.chip import Role
from spec.isa import encode
from spec.rv64im.machine import CHIP_BY_NAME, chips_of
from tests.reference.assembly import CODE_START, Assembly


def test_machine_tables_stand_in_machine_order_with_their_shapes() -> None:
    tables = fixed_tables()
    assert list(tables) == [chip.name for chip in chips_of(Role.MACHINE_TABLE)]
    shapes = {name: fixed.shape for name, fixed in tables.items()}
    assert shapes == {
        "range_table": (2**17, 2),
        "byte_table": (2**16, 3),
        "shift_table": (64, 6),
    }


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
    for name, fixed in (fixed_tables() | program_tables(assembly.program())).items():
        assert fixed.shape[1] == len(CHIP_BY_NAME[name].fixed_columns)
        assert not fixed.flags.writeable
