"""Traces of the call of Keccak-f[1600]: honest ones check clean, and every cell of the work table counts."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from reference.arrays.field_arrays import Matrix
from reference.checker import check_trace
from reference.executor import execute
from reference.tables import Trace, without_fixed_columns
from reference.trace.build import build_trace
from reference.trace.fillers import in_order
from reference.trace.keccak import permutation_cells
from spec.air.bus import Bus
from spec.air.chips.keccak import MIXED_BASE, STATE_BASE, STATE_BYTES
from spec.field import P
from spec.isa.calls import KECCAK_F, MULTIPLY_ADD_MODULO_256, bytes_of
from spec.keccak import LANES, ROUNDS, keccak_f
from spec.program import Program
from spec.rv64im.chips.keccak import FIXED_TABLES, TABLE
from tests.changed_traces import recounted, shifted, table_of, with_table
from tests.reference.assembly import SCRATCH
from tests.reference.call_programs import calling_program
from tests.reference.call_run import from_address
from tests.reference.mutation import lookup_indices, noticed_rows, unnoticed_changes
from tests.reference.violations import accused, rows_named
from tests.spec.test_keccak import padded_state

STATE = SCRATCH.start + 0x40
COLUMNS_AT_ONCE = 200
"""Changed together, so that what is computed of them stays small."""

BUSES = {bus.name for bus in TABLE.buses}


def _program(times: int = 2) -> Program:
    values = from_address(STATE, padded_state(b"abc", 136, 0x06))
    return calling_program(KECCAK_F, *[[STATE]] * times, values=values)


@pytest.fixture(scope="module")
def honest() -> Trace:
    return build_trace(_program())


def test_call_leaves_the_digest_in_memory() -> None:
    execution = execute(_program(1))
    state = [execution.memory[STATE // 8 + i] for i in range(LANES)]
    assert bytes_of(state)[:32] == hashlib.sha3_256(b"abc").digest()
    assert list(execution.calls.values()) == [1]


def test_honest_trace_checks_clean(honest: Trace) -> None:
    assert [str(violation) for violation in check_trace(honest)] == []
    assert int(table_of(honest, "keccak_f").main.any(axis=1).sum()) == 2
    assert int(table_of(honest, "keccak_round").main.any(axis=1).sum()) == 2 * ROUNDS


def test_row_of_the_call_has_no_free_cell(honest: Trace) -> None:
    table = table_of(honest, "keccak_f")
    assert unnoticed_changes(table, [0, 1], honest.public_values, lookup_indices(honest)) == []


def _other(columns: Sequence[str], cells: Matrix) -> Matrix:
    """For each cell another one whose digits are bits as well: the lowest one changes."""
    bases = np.array([MIXED_BASE if name.startswith("mixed_") else STATE_BASE for name in columns], dtype=np.uint64)
    return np.where(cells % bases == 1, cells - np.uint64(1), cells + np.uint64(1))


def _no_bits(columns: Sequence[str], cells: Matrix) -> Matrix:
    """For each cell another one that has a digit of 2 or more, or the same digits with a carry."""
    return cells + np.uint64(2)


@pytest.mark.parametrize("change", [_other, _no_bits], ids=["other bits", "no bits"])
@pytest.mark.parametrize("round_number", [0, 11])
def test_row_of_the_work_table_has_no_free_cell(
    honest: Trace, round_number: int, change: Callable[[Sequence[str], Matrix], Matrix]
) -> None:
    """Every changed cell changes what the row says to other rows, or asks for something that no fixed table holds."""
    chip, indices = TABLE.chip, lookup_indices(honest)
    row = table_of(honest, chip.name).main[round_number]
    for start in range(0, len(chip.columns), COLUMNS_AT_ONCE):
        positions = np.arange(start, min(start + COLUMNS_AT_ONCE, len(chip.columns)))
        before = np.tile(row, (len(positions), 1))
        after = before.copy()
        names = chip.columns[start : start + len(positions)]
        after[np.arange(len(positions)), positions] = change(names, row[positions]) % np.uint64(P)
        fixed = without_fixed_columns(len(positions))
        noticed = noticed_rows(chip, before, after, fixed, honest.public_values, indices)
        assert [chip.columns[position] for position in positions[~noticed].tolist()] == []


def test_lookups_are_counted_as_often_as_rows_ask(honest: Trace) -> None:
    """Each of the permutations' rows asks each of its lookups once, the row of a call each of its limbs' bytes."""
    asked = Counter(i.bus.name for i in TABLE.chip.interactions if i.sign < 0)
    expected = {bus.name: 2 * ROUNDS * asked[bus.name] for bus in TABLE.lookups}
    expected["keccak_limb"] = 2 * 2 * 100
    found: dict[str, int] = {}
    for name in ("keccak_digits", "keccak_chi"):
        table = table_of(honest, name)
        buses = [interaction.bus.name for interaction in table.chip.interactions]
        found |= dict(zip(buses, table.main.sum(axis=0).tolist(), strict=True))
    assert found == expected


@pytest.mark.parametrize("row", [0, 7])
@pytest.mark.parametrize("bus", TABLE.lookups, ids=lambda bus: bus.name)
def test_other_multiplicity_of_an_answer_is_an_imbalance(honest: Trace, bus: Bus, row: int) -> None:
    (chip,) = (chip for chip, _ in FIXED_TABLES for i in chip.interactions if i.bus is bus)
    forged = shifted(honest, chip.name, row, **{f"{bus.name}_multiplicity": 1})
    assert (chip.name, row) in rows_named(check_trace(forged))
    assert accused(check_trace(forged)) == {f"bus {bus.name}"}


def test_segment_without_the_call_has_none_of_its_tables() -> None:
    names = {table.chip.name for table in build_trace(calling_program(MULTIPLY_ADD_MODULO_256)).tables}
    assert names.isdisjoint({"keccak_f", "keccak_round", "keccak_digits", "keccak_chi"})
    assert "range_table" in names


def test_rows_of_another_permutation_are_an_imbalance(honest: Trace) -> None:
    """A work table that permutes another state under the call's key."""
    table = table_of(honest, "keccak_round")
    clock = int(table_of(honest, "keccak_f").main[0, table_of(honest, "keccak_f").chip.column_index("clock")])
    main = table.main.copy()
    for i, (_, cells) in enumerate(permutation_cells(clock, [1] * LANES)):
        main[i] = in_order(TABLE.chip, cells)
    forged = recounted(with_table(honest, replace(table, main=main)))
    assert {getattr(violation, "bus", None) for violation in check_trace(forged)} == BUSES


