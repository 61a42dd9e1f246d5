"""Planted bugs of the modular calls and of advice: each is refuted by the obligation that speaks of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from proofs_of_constraints.mutation.rewriting import named_nodes, with_definition
from proofs_of_constraints.obligations.obligation import Kind, Verdict
from spec.air.chip import Chip
from spec.rv64im.machine import CHIP_BY_NAME
from tests.proofs_of_constraints.broken_chips import (
    accessing,
    assert_refuted,
    column,
    exchanged,
    off_by_one,
    result_of,
    saying,
    with_constraint,
    without,
)

MODULAR, ADVICE = CHIP_BY_NAME["multiply_add_modulo_256"], CHIP_BY_NAME["advice"]
DIVISION = "not so: left * right + addend = quotient * modulus + result"


def changed(name: str, factor: int, of: str) -> Chip:
    """The chip with a multiple of a column added to a constraint."""
    (old,) = [c for c in MODULAR.constraints if c.name == name]
    return with_constraint(MODULAR, name, old.expression + column(MODULAR, of) * factor)


def product_without_a_term() -> Chip:
    """The product of the lowest bytes is left out."""
    node = named_nodes(MODULAR)["product_0"]
    return with_definition(MODULAR, node, node.definition - column(MODULAR, "left_0") * column(MODULAR, "right_0"))


BUGS: list[tuple[str, Callable[[], Chip], Kind, str]] = [
    # What is planted, where, the obligation that must fail, and what it says.
    (
        "result may be the modulus",
        lambda: saying(MODULAR, "margin_is_positive", value=column(MODULAR, "margin")),
        Kind.FUNCTION,
        "not so: the result is below the modulus if limb 0 decides",
    ),
    (
        "result is not below the modulus",
        lambda: without(MODULAR.name, "margin_is_positive"),
        Kind.FUNCTION,
        "not so: margin_is_of_the_deciding_limb does not wrap around p",
    ),
    (
        "sign of the margin of the top limb",
        lambda: changed("margin_is_of_the_deciding_limb", 2, "margin"),
        Kind.FUNCTION,
        "not so: the result is below the modulus if limb 0 decides",
    ),
    (
        "limbs above the deciding one differ",
        lambda: without(MODULAR.name, "undecided_limb_15_is_equal"),
        Kind.FUNCTION,
        "not so: the row has undecided_limb_15_is_equal",
    ),
    (
        "several limbs decide",
        lambda: without(MODULAR.name, "decides_3_is_boolean"),
        Kind.FUNCTION,
        "not so: the row has decides_3_is_boolean",
    ),
    (
        "no limb need decide",
        lambda: without(MODULAR.name, "one_limb_decides"),
        Kind.FUNCTION,
        "not so: the row has one_limb_decides",
    ),
    (
        "sign of a borrow",
        lambda: changed("limb_8_of_the_division", -2, "carry_7"),
        Kind.FUNCTION,
        DIVISION,
    ),
    ("carry without range", lambda: without(MODULAR.name, "carry_4_has_15_bits"), Kind.FUNCTION, "not so: limb_4"),
    ("a limb's equation is off by one", lambda: off_by_one(MODULAR, "limb_0_of_the_division"), Kind.FUNCTION, DIVISION),
    ("the last limb is not constrained", lambda: without(MODULAR.name, "limb_31_of_the_division"), Kind.FUNCTION, "31"),
    ("a product is left out", product_without_a_term, Kind.FUNCTION, DIVISION),
    (
        "output limb without range",
        lambda: without(MODULAR.name, "result_5_is_16_bits"),
        Kind.FUNCTION,
        "limb 1 of doubleword 1 of result has 16 bits",
    ),
    (
        "byte of the quotient without range",
        lambda: without(MODULAR.name, "quotient_6_7_are_bytes"),
        Kind.FUNCTION,
        "not so: limb_",
    ),
    (
        "modulus of another place",
        lambda: accessing(MODULAR, "addend_and_modulus_4", address=column(MODULAR, "left_pointer_low")),
        Kind.FUNCTION,
        "address 4 of addend_and_modulus",
    ),
    (
        "limbs of the result in another order",
        lambda: exchanged(MODULAR, "result_0_put_back", "value_0", "value_1"),
        Kind.FUNCTION,
        DIVISION,
    ),
    (
        "call of the other size",
        lambda: accessing(MODULAR, "call_number", value_0=259),
        Kind.FUNCTION,
        "call number",
    ),
    (
        "next pc after a call is free",
        lambda: saying(MODULAR, "leave", pc=column(MODULAR, "addend_0")),
        Kind.FUNCTION,
        "next pc",
    ),
    (
        "limb of advice is trusted",
        lambda: without("advice", "word_2_is_16_bits"),
        Kind.FUNCTION,
        "limb 2 of result has 16 bits",
    ),
    (
        "advice is written to another register",
        lambda: accessing(ADVICE, "result", address=11),
        Kind.FUNCTION,
        "the last access is not that of register 10",
    ),
    (
        "advice without its number",
        lambda: accessing(ADVICE, "call_number", value_0=column(ADVICE, "before_0")),
        Kind.FUNCTION,
        "call number",
    ),
]


@pytest.mark.parametrize(("plant", "kind", "said"), [bug[1:] for bug in BUGS], ids=[bug[0] for bug in BUGS])
def test_planted_bug_is_refuted_by_the_obligation_that_speaks_of_it(
    plant: Callable[[], Chip], kind: Kind, said: str
) -> None:
    assert_refuted(plant(), kind, "ecall", said)


@pytest.mark.parametrize(
    ("plant", "said"),
    [
        (lambda: without("advice", "word_0_is_16_bits"), None),
        (
            lambda: saying(ADVICE, "result_put_back", value_0=7),
            "it would violate result answer 0",
        ),
    ],
    ids=["more words", "fewer words"],
)
def test_advice_may_be_any_word(plant: Callable[[], Chip], said: str | None) -> None:
    outcome = result_of(plant(), Kind.COMPLETE, "ecall").outcome
    assert (outcome.verdict is Verdict.PROVEN) == (said is None)
    assert said is None or said in outcome.detail
