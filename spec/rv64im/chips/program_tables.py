"""The program's fixed tables: instructions, initial memory image, regions."""

from spec.air.chip import Role
from spec.isa import decode
from spec.program import Program
from spec.rv64im.buses import IMAGE, PROGRAM, REGION
from spec.rv64im.chips.fixed_tables import TableRow, lookup_table
from spec.rv64im.program_row import limbs_of, program_row

PROGRAM_TABLE = lookup_table(
    "program_table",
    Role.PROGRAM_TABLE,
    "One row for each word of the executable segments that decodes.",
    PROGRAM.fields,
    [(PROGRAM, len(PROGRAM.fields))],
)
IMAGE_TABLE = lookup_table(
    "image_table",
    Role.PROGRAM_TABLE,
    "One row for each doubleword that holds a byte of the file, its other bytes zero.",
    IMAGE.fields,
    [(IMAGE, len(IMAGE.fields))],
)
REGION_TABLE = lookup_table(
    "region_table",
    Role.PROGRAM_TABLE,
    "The regions of memory and of the registers, disjoint, ends exclusive.",
    REGION.fields,
    [(REGION, len(REGION.fields))],
)


def program_rows(program: Program) -> list[TableRow]:
    """The program table's rows before padding, by ascending pc."""
    rows = []
    for address, word in program.code:
        decoded = decode(word)
        row = None if decoded is None else program_row(address, decoded)
        if row is not None:
            rows.append(row.message())
    return rows


def image_rows(program: Program) -> list[TableRow]:
    """The image table's rows before padding, by ascending address."""
    return [(address, *limbs_of(value)) for address, value in program.image]


def region_rows(program: Program) -> list[TableRow]:
    """The region table's rows before padding."""
    return [(region.space, region.kind, region.start, region.end) for region in program.regions]


PROGRAM_FIXED_ROWS = {
    PROGRAM_TABLE.name: program_rows,
    IMAGE_TABLE.name: image_rows,
    REGION_TABLE.name: region_rows,
}
"""By table, its rows for a program before padding."""

CHIPS = (PROGRAM_TABLE, IMAGE_TABLE, REGION_TABLE)
