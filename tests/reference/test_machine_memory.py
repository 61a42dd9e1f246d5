"""The executor's memory: what it holds at the start, and where it ends."""

from __future__ import annotations

import pytest

from reference.machine_memory import MachineMemory, UnmappedError, initial_memory
from spec.memory_map import INPUT_REGION, RegionKind, Space
from spec.program import Program, Region

INPUT_START = INPUT_REGION.start // 8
PROGRAM = Program(
    entry=0x1_0000,
    code=(),
    image=((0x2000, 7), (0x2001, 0)),
    regions=(
        Region(Space.MEMORY, RegionKind.IMAGE, 0x2000, 0x2002),
        Region(Space.MEMORY, RegionKind.ZERO, 0x2002, 0x2004),
        Region(Space.MEMORY, RegionKind.INPUT, INPUT_START, INPUT_REGION.end // 8),
        Region(Space.REGISTERS, RegionKind.REGISTERS, 0, 33),
    ),
    executable=(),
)


@pytest.mark.parametrize(
    ("private_input", "doublewords"),
    [
        (b"", []),
        (b"\x01", [1]),
        (bytes(range(1, 9)), [0x0807_0605_0403_0201]),
        (bytes(range(1, 11)), [0x0807_0605_0403_0201, 0x0A09]),
    ],
)
def test_initial_memory_is_image_and_input(private_input: bytes, doublewords: list[int]) -> None:
    expected = {0x2000: 7, 0x2001: 0, INPUT_START: len(private_input)}
    expected.update({INPUT_START + 1 + i: doubleword for i, doubleword in enumerate(doublewords)})
    assert initial_memory(PROGRAM, private_input) == expected


@pytest.mark.parametrize(
    ("position", "content"), [(0x2000, 7), (0x2001, 0), (0x2002, 0), (0x2003, 0), (INPUT_REGION.end // 8 - 1, 0)]
)
def test_touch_of_a_mapped_doubleword_makes_it_present(position: int, content: int) -> None:
    memory = MachineMemory(PROGRAM, b"")
    assert memory.touch(position) == content
    assert memory.doublewords[position] == content


@pytest.mark.parametrize(
    "position", [0, 1, 32, 0x1FFF, 0x2004, INPUT_START - 1, INPUT_REGION.end // 8, 2**29, 2**61 - 1]
)
def test_touch_of_an_unmapped_doubleword_raises_and_leaves_no_trace(position: int) -> None:
    memory = MachineMemory(PROGRAM, b"")
    before = dict(memory.doublewords)
    with pytest.raises(UnmappedError):
        memory.touch(position)
    assert memory.doublewords == before


def test_peek_reads_across_doublewords_and_touches_nothing() -> None:
    memory = MachineMemory(PROGRAM, b"")
    before = dict(memory.doublewords)
    assert memory.peek(0x2000 * 8, 3) == b"\x07\x00\x00"
    assert memory.peek(0x2001 * 8 + 5, 9) == bytes(9)
    assert memory.doublewords == before


@pytest.mark.parametrize(("address", "size_bytes"), [(0x2000 * 8 - 1, 1), (0x2003 * 8 + 7, 2), (0, 1), (2**64 - 8, 8)])
def test_peek_into_unmapped_memory_is_refused(address: int, size_bytes: int) -> None:
    with pytest.raises(UnmappedError):
        MachineMemory(PROGRAM, b"").peek(address, size_bytes)
