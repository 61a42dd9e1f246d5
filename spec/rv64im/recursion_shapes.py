"""The heights that a segment may have for recursion: a circuit that verifies a proof fixes the proof's heights.

Every table is present in every shape. The first five fit the instruction mixes of measured guests, each full to the
next power of two; `general` takes any of them, at a price. The padding they cost, as cells of instruction tables for an
executed instruction, over the cells of the rows themselves:

    counting     2.1    loops over registers and bytes: fibonacci
    hashing      1.3    32-bit words: sha256
    sorting      1.5    indexed arrays: sort
    text         1.2    calls and bytes: word_count
    arithmetic   2.4    64-bit products and quotients: determinant, records
    general      4-9    all of them in one

A chip that a guest of another mix needs often fills up early and ends its segment, so a guest belongs to the shape in
which its segments have the most instructions for a cell. A run may change its shape from segment to segment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from spec.air.chip import Chip

RARE_HEIGHT_LOG2 = 10
"""Of a chip that a shape expects to be rare: all of them together are about a million cells."""

BOUNDARY_HEIGHT_LOG2 = 16
MEMORY_HEIGHT_LOG2 = 17
"""Above the boundary table's: every address that a run touches has a boundary row in some segment, so its memory table
has room in as many segments, and some to spare for the output."""

PROGRAM_HEIGHTS_LOG2 = MappingProxyType(
    {"program_table": (14, 17, 20), "image_table": (13, 16, 19), "region_table": (5, 5, 5)}
)
"""The heights of a program's fixed tables, small, medium or large: one place in all three."""

FREQUENT_HEIGHTS_LOG2: Mapping[str, Mapping[int, Sequence[str]]] = {
    "counting": {
        19: ("addi",),
        18: ("add",),
        17: ("branch_equal", "branch_less_unsigned", "sb"),
        14: ("load_byte",),
        13: ("sd",),
        12: ("addiw",),
        11: ("constant", "mul"),
    },
    "hashing": {
        17: ("addw", "addiw", "or", "xor", "slliw", "srliw"),
        15: ("addi", "and", "load_word"),
        14: ("branch_equal", "load_byte", "sw"),
        12: ("ld", "sd"),
    },
    "sorting": {
        18: ("addi", "slli"),
        17: ("add", "branch_less_unsigned", "load_word"),
        16: ("sw",),
        14: ("constant", "or", "srliw", "load_byte", "sb"),
        13: ("branch_equal", "jalr", "ld", "sd"),
    },
    "text": {
        18: ("constant", "addi"),
        17: ("jalr", "ld", "sd"),
        16: ("add", "andi", "branch_equal", "load_byte"),
        15: ("slli", "sltiu", "branch_less_unsigned"),
        14: ("subw", "addiw", "srli", "branch_less_signed", "load_word", "sw"),
    },
    "arithmetic": {
        17: ("addi",),
        16: (
            "add",
            "srli",
            "branch_equal",
            "branch_less_unsigned",
            "ld",
            "load_byte",
            "load_misaligned",
            "sd",
            "mul",
        ),
        15: ("and", "or", "slli", "multiply_high", "divide"),
        14: ("constant", "sub", "addiw", "andi", "load_word"),
        11: ("jalr",),
    },
    "general": {
        17: ("addi",),
        16: ("constant", "add", "addw", "addiw", "branch_equal", "branch_less_unsigned"),
        15: (
            "or",
            "xor",
            "slli",
            "slliw",
            "srliw",
            "jalr",
            "ld",
            "load_word",
            "load_byte",
            "load_misaligned",
            "sd",
            "sb",
            "mul",
        ),
        14: ("sub", "and", "andi", "sllw", "srli", "sw", "multiply_high", "divide", "divide_word"),
        13: ("sltiu",),
        12: ("subw", "branch_less_signed"),
        11: ("mulw",),
    },
}
"""By shape, the chips that are higher than the rare ones, by height."""

LISTED_PROGRAMS: tuple[Mapping[str, int], ...] = tuple(
    dict(zip(PROGRAM_HEIGHTS_LOG2, size, strict=True)) for size in zip(*PROGRAM_HEIGHTS_LOG2.values(), strict=True)
)
"""The heights of a program's tables by chip, small, medium, large."""


def listed_shapes(instruction_chips: Sequence[Chip]) -> Mapping[str, Mapping[str, int]]:
    """By shape, the height of every instruction and continuation table by chip."""
    continuation = {"boundary": BOUNDARY_HEIGHT_LOG2, "memory": MEMORY_HEIGHT_LOG2}
    rare = {chip.name: RARE_HEIGHT_LOG2 for chip in instruction_chips}
    return {
        shape: rare | {name: height for height, names in frequent.items() for name in names} | continuation
        for shape, frequent in FREQUENT_HEIGHTS_LOG2.items()
    }


def rows_that_fit(heights: Mapping[str, int], shares: Mapping[str, float]) -> int:
    """How many instructions of a mix, given as each chip's share of them, fill a segment of this shape."""
    return int(min((1 << heights[name]) / share for name, share in shares.items() if share))


def program_size(rows: Mapping[str, int]) -> Mapping[str, int]:
    """The heights of the smallest listed size whose tables hold so many rows, by chip, as base-2 logarithms.

    Raises ValueError, naming the table, if none does.
    """
    for name, count in rows.items():
        if count > 1 << LISTED_PROGRAMS[-1][name]:
            raise ValueError(f"{name} needs {count} rows, the largest listed size has 2^{LISTED_PROGRAMS[-1][name]}")
    return next(size for size in LISTED_PROGRAMS if all(count <= 1 << size[name] for name, count in rows.items()))
