"""The optimised zerocheck against the plain one: the same numbers for every trace, also where constraints fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from optimized.zerocheck.rounds import OptimizedZerocheckRounds, zerocheck
from reference.arrays.field_arrays import Matrix
from reference.prover import zerocheck_rounds as plain
from reference.prover.kernels import ZerocheckRounds
from reference.tables import Table
from spec.air.chip import Chip
from spec.field import ONE, ZERO, Extension, P
from spec.rv64im.machine import CHIP_BY_NAME, CHIPS, SEGMENT_PUBLIC_VALUES
from tests.reference.prover.zerocheck_example import (
    CHIPS as SMALL_CHIPS,
)
from tests.reference.prover.zerocheck_example import (
    HEIGHTS_LOG2,
    PUBLIC_VALUES,
    ZerocheckExample,
    example_of,
    random_cells,
    small_example,
)

Answers = tuple[list[tuple[Extension, ...]], list[tuple[Extension, ...]]]

MACHINE_PUBLIC_VALUES = {name: 3 + number for number, name in enumerate(SEGMENT_PUBLIC_VALUES)}

SHIFTS_AND_STORES = ("sllw", "sra", "store_misaligned", "branch_equal", "memory", "boundary", "range_table")
"""Products of three forms in several groups, global buses, public values, fixed columns."""


def answers(rounds: ZerocheckRounds, example: ZerocheckExample, first: int | None = None) -> Answers:
    """The messages of all rounds or of the first ones, and the values at the end."""
    messages = []
    for number, challenge in enumerate(example.round_challenges):
        if first is None or number < first:
            messages.append(rounds.message())
        rounds.bind(challenge)
    return messages, rounds.values()


def both(example: ZerocheckExample, first: int | None = None) -> tuple[Answers, Answers]:
    """The optimised answers and the plain ones."""
    given = (example.tables, example.weights, example.public_values, example.challenges, example.point)
    return answers(zerocheck(*given), example, first), answers(plain.zerocheck(*given), example, first)


def filled(cells: int) -> Callable[..., Matrix]:
    """Makes matrices whose cells are all the same."""
    return lambda _source, *shape: np.full(shape, cells, dtype=np.uint64)


def tables_of(chips: list[tuple[Chip, int]], source: np.random.Generator, make: Callable[..., Matrix]) -> list[Table]:
    """A table for each chip and height."""
    return [
        Table(
            chip,
            make(source, 1 << height_log2, len(chip.columns)),
            make(source, 1 << height_log2, len(chip.fixed_columns)),
        )
        for chip, height_log2 in chips
    ]


@pytest.mark.parametrize("seed", [1, 2])
def test_rounds_of_small_tables_with_random_cells_are_the_plain_ones(seed: int) -> None:
    optimized, expected = both(small_example(seed))
    assert optimized == expected


@pytest.mark.parametrize("cell", [0, 1, P - 1])
def test_rounds_of_tables_filled_with_one_number_are_the_plain_ones(cell: int) -> None:
    source = np.random.default_rng(cell)
    tables = tables_of([(SMALL_CHIPS[number], height) for number, height in HEIGHTS_LOG2], source, filled(cell))
    optimized, expected = both(example_of(tables, PUBLIC_VALUES, source))
    assert optimized == expected


def test_rounds_of_a_single_table_of_two_rows_are_the_plain_ones() -> None:
    source = np.random.default_rng(5)
    example = example_of(tables_of([(SMALL_CHIPS[0], 1)], source, random_cells), PUBLIC_VALUES, source)
    optimized, expected = both(example)
    assert optimized == expected


def test_rounds_of_all_chips_of_the_machine_are_the_plain_ones() -> None:
    source = np.random.default_rng(6)
    # Three rounds: the first two from base cells, and one on columns of the extension.
    chips = [(chip, 3 - number % 2) for number, chip in enumerate(CHIPS)]
    optimized, expected = both(example_of(tables_of(chips, source, random_cells), MACHINE_PUBLIC_VALUES, source))
    assert optimized == expected


@pytest.mark.parametrize("height_log2", [6, 9, 13])
def test_rounds_of_tall_tables_are_the_plain_ones(height_log2: int) -> None:
    source = np.random.default_rng(height_log2)
    names = SHIFTS_AND_STORES if height_log2 < 10 else SHIFTS_AND_STORES[:1]
    chips = [(CHIP_BY_NAME[name], height_log2 - number % 3) for number, name in enumerate(names)]
    optimized, expected = both(example_of(tables_of(chips, source, random_cells), MACHINE_PUBLIC_VALUES, source))
    assert optimized == expected


def test_rounds_of_largest_cells_of_the_machine_are_the_plain_ones() -> None:
    source = np.random.default_rng(7)
    chips = [(CHIP_BY_NAME[name], 6) for name in SHIFTS_AND_STORES]
    optimized, expected = both(example_of(tables_of(chips, source, filled(P - 1)), MACHINE_PUBLIC_VALUES, source))
    assert optimized == expected


def test_rounds_of_rows_on_which_all_constraints_hold_are_the_plain_ones() -> None:
    source = np.random.default_rng(8)
    chip = CHIP_BY_NAME["add"]
    tables = tables_of([(chip, 7)], source, filled(0))
    # Padding rows with one row between them whose constraints fail.
    tables[0].main[77] = random_cells(source, len(chip.columns))
    optimized, expected = both(example_of(tables, MACHINE_PUBLIC_VALUES, source))
    assert optimized == expected


def test_rounds_at_a_point_with_a_zero_coordinate_are_the_plain_ones() -> None:
    example = small_example(9)
    example.point[2] = ZERO
    optimized, expected = both(example)
    assert optimized == expected


def test_rounds_on_a_random_point_are_not_left_to_the_plain_ones() -> None:
    example = small_example(10)
    rounds = zerocheck(example.tables, example.weights, example.public_values, example.challenges, example.point)
    assert isinstance(rounds, OptimizedZerocheckRounds)


def test_constraint_weights_that_are_no_powers_raise() -> None:
    example = small_example(11)
    constraints = list(example.weights[0].constraints)
    constraints[1] = constraints[1] + ONE
    weights = [replace(example.weights[0], constraints=constraints), *example.weights[1:]]
    with pytest.raises(ValueError, match="not consecutive powers"):
        zerocheck(example.tables, weights, example.public_values, example.challenges, example.point)


def small_cells(largest: int) -> Callable[..., Matrix]:
    """Makes matrices whose cells are from 0 to the largest."""
    return lambda source, *shape: source.integers(0, largest + 1, shape).astype(np.uint64)


WIDE_ROUNDS = 5
"""Two from base cells, two on columns that are folded from them, one on columns that are kept; what the others would
say costs the plain rounds seconds."""


@pytest.mark.parametrize(("name", "largest"), [("sha256_first", 1), ("sha256_rest", 3), ("sha256_first", 4)])
def test_rounds_of_wide_tables_with_small_cells_are_the_plain_ones(name: str, largest: int) -> None:
    source = np.random.default_rng(largest)
    tables = tables_of([(CHIP_BY_NAME[name], 5)], source, small_cells(largest))
    optimized, expected = both(example_of(tables, MACHINE_PUBLIC_VALUES, source), WIDE_ROUNDS)
    assert optimized == expected


def test_rounds_of_a_wide_table_with_one_cell_that_is_not_small_are_the_plain_ones() -> None:
    source = np.random.default_rng(12)
    tables = tables_of([(CHIP_BY_NAME["sha256_rest"], 7)], source, small_cells(1))
    tables[0].main[77, tables[0].chip.column_index("word_6_8")] = P - 1
    optimized, expected = both(example_of(tables, MACHINE_PUBLIC_VALUES, source), WIDE_ROUNDS)
    assert optimized == expected
