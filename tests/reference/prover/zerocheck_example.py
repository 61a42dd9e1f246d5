"""Five small chips in tables of several heights, with everything that the zerocheck of them needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reference.arrays.field_arrays import Matrix
from reference.tables import Table
from spec.air.bus import Bus, Scope
from spec.air.chip import Chip, ChipBuilder, Role
from spec.air.expression import Public
from spec.field import EXTENSION_DEGREE, ONE, Extension, P
from spec.protocol.gkr import BusChallenges, bus_challenges, circuit, widest_message
from spec.protocol.shape import TableShape
from spec.protocol.zerocheck import TableWeights, batching_powers, table_weights

PAIRS = Bus("pairs", 1, ("left", "right"), Scope.LOCAL, "", "")
NUMBERS = Bus("numbers", 2, ("number",), Scope.LOCAL, "", "")
TOKENS = Bus("tokens", 3, ("address", "value", "segment"), Scope.GLOBAL, "", "")

SEGMENT, START = Public("segment"), Public("start")


def adder() -> Chip:
    """Constraints of every degree, one without a column, and three local interactions with the same multiplicity."""
    builder = ChipBuilder("adder", Role.INSTRUCTION, "")
    real = builder.column("real")
    left, right, result = builder.column_array("limb", 3)
    total = builder.define("total", left + right * 2**16)
    builder.boolean("real_is_boolean", real)
    builder.zero("adds", result - total + START)
    builder.zero("is_cubic", real * left * (right - 5) + total * result - 7)
    builder.zero("starts_at_segment", START - SEGMENT * 3)
    builder.zero("is_square", total * total)
    builder.receive("pair", PAIRS, [left, right], real)
    builder.send("sum", PAIRS, [total, result - 1], real)
    builder.send("number", NUMBERS, [result], real)
    return builder.build()


def multiplier() -> Chip:
    """Constraints that share a subexpression, and two pairs of interactions whose multiplicities differ."""
    builder = ChipBuilder("multiplier", Role.INSTRUCTION, "")
    first, second = builder.column_array("selector", 2)
    left, right = builder.column("left"), builder.column("right")
    real = builder.define("real", first + second)
    product = builder.define("product", left * right)
    builder.boolean("real", real)
    builder.zero("product_is_zero", first * product)
    builder.zero("product_is_start", second * (product - START))
    builder.zero("is_negated", -product * left + right)
    builder.send("first", PAIRS, [left, START], first * 3)
    builder.receive("second", PAIRS, [right, SEGMENT], second)
    builder.send("once", NUMBERS, [left + right * 9])
    builder.receive("often", NUMBERS, [-left], real)
    return builder.build()


def lookup() -> Chip:
    """Fixed columns, no constraint, one interaction."""
    builder = ChipBuilder("lookup", Role.MACHINE_TABLE, "")
    left, right = builder.fixed_column("left"), builder.fixed_column("right")
    builder.send("row", PAIRS, [left, right], builder.column("multiplicity"))
    return builder.build()


def memory() -> Chip:
    """Three interactions in either scope, with constants as multiplicities and parts."""
    builder = ChipBuilder("memory", Role.CONTINUATION, "")
    address, before, after = (builder.column(name) for name in ("address", "before", "after"))
    builder.zero("changes", before * (after - before) - address)
    builder.receive("taken", TOKENS, [address, before, SEGMENT])
    builder.receive("before", PAIRS, [address, before], 4)
    builder.send("put_back", TOKENS, [address, after, SEGMENT + 1])
    builder.send("after", PAIRS, [address, after], 4)
    builder.send("none", TOKENS, [0, 1, 2], after)
    builder.send("constant", NUMBERS, [17])
    return builder.build()


def program() -> Chip:
    """Fixed and committed columns in one constraint, and an interaction that counts a fixed column."""
    builder = ChipBuilder("program", Role.PROGRAM_TABLE, "")
    word, times = builder.fixed_column("word"), builder.column("times")
    builder.zero("is_counted", times * word * word - word)
    builder.send("counted", NUMBERS, [times], word)
    builder.receive("word", NUMBERS, [word], times)
    return builder.build()


CHIPS = (adder(), multiplier(), lookup(), memory(), program())

HEIGHTS_LOG2 = ((0, 5), (0, 2), (1, 4), (2, 3), (3, 1), (4, 1))
"""A chip and a height for each table: one chip stands in two, and two tables have two rows."""

PUBLIC_VALUES = {"segment": 4, "start": P - 9}


def random_cells(source: np.random.Generator, *shape: int) -> Matrix:
    """Elements of which some are 0, 1 and p - 1."""
    cells = source.integers(0, P, shape, dtype=np.uint64)
    edges = np.array([0, 1, P - 1], dtype=np.uint64)[source.integers(0, 3, shape)]
    return np.where(source.integers(0, 4, shape) == 0, edges, cells)


def random_elements(source: np.random.Generator, count: int) -> list[Extension]:
    """Elements of the extension."""
    return [Extension.from_coefficients(row) for row in random_cells(source, count, EXTENSION_DEGREE).tolist()]


@dataclass(frozen=True)
class ScalarRow:
    """Values of the extension that stand for one row, as an interpretation."""

    main_values: Sequence[Extension]
    fixed_values: Sequence[Extension]
    public_values: Mapping[str, int]

    def constant(self, element: int) -> Extension:
        return Extension.of(element)

    def main(self, index: int) -> Extension:
        return self.main_values[index]

    def fixed(self, index: int) -> Extension:
        return self.fixed_values[index]

    def public(self, name: str) -> Extension:
        return Extension.of(self.public_values[name])

    def add(self, left: Extension, right: Extension) -> Extension:
        return left + right

    def subtract(self, left: Extension, right: Extension) -> Extension:
        return left - right

    def multiply(self, left: Extension, right: Extension) -> Extension:
        return left * right


@dataclass(frozen=True)
class ZerocheckExample:
    """What a kernel is given, and challenges for its rounds."""

    tables: list[Table]
    weights: list[TableWeights[Extension]]
    public_values: Mapping[str, int]
    challenges: Mapping[Scope, BusChallenges[Extension]]
    point: list[Extension]
    round_challenges: list[Extension]


def example_of(
    tables: Sequence[Table], public_values: Mapping[str, int], source: np.random.Generator
) -> ZerocheckExample:
    """Random challenges, points and the weights that follow from them, for tables in the order of their machine."""
    shapes = [TableShape(table.chip, table.height.bit_length() - 1) for table in tables]
    chips = [table.chip for table in tables]
    layout = circuit(shapes)
    rho = random_elements(source, layout.variables)
    alphas, betas = random_elements(source, 2), random_elements(source, 2)
    challenges = {
        scope: bus_challenges(alpha, beta, widest_message(chips, scope))
        for scope, alpha, beta in zip(Scope, alphas, betas, strict=True)
    }
    weights = table_weights(shapes, layout, rho, batching_powers(ONE, random_elements(source, 1)[0], shapes))
    rounds = max(shape.height_log2 for shape in shapes)
    point = rho[layout.variables - rounds :]
    return ZerocheckExample(list(tables), weights, public_values, challenges, point, random_elements(source, rounds))


def small_example(seed: int) -> ZerocheckExample:
    """The five chips on random cells: no constraint holds."""
    source = np.random.default_rng(seed)
    tables = []
    for number, height_log2 in HEIGHTS_LOG2:
        chip = CHIPS[number]
        main = random_cells(source, 1 << height_log2, len(chip.columns))
        fixed = random_cells(source, 1 << height_log2, len(chip.fixed_columns))
        tables.append(Table(chip, main, fixed))
    return example_of(tables, PUBLIC_VALUES, source)
