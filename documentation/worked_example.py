"""One small program that executes every instruction, and its honest trace: the source of all worked rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from reference.tables import Table, Trace
from reference.trace.build import build_trace
from spec.air.chip import Chip, Role
from spec.field import P
from spec.isa import INSTRUCTIONS, decode, encode
from spec.isa.calls import CALLS
from spec.isa.encoding import INSTRUCTION_BYTES
from spec.isa.instruction import Arithmetic, Branch, Load, Store
from spec.isa.system import CALL_ARGUMENT_REGISTER, CALL_NUMBER_REGISTER, HALT_CALL
from spec.memory_map import (
    DEFAULT_IMAGE_START,
    DOUBLEWORD_BYTES,
    HEAP,
    INPUT_REGION,
    OUTPUT_REGION,
    PAGE_BYTES,
    SINK,
    STACK,
    RegionKind,
    Space,
)
from spec.memory_map import Interval as ByteInterval
from spec.program import Program, Region
from spec.rv64im.chips.continuation import BOUNDARY

LEFT_VALUE = 0xFEDC_BA98_7654_3210
RIGHT_VALUE = 0x0000_0000_89AB_CDE9
"""Negative and positive as 64-bit numbers, the other way round as 32-bit ones; a shift amount of 41."""

CALL_OPERAND_BYTES = 64
"""From one operand of a call to the next."""

PRIVATE_INPUT = b"worked ex"
_LEFT, _RIGHT, _RESULT, _BASE, _DATA = 5, 6, 7, 8, 9
_WORD_START = DEFAULT_IMAGE_START + 0x1000
"""Where the two constants stand."""


@dataclass
class _Listing:
    words: list[int] = field(default_factory=list)

    def add(self, name: str, rd: int = 0, rs1: int = 0, rs2: int = 0, immediate: int = 0) -> None:
        self.words.append(encode(name, rd, rs1, rs2, immediate))

    def address(self, register: int, address: int) -> None:
        """The register holds the address, a multiple of 4096; two shifts clear what lui extends from the sign."""
        signed = address - (address >> 31 << 32)
        self.add("lui", register, immediate=signed)
        self.add("slli", register, register, immediate=32)
        self.add("srli", register, register, immediate=32)


def _instructions(listing: _Listing, *, calls: bool) -> None:
    listing.address(_DATA, _WORD_START)
    listing.add("ld", _LEFT, _DATA)
    listing.add("ld", _RIGHT, _DATA, immediate=DOUBLEWORD_BYTES)
    for instruction in INSTRUCTIONS:
        if isinstance(instruction.meaning, Arithmetic):
            if instruction.format.reads_rs2:
                listing.add(instruction.name, _RESULT, _LEFT, _RIGHT)
            else:
                immediate = -291 if instruction.format.immediate_is_signed else 21
                listing.add(instruction.name, _RESULT, _LEFT, immediate=immediate)
        elif isinstance(instruction.meaning, Branch):
            listing.add(instruction.name, rs1=_LEFT, rs2=_RIGHT, immediate=2 * INSTRUCTION_BYTES)
            listing.add("addi", _RESULT, _RESULT, immediate=1)
    listing.address(_BASE, STACK.end - PAGE_BYTES)
    for offset in (0, 6, 5):
        for instruction in INSTRUCTIONS:
            if isinstance(instruction.meaning, Store):
                listing.add(instruction.name, rs1=_BASE, rs2=_LEFT, immediate=offset)
            elif isinstance(instruction.meaning, Load):
                listing.add(instruction.name, _RESULT, _BASE, immediate=offset)
    if calls:
        _call(listing)
    listing.add("fence")
    listing.add("auipc", _RESULT, immediate=-4096)
    listing.add("jal", 1, immediate=INSTRUCTION_BYTES)
    listing.add("auipc", _DATA)
    listing.add("jalr", 1, _DATA, immediate=2 * INSTRUCTION_BYTES)


def _call(listing: _Listing) -> None:
    """Makes each call of an accelerator, with what the stack holds as operands."""
    for call in CALLS:
        for i, operand in enumerate(call.operands):
            listing.add("addi", operand.register, _BASE, immediate=i * CALL_OPERAND_BYTES)
        listing.add("addi", CALL_NUMBER_REGISTER, immediate=call.number)
        listing.add("ecall")


def _echo(listing: _Listing) -> None:
    """Copies the first eight bytes of the input to the output."""
    listing.address(_BASE, INPUT_REGION.start)
    listing.add("ld", _RESULT, _BASE, immediate=DOUBLEWORD_BYTES)
    listing.address(_BASE, OUTPUT_REGION.start)
    listing.add("addi", _RIGHT, immediate=DOUBLEWORD_BYTES)
    listing.add("sd", rs1=_BASE, rs2=_RIGHT)
    listing.add("sd", rs1=_BASE, rs2=_RESULT, immediate=DOUBLEWORD_BYTES)
    listing.add("addi", CALL_ARGUMENT_REGISTER)
    listing.add("addi", CALL_NUMBER_REGISTER, immediate=HALT_CALL)
    listing.add("ecall")


@cache
def worked_program(*, calls: bool = True) -> Program:
    """The program; without the calls its segments can be small."""
    listing = _Listing()
    _instructions(listing, calls=calls)
    _echo(listing)
    words = listing.words + [0] * (len(listing.words) % 2)
    code_start = DEFAULT_IMAGE_START // DOUBLEWORD_BYTES
    image = {code_start + i // 2: words[i] | words[i + 1] << 32 for i in range(0, len(words), 2)}
    data_start = _WORD_START // DOUBLEWORD_BYTES
    image |= {data_start: LEFT_VALUE, data_start + 1: RIGHT_VALUE}
    memory = [
        (RegionKind.IMAGE, code_start, code_start + len(words) // 2),
        (RegionKind.IMAGE, data_start, data_start + 2),
        *(
            (kind, region.start // DOUBLEWORD_BYTES, region.end // DOUBLEWORD_BYTES)
            for kind, region in (
                *((RegionKind.ZERO, zero) for zero in (HEAP, STACK)),
                (RegionKind.INPUT, INPUT_REGION),
                (RegionKind.OUTPUT, OUTPUT_REGION),
            )
        ),
    ]
    code = [(DEFAULT_IMAGE_START + INSTRUCTION_BYTES * i, word) for i, word in enumerate(listing.words)]
    return Program(
        entry=DEFAULT_IMAGE_START,
        code=tuple((address, word) for address, word in code if decode(word) is not None),
        image=tuple(sorted(image.items())),
        regions=(
            *(Region(Space.MEMORY, kind, start, end) for kind, start, end in memory),
            Region(Space.REGISTERS, RegionKind.REGISTERS, 0, SINK + 1),
        ),
        executable=(ByteInterval(code[0][0], code[-1][0] + INSTRUCTION_BYTES),),
    )


@cache
def worked_trace() -> Trace:
    """The honest trace of the program, in one segment."""
    return build_trace(worked_program(), PRIVATE_INPUT)


@dataclass(frozen=True)
class WorkedRow:
    """One row of an honest table: canonical elements by column order."""

    number: int
    main: tuple[int, ...]
    fixed: tuple[int, ...]

    def column(self, chip: Chip, name: str) -> int:
        """A main column's cell."""
        return self.main[chip.column_index(name)]