def test_result_of_an_earlier_round_is_an_imbalance(honest: Trace) -> None:
    """A work table without the last round, whose state the call takes for the result."""
    table = table_of(honest, "keccak_round")
    main = table.main.copy()
    main[ROUNDS - 1] = 0
    found = [str(violation) for violation in check_trace(recounted(with_table(honest, replace(table, main=main))))]
    # On each bus the quarter that nobody receives, and the one that nobody has sent.
    assert Counter(text.split(":")[0].split(" ")[1] for text in found) == dict.fromkeys(BUSES, 2)


def test_rows_are_the_rounds_of_the_permutation() -> None:
    rows = permutation_cells(5, range(LANES))
    first, last = rows[0][1], rows[-1][1]

    def lanes(cells: dict[str, int], name: str) -> list[int]:
        digits = [f"{int(np.base_repr(cells[f'{name}_{i}'], STATE_BASE), 2):08b}" for i in range(STATE_BYTES)]
        return [int("".join(digits[8 * lane : 8 * lane + 8][::-1]), 2) for lane in range(LANES)]

    assert lanes(first, "before") == list(range(LANES))
    assert lanes(last, "after") == list(keccak_f(range(LANES)))
    assert [cells[f"is_round_{i}"] for i, (_, cells) in enumerate(rows)] == [1] * ROUNDS
