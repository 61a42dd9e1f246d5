"""Counting lookups: what a row asks, which row answers, and what no row answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimized.trace import lookups
from optimized.trace.lookups import Counts, Lookups, UnansweredLookupError, count_rows, lookup_index
from optimized.trace.requests import LinearForm, chip_requests, message_of
from optimized.words import Words
from reference.bus_traffic import traffic_of
from reference.columns import RowColumns
from reference.fixed_tables import FixedTables, program_tables
from reference.tables import Table, without_fixed_columns
from reference.trace.fillers import in_order, padded_matrix
from reference.trace.keccak import permutation_cells
from spec.air.chip import Chip, ChipBuilder, Role
from spec.field import P
from spec.protocol.shape import LOOKUP_ROLES
from spec.rv64im.buses import RANGE
from spec.rv64im.chips.keccak import TABLE as TABLE_OF_KECCAK
from spec.rv64im.machine import CHIP_BY_NAME, CHIPS
from tests.reference.segmented_run import counting_program

RANDOM = np.random.default_rng(7)
PUBLIC = {"segment": 5}
ASKED = [i.bus.name for chip in CHIPS if chip.role in LOOKUP_ROLES for i in chip.interactions]
ASKING = [chip for chip in CHIPS if chip.role not in LOOKUP_ROLES]


def _pair_chip(multiplicity: int = 1) -> Chip:
    """Asks for (first, second), both columns."""
    row = ChipBuilder("pair", Role.INSTRUCTION, "For this test.")
    first, second, real = row.column("first"), row.column("second"), row.column("real")
    row.receive("pair", RANGE, [first, second], multiplicity * real)
    return row.build()


def _asked(
    table: list[tuple[int, int]], rows: list[tuple[int, int, int]], multiplicity: int = 1
) -> tuple[int, list[int]]:
    """What counting these rows (first, second, real) in a table returns, and the counts."""
    counts = np.zeros(len(table), dtype=np.uint32)
    requests = chip_requests(_pair_chip(multiplicity), [RANGE.name]).requests
    main = np.array(rows, dtype=np.uint32)
    missing = count_rows(main, requests, 0, lookup_index(np.array(table, dtype=np.uint64)), counts)
    return missing, counts.tolist()


TABLE = [(5, 1), (5, 2), (7, 1), (5, 2), (5, 2)]
FAR_APART = [(5, 1), (2**30, 2), (2**30, 3)]


def test_repeated_rows_are_counted_at_the_first() -> None:
    assert _asked(TABLE, [(5, 2, 1), (7, 1, 1), (5, 2, 1), (9, 9, 0)]) == (-1, [0, 2, 1, 0, 0])


def test_multiplicities_are_added() -> None:
    assert _asked(TABLE, [(5, 1, 2), (5, 1, 1)], multiplicity=3) == (-1, [9, 0, 0, 0, 0])


def test_fields_far_apart_are_searched() -> None:
    assert len(lookup_index(np.array(FAR_APART, dtype=np.uint64)).dense) == 0
    assert _asked(FAR_APART, [(2**30, 3, 1), (5, 1, 1), (2**30, 3, 1)]) == (-1, [1, 0, 2])


@pytest.mark.parametrize("message", [(7, 2), (6, 1), (0, 1), (2**30, 1), (8, 1), (5, 0)])
@pytest.mark.parametrize("table", [TABLE, FAR_APART], ids=["near", "far"])
def test_message_that_no_row_holds_is_found(table: list[tuple[int, int]], message: tuple[int, int]) -> None:
    missing, _ = _asked(table, [(5, 1, 1), (0, 0, 0), (*message, 1)])
    assert missing == 2


@pytest.mark.parametrize("chip", ASKING, ids=lambda chip: chip.name)
def test_requests_are_what_the_declared_interactions_say(chip: Chip) -> None:
    main = RANDOM.integers(0, P, (8, len(chip.columns)), dtype=np.uint64)
    asked = chip_requests(chip, ASKED)
    requests = asked.with_public(PUBLIC)
    receiving = [i for i in chip.interactions if i.sign < 0 and i.bus.name in ASKED]
    table = Table(chip, main, without_fixed_columns(len(main)))
    traffic = traffic_of(0, table, RowColumns(main, table.fixed, PUBLIC), receiving)
    assert asked.names == tuple(i.name for i in receiving)
    assert [ASKED[bus] for bus in requests.bus] == [i.bus.name for i in receiving]
    for number, expected in enumerate(traffic):
        width = expected.interaction.bus.width
        messages = [message_of(requests, number, width, main[row]) for row in expected.rows]
        assert messages == [tuple(message) for message in expected.messages.tolist()]


def test_unanswered_lookup_says_where_and_what() -> None:
    counted = Lookups(FixedTables(program_tables(counting_program())))
    chip = CHIP_BY_NAME["add"]
    answering = counted.answering({"add": (8,)})
    main = np.zeros((8, len(chip.columns)), dtype=np.uint32)
    main[6, chip.column_index("real")] = 1
    main[6, chip.column_index("result_1")] = 2**16
    with pytest.raises(UnansweredLookupError) as error:
        counted.count(chip, main, 100, PUBLIC, counted.new_counts(answering))
    assert str(error.value) == "add, row 106, result_1_is_16_bits: (65536, 16) stands in no row of range_table"


def test_tables_that_answer_are_those_of_the_segment() -> None:
    counted = Lookups(FixedTables(program_tables(counting_program())))
    with_all = {chip.name for chip in CHIPS if chip.role in LOOKUP_ROLES}
    present_with = {"keccak_f": {"keccak_digits"}, "keccak_round": {"keccak_digits", "keccak_chi"}}
    without = counted.answering({"add": (8,), "keccak_f": (), "keccak_round": ()})
    assert {chip.name for chip in without} == with_all - {"keccak_digits", "keccak_chi"}
    assert [len(count) > 0 for count in counted.new_counts(without)] == [
        not name.startswith("keccak") for name in ASKED
    ]
    for name, present in present_with.items():
        answering = counted.answering({"add": (8,), name: (3,)})
        assert {chip.name for chip in answering} == with_all - {"keccak_digits", "keccak_chi"} | present
        main = counted.tables(answering, [counted.new_counts(answering)])
        assert {table: columns.shape for table, columns in main.items()} == {
            chip.name: (len(counted.fixed[chip.name]), len(chip.columns)) for chip in answering
        }


def _permutations(count: int) -> Words:
    """The rows of the work table for permutations of random states: the reference's."""
    chip = CHIP_BY_NAME["keccak_round"]
    states = RANDOM.integers(0, 2**64, (count, 25), dtype=np.uint64).tolist()
    rows = [cells for key, state in enumerate(states) for _, cells in permutation_cells(key, state)]
    return padded_matrix(chip, [in_order(chip, cells) for cells in rows], len(rows)).astype(np.uint32)


