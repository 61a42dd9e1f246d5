"""The heights that a segment may have for recursion: a circuit that verifies a proof fixes the proof's heights.

Every table is present in every shape, but those of the calls of accelerators only in some. The first five shapes fit
the instruction mixes of measured guests: a frequent chip has up to three instances, whose heights together are what its
rows need. `general` takes any mix, at a price. The instructions of the mix that fill a segment, and the padding they
cost, as cells of instruction tables over the cells of the rows themselves:

    counting     4.2 million   1.8    loops over registers and bytes: fibonacci (primes 1.5)
    hashing      5.2           1.1    32-bit words: sha256
    sorting      5.2           1.1    indexed arrays: sort
    text         5.5           1.1    calls and bytes: word_count
    arithmetic   3.3           1.8    64-bit products and quotients: determinant, records
    general      0.8-1.8       5-9    all of them in one

They hold nearly as many as a clock can count: what verifying a segment costs a circuit grows by a tenth when its cells
grow by half, so a tree over few large segments is the cheapest.

With calls, whose tables are hundreds or thousands of columns wide, a segment has as many cells and fewer instructions:

    ethereum     2.3-2.6 million      blocks: 512 permutations of Keccak, 1,365 compressions, 65,536 calls of 256 bits
    digests      0.3                  4,096 permutations, 4,096 compressions: keccak256
    pairings     2.1-2.3              262,144 calls of 384 bits: bls_signature, kzg_opening

Each of the first six stands once more with some tables of calls: a segment then holds as many instructions, or a few
fewer, and 128 permutations, 256 compressions, 4,096 modular calls of each width and as much advice.

A chip that a guest of another mix needs often fills up early and ends its segment, so a guest belongs to the shape in
which its segments have the most instructions for a cell. A run may change its shape from segment to segment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from spec.air.chip import Chip
from spec.protocol.shape import rows_of

RARE_HEIGHT_LOG2 = 12
"""The height of a chip that a shape expects to be rare: all of them together are about four million cells."""

BOUNDARY_HEIGHT_LOG2 = 17
MEMORY_HEIGHT_LOG2 = 18
"""Above the boundary table's: every address that a run touches has a boundary row in some segment, so its memory table
has room in as many segments, and some to spare for the output."""

PROGRAM_HEIGHTS_LOG2 = MappingProxyType(
    {"program_table": (14, 17, 20), "image_table": (13, 16, 19), "region_table": (5, 5, 5)}
)
"""The heights of a program's fixed tables, small, medium or large: one place in all three."""

