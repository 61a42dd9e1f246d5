"""Rows of fixed tables: the machine's, and those that an ELF file makes, for the example's guest."""

from __future__ import annotations

from collections.abc import Iterable

from documentation.encodings.example import GUEST, ROOT, example_program
from documentation.markdown import code, codes, number, table
from documentation.worked_example import worked_program
from reference.fixed_tables import program_tables
from reference.loader.headers import read_headers
from spec.isa import INSTRUCTIONS, decode
from spec.isa.disassembly import disassemble
from spec.isa.encoding import INSTRUCTION_BYTES, RD_SHIFT, REGISTER_MASK, RS1_SHIFT, RS2_SHIFT
from spec.rv64im.machine import RV64IM
from spec.rv64im.program_row import program_row

_ENDS = 4
"""So many rows are shown from a table's start, and so many before its end."""


def fixed_rows() -> str:
    """Rows of the machine's fixed tables, from both ends and around the middle."""
    rows = []
    for name, fixed in RV64IM.tables.items():
        every = fixed.rows()
        middle = len(every) // 2
        for start in (0, middle - 1, len(every) - _ENDS):
            rows += [
                (code(name), str(at), code(" ".join(map(str, every[at]))))
                for at in range(start, start + (_ENDS if start != middle - 1 else 2))
            ]
    return table(("table", "row", "cells of the fixed columns"), rows, (20, 14, 66))


def elf_segments() -> str:
    """The guest's loadable segments, as its program headers state them."""
    entry, segments = read_headers((ROOT / GUEST).read_bytes(), GUEST)
    rows = [
        (
            code(hex(segment.file_offset)),
            code(hex(segment.address)),
            number(segment.file_bytes),
            number(segment.memory.size_bytes),
            "yes" if segment.executable else "no",
        )
        for segment in segments
    ]
    header = ("offset in the file", "address", "bytes in the file", "bytes in memory", "executable")
    return f"The entry is {code(hex(entry))}.\n\n{table(header, rows)}"


def _cells(row: Iterable[int]) -> str:
    return " ".join(str(int(cell)) for cell in row)


def program_rows() -> str:
    """The first and the last rows of the program's tables, with the instructions of the program table's."""
    program = example_program()
    words = dict(program.code)
    rows = []
    for name, cells in program_tables(program, listed=False).items():
        every = [tuple(map(int, row)) for row in cells]
        real = len(dict.fromkeys(every))
        for at in dict.fromkeys((*range(min(_ENDS, real)), *range(max(0, real - _ENDS), real), len(every) - 1)):
            note = "padding" if at >= real else ""
            if name == "program_table":
                address = every[at][0] * INSTRUCTION_BYTES
                note = f"{code(disassemble(address, words[address]))}, {code(f'{words[address]:08x}')} {note}".strip()
            rows.append((code(name), str(at), code(_cells(every[at])), note))
    fields = "; ".join(
        f"{code(n)}: {codes(RV64IM.chip_by_name[n].fixed_columns)}" for n in program_tables(program, listed=False)
    )
    said = f"The columns are, of {fields}. All rows stand in `spec/whitepaper/bytes/program.txt`."
    return f"{table(('table', 'row', 'cells', 'of'), rows, (16, 8, 44, 32))}\n\n{said}"


def program_file() -> str:
    """All rows of the program's tables, one a line: the table, then the cells of its fixed columns."""
    found = []
    for name, cells in program_tables(example_program(), listed=False).items():
        found += [f"{name} {_cells(row)}" for row in cells]
    return "\n".join(found) + "\n"


def instruction_formats() -> str:
    """Where the operands of each format stand in a word."""
    rows = []
    for form in dict.fromkeys(instruction.format for instruction in INSTRUCTIONS):
        registers = (
            ("rd", form.writes_rd, RD_SHIFT),
            ("rs1", form.reads_rs1, RS1_SHIFT),
            ("rs2", form.reads_rs2, RS2_SHIFT),
        )
        pieces = [
            f"{_bits(piece.word_low, piece.bits)} to {_bits(piece.immediate_low, piece.bits)}"
            for piece in form.immediate
        ]
        sign = "-" if not pieces else "signed" if form.immediate_is_signed else "unsigned"
        width = REGISTER_MASK.bit_length()
        held = [f"{code(name)} {_bits(low, width)}" for name, is_there, low in registers if is_there]
        rows.append((form.name, code(f"{form.mask:08x}"), ", ".join(held) or "-", "; ".join(pieces) or "-", sign))
    header = ("format", "mask", "registers, bits of the word", "bits of the word to bits of the immediate", "sign")
    return table(header, rows, (20, 12, 28, 32, 8))


def _bits(low: int, count: int) -> str:
    """Bits from the highest to the lowest."""
    return str(low) if count == 1 else f"{low + count - 1}:{low}"


def program_row_examples() -> str:
    """A row of the program table for every instruction that has one: where the worked example first holds it.

    Raises ValueError if the worked example does not hold all of them.
    """
    rows: dict[tuple[str, str], tuple[str, str, str]] = {}
    for address, word in worked_program().code:
        decoded = decode(word)
        row = None if decoded is None else program_row(address, decoded)
        if decoded is not None and row is not None:
            kind = (decoded.instruction.name, row.opcode)
            rows.setdefault(kind, (code(disassemble(address, word)), code(f"{word:08x}"), code(_cells(row.message()))))
    missing = {i.name for i in INSTRUCTIONS} - {name for name, _ in rows} - {"ebreak"}
    if missing:
        raise ValueError(f"the worked example has no row of {', '.join(sorted(missing))}")
    return table(("instruction", "word", "row"), rows.values(), (30, 14, 56))
