"""Small programs written by hand: instructions one by one, 64-bit constants from memory, a scratch area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from spec.isa import decode, encode
from spec.isa.system import CALL_ARGUMENT_REGISTER, CALL_NUMBER_REGISTER, HALT_CALL
from spec.memory_map import DOUBLEWORD_BYTES, INPUT_REGION, OUTPUT_REGION, SINK, Interval, RegionKind, Space
from spec.program import Program, Region, Symbol

RETURN_ADDRESS = 1
"""The register ra."""

CODE_START = 0x0001_0000
DATA_START = 0x0010_0000
SCRATCH = Interval(0x0020_0000, 0x0020_1000)
"""Zero at the start."""


FUNCTIONS = (CODE_START + 4, CODE_START + 8)
"""Where the two functions of `program_of_calls` stand."""


class Assembly:
    """A program under construction."""

    def __init__(self, code_start: int = CODE_START) -> None:
        self._code_start = code_start
        self._words: list[int] = []
        self._data: dict[int, int] = {}

    @property
    def here(self) -> int:
        """The byte address of the next instruction."""
        return self._code_start + 4 * len(self._words)

    def add(self, name: str, rd: int = 0, rs1: int = 0, rs2: int = 0, immediate: int = 0) -> None:
        """Appends an instruction."""
        self._words.append(encode(name, rd, rs1, rs2, immediate))

    def set_word(self, address: int, word: int) -> None:
        """Replaces the instruction at a byte address that has one already."""
        self._words[(address - self._code_start) // 4] = word

    def add_word(self, word: int) -> None:
        """Appends any 32-bit word."""
        self._words.append(word)

    def constant(self, register: int, value: int) -> None:
        """Loads a 64-bit constant from the image: lui and ld."""
        position = self._data.setdefault(value % 2**64, len(self._data))
        self._address(register, DATA_START + DOUBLEWORD_BYTES * position)

    def _address(self, register: int, address: int) -> None:
        upper = (address + 0x800) & ~0xFFF
        self.add("lui", register, immediate=upper)
        self.add("ld", register, register, immediate=address - upper)

    def exit(self, code: int = 0) -> None:
        """Ends the program with this code."""
        self.constant(CALL_ARGUMENT_REGISTER, code)
        self.add("addi", CALL_NUMBER_REGISTER, immediate=HALT_CALL)
        self.add("ecall")

    def program(self) -> Program:
        """The program, entered at its first instruction."""
        code = tuple((self._code_start + 4 * i, word) for i, word in enumerate(self._words))
        padded = self._words + [0] * (len(self._words) % 2)
        image = {self._code_start // 8 + i // 2: padded[i] | padded[i + 1] << 32 for i in range(0, len(padded), 2)}
        code_end = self._code_start // 8 + len(padded) // 2
        data_start = DATA_START // DOUBLEWORD_BYTES
        image |= {data_start + position: value for value, position in self._data.items()}
        regions = [(RegionKind.IMAGE, self._code_start // 8, code_end)]
        if self._data:
            regions.append((RegionKind.IMAGE, data_start, data_start + len(self._data)))
        regions += [
            (RegionKind.ZERO, SCRATCH.start // 8, SCRATCH.end // 8),
            (RegionKind.INPUT, INPUT_REGION.start // 8, INPUT_REGION.end // 8),
            (RegionKind.OUTPUT, OUTPUT_REGION.start // 8, OUTPUT_REGION.end // 8),
        ]
        return Program(
            entry=self._code_start,
            code=tuple((address, word) for address, word in code if decode(word) is not None),
            image=tuple(sorted(image.items())),
            regions=(
                *(Region(Space.MEMORY, kind, start, end) for kind, start, end in regions),
                Region(Space.REGISTERS, RegionKind.REGISTERS, 0, SINK + 1),
            ),
            executable=(Interval(self._code_start, self._code_start + 4 * len(self._words)),),
        )


def program_of_calls(names: tuple[str, str], calls: Sequence[tuple[int, int, int]]) -> Program:
    """Calls two functions of these names at (address, a0, a1), which only return, and exits."""
    assembly = Assembly()
    assembly.add("jal", immediate=12)
    assembly.add("jalr", rs1=RETURN_ADDRESS)
    assembly.add("jalr", rs1=RETURN_ADDRESS)
    for address, first, second in calls:
        assembly.constant(CALL_ARGUMENT_REGISTER, first)
        assembly.constant(CALL_ARGUMENT_REGISTER + 1, second)
        assembly.add("jal", RETURN_ADDRESS, immediate=address - assembly.here)
    assembly.exit()
    symbols = tuple(Symbol(address, 4, name) for address, name in zip(FUNCTIONS, names, strict=True))
    return replace(assembly.program(), symbols=symbols)
