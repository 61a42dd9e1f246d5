"""The heights that a segment may have for recursion: a circuit that verifies a proof fixes the proof's heights.

Every table is present in every shape. The first five fit the instruction mixes of measured guests, each full to the
next power of two; `general` takes any of them, at a price. The padding they cost, as cells of instruction tables for an
executed instruction, over the cells of the rows themselves:

    counting     2.0    loops over registers and bytes: fibonacci, primes
    hashing      1.3    32-bit words: sha256
    sorting      1.3    indexed arrays: sort
    text         1.2    calls and bytes: word_count
    arithmetic   1.9    64-bit products and quotients: determinant, records
    general      4-7    all of them in one

A chip that a guest of another mix needs often fills up early and ends its segment, so a guest belongs to the shape in
which its segments have the most instructions for a cell. A run may change its shape from segment to segment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from spec.air.chip import Role
from spec.rv64im.machine import INSTRUCTION_CHIPS, chips_of

RARE_HEIGHT_LOG2 = 10
"""Of a chip that a shape expects to be rare: all of them together are some 4 million cells."""

BOUNDARY_HEIGHT_LOG2 = 16
MEMORY_HEIGHT_LOG2 = 17
"""Above the boundary table's: every address that a run touches has a boundary row in some segment, so its memory table
has room in as many segments, and some to spare for the output."""

PROGRAM_HEIGHTS_LOG2 = MappingProxyType(
    {"program_table": (14, 17, 20), "image_table": (13, 16, 19), "region_table": (5, 5, 5)}
)
"""The heights of a program's fixed tables, small, medium or large: one place in all three."""

Heights = Mapping[str, int]
"""The height of every instruction table by chip name, as base-2 logarithms."""


def _shape(frequent: Mapping[int, Sequence[str]]) -> Heights:
    heights = {chip.name: RARE_HEIGHT_LOG2 for chip in INSTRUCTION_CHIPS}
    return MappingProxyType(heights | {name: height for height, names in frequent.items() for name in names})


RECURSION_SHAPES: Mapping[str, Heights] = {
    "counting": _shape(
        {
            19: ("addi",),
            18: ("add",),
            17: ("branch_equal", "branch_less_unsigned", "sb"),
            14: ("load_byte",),
            13: ("sd",),
            12: ("addiw",),
            11: ("constant", "mul"),
        }
    ),
    "hashing": _shape(
        {
            17: ("addw", "addiw", "or", "xor", "slliw", "srliw"),
            15: ("addi", "and", "load_word"),
            14: ("branch_equal", "load_byte", "sw"),
            12: ("ld", "sd"),
        }
    ),
    "sorting": _shape(
        {
            18: ("add", "addi", "slli", "branch_less_unsigned"),
            17: ("load_word",),
            16: ("sw",),
            15: ("constant", "load_byte", "sb"),
            14: ("or", "srliw"),
            13: ("branch_equal", "jalr", "ld", "sd"),
        }
    ),
    "text": _shape(
        {
            18: ("constant", "addi"),
            17: ("jalr", "ld", "sd"),
            16: ("add", "andi", "branch_equal", "load_byte"),
            15: ("slli", "sltiu", "branch_less_unsigned"),
            14: ("subw", "addiw", "srli", "branch_less_signed", "load_word", "sw"),
        }
    ),
    "arithmetic": _shape(
        {
            17: ("add", "addi", "load_misaligned"),
            16: ("srli", "branch_equal", "branch_less_unsigned", "ld", "load_byte", "sd", "mul", "divide"),
            15: ("sub", "and", "or", "slli", "multiply_high"),
            14: ("constant", "andi", "load_word"),
            12: ("addiw",),
            11: ("jalr",),
        }
    ),
    "general": _shape(
        {
            18: ("addi",),
            17: ("add",),
            16: (
                "constant",
                "addw",
                "addiw",
                "or",
                "xor",
                "slli",
                "slliw",
                "srliw",
                "branch_equal",
                "branch_less_unsigned",
                "sb",
                "load_misaligned",
            ),
            15: ("jalr", "ld", "load_word", "load_byte", "sd", "mul", "divide"),
            14: ("sub", "and", "andi", "sllw", "srli", "sw", "multiply_high", "divide_word"),
            13: ("sltiu",),
            12: ("subw", "branch_less_signed"),
            11: ("mulw",),
        }
    ),
}
"""Every shape by its name."""


def rows_that_fit(heights: Heights, shares: Mapping[str, float]) -> int:
    """How many instructions of a mix, given as each chip's share of them, fill a segment of this shape."""
    return int(min((1 << heights[name]) / share for name, share in shares.items() if share))


def listed_height_log2(shape: str, chip: str) -> int:
    """The height of an instruction chip's or a continuation chip's one table in a listed shape."""
    continuation = {"boundary": BOUNDARY_HEIGHT_LOG2, "memory": MEMORY_HEIGHT_LOG2}
    return continuation[chip] if chip in continuation else RECURSION_SHAPES[shape][chip]


def is_listed(heights_log2: Mapping[str, tuple[int, ...]]) -> bool:
    """Whether all tables together, given by chip, have the heights of a listed shape."""
    variable = [chip.name for role in (Role.INSTRUCTION, Role.CONTINUATION) for chip in chips_of(role)]
    program = [heights_log2[name] for name in PROGRAM_HEIGHTS_LOG2]
    return [height for of in program for height in of] in _program_sizes() and any(
        all(heights_log2[name] == (listed_height_log2(shape, name),) for name in variable) for shape in RECURSION_SHAPES
    )


def is_listed_program(heights_log2: Sequence[int]) -> bool:
    """Whether a program's tables, in machine order, have heights of one listed size."""
    return list(heights_log2) in _program_sizes()


def program_size(rows: Mapping[str, int]) -> Mapping[str, int]:
    """The heights of the smallest listed size whose tables hold so many rows, by chip, as base-2 logarithms.

    Raises ValueError, naming the table, if none does.
    """
    sizes = [dict(zip(PROGRAM_HEIGHTS_LOG2, size, strict=True)) for size in _program_sizes()]
    for name, count in rows.items():
        if count > 1 << sizes[-1][name]:
            raise ValueError(f"{name} needs {count} rows, the largest listed size has 2^{sizes[-1][name]}")
    return next(size for size in sizes if all(count <= 1 << size[name] for name, count in rows.items()))


def _program_sizes() -> list[list[int]]:
    return [list(size) for size in zip(*PROGRAM_HEIGHTS_LOG2.values(), strict=True)]
