"""From an ELF file to the rows of the program's tables, and to their commitment (Sections 1.1, 3.6, 4.3, 11.7)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tests.whitepaper.independent.document import (
    DOUBLEWORD_BYTES,
    GENERATOR,
    INSTRUCTION_BYTES,
    LIMB_BITS,
    LIMBS,
    PC_BITS,
    SINK,
    UNREACHABLE,
    P,
    table,
)
from tests.whitepaper.independent.field import root_of_unity
from tests.whitepaper.independent.hashing import Words, leaf_digest, node_digest
from tests.whitepaper.independent.layout import Placed

Row = tuple[int, ...]
_WORD_BITS = LIMB_BITS * LIMBS
_OPCODES = {
    name: int(number, 16) for row in table("opcodes") for name, number in re.findall(r"(\w+)`? `(\w+)", " ".join(row))
}


@dataclass(frozen=True)
class LoadSegment:
    address: int
    content: bytes
    memory_bytes: int
    executable: bool


@dataclass(frozen=True)
class Instruction:
    name: str
    rd: int
    rs1: int
    rs2: int
    immediate: int
    form: str


def load_segments(elf: bytes) -> list[LoadSegment]:
    """The loadable segments of an ELF file of 64 bits, by the System V ABI."""

    def number(at: int, size: int) -> int:
        return int.from_bytes(elf[at : at + size], "little")

    start, size, count = number(32, 8), number(54, 2), number(56, 2)
    found = []
    for at in range(start, start + size * count, size):
        if number(at, 4) == 1 and number(at + 40, 8):
            offset, held = number(at + 8, 8), number(at + 32, 8)
            content = elf[offset : offset + held]
            found.append(LoadSegment(number(at + 16, 8), content, number(at + 40, 8), bool(number(at + 4, 4) & 1)))
    return found


def _bits(text: str) -> tuple[int, int]:
    """The lowest bit of a span, and how many there are."""
    high, _, low = text.partition(":")
    return int(low or high), int(high) - int(low or high) + 1


def decoded(word: int) -> Instruction | None:
    """The instruction of a word, or None."""
    formats = {row[0]: row[1:] for row in table("instruction_formats")}
    for name, form, bits, *_ in table("encodings"):
        mask, registers, immediate, sign = formats[form]
        pattern = bits.replace(" ", "")
        match = int(pattern.replace(".", "0"), 2)
        if word & int(mask, 16) == match:
            held = dict(re.findall(r"(\w+)`? (\d+:\d+)", registers))
            fields = {r: word >> _bits(span)[0] & (1 << _bits(span)[1]) - 1 for r, span in held.items()}
            value, width = 0, 0
            for source, target in re.findall(r"([\d:]+) to ([\d:]+)", immediate):
                (low, count), (at, _) = _bits(source), _bits(target)
                value |= (word >> low & (1 << count) - 1) << at
                width = max(width, at + count)
            if sign == "signed" and value >> width - 1:
                value -= 1 << width
            return Instruction(name, fields.get("rd", -1), fields.get("rs1", 0), fields.get("rs2", 0), value, form)
    return None


def _limbs(value: int) -> list[int]:
    return [value % (1 << _WORD_BITS) >> LIMB_BITS * i & (1 << LIMB_BITS) - 1 for i in range(LIMBS)]


def _target(address: int) -> int:
    wrapped = address % (1 << _WORD_BITS)
    is_there = wrapped % INSTRUCTION_BYTES == 0 and wrapped // INSTRUCTION_BYTES < 1 << PC_BITS
    return wrapped // INSTRUCTION_BYTES if is_there else UNREACHABLE


def program_row(address: int, word: int) -> Row | None:
    """The row of the word at an address, or None where it has none."""
    instruction = decoded(word)
    if instruction is None or instruction.name == "ebreak":
        return None
    name, value, after = instruction.name, instruction.immediate, address + INSTRUCTION_BYTES
    pc, destination = address // INSTRUCTION_BYTES, instruction.rd or SINK
    if name == "fence":
        return (pc, _OPCODES["constant"], SINK, 0, 0, *[0] * LIMBS, pc + 1)
    if name == "jal":
        return (pc, _OPCODES["constant"], destination, 0, 0, *_limbs(after), _target(address + value))
    if name in ("lui", "auipc") or (name == "addi" and instruction.rs1 == 0):
        written = value + address if name == "auipc" else value
        return (pc, _OPCODES["constant"], destination, 0, 0, *_limbs(written), pc + 1)
    destination = 0 if instruction.rd < 0 else destination
    front = (pc, _OPCODES[name], destination, instruction.rs1, instruction.rs2)
    if name == "jalr":
        return (*front, *_limbs(after)[:-1], *_limbs(value)[:2])
    if instruction.form == "B":
        return (*front, _target(address + value), *[0] * LIMBS)
    if "shift amount" in instruction.form:
        quotient, rest = divmod(value, LIMB_BITS)
        return (*front, *(int(quotient == q) for q in (1, 2, 3)), rest >> 3, 1 << rest % 8)
    return (*front, *_limbs(value), 0)


def program_rows(segments: Sequence[LoadSegment]) -> list[Row]:
    rows = []
    for segment in segments:
        skipped = -segment.address % INSTRUCTION_BYTES
        for start in range(skipped, len(segment.content) - INSTRUCTION_BYTES + 1, INSTRUCTION_BYTES):
            word = int.from_bytes(segment.content[start : start + INSTRUCTION_BYTES], "little")
            row = program_row(segment.address + start, word) if segment.executable else None
            rows += [] if row is None else [row]
    return rows


def image_rows(segments: Sequence[LoadSegment]) -> list[Row]:
    image: dict[int, int] = {}
    for segment in segments:
        for at, byte in enumerate(segment.content, start=segment.address):
            doubleword, place = divmod(at, DOUBLEWORD_BYTES)
            image[doubleword] = image.get(doubleword, 0) | byte << 8 * place
    return [(address, *_limbs(value)) for address, value in sorted(image.items())]


def region_rows(segments: Sequence[LoadSegment]) -> list[Row]:
    kinds = {name: int(kind) for kind, name, _ in table("region_kinds")}
    spaces = {name: int(space) for space, name, *_ in table("spaces")}
    fixed = {name: _doublewords(int(start, 16), int(end, 16)) for name, start, end, *_ in table("memory_map")}
    image = _merged([_doublewords(s.address, s.address + len(s.content)) for s in segments if s.content])
    mapped = [_doublewords(s.address, s.address + s.memory_bytes) for s in segments]
    zero = _without(_merged([*mapped, fixed["heap"], fixed["stack"]]), image)
    memory = [("image", span) for span in image] + [("zero", span) for span in zero]
    memory += [("input", fixed["private input"]), ("output", fixed["public output"])]
    rows = [(spaces["memory"], kinds[kind], *span) for kind, span in sorted(memory, key=lambda of: of[1])]
    return [*rows, (spaces["registers"], kinds["registers"], 0, SINK + 1)]


Span = tuple[int, int]


def _doublewords(start: int, end: int) -> Span:
    return start // DOUBLEWORD_BYTES, -(-end // DOUBLEWORD_BYTES)


def _merged(spans: Sequence[Span]) -> list[Span]:
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _without(spans: Sequence[Span], holes: Sequence[Span]) -> list[Span]:
    found = []
    for start, end in spans:
        for first, last in holes:
            if start < last and first < end:
                found.append((start, first))
                start = last
        found.append((start, end))
    return [(start, end) for start, end in found if start < end]


def padded(rows: Sequence[Row]) -> list[Row]:
    """The rows up to a power of two, at least 2."""
    height = max(2, 1 << (len(rows) - 1).bit_length())
    return [*rows, *[rows[-1]] * (height - len(rows))]


def stacked_vectors(placed: Sequence[Placed], columns: Sequence[Sequence[int]], height: int) -> list[list[int]]:
    """The stacked columns; `columns` are the cells of the placed ones."""
    vectors = [[0] * (1 << height) for _ in range(placed[-1].stacked + 1)]
    for place, cells in zip(placed, columns, strict=True):
        start = place.prefix << place.height
        vectors[place.stacked][start : start + len(cells)] = cells
    return vectors


def _codeword(vector: Sequence[int], order_log2: int) -> list[int]:
    """The polynomial's values at g w^i: by halves, even and odd powers."""
    shifted = [coefficient * pow(GENERATOR, i, P) % P for i, coefficient in enumerate(vector)]
    shifted += [0] * ((1 << order_log2) - len(shifted))

    def values(coefficients: list[int], root: int) -> list[int]:
        if len(coefficients) == 1:
            return coefficients
        even, odd = (values(coefficients[i::2], root * root % P) for i in (0, 1))
        half, power, upper = [], 1, []
        for a, b in zip(even, odd, strict=True):
            half.append((a + power * b) % P)
            upper.append((a - power * b) % P)
            power = power * root % P
        return half + upper

    return values(shifted, root_of_unity(order_log2))


def commitment_root(vectors: Sequence[Sequence[int]], height: int, rate: int, fold: int) -> Words:
    """The root of the tree over the fibres of the stacked columns' codewords."""
    codewords = [_codeword(vector, height + rate) for vector in vectors]
    leaves = 1 << height + rate - fold
    layer = [leaf_digest([word for codeword in codewords for word in codeword[i::leaves]]) for i in range(leaves)]
    while len(layer) > 1:
        layer = [node_digest(a, b) for a, b in zip(layer[::2], layer[1::2], strict=True)]
    return layer[0]
