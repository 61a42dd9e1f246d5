"""The work table of Keccak-f[1600] row by row: what it holds, what it costs, and lies that one constraint notices."""

from __future__ import annotations

import re

import numpy as np
import pytest

from reference.columns import RowColumns
from reference.tables import without_fixed_columns
from reference.trace.cells import Cells, array, parts
from reference.trace.fillers import in_order, padded_matrix
from reference.trace.keccak import permutation_cells, round_cells
from spec.air.bits import differ
from spec.air.chip import MAXIMUM_DEGREE
from spec.air.chips.keccak import STATE_LIMBS, KeccakTable
from spec.air.expression import Expression, lift, number_of, total
from spec.field import P, inverse
from spec.keccak import LANE_BITS, LANES, ROUNDS, SIDE, lane_at, parities, rotated
from spec.rv64im.machine import CHIP_BY_NAME, WORK_ROWS

TABLE = KeccakTable(68)
KEY = 4711
STATE = tuple(0x9E37_79B9_7F4A_7C15 * (i + 1) % 2**64 for i in range(LANES))


def _violated(rows: list[Cells]) -> set[str]:
    """Kinds of the constraints that do not vanish on all rows: their names without numbers."""
    main = padded_matrix(TABLE.chip, [in_order(TABLE.chip, cells) for cells in rows], len(rows))
    columns = RowColumns(main, without_fixed_columns(len(rows)), {})
    broken = (c.name for c in TABLE.chip.constraints if columns.values(c.expression).any())
    return {re.sub(r"\d+", "#", name) for name in broken}


def test_rows_of_a_permutation_and_padding_satisfy_every_constraint() -> None:
    rows = [cells for _, cells in permutation_cells(KEY, STATE)]
    assert len(rows) == ROUNDS
    assert _violated([*rows, dict.fromkeys(TABLE.chip.columns, 0)]) == set()


def test_wrong_parities_need_halves_of_pairs() -> None:
    """Theta with one parity flipped: everything fits, if a column may have a pair that is half a one."""
    parity = parities(STATE)
    parity[2] ^= 1 << 9
    effect = [parity[x - 1] ^ rotated(parity[(x + 1) % SIDE], 1) for x in range(SIDE)]
    mixed = [lane ^ effect[i % SIDE] for i, lane in enumerate(STATE)]
    cells = round_cells(STATE, mixed, 0) | {"key": KEY}
    for x in range(SIDE):
        cells |= array(f"parity_{x}", parts(parity[x], 1, LANE_BITS))
        for z in range(LANE_BITS):
            ones = sum(mixed[lane_at(x, y)] >> z & 1 for y in range(SIDE))
            after = (parity[x] ^ effect[x]) >> z & 1
            cells[f"pairs_{x}_{z}"] = (ones - after) * (inverse(2))
    assert _violated([cells]) == {"pairs_#_#_are_at_most_#"}


def test_bits_that_are_none_are_noticed_by_their_own_constraint_alone() -> None:
    """Two bits of a limb change so that the limb and all parities stay: only what is left is another state."""
    cells = round_cells((0,) * LANES, (0,) * LANES, 0) | {"key": KEY}
    # Two lanes have bit 1 of column 2, a pair, which the lie takes away.
    cells |= {"mixed_7_0": 4, "mixed_7_1": -2, "mixed_12_1": 1, "mixed_17_1": 1, "pairs_2_0": 2}
    before = [0] * STATE_LIMBS
    before[4 * 12] = before[4 * 17] = 2
    cells |= array("before", before)
    cells |= _after_of(cells)
    assert _violated([cells]) == {"mixed_#_#_is_boolean"}


def _after_of(cells: Cells) -> Cells:
    """What the row's last constraints say the state afterwards is, whatever its bits are."""
    main = padded_matrix(TABLE.chip, [in_order(TABLE.chip, cells)], 1)
    changed: Cells = {}
    for _ in range(2):
        # First the plain bits, then the limbs that are made of them.
        columns = RowColumns(main, without_fixed_columns(1), {})
        for constraint in TABLE.chip.constraints:
            name = re.match(r"(plain_\d+|after_\d+)_is", constraint.name)
            if name is not None:
                position = TABLE.chip.column_index(name[1])
                element = int(main[0, position]) - int(columns.values(constraint.expression)[0])
                changed[name[1]] = element
                main[0, position] = np.uint64(element % P)
    return changed


def test_permutation_costs_at_most_sixty_thousand_cells() -> None:
    (rows,) = WORK_ROWS["keccak_f"].values()
    assert len(TABLE.chip.columns) <= 2_650
    assert TABLE.chip.maximum_degree <= MAXIMUM_DEGREE
    assert len(CHIP_BY_NAME["keccak_f"].columns) + rows * len(TABLE.chip.columns) <= 60_000


@pytest.mark.parametrize(("left", "right", "other"), [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_difference_of_bits_is_their_exclusive_or(left: int, right: int, other: int) -> None:
    def value(expression: Expression) -> int:
        return int(RowColumns(np.zeros((1, 1), dtype=np.uint64), without_fixed_columns(1), {}).values(expression)[0])

    assert value(differ(lift(left), lift(right))) == other
    assert value(number_of([lift(left), lift(right)])) == left + 2 * right
    assert value(total([])) == 0
