"""The work tables of SHA-256, in every layout, against the function that they compute."""

from __future__ import annotations

from collections import Counter

import pytest

from reference.trace.cells import Cells
from reference.trace.sha256 import compression_cells
from spec.air.chip import WORK_CELLS_PER_TICK, Chip, Interaction, Role
from spec.air.chips.sha256 import ROUNDS, Sha256Layout
from spec.air.expression import Expression, evaluate
from spec.protocol.sha256 import SHA256_INITIAL_VALUE, compression
from tests.chip_rows import row_of

KEY = 4711
BLOCK = bytes(range(64))
STATE = SHA256_INITIAL_VALUE
LAYOUTS = [Sha256Layout(rounds, 64) for rounds in (2, 4, 8, 16)]
LIMB = 2**16


def _violated(chip: Chip, cells: Cells) -> list[str]:
    row, memory = row_of(chip, cells), dict[Expression, int]()
    return [c.name for c in chip.constraints if evaluate(c.expression, row, memory)]


def _message(chip: Chip, cells: Cells, interaction: Interaction) -> tuple[int, ...]:
    return tuple(evaluate(part, row_of(chip, cells)) for part in interaction.message)


def _rows(layout: Sha256Layout) -> list[tuple[Chip, Cells]]:
    chips = {chip.name: chip for chip in (layout.first, layout.rest)}
    return [(chips[name], cells) for name, cells in compression_cells(layout, KEY, STATE, BLOCK)]


def _limbs(words: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(limb for word in words for limb in (word % LIMB, word // LIMB))


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.rounds_per_row)
def test_honest_rows_satisfy_every_constraint(layout: Sha256Layout) -> None:
    rows = _rows(layout)
    assert Counter(chip.name for chip, _ in rows) == layout.work_rows
    assert [_violated(*row) for row in rows] == [[]] * len(rows)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.rounds_per_row)
def test_honest_rows_take_a_block_and_a_state_and_leave_the_rounds_between_them(layout: Sha256Layout) -> None:
    balance: Counter[tuple[str, tuple[int, ...]]] = Counter()
    for chip, cells in _rows(layout):
        for interaction in chip.interactions:
            times = evaluate(interaction.multiplicity, row_of(chip, cells))
            balance[interaction.bus.name, _message(chip, cells, interaction)] += interaction.sign * times
    words = tuple(int.from_bytes(BLOCK[i : i + 4], "big") for i in range(0, len(BLOCK), 4))
    rounds = tuple((new - old) % 2**32 for old, new in zip(STATE, compression(STATE, BLOCK), strict=True))
    per_row = layout.rounds_per_row
    expected = {("sha256_start", (KEY, *_limbs(STATE))): -1, ("sha256_result", (KEY, *_limbs(rounds))): 1}
    for first in range(0, 16, per_row):
        expected["sha256_message", (KEY, first, *_limbs(words[first : first + per_row]))] = -1
    assert {message: count for message, count in balance.items() if count} == expected


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.rounds_per_row)
def test_row_of_zeros_is_padding(layout: Sha256Layout) -> None:
    for chip in (layout.first, layout.rest):
        zeros = dict.fromkeys(chip.columns, 0)
        assert _violated(chip, zeros) == []
        assert not any(evaluate(i.multiplicity, row_of(chip, zeros)) for i in chip.interactions)


@pytest.mark.parametrize(
    ("column", "change", "violated"),
    [
        ("new_a_15_3", 2, {"new_a_15_3_is_boolean", "new_a_15_low_adds"}),
        ("word_0_31", 1, {"word_0_high_adds"}),
        ("left_0_low", 1, {"left_0_low_is_pending"}),
        ("from_round_16", 1, {"at_most_one_selector"}),
        ("pending_3_high", LIMB, {"word_3_high_adds"}),
        ("d_low", 1, {"new_e_0_low_adds", "new_a_0_low_adds"}),
    ],
)
def test_changed_cell_violates_the_constraints_that_speak_of_it(column: str, change: int, violated: set[str]) -> None:
    chip, cells = _rows(LAYOUTS[-1])[2]
    changed = cells[column] + change
    assert violated <= set(_violated(chip, {**cells, column: changed}))


def test_sixteen_rounds_a_row_take_the_fewest_cells_and_four_the_fewest_columns_of_both() -> None:
    def cells(layout: Sha256Layout) -> int:
        return sum(len(chip.columns) * layout.work_rows[chip.name] for chip in (layout.first, layout.rest))

    assert cells(LAYOUTS[-1]) == min(map(cells, LAYOUTS)) <= 8_000
    assert cells(LAYOUTS[1]) <= 11_400


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.rounds_per_row)
def test_tables_are_work_tables_that_count_ticks_by_their_columns(layout: Sha256Layout) -> None:
    for chip in (layout.first, layout.rest):
        assert chip.role is Role.WORK
        assert chip.accesses * WORK_CELLS_PER_TICK >= len(chip.columns) > (chip.accesses - 1) * WORK_CELLS_PER_TICK
        assert chip.maximum_degree == 3


@pytest.mark.parametrize("rounds", [0, 1, 3, 5, 32, ROUNDS])
def test_layout_that_does_not_divide_the_rounds_is_refused(rounds: int) -> None:
    with pytest.raises(ValueError, match=f"^{rounds} rounds a row: 2, 4, 8 or 16 divide both tables$"):
        Sha256Layout(rounds, 64)