def _counted(counted: Lookups, main: Words, counts: Counts) -> dict[str, list[int]]:
    counted.count(CHIP_BY_NAME["keccak_round"], main, 0, PUBLIC, counts)
    return {name: of.tolist() for name, of in zip(ASKED, counts, strict=True) if of.any()}


def test_own_counter_of_keccak_counts_what_the_declared_interactions_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    counted, main = Lookups(FixedTables(program_tables(counting_program()))), _permutations(20)
    answering = counted.answering({"keccak_round": (9,)})
    own = _counted(counted, main, counted.new_counts(answering))
    assert set(own) == {i.bus.name for i in CHIP_BY_NAME["keccak_round"].interactions if i.sign < 0} - {
        bus.name for bus in TABLE_OF_KECCAK.buses
    }
    monkeypatch.setattr(lookups, "OWN_COUNTERS", {})
    assert _counted(counted, main, counted.new_counts(answering)) == own


def test_own_counter_adds_to_what_was_counted_before() -> None:
    counted, main = Lookups(FixedTables(program_tables(counting_program()))), _permutations(2)
    counts = counted.new_counts(counted.answering({"keccak_round": (9,)}))
    _counted(counted, main[:24], counts)
    in_two = _counted(counted, main[24:], counts)
    assert in_two == _counted(counted, main, counted.new_counts(counted.answering({"keccak_round": (9,)})))


def test_interaction_that_is_not_linear_cannot_be_read() -> None:
    chip = _pair_chip()
    (interaction,) = chip.interactions
    first = interaction.message[0]
    squaring = replace(chip, interactions=(replace(interaction, message=(first * first, first)),))
    with pytest.raises(ValueError, match="an interaction is not linear"):
        chip_requests(squaring, [RANGE.name])


def test_linear_forms_add_and_scale_modulo_p() -> None:
    form = LinearForm(1, {0: P - 1}, {"segment": 2})
    assert form.plus(form.scaled(P - 1)) == LinearForm(0, {0: 0}, {"segment": 0})
    assert form.scaled(3) == LinearForm(3, {0: P - 3}, {"segment": 6})
