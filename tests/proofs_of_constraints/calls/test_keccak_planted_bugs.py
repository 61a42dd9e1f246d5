"""Planted bugs of the Keccak call, its work table and their fixed tables: each is refuted by the obligation that speaks
of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from proofs_of_constraints.mutation.rewriting import named_nodes, with_definition
from proofs_of_constraints.obligations import lookup_tables
from proofs_of_constraints.obligations.obligation import Kind
from spec.air.chip import Chip
from spec.air.expression import Expression, lift, total
from spec.rv64im.chips.keccak import TABLE
from spec.rv64im.machine import CHIP_BY_NAME, MACHINE_TABLES
from tests.proofs_of_constraints.broken_chips import (
    accessing,
    assert_refuted,
    column,
    exchanged,
    interaction,
    saying,
    with_interaction,
    without,
)

CALL, ROUND = CHIP_BY_NAME["keccak_f"], CHIP_BY_NAME["keccak_round"]
DIGITS, CHI = CHIP_BY_NAME["keccak_digits"], CHIP_BY_NAME["keccak_chi"]

OFFSET = 3 * (5**8 - 1) // 4
"""Eight digits of 3 in base 5."""


def wrong_constant() -> Chip:
    """The table without the constant of round 1 in byte 1: [0x8082]."""
    selectors = [column(ROUND, f"is_round_{i}") for i in range(24)]
    return with_definition(ROUND, named_nodes(ROUND)["constant_1"], total(selectors[2:8]))


def skipping() -> Chip:
    """The table that goes on with the round after the next one."""
    chip = ROUND
    for quarter in range(4):
        old = interaction(chip, f"after_on_keccak_{quarter}")
        chip = saying(chip, old.name, round=old.message[1] + 1)
    return chip


def columns_of(*names: str) -> Expression:
    """The sum of columns of the work table."""
    return total(column(ROUND, name) for name in names)


def chi_of_byte(a: str, b: str, c: str) -> Chip:
    """The table that asks chi about other bytes of lane 0, byte 0: names of definitions."""
    parts = [named_nodes(ROUND)[name] for name in (a, b, c)]
    asked = lift(OFFSET) - parts[0] * 2 + parts[1] - parts[2]
    return saying(ROUND, "after_0_is_of_chi", digits=asked)


def moved(number: str, low: str, factor: int, high: str) -> Chip:
    """The table with a byte after rho put together from these parts."""
    expression = column(ROUND, high) + column(ROUND, low) * factor
    return with_definition(ROUND, named_nodes(ROUND)[number], expression)


def asking(name: str, bus: int) -> Chip:
    """The table that asks for a byte of the state cut somewhere else."""
    return with_interaction(ROUND, replace(interaction(ROUND, name), bus=TABLE.theta[bus]))


BUGS: list[tuple[str, Callable[[], Chip], Kind, str, str]] = [
    # What is planted, where, the obligation that must fail, and what it says.
    (
        "padding row yields a live state",
        lambda: saying(ROUND, "after_on_keccak_0", times=1),
        Kind.PADDING,
        "",
        "a row that is not real sends or receives",
    ),
    (
        "padding row starts a permutation",
        lambda: saying(CALL, "start_on_keccak_3", times=1),
        Kind.PADDING,
        "",
        "a row that is not real sends or receives",
    ),
    (
        "two rounds at once",
        lambda: without("keccak_round", "at_most_one_round"),
        Kind.MULTIPLICITIES,
        "",
        "a multiplicity is neither 0 nor 1",
    ),
    (
        "selector is not boolean",
        lambda: without("keccak_round", "is_round_7_is_boolean"),
        Kind.FUNCTION,
        "messages",
        "keccak_round: multiplicities speak of 24 columns that are chosen freely",
    ),
    (
        "selector of another round takes the state",
        lambda: saying(ROUND, "before_on_keccak_0", times=column(ROUND, "is_round_3")),
        Kind.FUNCTION,
        "messages",
        "keccak_round: a row of is_round_23 receives 0 messages on keccak_0",
    ),
    (
        "wrong round constant",
        wrong_constant,
        Kind.FUNCTION,
        "round 1",
        "not so: byte 1 of lane 0 of what is sent is the round's",
    ),
    (
        "the constant is left out",
        lambda: saying(ROUND, "after_7_has_the_constant", digits=column(ROUND, "plain_7")),
        Kind.FUNCTION,
        "round 3",
        "not so: byte 7 of lane 0 of what is sent is the round's",
    ),
    (
        "four bytes are added",
        lambda: saying(
            ROUND, "three_1_2_is_exclusive_or", digits=columns_of(*(f"before_{10 + 40 * y}" for y in range(4)))
        ),
        Kind.FUNCTION,
        "digits",
        "not so: three_1_2_is_exclusive_or asks about a number with 8 digits, without a carry",
    ),
    (
        "only two bytes are added",
        lambda: saying(ROUND, "three_1_2_is_exclusive_or", digits=columns_of("before_10", "before_50")),
        Kind.FUNCTION,
        "theta",
        "not so: byte 2 of parity 1 is that of what is received",
    ),
    (
        "the offset of chi is too small",
        lambda: saying(
            ROUND, "after_77_is_of_chi", digits=interaction(ROUND, "after_77_is_of_chi").message[0] - OFFSET // 3
        ),
        Kind.FUNCTION,
        "digits",
        "not so: after_77_is_of_chi asks about a number with 8 digits, without a carry",
    ),
    (
        "b and c of chi are swapped",
        lambda: chi_of_byte("moved_0_0", "moved_2_0", "moved_1_0"),
        Kind.FUNCTION,
        "round 9",
        "not so: byte 0 of lane 0 of what is sent is the round's",
    ),
    (
        "chi of another lane",
        lambda: chi_of_byte("moved_0_0", "moved_1_0", "moved_3_0"),
        Kind.FUNCTION,
        "round 0",
        "not so: byte 0 of lane 0 of what is sent is the round's",
    ),
    (
        "a rotation by whole bytes goes astray",
        lambda: moved("moved_1_3", "mixed_low_6_5", 5**4, "mixed_high_6_4"),
        Kind.FUNCTION,
        "round 0",
        "not so: byte 3 of lane 0 of what is sent is the round's",
    ),
    (
        "a rotation is one bit too far",
        lambda: moved("moved_1_3", "mixed_low_6_6", 5**5, "mixed_high_6_5"),
        Kind.FUNCTION,
        "digits",
        "asks about a number with 8 digits, without a carry",
    ),
    (
        "a byte is cut one bit too high",
        lambda: asking("mixed_6_2_is_exclusive_or", 5),
        Kind.FUNCTION,
        "digits",
        "not so: after_7_is_of_chi asks about a number with 8 digits, without a carry",
    ),
    (
        "a byte is not looked up",
        lambda: without("keccak_round", "mixed_12_3_is_exclusive_or"),
        Kind.FUNCTION,
        "theta",
        "not so: mixed_low_12_3 is a number with digits 0 and 1",
    ),
    (
        "a parity is not looked up",
        lambda: without("keccak_round", "parity_0_0_is_exclusive_or"),
        Kind.FUNCTION,
        "digits",
        "not so: parity_low_0_0 is a number with digits 0 and 1",
    ),
    (
        "a byte that is sent is not looked up",
        lambda: without("keccak_round", "after_99_is_of_chi"),
        Kind.FUNCTION,
        "messages",
        "not so: byte 99 of what is sent has digits 0 and 1 in base 4",
    ),
    (
        "the effect is of another column",
        lambda: with_definition(ROUND, named_nodes(ROUND)["effect_2_5"], named_nodes(ROUND)["effect_3_5"].definition),
        Kind.FUNCTION,
        "theta",
        "not so: byte 5 of lane 2 has the effect put in",
    ),
    (
        "a byte is looked up twice",
        lambda: replace(
            ROUND,
            interactions=(
                *ROUND.interactions,
                replace(
                    interaction(saying(ROUND, "three_0_0_is_exclusive_or", digits=0), "three_0_0_is_exclusive_or"),
                    name="again",
                ),
            ),
        ),
        Kind.COMPLETE,
        "",
        "not so: three_0_0 are looked up once",
    ),
    (
        "a column is told nothing",
        lambda: replace(ROUND, columns=(*ROUND.columns, "free")),
        Kind.DETERMINISM,
        "",
        "not so: free follow",
    ),
    (
        "bytes leave in another order",
        lambda: exchanged(ROUND, "after_on_keccak_0", "state_5", "state_6"),
        Kind.FUNCTION,
        "round 0",
        "not so: byte 5 of lane 0 of what is sent is the round's",
    ),
    (
        "number of rounds is free",
        lambda: saying(ROUND, "before_on_keccak_1", round=column(ROUND, "three_0_0")),
        Kind.FUNCTION,
        "messages",
        "is_round_23: the round on keccak_1 is not known",
    ),
    (
        "a round is skipped",
        skipping,
        Kind.FUNCTION,
        "messages",
        "not so: what is sent on keccak_0 is for round 24",
    ),
    (
        "quarters of two permutations",
        lambda: saying(ROUND, "after_on_keccak_2", key=column(ROUND, "before_0")),
        Kind.ORDER,
        "",
        "is_round_23: the key of after_on_keccak_2 is not that of before_on_keccak_0",
    ),
    (
        "result of another key",
        lambda: saying(CALL, "result_on_keccak_0", key=column(CALL, "clock") + 1),
        Kind.ORDER,
        "keys of calls",
        "the key of result_on_keccak_0 is not the row's clock",
    ),
    (
        "result of the round before the last",
        lambda: saying(CALL, "result_on_keccak_3", round=23),
        Kind.ORDER,
        "answers",
        "no rows can do what a call orders",
    ),
    (
        "another state is ordered",
        lambda: saying(CALL, "start_on_keccak_0", state_13=column(CALL, "sent_14")),
        Kind.FUNCTION,
        "ecall",
        "lane 1 is ordered",
    ),
    (
        "a byte is ordered that is none",
        lambda: saying(CALL, "start_on_keccak_1", state_60=column(CALL, "sent_60") * 2),
        Kind.FUNCTION,
        "ecall",
        "state_60 on keccak_1 has digits 0 and 1",
    ),
    (
        "a limb is not taken apart",
        lambda: without("keccak_f", "limb_8_sent_is_its_bytes"),
        Kind.FUNCTION,
        "ecall",
        "state_16 on keccak_0 has digits 0 and 1",
    ),
    (
        "a limb is not put together",
        lambda: without("keccak_f", "limb_12_received_is_its_bytes"),
        Kind.FUNCTION,
        "ecall",
        "limb 0 of doubleword 3 of state has 16 bits",
    ),
    (
        "a limb has its bytes in the other order",
        lambda: exchanged(CALL, "limb_12_received_is_its_bytes", "low", "high"),
        Kind.FUNCTION,
        "ecall",
        "lane 3 is the result",
    ),
    (
        "a limb is looked up that is given",
        lambda: saying(CALL, "limb_12_received_is_its_bytes", limb=column(CALL, "before_12")),
        Kind.COMPLETE,
        "ecall",
        "limb_12_received_is_its_bytes",
    ),
    (
        "another result is written",
        lambda: exchanged(CALL, "state_3_put_back", "value_0", "value_1"),
        Kind.FUNCTION,
        "ecall",
        "lane 3 is the result",
    ),
    (
        "next pc after a call is free",
        lambda: saying(CALL, "leave", pc=column(CALL, "before_0")),
        Kind.FUNCTION,
        "ecall",
        "next pc",
    ),
    (
        "call of another pc",
        lambda: saying(CALL, "arrive", pc=column(CALL, "before_0")),
        Kind.FUNCTION,
        "ecall",
        "the row arrives at the pc it fetches",
    ),
    (
        "another call's number",
        lambda: accessing(CALL, "call_number", value_0=257),
        Kind.FUNCTION,
        "ecall",
        "call number",
    ),
    (
        "a table answers with another cut",
        lambda: exchanged(DIGITS, "keccak_theta_4", "low", "high"),
        Kind.DISCIPLINE,
        "",
        "keccak_theta_4 does not send fixed columns in their order",
    ),
    (
        "a table answers with another column",
        lambda: saying(DIGITS, "keccak_parity", parity=interaction(DIGITS, "keccak_cut_parity").message[1]),
        Kind.FUNCTION,
        "",
        "the rows are not what receivers on keccak_parity assume: the answer about 16384 is 0",
    ),
    (
        "two answers are counted together",
        lambda: saying(DIGITS, "keccak_parity", times=column(DIGITS, "keccak_limb_multiplicity")),
        Kind.DISCIPLINE,
        "",
        "two messages are counted by one column",
    ),
]


@pytest.mark.parametrize(
    ("plant", "kind", "instruction", "said"), [bug[1:] for bug in BUGS], ids=[bug[0] for bug in BUGS]
)
def test_planted_bug_is_refuted_by_the_obligation_that_speaks_of_it(
    plant: Callable[[], Chip], kind: Kind, instruction: str, said: str
) -> None:
    assert_refuted(plant(), kind, instruction, said)


Rows = list[tuple[int, ...]]


def _changed(rows: Sequence[tuple[int, ...]], number: int, place: int, value: int) -> Rows:
    row = list(rows[number])
    row[place] = value
    return [*rows[:number], tuple(row), *rows[number + 1 :]]


WRONG_ROWS: list[tuple[str, Chip, Callable[[Sequence[tuple[int, ...]]], Rows], str]] = [
    ("chi of one digit", CHI, lambda rows: _changed(rows, 4, 1, 1), "keccak_chi assume: the answer about 62500 is 1"),
    (
        "a number is missing",
        CHI,
        lambda rows: [*rows[1:], rows[1]],
        "keccak_chi assume: a number of such digits has no",
    ),
    ("no such number", CHI, lambda rows: _changed(rows, 9, 0, 5**8), "keccak_chi assume: a row is about no number"),
    (
        "a byte of a limb",
        DIGITS,
        lambda rows: _changed(rows, 300, 2, 4),
        "keccak_limb assume: the answer about 300 is 4",
    ),
    ("a parity", DIGITS, lambda rows: _changed(rows, 2, 3, 1), "keccak_parity assume: the answer about 2 is 1"),
    (
        "the last parity",
        DIGITS,
        lambda rows: _changed(rows, 65535, 5, 0),
        "keccak_cut_parity assume: the answer about 65",
    ),
    ("a lower part", DIGITS, lambda rows: _changed(rows, 5, 10, 5), "keccak_theta_3 assume: the answer about 5 is 5"),
    ("a whole part", DIGITS, lambda rows: _changed(rows, 7, 20, 5), "keccak_theta_8 assume: the answer about 7 is 5"),
]


@pytest.mark.parametrize(
    ("chip", "change", "said"), [wrong[1:] for wrong in WRONG_ROWS], ids=[w[0] for w in WRONG_ROWS]
)
def test_wrong_row_of_a_fixed_table_is_refuted_by_its_function(
    chip: Chip,
    change: Callable[[Sequence[tuple[int, ...]]], Rows],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = MACHINE_TABLES[chip.name]
    rows = change(table.rows())
    monkeypatch.setattr(lookup_tables, "MACHINE_TABLES", {chip.name: replace(table, rows=lambda: rows)})
    assert_refuted(chip, Kind.FUNCTION, "", f"the rows are not what receivers on {said}")