FREQUENT_HEIGHTS_LOG2: Mapping[str, Mapping[tuple[int, ...], Sequence[str]]] = {
    "counting": {
        (21, 19): ("addi",),
        (20, 19, 14): ("add",),
        (19, 18, 16): ("branch_equal",),
        (19, 17, 13): ("branch_less_unsigned",),
        (19, 17): ("sb",),
        (18, 16): ("load_byte",),
        (16,): ("addiw",),
        (15,): ("constant", "mul"),
    },
    "hashing": {
        (19, 18, 17): ("or",),
        (19, 18, 13): ("srliw",),
        (19, 18): ("slliw",),
        (19, 17, 16): ("addw",),
        (19, 17, 15): ("xor",),
        (19, 16): ("addiw",),
        (18,): ("and", "load_word"),
        (17, 13): ("addi",),
        (17,): ("branch_equal",),
        (16, 15): ("sw",),
        (16, 14): ("load_byte",),
        (15,): ("ld", "sd"),
    },
    "sorting": {
        (20, 18): ("slli",),
        (20,): ("addi", "branch_less_unsigned"),
        (19, 18): ("add",),
        (19,): ("load_word",),
        (18, 14): ("sw",),
        (17,): ("constant",),
        (16, 14): ("load_byte", "sb"),
        (16,): ("or", "srliw", "branch_equal"),
        (15,): ("jalr", "ld", "sd"),
    },
    "text": {
        (20, 17, 16): ("addi",),
        (19, 18): ("constant",),
        (19, 17): ("ld",),
        (19,): ("jalr", "sd"),
        (18, 16): ("branch_equal",),
        (18, 15): ("add",),
        (18,): ("andi", "load_byte"),
        (17, 15): ("slli", "sltiu", "branch_less_unsigned"),
        (16, 14): ("subw", "addiw", "srli", "branch_less_signed", "load_word", "sw"),
    },
    "arithmetic": {
        (20,): ("addi",),
        (19, 17, 14): ("add",),
        (19,): ("branch_equal", "branch_less_unsigned", "load_byte"),
        (18, 16, 13): ("divide",),
        (18, 16): ("ld",),
        (18,): ("load_misaligned",),
        (17, 16): ("sub", "slli", "srli", "sd"),
        (17, 15, 13): ("and", "or", "mul", "multiply_high"),
        (17,): ("constant",),
        (16,): ("andi", "load_word"),
        (15,): ("addiw",),
        (14,): ("jalr",),
    },
    "general": {
        (19, 18): ("addi",),
        (18, 17): ("constant", "add", "addw", "addiw", "branch_equal", "branch_less_unsigned"),
        (17, 16): (
            "or",
            "xor",
            "slli",
            "slliw",
            "srliw",
            "jalr",
            "ld",
            "load_word",
            "load_byte",
            "sd",
            "sb",
            "load_misaligned",
            "mul",
        ),
        (16, 15): ("sub", "and", "andi", "sllw", "srli", "sw", "multiply_high", "divide", "divide_word"),
        (15, 14): ("sltiu",),
        (15,): ("subw", "branch_less_signed"),
        (14,): ("mulw",),
    },
}
"""By shape, the chips that have more rows than the rare ones, by the heights of their instances."""


def _by_chip(frequent: Mapping[tuple[int, ...], Sequence[str]]) -> dict[str, tuple[int, ...]]:
    return {name: heights for heights, names in frequent.items() for name in names}


RARE_CALL_HEIGHTS_LOG2: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "keccak_f": (7,),
        "keccak_round": (11, 10),
        "sha256_compress": (8,),
        "sha256_first": (8,),
        "sha256_rest": (9, 8),
        "multiply_add_modulo_256": (12,),
        "multiply_add_modulo_384": (12,),
        "advice": (12,),
    }
)
"""What a shape for guests that call accelerators has of those that it expects to be rare, and of the work that they
order: eight million cells together, a third of them keccak's, beside 1.3 million of its fixed tables."""

FREQUENT_CALL_HEIGHTS_LOG2: Mapping[str, Mapping[tuple[int, ...], Sequence[str]]] = {
    "ethereum": {
        (19, 16): ("addi",),
        (18, 17): ("ld", "sd"),
        (18,): ("constant",),
        (17, 16, 13): ("add", "branch_equal"),
        (17,): ("load_byte",),
        (16, 15, 14): ("slli",),
        (16, 15): ("or",),
        (16, 13): ("sb",),
        (16,): ("srli", "branch_less_unsigned", "andi", "multiply_add_modulo_256"),
        (15, 14): ("jalr",),
        (15, 13): ("sub",),
        (15,): ("and", "multiply_add_modulo_384"),
        (14, 13): ("addiw", "xor", "advice"),
        (14,): ("srl", "srliw", "sll", "load_misaligned", "branch_less_signed", "mul"),
        (13, 12): ("keccak_round",),
        (13,): ("xori", "load_word", "addw", "ori"),
        (12,): ("sha256_rest",),
        (11,): ("sha256_compress",),
        (10, 9): ("sha256_first",),
        (9,): ("keccak_f",),
    },
    "digests": {
        (17, 14): ("ld",),
        (16, 15): ("sd", "xor", "keccak_round"),
        (15, 13): ("addi",),
        (15,): ("add", "constant", "branch_equal"),
        (14,): ("load_byte", "sub"),
        (13, 12): ("sha256_rest",),
        (13,): ("andi", "branch_less_unsigned", "srli", "load_misaligned"),
        (12,): ("keccak_f", "sha256_compress", "sha256_first"),
    },
    "pairings": {
        (20,): ("addi",),
        (18, 16): ("ld", "sd"),
        (18, 15): ("constant",),
        (18,): ("multiply_add_modulo_384",),
        (16,): ("add", "branch_equal"),
        (15,): ("or", "multiply_add_modulo_256"),
        (14, 12): ("advice",),
        (14,): ("slli", "andi", "load_byte", "addiw"),
        (13,): ("jalr", "sb", "srli", "xori", "branch_less_signed"),
    },
}
"""The same of the shapes for guests that call accelerators more than now and then."""

