"""Planted bugs of the Keccak call and its work table: each is refuted by the obligation that speaks of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from proofs_of_constraints.mutation.rewriting import named_nodes, with_definition
from proofs_of_constraints.obligations.obligation import Kind
from spec.air.chip import Chip
from spec.air.expression import total
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

CALL, ROUND = CHIP_BY_NAME["keccak_f"], CHIP_BY_NAME["keccak_round"]


def wrong_constant() -> Chip:
    """The table without the constant of round 1 at bit 15: [0x8082]."""
    selectors = [column(ROUND, f"is_round_{i}") for i in range(24)]
    return with_definition(ROUND, named_nodes(ROUND)["constant_15"], total(selectors[4:8]))


def skipping() -> Chip:
    """The table that goes on with the round after the next one."""
    chip = ROUND
    for half in ("lower", "upper"):
        old = interaction(chip, f"after_on_keccak_{half}")
        chip = saying(chip, old.name, round=old.message[1] + 1)
    return chip


BUGS: list[tuple[str, Callable[[], Chip], Kind, str, str]] = [
    # What is planted, where, the obligation that must fail, and what it says.
    (
        "padding row yields a live state",
        lambda: saying(ROUND, "after_on_keccak_lower", times=1),
        Kind.PADDING,
        "",
        "a row that is not real sends or receives",
    ),
    (
        "padding row starts a permutation",
        lambda: saying(CALL, "start_on_keccak_upper", times=1),
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
        lambda: saying(ROUND, "before_on_keccak_lower", times=column(ROUND, "is_round_3")),
        Kind.FUNCTION,
        "messages",
        "keccak_round: a row of is_round_23 receives 0 messages on keccak_lower",
    ),
    (
        "wrong round constant",
        wrong_constant,
        Kind.FUNCTION,
        "round 1",
        "not so: limb 0 of what is sent is the round's",
    ),
    (
        "a one too many in a limb",
        lambda: off_by_one(ROUND, "after_50_is_after_the_round"),
        Kind.FUNCTION,
        "round 5",
        "not so: limb 50 of what is sent is the round's",
    ),
    (
        "pairs may be any number",
        lambda: without("keccak_round", "pairs_2_9_are_at_most_2"),
        Kind.FUNCTION,
        "theta",
        "not so: pairs_2_9 is 0, 1 or 2",
    ),
    (
        "parity of another bit",
        lambda: off_by_one(ROUND, "parity_1_63_is_counted"),
        Kind.FUNCTION,
        "theta",
        "not so: bit 63 of parity 1 is the parity of what is received",
    ),
    (
        "parity is not counted",
        lambda: without("keccak_round", "parity_0_0_is_counted"),
        Kind.FUNCTION,
        "theta",
        "not so: parity_0_0_is_counted",
    ),
    (
        "what is received is not what the effect was put in",
        lambda: without("keccak_round", "before_99_is_without_the_effect"),
        Kind.FUNCTION,
        "theta",
        "not so: before_99_is_without_the_effect",
    ),
    (
        "output limb is packed of what is no bit",
        lambda: without("keccak_round", "mixed_12_31_is_boolean"),
        Kind.FUNCTION,
        "round 0",
        "not so: mixed_12_31 is a bit",
    ),
    (
        "limbs leave in another order",
        lambda: exchanged(ROUND, "after_on_keccak_lower", "state_5", "state_6"),
        Kind.FUNCTION,
        "round 0",
        "not so: an equation gives after_6",
    ),
    (
        "number of rounds is free",
        lambda: saying(ROUND, "before_on_keccak_upper", round=column(ROUND, "pairs_0_0")),
        Kind.FUNCTION,
        "messages",
        "is_round_23: the round on keccak_upper is not known",
    ),
    (
        "a round is skipped",
        skipping,
        Kind.FUNCTION,
        "messages",
        "not so: what is sent on keccak_lower is for round 24",
    ),
    (
        "halves of two permutations",
        lambda: saying(ROUND, "after_on_keccak_upper", key=column(ROUND, "before_0")),
        Kind.ORDER,
        "",
        "is_round_23: the key of after_on_keccak_upper is not that of before_on_keccak_lower",
    ),
    (
        "result of another key",
        lambda: saying(CALL, "result_on_keccak_lower", key=column(CALL, "clock") + 1),
        Kind.ORDER,
        "keys of calls",
        "the key of result_on_keccak_lower is not the row's clock",
    ),
    (
        "result of the round before the last",
        lambda: saying(CALL, "result_on_keccak_upper", round=23),
        Kind.ORDER,
        "answers",
        "no rows can do what a call orders",
    ),
    (
        "another state is ordered",
        lambda: saying(CALL, "start_on_keccak_lower", state_7=column(CALL, "after_7")),
        Kind.FUNCTION,
        "ecall",
        "lane 1 is ordered",
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
]


@pytest.mark.parametrize(
    ("plant", "kind", "instruction", "said"), [bug[1:] for bug in BUGS], ids=[bug[0] for bug in BUGS]
)
def test_planted_bug_is_refuted_by_the_obligation_that_speaks_of_it(
    plant: Callable[[], Chip], kind: Kind, instruction: str, said: str
) -> None:
    assert_refuted(plant(), kind, instruction, said)