def worked_table(chip: Chip) -> Table:
    """The chip's first table in the trace."""
    return next(table for table in worked_trace().tables if table.chip.name == chip.name)


@cache
def worked_row(chip: Chip) -> WorkedRow:
    """The row that the document shows: the first, but of a lookup table the first that is looked up, and of the
    boundary table the first of memory."""
    table = worked_table(chip)
    number = 0
    if chip.role in (Role.MACHINE_TABLE, Role.PROGRAM_TABLE):
        number = next(i for i, row in enumerate(table.main) if row.any())
    elif chip is BOUNDARY:
        space = chip.column_index("space")
        number = next(i for i, row in enumerate(table.main) if row[space] == Space.MEMORY)
    return WorkedRow(number, tuple(map(int, table.main[number])), tuple(map(int, table.fixed[number])))


@dataclass(frozen=True)
class RowNumbers:
    """A row as an interpretation of its chip's expressions: integers modulo p."""

    row: WorkedRow
    public_values: dict[str, int]

    def constant(self, element: int) -> int:
        return element

    def main(self, index: int) -> int:
        return self.row.main[index]

    def fixed(self, index: int) -> int:
        return self.row.fixed[index]

    def public(self, name: str) -> int:
        return self.public_values[name]

    def add(self, left: int, right: int) -> int:
        return (left + right) % P

    def subtract(self, left: int, right: int) -> int:
        return (left - right) % P

    def multiply(self, left: int, right: int) -> int:
        return left * right % P