LOWERED_FOR_CALLS_LOG2: Mapping[str, Mapping[tuple[int, ...], Sequence[str]]] = {
    "counting": {(21,): ("addi",)},
    "general": {(19,): ("addi",), (18,): ("branch_equal", "branch_less_unsigned")},
}
"""What is lower where calls stand beside: else these shapes would have more clocks than there are."""

WITH_CALLS = "_with_calls"

CALL_SHAPES_LOG2: Mapping[str, Mapping[str, tuple[int, ...]]] = {
    shape: {**RARE_CALL_HEIGHTS_LOG2, **_by_chip(frequent)} for shape, frequent in FREQUENT_CALL_HEIGHTS_LOG2.items()
} | {
    shape + WITH_CALLS: {
        **RARE_CALL_HEIGHTS_LOG2,
        **_by_chip(frequent),
        **_by_chip(LOWERED_FOR_CALLS_LOG2.get(shape, {})),
    }
    for shape, frequent in FREQUENT_HEIGHTS_LOG2.items()
}
"""Every shape that has the tables of calls, by chip: those that calls fill, and each other one once more, for guests
that make few of them."""

LISTED_PROGRAMS: tuple[Mapping[str, int], ...] = tuple(
    dict(zip(PROGRAM_HEIGHTS_LOG2, size, strict=True)) for size in zip(*PROGRAM_HEIGHTS_LOG2.values(), strict=True)
)
"""The heights of a program's tables by chip, small, medium, large."""


def listed_shapes(instruction_chips: Sequence[Chip]) -> Mapping[str, Mapping[str, tuple[int, ...]]]:
    """By shape, the heights by chip of every table but a program's, of a machine with these instruction chips, those of
    calls left out."""
    continuation = {"boundary": (BOUNDARY_HEIGHT_LOG2,), "memory": (MEMORY_HEIGHT_LOG2,)}
    rare = {chip.name: (RARE_HEIGHT_LOG2,) for chip in instruction_chips}
    ordinary = {shape: rare | _by_chip(frequent) for shape, frequent in FREQUENT_HEIGHTS_LOG2.items()}
    with_calls = {shape: {**rare, **heights} for shape, heights in CALL_SHAPES_LOG2.items()}
    return {shape: heights | continuation for shape, heights in (ordinary | with_calls).items()}


def rows_that_fit(heights_log2: Mapping[str, tuple[int, ...]], shares: Mapping[str, float]) -> int:
    """How many instructions of a mix, given as each chip's share of them, fill a segment of this shape."""
    return int(min(rows_of(heights_log2[name]) / share for name, share in shares.items() if share))


def program_size(rows: Mapping[str, int]) -> Mapping[str, int]:
    """The heights of the smallest listed size whose tables hold so many rows, by chip, as base-2 logarithms.

    Raises ValueError, naming the table, if none does.
    """
    for name, count in rows.items():
        if count > 1 << LISTED_PROGRAMS[-1][name]:
            raise ValueError(f"{name} needs {count} rows, the largest listed size has 2^{LISTED_PROGRAMS[-1][name]}")
    return next(size for size in LISTED_PROGRAMS if all(count <= 1 << size[name] for name, count in rows.items()))
