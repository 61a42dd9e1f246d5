"""Bugs planted in the circuit's chips, each found by the obligation that is there for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from proofs_of_constraints.audit import obligations_of_chip, prove
from proofs_of_constraints.circuit_machine import CIRCUIT_AUDIT
from proofs_of_constraints.machine.obligations import declaration_obligations
from proofs_of_constraints.obligations.obligation import Kind, Outcome, Verdict
from proofs_of_constraints.translation.polynomial import polynomial_of
from spec.air.chip import Chip, Constraint, Interaction
from spec.air.expression import Expression, FixedColumn, MainColumn, lift
from spec.circuit.machine import CIRCUIT_CHIPS

CHIP = {chip.name: chip for chip in CIRCUIT_CHIPS}
Change = Callable[[Chip], Chip]


def _outcome(chip: Chip, kind: Kind) -> Outcome:
    (wanted,) = [o for o in obligations_of_chip(chip, CIRCUIT_AUDIT) if o.kind is kind and not o.instruction]
    return prove(wanted, timeout_seconds=20).outcome


def without(*names: str) -> Change:
    def change(chip: Chip) -> Chip:
        assert set(names) <= {c.name for c in chip.constraints} | {i.name for i in chip.interactions}
        return replace(
            chip,
            constraints=tuple(c for c in chip.constraints if c.name not in names),
            interactions=tuple(i for i in chip.interactions if i.name not in names),
        )

    return change


def says(name: str, part: int, expression: Callable[[Chip], Expression]) -> Change:
    """A part of a message is something else."""

    def change(chip: Chip) -> Chip:
        def new(interaction: Interaction) -> Interaction:
            message = list(interaction.message)
            message[part] = expression(chip)
            return replace(interaction, message=tuple(message))

        assert name in {i.name for i in chip.interactions}
        return replace(chip, interactions=tuple(new(i) if i.name == name else i for i in chip.interactions))

    return change


def times(name: str, expression: Callable[[Chip], Expression]) -> Change:
    def change(chip: Chip) -> Chip:
        changed = (replace(i, multiplicity=expression(chip)) if i.name == name else i for i in chip.interactions)
        return replace(chip, interactions=tuple(changed))

    return change


def demands(name: str, expression: Callable[[Chip], Expression]) -> Change:
    """A constraint is another one, or one more."""

    def change(chip: Chip) -> Chip:
        others = tuple(c for c in chip.constraints if c.name != name)
        return replace(chip, constraints=(*others, Constraint(name, expression(chip))))

    return change


def cell(name: str) -> Callable[[Chip], Expression]:
    def expression(chip: Chip) -> Expression:
        if name in chip.columns:
            return MainColumn(name, chip.columns.index(name))
        return FixedColumn(name, chip.fixed_columns.index(name))

    return expression


def _wrong_power(chip: Chip) -> Expression:
    """X^6 = X^3 - 1, in the coefficient of X^3."""
    row = {name: cell(name)(chip) for name in (*chip.columns, *chip.fixed_columns)}
    powers: list[Expression] = [lift(0)] * 11
    for i in range(6):
        for j in range(6):
            powers[i + j] = powers[i + j] + row[f"left_{i}"] * row[f"right_{j}"]
    return row["scale"] * (powers[3] + powers[6]) + row["addend_scale"] * row["addend_3"] - row["result_3"]


NOT_SO = "not so: "

PLANTED: list[tuple[str, str, Change, Kind, str]] = [
    ("constant", "writes another number", says("result_0", 3, cell("constant_1")), Kind.FUNCTION, ""),
    ("constant", "counts with its number", times("result_0", cell("constant_0")), Kind.DISCIPLINE, "reads_of_0 times"),
    ("constant_octet", "exchanges limbs", says("result_0", 1, cell("constant_1")), Kind.FUNCTION, ""),
    ("hint", "writes wherever it likes", says("result_0", 0, cell("hint_0")), Kind.DISCIPLINE, "column write_0"),
    ("hint", "cannot be anything", says("result_0", 6, cell("hint_4")), Kind.COMPLETE, ""),
    ("hint_element", "has something behind", says("result_0", 2, cell("hint")), Kind.FUNCTION, ""),
    ("hint_word", "has an element as limb", without("hint_1_is_16_bits"), Kind.FUNCTION, NOT_SO),
    ("hint_octet", "has an element as limb", without("hint_9_is_16_bits"), Kind.FUNCTION, NOT_SO),
    ("multiply_add", "adds no more", without("result_2_is_the_sum"), Kind.FUNCTION, ""),
    ("multiply_add", "another modulus", demands("result_3_is_the_sum", _wrong_power), Kind.FUNCTION, ""),
    ("multiply_add", "one factor twice", says("operand_1", 2, cell("left_1")), Kind.FUNCTION, ""),
    ("multiply_add", "undetermined", without("result_5_is_the_sum"), Kind.DETERMINISM, ""),
    ("equal", "compares five coefficients", says("operand_1", 6, lambda _: lift(0)), Kind.FUNCTION, ""),
    ("equal", "compares nothing on real rows", times("operand_1", lambda _: lift(0)), Kind.DISCIPLINE, "real times"),
    ("join", "takes a coefficient twice", says("result_0", 2, cell("value_0")), Kind.FUNCTION, ""),
    ("join", "takes a whole value", says("operand_4", 2, cell("value_0")), Kind.FUNCTION, ""),
    ("split", "exchanges coefficients", says("result_2", 1, cell("value_3")), Kind.FUNCTION, ""),
    ("equals_number", "says equal of others", without("equal_has_no_difference"), Kind.FUNCTION, "not provable"),
    ("equals_number", "says unequal of equals", without("unequal_has_an_inverse"), Kind.FUNCTION, NOT_SO),
    ("canonical", "element plus p", without("top_has_no_lower_limb"), Kind.FUNCTION, f"{NOT_SO}the word is below p"),
    (
        "canonical",
        "upper limb above p's",
        without("below_top_is_16_bits"),
        Kind.FUNCTION,
        f"{NOT_SO}the word is below p",
    ),
    ("canonical", "flag unbound", without("below_top_has_an_inverse"), Kind.FUNCTION, f"{NOT_SO}the word is below p"),
    ("canonical", "lower limb any element", without("low_is_16_bits"), Kind.FUNCTION, NOT_SO),
    ("canonical", "any word", without("limbs_make_the_element"), Kind.FUNCTION, ""),
    (
        "canonical",
        "not p - 1",
        demands("p_minus_1_is_refused", lambda chip: cell("at_top")(chip)),
        Kind.COMPLETE,
        "no row found",
    ),
    ("bits", "a bit is 2", without("bit_17_is_boolean"), Kind.FUNCTION, NOT_SO),
    ("bits", "bits exchanged", says("result_3", 1, cell("bit_4")), Kind.FUNCTION, ""),
    ("pack", "limbs exchanged", says("result_0", 1, cell("limb_1")), Kind.FUNCTION, ""),
    ("pack", "words with something behind", says("operand_7", 3, cell("limb_0")), Kind.FUNCTION, ""),
    ("unpack", "the first word twice", says("result_1", 1, cell("limb_0")), Kind.FUNCTION, ""),
    ("challenge", "a byte above 255", without("byte_1_shifted_is_16_bits"), Kind.FUNCTION, NOT_SO),
    ("challenge", "another byte", says("result_0", 1, cell("limb_0")), Kind.FUNCTION, ""),
    ("compress", "no carry", without("word_3_carries_a_bit"), Kind.FUNCTION, NOT_SO),
    ("compress", "a word any element", without("after_6_is_16_bits"), Kind.FUNCTION, NOT_SO),
    ("compress", "halves exchanged", says("message", 2, cell("right_0")), Kind.FUNCTION, ""),
    ("compress", "the order of another", says("start", 0, cell("read_0")), Kind.FUNCTION, ""),
    ("compress", "answered twice", times("rounds", lambda chip: cell("real")(chip) * 2), Kind.DISCIPLINE, "real times"),
    ("compress", "padding orders work", times("start", lambda _: lift(1)), Kind.PADDING, "start happens"),
    ("compress", "undetermined", without("word_3_leaves_a_bit"), Kind.DETERMINISM, ""),
    ("choose", "a bit is any element", without("bit_is_boolean"), Kind.FUNCTION, ""),
    ("choose", "the other is free", without("second_3_is_the_other"), Kind.FUNCTION, ""),
    ("choose", "never exchanges", says("result_0", 1, cell("zero_0")), Kind.FUNCTION, ""),
]


@pytest.mark.parametrize(
    ("name", "change", "kind", "detail"),
    [(name, change, kind, detail) for name, _, change, kind, detail in PLANTED],
    ids=[f"{name}: {what}" for name, what, *_ in PLANTED],
)
def test_planted_bug_is_found(name: str, change: Change, kind: Kind, detail: str) -> None:
    chip = CHIP[name]
    assert _outcome(chip, kind).verdict is Verdict.PROVEN
    found = _outcome(change(chip), kind)
    assert found.verdict is not Verdict.PROVEN
    assert detail in found.detail
    if detail.startswith(NOT_SO):
        assert found.counterexample is not None
        assert found.counterexample.satisfies_declaration


def test_bugs_are_planted_in_every_chip() -> None:
    assert {name for name, *_ in PLANTED} == set(CHIP)


REDUNDANT = {
    ("constant", "unused_is_zero"): "the column means nothing",
    ("constant_octet", "unused_is_zero"): "the column means nothing",
    ("canonical", "at_top_is_no_difference"): "a flag that is set below the top forbids a lower limb, and does no more",
    **{
        ("challenge", f"byte_{i}_shifted_is_16_bits"): "with the byte beside it, it makes a limb of 16 bits"
        for i in (0, 2, 4, 6)
    },
    ("challenge", "byte_6_is_16_bits"): "no coefficient has it",
    ("challenge", "byte_7_is_16_bits"): "no coefficient has it",
    ("challenge", "byte_7_shifted_is_16_bits"): "no coefficient has it",
}
"""By chip and name, what may be left out without any meaning being lost, and why."""


def _loses_meaning(chip: Chip) -> bool:
    kinds = (Kind.DISCIPLINE, Kind.PADDING, Kind.FUNCTION, Kind.DETERMINISM)
    return any(_outcome(chip, kind).verdict is not Verdict.PROVEN for kind in kinds)


@pytest.mark.parametrize("chip", CIRCUIT_CHIPS, ids=lambda chip: chip.name)
def test_nothing_can_be_left_out_but_what_is_redundant(chip: Chip) -> None:
    names = [c.name for c in chip.constraints] + [i.name for i in chip.interactions]
    kept = {name for name in names if not _loses_meaning(without(name)(chip))}
    assert kept == {name for of, name in REDUNDANT if of == chip.name}


def test_column_that_nobody_speaks_of_and_second_writer_of_the_verifiers_address_are_found() -> None:
    unused = replace(CHIP["hint"], fixed_columns=(*CHIP["hint"].fixed_columns, "spare"))
    refuted = {
        o.instruction: prove(o).outcome.detail
        for o in declaration_obligations(CIRCUIT_AUDIT.with_chip(unused))
        if prove(o).outcome.verdict is not Verdict.PROVEN
    }
    assert refuted == {"wiring of columns and opcodes": "hint: nothing is said of column spare"}
    machine = CIRCUIT_AUDIT.machine
    twice = replace(CIRCUIT_AUDIT, machine=replace(machine, tokens=(machine.tokens[0], *machine.tokens)))
    (senders,) = [o for o in declaration_obligations(twice) if o.instruction == "senders of buses"]
    assert prove(senders).outcome.detail == "the verifier does not write addresses of bus value once each"


def test_meaning_is_not_read_off_the_constraints() -> None:
    """The same function of cells in other words has the same verdict."""
    chip = CHIP["choose"]
    other = demands(
        "second_0_is_the_other",
        lambda of: (
            cell("second_0")(of) - cell("one_0")(of) + cell("bit")(of) * (cell("one_0")(of) - cell("zero_0")(of))
        ),
    )(chip)
    assert polynomial_of(other.constraints[-1].expression) != polynomial_of(chip.constraints[2].expression)
    assert _outcome(other, Kind.FUNCTION).verdict is Verdict.PROVEN
