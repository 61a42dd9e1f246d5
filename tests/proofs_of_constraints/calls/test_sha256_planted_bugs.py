"""Planted bugs of the SHA-256 call and its work tables: each is refuted by the obligation that speaks of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from proofs_of_constraints.audit import prove
from proofs_of_constraints.calls.sha256_tables import sha256_table_obligations
from proofs_of_constraints.mutation.rewriting import named_nodes, with_definition
from proofs_of_constraints.obligations.obligation import Kind, Obligation, Session, Verdict
from spec.air.chip import Chip
from spec.air.chips.sha256 import HALVES, MESSAGE_WORDS
from spec.air.expression import Expression, lift
from spec.circuit.buses import NARROW_SHA256
from spec.rv64im.machine import CHIP_BY_NAME
from tests.proofs_of_constraints.broken_chips import (
    accessing,
    assert_refuted,
    column,
    exchanged,
    interaction,
    off_by_one,
    saying,
    without,
)

CALL, FIRST, REST = (CHIP_BY_NAME[f"sha256_{name}"] for name in ("compress", "first", "rest"))


def with_other_rotation(chip: Chip, step: int, word: str) -> Chip:
    """The chip whose sum of rotations of e is by 6, 11 and 26 instead of 25."""
    bits = [column(chip, f"{word}_{i}") for i in range(32)]
    low: Expression = lift(0)
    for i in range(16):
        x, y, z = (bits[(i + count) % 32] for count in (6, 11, 26))
        two = x + y - x * y * 2
        low = low + (two + z - two * z * 2) * 2**i
    return with_definition(chip, named_nodes(chip)[f"big_sigma_1_{step}_low"], low)


def last_selector_is_another() -> Chip:
    """A table that gives its result where it is to leave its state, and goes on where it ends."""
    last, other = column(REST, "from_round_48"), column(REST, "from_round_32")
    real = interaction(REST, "continue").multiplicity
    return saying(saying(REST, "finish", times=other), "leave", times=real - (last * 0 + other))


BUGS: list[tuple[str, Callable[[], Chip], Kind, str, str]] = [
    # What is planted, where, the obligation that must fail, and what it says.
    (
        "padding row sends a state",
        lambda: saying(FIRST, "leave", times=1),
        Kind.PADDING,
        "",
        "a row that is not real sends or receives",
    ),
    (
        "padding row starts a compression",
        lambda: saying(CALL, "start", times=1),
        Kind.PADDING,
        "",
        "a row that is not real sends or receives",
    ),
    (
        "selector is not boolean",
        lambda: without("sha256_rest", "from_round_32_is_boolean"),
        Kind.MULTIPLICITIES,
        "",
        "a multiplicity is neither 0 nor 1",
    ),
    (
        "two selectors at once",
        lambda: without("sha256_rest", "at_most_one_selector"),
        Kind.MULTIPLICITIES,
        "",
        "a multiplicity is neither 0 nor 1",
    ),
    (
        "selector of another row gives the result",
        last_selector_is_another,
        Kind.FUNCTION,
        "messages",
        "not so: rows from round 48 say what they are to say",
    ),
    (
        "selector of another row decides what is sent once",
        last_selector_is_another,
        Kind.FUNCTION,
        "pending sums",
        "not so: no row follows the last",
    ),
    (
        "wrong round constant",
        lambda: off_by_one(FIRST, "new_e_5_low_adds"),
        Kind.FUNCTION,
        "round 5",
        "not so: e after round 5 is the sum modulo 2^32",
    ),
    (
        "wrong round constant of one selector",
        lambda: off_by_one(REST, "new_e_7_low_adds"),
        Kind.FUNCTION,
        "round 55",
        "not so: e after round 55 is the sum modulo 2^32",
    ),
    (
        "carry is not boolean",
        lambda: without("sha256_first", "new_e_3_low_carry_1_is_boolean"),
        Kind.FUNCTION,
        "round 3",
        "not so: e after round 3 is the sum modulo 2^32",
    ),
    (
        "carry of the schedule is not boolean",
        lambda: without("sha256_rest", "word_4_high_carry_0_is_boolean"),
        Kind.FUNCTION,
        "round 20",
        "not so: word 20 of the schedule is the sum of its terms modulo 2^32",
    ),
    (
        "rotation by a wrong count",
        lambda: with_other_rotation(FIRST, 2, "new_e_1"),
        Kind.FUNCTION,
        "round 2",
        "not so: big_sigma_1_2_low is what the standard says",
    ),
    (
        "pending sum of another word",
        lambda: exchanged(FIRST, "leave", "pending_5_low", "pending_6_low"),
        Kind.FUNCTION,
        "pending sums",
        "not so: pending_5_low is the sum of its known terms",
    ),
    (
        "pending sum is not kept",
        lambda: off_by_one(FIRST, "left_0_high_is_pending"),
        Kind.FUNCTION,
        "pending sums",
        "not so: pending_0_high is the sum of its known terms",
    ),
    (
        "new word has a digit without range",
        lambda: without("sha256_first", "new_a_15_7_is_boolean"),
        Kind.FUNCTION,
        "round 15",
        "not so: new_a_15_7 is a bit",
    ),
    (
        "working variables leave in another order",
        lambda: exchanged(REST, "finish", "b_low", "c_low"),
        Kind.FUNCTION,
        "messages",
        "not so: b_low of finish",
    ),
    (
        "key is not carried",
        lambda: saying(FIRST, "leave", key=column(FIRST, "key") + 1),
        Kind.ORDER,
        "",
        "real: the key of leave is not that of message",
    ),
    (
        "key is of another column",
        lambda: saying(REST, "continue", key=column(REST, "d_low")),
        Kind.ORDER,
        "",
        "from_round_48: the key of finish is not that of continue",
    ),
    (
        "round number is free",
        lambda: saying(REST, "continue", round=column(REST, "d_low")),
        Kind.FUNCTION,
        "messages",
        "the round that rows of from_round_48 receive is not known",
    ),
    (
        "state goes back to the first round of the table",
        lambda: saying(REST, "leave", round=16),
        Kind.FUNCTION,
        "messages",
        "not so: round of leave",
    ),
    (
        "output limb without range",
        lambda: without("sha256_compress", "after_3_is_16_bits"),
        Kind.FUNCTION,
        "ecall",
        "limb 3 of doubleword 0 of state has 16 bits",
    ),
    (
        "carry of the final sum is not boolean",
        lambda: without("sha256_compress", "word_2_carry_1_is_boolean"),
        Kind.FUNCTION,
        "ecall",
        "word 2 of the state is its sum with the rounds",
    ),
    (
        "upper limb of a pointer is free",
        lambda: accessing(CALL, "state_pointer", value_2=column(CALL, "before_0")),
        Kind.FUNCTION,
        "ecall",
        "the pointer to state is below 2^32",
    ),
    (
        "pointer is not aligned",
        lambda: without("sha256_compress", "block_pointer_is_aligned"),
        Kind.FUNCTION,
        "ecall",
        "the pointer to block is a multiple of 8",
    ),
    (
        "state and block are exchanged",
        lambda: accessing(accessing(CALL, "state_pointer", address=11), "block_pointer", address=10),
        Kind.FUNCTION,
        "ecall",
        "address 0 of block",
    ),
    (
        "order of bytes",
        lambda: exchanged(CALL, "message", "word_3_low", "word_3_high"),
        Kind.FUNCTION,
        "ecall",
        "word 3 of the message is the block's",
    ),
    (
        "result of another key",
        lambda: saying(CALL, "rounds", key=column(CALL, "clock") + 1),
        Kind.ORDER,
        "keys of calls",
        "the key of rounds is not the row's clock",
    ),
    (
        "another call's number",
        lambda: accessing(CALL, "call_number", value_0=93),
        Kind.FUNCTION,
        "ecall",
        "call number",
    ),
    (
        "next pc after a call is free",
        lambda: saying(CALL, "leave", pc=column(CALL, "before_0")),
        Kind.FUNCTION,
        "ecall",
        "next pc",
    ),
    (
        "message is for another round",
        lambda: saying(CALL, "message", round=1),
        Kind.ORDER,
        "answers",
        "no rows can do what a call orders",
    ),
    (
        "order is only taken from half of the rows",
        lambda: saying(CALL, "rounds", times=lift(0)),
        Kind.DISCIPLINE,
        "",
        "rounds does not happen once on every row",
    ),
    (
        "block is written",
        lambda: saying(CALL, "block_2_put_back", value_0=column(CALL, "after_0")),
        Kind.FUNCTION,
        "ecall",
        "doubleword 2 of block is kept",
    ),
]


@pytest.mark.parametrize(
    ("plant", "kind", "instruction", "said"), [bug[1:] for bug in BUGS], ids=[bug[0] for bug in BUGS]
)
def test_planted_bug_is_refuted_by_the_obligation_that_speaks_of_it(
    plant: Callable[[], Chip], kind: Kind, instruction: str, said: str
) -> None:
    assert_refuted(plant(), kind, instruction, said)


def _pending_sums_of_narrow_rows(chip: Chip) -> Obligation:
    (obligation,) = (o for o in sha256_table_obligations(NARROW_SHA256, chip) if o.instruction == "pending sums")
    return obligation


def test_narrow_row_that_hands_on_the_pending_sum_of_another_word_is_refuted() -> None:
    chip = exchanged(NARROW_SHA256.first, "leave", "pending_5_low", "pending_6_low")
    outcome = prove(_pending_sums_of_narrow_rows(chip)).outcome
    assert outcome.verdict is Verdict.REFUTED
    assert outcome.detail == "not so: pending_5_low is the sum of its known terms"


def test_pending_sums_of_the_messages_words_are_proven_as_the_next_row_takes_them_for_granted() -> None:
    """No word of the message is its pending sum, but what is handed on of it stays in its range."""
    asked: list[str] = []
    session = Session(export=lambda name, *_: asked.append(name))
    assert _pending_sums_of_narrow_rows(NARROW_SHA256.first).prove(session).verdict is Verdict.PROVEN
    for start in range(0, MESSAGE_WORDS, NARROW_SHA256.rounds_per_row):
        for field in (f"pending_{i}_{half}" for i in range(MESSAGE_WORDS) for half in HALVES):
            claim = f"function/sha256_first/from_round_{start}/{field} is the sum of its known terms"
            assert claim in asked
