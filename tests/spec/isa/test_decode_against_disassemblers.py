"""Every word that is near an instruction, as two disassemblers read it that are not ours: GNU objdump and capstone."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import capstone
import pytest

from spec.isa import INSTRUCTION_BY_NAME, INSTRUCTIONS, disassemble, instruction_of

OBJDUMP = "riscv64-unknown-elf-objdump"
BASE = 0x8000_0000

MODES = {0b0000: "fence", 0b1000: "fence.tso"}
"""The fm fields of FENCE that have a meaning of their own; here all are one no-op."""


def _neighbours(source: random.Random) -> Iterator[int]:
    """Every instruction with random operands, and the same with each single bit flipped."""
    for instruction in INSTRUCTIONS:
        for _ in range(34):
            word = instruction.match | source.getrandbits(32) & ~instruction.mask
            yield word
            yield from (word ^ 1 << bit for bit in range(2, 32))


def _codes(source: random.Random) -> Iterator[int]:
    """Every opcode of 32-bit instructions with every funct3 and funct7, and random registers."""
    for opcode in range(0b11, 1 << 7, 1 << 2):
        for funct3 in range(1 << 3):
            for funct7 in range(1 << 7):
                registers = source.getrandbits(10) << 15 | source.getrandbits(5) << 7
                yield funct7 << 25 | funct3 << 12 | registers | opcode


def _fences(source: random.Random) -> Iterator[int]:
    """Every fm, predecessor and successor of FENCE, with registers of zero and with random ones."""
    for upper in range(1 << 12):
        yield upper << 20 | 0x0F
        yield upper << 20 | source.getrandbits(5) << 15 | source.getrandbits(5) << 7 | 0x0F


def _words() -> list[int]:
    """Words whose low bits say 32 bits long, each once."""
    source = random.Random(20260801)
    anything = (source.getrandbits(32) | 0b11 for _ in range(10_000))
    found = dict.fromkeys([*_neighbours(source), *_codes(source), *_fences(source), *anything])
    return [word for word in found if word & 0b11111 != 0b11111]


WORDS = _words()


def _is_reserved_fence(word: int) -> bool:
    """FENCE with bits that the manual reserves: to be treated as FENCE (RV32I, 2.7). Others know no such word."""
    fields = (word >> 7 & 31, word >> 15 & 31)
    return word & 0x707F == 0x0F and (fields != (0, 0) or word >> 28 not in MODES or _is_odd_tso(word))


def _is_odd_tso(word: int) -> bool:
    """FENCE.TSO is defined for reads and writes before reads and writes only."""
    return MODES.get(word >> 28) == "fence.tso" and word >> 20 & 0xFF != 0b0011_0011


RESERVED_FENCES = {word for word in WORDS if _is_reserved_fence(word)}


def _name(word: int) -> str | None:
    instruction = instruction_of(word)
    return None if instruction is None else instruction.name


def _normalised(text: str) -> str:
    """Assembly text with every number in decimal."""
    text = text.split("#")[0].split("<")[0].strip().replace("\t", " ")
    return re.sub(r"(?<![\w.])-?(0x[0-9a-f]+|\d+)\b", lambda number: str(int(number[0], 0)), text)


@pytest.fixture(scope="module")
def objdump_texts(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What objdump makes of WORDS, one text each."""
    if shutil.which(OBJDUMP) is None:
        pytest.skip(f"{OBJDUMP} is not installed (Debian package binutils-riscv64-unknown-elf)")
    path: Path = tmp_path_factory.mktemp("objdump") / "words"
    path.write_bytes(b"".join(word.to_bytes(4, "little") for word in WORDS))
    command = [OBJDUMP, "-D", "-z", "-b", "binary", "-m", "riscv:rv64", "-M", "no-aliases"]
    command += [f"--adjust-vma={BASE:#x}", str(path)]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines = re.findall(r"^\s*([0-9a-f]+):\t([0-9a-f]+)\s+(.*)$", listing, re.MULTILINE)
    assert [int(address, 16) for address, _, _ in lines] == [BASE + 4 * i for i in range(len(WORDS))]
    assert [int(word, 16) for _, word, _ in lines] == WORDS
    return [text for _, _, text in lines]


def test_words_are_many_and_of_every_instruction() -> None:
    counts = Counter(map(_name, WORDS))
    assert len(WORDS) >= 100_000
    assert set(counts) == {*INSTRUCTION_BY_NAME, None}
    # Instructions without operands are one word each.
    assert min(count for name, count in counts.items() if name not in ("ecall", "ebreak")) > 500
    assert counts[None] > 30_000


def test_disassembly_agrees_with_objdump_except_for_reserved_fences(objdump_texts: list[str]) -> None:
    disagreements = {}
    for position, (word, text) in enumerate(zip(WORDS, objdump_texts, strict=True)):
        name, theirs = _name(word), _normalised(text)
        if name is None or name == "fence":
            agrees = theirs.split()[0] in (MODES.values() if name else {theirs.split()[0]} - {*INSTRUCTION_BY_NAME})
        else:
            agrees = _normalised(disassemble(BASE + 4 * position, word)) == theirs
        if not agrees:
            disagreements[word] = text
    assert set(disagreements) == RESERVED_FENCES
    assert {text.split()[0] for text in disagreements.values()} == {".4byte"}


def test_decoding_agrees_with_capstone_except_for_reserved_fences() -> None:
    disassembler = capstone.Cs(capstone.CS_ARCH_RISCV, capstone.CS_MODE_RISCV64)
    disagreements = {}
    for word in WORDS:
        instruction = next(disassembler.disasm(word.to_bytes(4, "little"), BASE), None)
        theirs = None if instruction is None else instruction.insn_name()
        known = "fence" if theirs in MODES.values() else theirs if theirs in INSTRUCTION_BY_NAME else None
        if known != _name(word):
            disagreements[word] = theirs
    assert set(disagreements) == RESERVED_FENCES
    assert set(disagreements.values()) == {None}
