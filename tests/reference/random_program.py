"""Random terminating programs, the same code for QEMU's Linux and for our machine.

A program loads all registers from memory, runs a random body, stores all registers and exits with the low bits
of a0. Under Linux it also writes its final registers and scratch memory to the standard output, which is the only
difference, behind the body: every address is the same in both.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from spec.isa import INSTRUCTIONS, Family, Instruction, encode
from spec.isa.instruction import Arithmetic, Load, Store
from tests.reference.elf_file import ElfSegment, program_elf

DATA = 0x10_0000
REGISTER_BYTES = 256
INITIAL, FINAL, SCRATCH = 0, REGISTER_BYTES, 2 * REGISTER_BYTES
SCRATCH_BYTES = 4096 + 8
"""What a base in the middle reaches with 12-bit offsets, and one access that hangs over the end."""

OBSERVED_BYTES = REGISTER_BYTES + SCRATCH_BYTES
"""Final registers and scratch memory."""

BASE, COUNTER = 31, 30
"""Registers that the body never writes, except for the loops' counting: the middle of the scratch memory; the
remaining iterations of the one open loop."""

A0, A1, A2, A7 = 10, 11, 12, 17
LINUX_WRITE, EXIT = 64, 93
LOADS = [i for i in INSTRUCTIONS if isinstance(i.meaning, Load)]
STORES = [i for i in INSTRUCTIONS if isinstance(i.meaning, Store)]
ARITHMETIC = [i for i in INSTRUCTIONS if isinstance(i.meaning, Arithmetic)]
BRANCHES = [i.name for i in INSTRUCTIONS if i.family is Family.BRANCH]
CORNER_WORDS = [0, 1, 2, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 2**31, 2**64 - 1]


@dataclass(frozen=True)
class RandomProgram:
    """One program in its two forms."""

    linux_elf: bytes
    elf: bytes


def random_program(seed: int, unit_count: int) -> RandomProgram:
    """A program whose body has this many random units."""
    source = Random(seed)
    body = [*_prologue(), *_block(source, unit_count, may_loop=True), *_store_registers()]
    initial = b"".join(_word(source).to_bytes(8, "little") for _ in range(32))
    contents = initial + bytes(REGISTER_BYTES) + source.randbytes(SCRATCH_BYTES)
    data = ElfSegment(DATA, contents)
    return RandomProgram(
        linux_elf=program_elf([*body, *_linux_write(), *_exit()], data),
        elf=program_elf([*body, *_exit()], data),
    )


def _word(source: Random) -> int:
    """A word that is often at a corner of some order or width."""
    kind = source.randrange(3)
    if kind == 0:
        return source.choice(CORNER_WORDS)
    return source.getrandbits(64) if kind == 1 else source.getrandbits(64) >> source.randrange(64)


def _prologue() -> list[int]:
    words = [encode("lui", BASE, immediate=DATA)]
    words += [encode("ld", index, BASE, immediate=INITIAL + 8 * index) for index in range(1, BASE)]
    middle = SCRATCH + 2048
    return [
        *words,
        encode("addi", BASE, BASE, immediate=2047),
        encode("addi", BASE, BASE, immediate=middle - 2047),
    ]


def _store_registers() -> list[int]:
    words = [encode("addi", BASE, BASE, immediate=-2048)]
    offset = FINAL - SCRATCH
    return words + [encode("sd", rs1=BASE, rs2=index, immediate=offset + 8 * index) for index in range(32)]


def _linux_write() -> list[int]:
    return [
        encode("addi", A0, immediate=1),
        encode("addi", A1, BASE, immediate=FINAL - SCRATCH),
        encode("lui", A2, immediate=4096),
        encode("addi", A2, A2, immediate=OBSERVED_BYTES - 4096),
        encode("addi", A7, immediate=LINUX_WRITE),
        encode("ecall"),
    ]


def _exit() -> list[int]:
    return [
        encode("ld", A0, BASE, immediate=FINAL - SCRATCH + 8 * A0),
        encode("addi", A7, immediate=EXIT),
        encode("ecall"),
    ]


def _block(source: Random, unit_count: int, may_loop: bool) -> list[int]:
    """Units in sequence; control enters at the first and leaves behind the last."""
    words: list[int] = []
    remaining = unit_count
    while remaining > 0:
        kind = source.randrange(12)
        if kind < 6:
            words += _arithmetic(source)
            remaining -= 1
        elif kind < 9:
            words += _access(source)
            remaining -= 1
        elif kind == 9:
            words += _constant_or_fence(source)
            remaining -= 1
        else:
            size = min(source.randrange(1, 8), remaining)
            loops = may_loop and kind == 10
            inner = _block(source, size, may_loop=may_loop and not loops)
            words += _loop(source, inner) if loops else _skip(source, inner)
            remaining -= size
    return words


def _destination(source: Random) -> int:
    return source.randrange(COUNTER)


def _register(source: Random) -> int:
    return source.randrange(32)


def _immediate(source: Random, instruction: Instruction) -> int:
    form = instruction.format
    if not form.immediate:
        return 0
    limit = 1 << form.immediate_bits
    low, high = (-limit // 2, limit // 2 - 1) if form.immediate_is_signed else (0, limit - 1)
    return source.choice([low, high, 0, 1, source.randint(low, high), source.randint(low, high)])


def _arithmetic(source: Random) -> list[int]:
    instruction = source.choice(ARITHMETIC)
    shared = _destination(source)
    # One register in two or three roles, more often than by chance.
    destination = shared if source.randrange(4) == 0 else _destination(source)
    left = shared if source.randrange(4) == 0 else _register(source)
    right = shared if source.randrange(4) == 0 else _register(source)
    if not instruction.format.reads_rs2:
        right = 0
    return [encode(instruction.name, destination, left, right, _immediate(source, instruction))]


def _constant_or_fence(source: Random) -> list[int]:
    if source.randrange(4) == 0:
        reserved = source.getrandbits(32) & ~0x707F
        return [encode("fence") | reserved]
    immediate = source.randrange(-(2**19), 2**19) << 12
    return [encode(source.choice(["lui", "auipc"]), _destination(source), immediate=immediate)]


def _access(source: Random) -> list[int]:
    """A load or store anywhere in the scratch memory, by a fixed or by a computed address."""
    if source.randrange(2):
        return [_load_or_store(source, BASE, source.randrange(-2048, 2048))]
    pointer = source.randrange(1, COUNTER)
    return [
        encode("andi", pointer, _register(source), immediate=2047),
        encode("add", pointer, pointer, BASE),
        _load_or_store(source, pointer, source.randrange(-2048, 1)),
    ]


def _load_or_store(source: Random, base: int, offset: int) -> int:
    if source.randrange(2):
        return encode(source.choice(LOADS).name, _destination(source), base, immediate=offset)
    return encode(source.choice(STORES).name, rs1=base, rs2=_register(source), immediate=offset)


def _skip(source: Random, inner: list[int]) -> list[int]:
    """Jumps over the inner block, by a branch that may or may not be taken, or by a jump."""
    distance = 4 * (len(inner) + 1)
    kind = source.randrange(4)
    if kind < 2:
        left, right = _register(source), _register(source)
        return [encode(source.choice(BRANCHES), rs1=left, rs2=right, immediate=distance), *inner]
    if kind == 2:
        return [encode("jal", _destination(source), immediate=distance), *inner]
    pointer = source.randrange(1, COUNTER)
    low_bit = source.randrange(2)
    jump = encode("jalr", _destination(source), pointer, immediate=4 + distance + low_bit)
    return [encode("auipc", pointer), jump, *inner]


def _loop(source: Random, inner: list[int]) -> list[int]:
    """Runs the inner block a few times."""
    return [
        encode("addi", COUNTER, immediate=source.randrange(1, 6)),
        *inner,
        encode("addi", COUNTER, COUNTER, immediate=-1),
        encode("bne", rs1=COUNTER, immediate=-4 * (len(inner) + 1)),
    ]
