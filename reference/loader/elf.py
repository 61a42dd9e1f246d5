"""Loading: from checked segments to code, image and regions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from reference.loader.headers import Segment, read_headers
from reference.loader.rejection import ElfError, LoadRejection
from reference.loader.symbols import read_symbols
from spec.isa import instruction_of
from spec.isa.encoding import INSTRUCTION_BYTES
from spec.memory_map import (
    DOUBLEWORD_BYTES,
    HEAP,
    INPUT_REGION,
    OUTPUT_REGION,
    SINK,
    STACK,
    Interval,
    RegionKind,
    Space,
)
from spec.program import Program, Region


def load(path: Path | str) -> Program:
    """The program in the ELF file. Raises ElfError if the file breaks a rule of the loader."""
    try:
        elf = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise ElfError(LoadRejection.UNREADABLE_FILE, str(error), str(path), 0) from error
    return load_bytes(elf, str(path))


def load_bytes(elf: bytes, name: str = "<bytes>") -> Program:
    """The program in these bytes; the name stands in error messages.

    Raises ElfError if the file breaks a rule of the loader.
    """
    entry, segments = read_headers(elf, name)
    return Program(
        entry=entry,
        code=tuple(_code(elf, segments)),
        image=_image(elf, segments),
        regions=_regions(segments),
        executable=tuple(s.from_file for s in segments if s.executable and s.file_bytes),
        symbols=read_symbols(elf),
    )


def _code(elf: bytes, segments: Iterable[Segment]) -> Iterator[tuple[int, int]]:
    """Every aligned word inside the file bytes of an executable segment that decodes to an instruction."""
    for segment in segments:
        if not segment.executable:
            continue
        first = _round_up(segment.address, INSTRUCTION_BYTES)
        for address in range(first, segment.from_file.end - INSTRUCTION_BYTES + 1, INSTRUCTION_BYTES):
            start = segment.file_offset + address - segment.address
            word = int.from_bytes(elf[start : start + INSTRUCTION_BYTES], "little")
            if instruction_of(word) is not None:
                yield address, word


def _image(elf: bytes, segments: Iterable[Segment]) -> tuple[tuple[int, int], ...]:
    """One value for each doubleword that holds a file byte, merged from all segments that share it."""
    image: dict[int, int] = {}
    for segment in segments:
        file_bytes = elf[segment.file_offset : segment.file_offset + segment.file_bytes]
        padded = bytes(segment.address % DOUBLEWORD_BYTES) + file_bytes
        padded += bytes(-len(padded) % DOUBLEWORD_BYTES)
        first = segment.address // DOUBLEWORD_BYTES
        for position in range(0, len(padded) if file_bytes else 0, DOUBLEWORD_BYTES):
            address = first + position // DOUBLEWORD_BYTES
            part = int.from_bytes(padded[position : position + DOUBLEWORD_BYTES], "little")
            # Segments share no byte, so their parts of a doubleword have no common bit.
            image[address] = image.get(address, 0) | part
    return tuple(sorted(image.items()))


def _regions(segments: Iterable[Segment]) -> tuple[Region, ...]:
    """The region table: what each mapped doubleword and register holds at the start."""
    from_file = _union(_doublewords(segment.from_file) for segment in segments if segment.file_bytes)
    mapped = [segment.memory for segment in segments] + [HEAP, STACK]
    zero = _difference(_union(map(_doublewords, mapped)), from_file)
    memory = [
        *((RegionKind.IMAGE, interval) for interval in from_file),
        *((RegionKind.ZERO, interval) for interval in zero),
        (RegionKind.INPUT, _doublewords(INPUT_REGION)),
        (RegionKind.OUTPUT, _doublewords(OUTPUT_REGION)),
    ]
    memory.sort(key=lambda kind_and_interval: kind_and_interval[1].start)
    return (
        *(Region(Space.MEMORY, kind, interval.start, interval.end) for kind, interval in memory),
        Region(Space.REGISTERS, RegionKind.REGISTERS, 0, SINK + 1),
    )


def _round_up(number: int, multiple: int) -> int:
    return -(-number // multiple) * multiple


def _doublewords(interval: Interval) -> Interval:
    """The doublewords that hold a byte of the interval."""
    return Interval(interval.start // DOUBLEWORD_BYTES, -(-interval.end // DOUBLEWORD_BYTES))


def _union(intervals: Iterable[Interval]) -> list[Interval]:
    """The same numbers as sorted, disjoint intervals that do not touch each other."""
    merged: list[Interval] = []
    for interval in sorted(intervals, key=lambda interval: interval.start):
        if merged and interval.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, interval.end))
        else:
            merged.append(interval)
    return merged


def _difference(intervals: Iterable[Interval], removed: list[Interval]) -> list[Interval]:
    """The numbers of the intervals outside the removed ones; both are sorted and disjoint."""
    remaining = []
    for interval in intervals:
        start = interval.start
        for hole in removed:
            if hole.end <= start or hole.start >= interval.end:
                continue
            if hole.start > start:
                remaining.append(Interval(start, hole.start))
            start = hole.end
        if start < interval.end:
            remaining.append(Interval(start, interval.end))
    return remaining
