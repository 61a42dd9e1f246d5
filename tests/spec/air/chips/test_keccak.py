"""The work table of Keccak-f[1600] row by row: what it holds and asks, what it costs, and lies that nobody answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from reference.bus_traffic import traffic_of
from reference.columns import RowColumns
from reference.tables import Table, without_fixed_columns
from reference.trace.cells import Cells, array
from reference.trace.fillers import in_order, padded_matrix
from reference.trace.keccak import permutation_cells, round_cells
from reference.trace.multiplicities import machine_indices
from spec.air.chip import MAXIMUM_DEGREE
from spec.air.chips.keccak import (
    CHANGED_BYTES,
    CUTS,
    LANE_BYTES,
    MIXED_BASE,
    PARITY_CUT,
    STATE_BASE,
    STATE_BYTES,
    KeccakTable,
    spread,
)
from spec.keccak import LANES, ROTATIONS, ROUND_CONSTANTS, ROUNDS, SIDE, parities, rotated
from spec.rv64im.chips.keccak import FIXED_TABLES, TABLE
from spec.rv64im.machine import CHIP_BY_NAME, WORK_ROWS

KEY = 4711
STATE = tuple(0x9E37_79B9_7F4A_7C15 * (i + 1) % 2**64 for i in range(LANES))
LOOKUPS = {bus.name for bus in TABLE.lookups}


def _table(rows: Sequence[Cells]) -> Table:
    main = padded_matrix(TABLE.chip, [in_order(TABLE.chip, cells) for cells in rows], len(rows))
    return Table(TABLE.chip, main, without_fixed_columns(len(rows)))


def _complaints(rows: Sequence[Cells]) -> set[str]:
    """Names of the constraints that do not vanish on all rows, and of the interactions that a fixed table does not
    answer."""
    table = _table(rows)
    columns = RowColumns(table.main, table.fixed, {})
    found = {c.name for c in TABLE.chip.constraints if columns.values(c.expression).any()}
    answers = {
        interaction.bus.name: index
        for chip, _ in FIXED_TABLES
        for interaction, index in zip(chip.interactions, machine_indices(chip.name), strict=True)
    }
    asking = [i for i in TABLE.chip.interactions if i.sign < 0 and i.bus.name in LOOKUPS]
    for asked in traffic_of(0, table, columns, asking):
        if any(tuple(message) not in answers[asked.interaction.bus.name] for message in asked.messages.tolist()):
            found.add(asked.interaction.name)
    return found


def test_rows_of_a_permutation_and_padding_satisfy_every_constraint_and_every_lookup() -> None:
    rows = [cells for _, cells in permutation_cells(KEY, STATE)]
    assert len(rows) == ROUNDS
    assert _complaints([*rows, *[dict.fromkeys(TABLE.chip.columns, 0)] * 8]) == set()


def test_padding_asks_nothing() -> None:
    table = _table([dict.fromkeys(TABLE.chip.columns, 0)])
    columns = RowColumns(table.main, table.fixed, {})
    assert not any(len(said.rows) for said in traffic_of(0, table, columns, TABLE.chip.interactions))


def _digits(lane: int, base: int, first: int = 0, stop: int = 8) -> list[int]:
    """By byte of a lane, the number whose digits in this base are some of its bits."""
    bits = [f"{lane >> 8 * i & 255:08b}"[::-1][first:stop] for i in range(8)]
    return [int(of_byte[::-1] or "0", base) for of_byte in bits]


def test_theta_with_a_wrong_parity_is_answered_everywhere_but_where_the_parity_is_asked() -> None:
    parity = parities(STATE)
    parity[2] ^= 1 << 9
    effect = [parity[x - 1] ^ rotated(parity[(x + 1) % SIDE], 1) for x in range(SIDE)]
    mixed = [lane ^ effect[i % SIDE] for i, lane in enumerate(STATE)]
    cells = round_cells(STATE, mixed, 0) | {"key": KEY}
    cells |= array("parity_low_2", _digits(parity[2], 4, stop=7)) | array("parity_high_2", _digits(parity[2], 4, 7))
    assert _complaints([cells]) == {"parity_2_1_is_exclusive_or"}


def test_cells_of_a_row_are_the_digits_of_the_round() -> None:
    """Columns before chi; those after it are the next row's, or the result."""
    parity = parities(STATE)
    effect = [parity[x - 1] ^ rotated(parity[(x + 1) % SIDE], 1) for x in range(SIDE)]
    mixed = [lane ^ effect[i % SIDE] for i, lane in enumerate(STATE)]
    cells = permutation_cells(KEY, STATE)[0][1]
    expected = array("before", [digit for lane in STATE for digit in _digits(lane, 4)])
    for x in range(SIDE):
        expected |= array(f"three_{x}", _digits(STATE[x] ^ STATE[x + 5] ^ STATE[x + 10], 4))
        expected |= array(f"parity_low_{x}", _digits(parity[x], 4, stop=7))
        expected |= array(f"parity_high_{x}", _digits(parity[x], 4, first=7))
    for lane in range(LANES):
        cut = 8 - ROTATIONS[lane] % 8
        expected |= array(f"mixed_low_{lane}", _digits(mixed[lane], 5, stop=cut))
        if cut < 8:
            expected |= array(f"mixed_high_{lane}", _digits(mixed[lane], 5, first=cut))
    assert {name: cells[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("changed", "complaints"),
    [
        # A digit of 2 is even, like 0: what it is added to has the same answer.
        ({"three_1_3": 2}, {"three_1_3_is_exclusive_or"}),
        ({"parity_low_1_3": 2}, {"parity_1_3_is_exclusive_or"}),
        # Column 2 takes the parity of column 1 as it is, and column 0 rotated: its highest bit goes to the next byte.
        (
            {"parity_high_1_3": 1},
            {
                "parity_1_3_is_exclusive_or",
                *(f"mixed_{lane}_3_is_exclusive_or" for lane in (2, 7, 12, 17, 22)),
                *(f"mixed_{lane}_4_is_exclusive_or" for lane in (0, 5, 10, 15, 20)),
            },
        ),
        # Lane 7 is rotated by 6 and becomes lane 11. As the b of lane 10 a digit of 2 carries, for the same answer.
        ({"mixed_low_7_3": 2}, {"mixed_7_3_is_exclusive_or", "after_91_is_of_chi", "after_115_is_of_chi"}),
        ({"mixed_high_7_3": 2}, {"mixed_7_3_is_exclusive_or", "after_92_is_of_chi", "after_116_is_of_chi"}),
        ({"after_9": 2}, {"after_9_is_of_chi"}),
        ({"after_0": 2}, {"after_0_has_the_constant"}),
        # Of an even digit nothing is left beside the constant.
        ({"plain_0": 2}, {"after_0_is_of_chi"}),
        ({"is_round_0": 2}, {"is_round_0_is_boolean", "at_most_one_round", "after_0_has_the_constant"}),
        ({"is_round_2": 1}, {"at_most_one_round", *(f"after_{i}_has_the_constant" for i in (0, 1, 7))}),
    ],
)
def test_cell_with_other_digits_is_noticed_where_it_is_asked_for(changed: Cells, complaints: set[str]) -> None:
    """In a row of the first round whose bits are all zero, but for what chi and the constant 1 make of them."""
    cells = round_cells((0,) * LANES, (0,) * LANES, 0) | {"key": KEY}
    assert _complaints([cells]) == set()
    assert set(changed) <= set(cells)
    assert _complaints([cells | changed]) == complaints


def test_permutation_costs_at_most_twenty_three_thousand_cells() -> None:
    (rows,) = WORK_ROWS["keccak_f"].values()
    assert (len(TABLE.chip.columns), len(TABLE.chip.interactions)) == (925, 492)
    assert TABLE.chip.maximum_degree <= MAXIMUM_DEGREE
    assert len(CHIP_BY_NAME["keccak_f"].columns) + rows * len(TABLE.chip.columns) <= 23_000


def test_row_looks_up_what_the_round_has_of_each() -> None:
    asked = Counter(i.bus.name for i in TABLE.chip.interactions if i.bus.name in LOOKUPS)
    by_cut = Counter(CUTS)
    assert asked == {
        "keccak_parity": SIDE * LANE_BYTES + len(CHANGED_BYTES),
        "keccak_cut_parity": SIDE * LANE_BYTES,
        "keccak_chi": STATE_BYTES,
        **{f"keccak_theta_{cut}": LANE_BYTES * count for cut, count in by_cut.items()},
    }
    assert sum(by_cut.values()) == LANES


def test_constant_changes_the_bytes_that_are_listed_and_no_other() -> None:
    changed = {i for constant in ROUND_CONSTANTS for i in range(8) if constant >> 8 * i & 255}
    assert set(CHANGED_BYTES) == changed


def test_buses_have_consecutive_identities_from_the_first() -> None:
    table = KeccakTable(200)
    assert [bus.identity for bus in (*table.buses, *table.lookups)] == list(range(200, 216))
    assert [name for bus in table.buses for name in bus.fields[2:]] == [f"state_{i}" for i in range(STATE_BYTES)]


@pytest.mark.parametrize(("byte", "base", "number"), [(0, 4, 0), (0b1011, 4, 69), (255, 4, 21845), (0b1011, 5, 131)])
def test_byte_is_spread_over_the_digits_of_a_base(byte: int, base: int, number: int) -> None:
    assert spread(byte, base) == number


def test_sums_that_are_looked_up_have_no_carry() -> None:
    """Three bytes of a state, and what theta adds to one, have digits that the base has; likewise what chi asks for."""
    ones = spread(255, STATE_BASE)
    assert np.base_repr(3 * ones, STATE_BASE) == "3" * 8
    # The effect is two parities, the lower and the higher part of each next to each other.
    low, high = spread(127, STATE_BASE), 1
    assert low + high * STATE_BASE**PARITY_CUT + low * STATE_BASE + high == 2 * ones
    mixed = spread(255, MIXED_BASE)
    assert np.base_repr(3 * mixed + mixed, MIXED_BASE) == "4" * 8
    assert 3 * mixed - 2 * mixed - mixed == 0
