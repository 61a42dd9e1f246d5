"""The steps of the memory argument, and that each rule they rest on is needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import z3

from proofs_of_constraints.audit import prove
from proofs_of_constraints.obligations.chains import _Chain, chain_obligations
from proofs_of_constraints.obligations.memory import memory_obligations
from proofs_of_constraints.obligations.obligation import Outcome, Verdict
from spec.air.chip import Chip, Constraint, Role
from spec.air.expression import Expression, Public, lift
from spec.rv64im.machine import CHIP_BY_NAME, CHIPS
from tests.proofs_of_constraints.broken_chips import column, interaction, with_interaction, without


def outcome_of(chip: Chip) -> Outcome:
    (obligation,) = memory_obligations([chip])
    return prove(obligation).outcome


def sent(name: str, interaction_name: str, position: int, part: Callable[[Chip, Expression], Expression]) -> Chip:
    """The chip with one part of one of its messages replaced."""
    chip = CHIP_BY_NAME[name]
    old = interaction(chip, interaction_name)
    message = list(old.message)
    message[position] = part(chip, message[position])
    return with_interaction(chip, replace(old, message=tuple(message)))


def test_every_chip_that_passes_tokens_on_has_its_step_proven() -> None:
    results = [prove(obligation) for obligation in memory_obligations(CHIPS)]
    assert {result.outcome.verdict for result in results} == {Verdict.PROVEN}
    expected = {c.name for c in CHIPS if c.role in (Role.INSTRUCTION, Role.CONTINUATION)}
    assert {result.chip for result in results} == expected


@pytest.mark.parametrize(
    ("chip", "missing", "failed"),
    [
        ("add", "source1_is_later", "source1_taken takes the token that is held"),
        ("sd", "memory_is_later", "memory_taken takes the token that is held"),
        ("load_misaligned", "memory_next_is_later", "memory_next_taken takes the token that is held"),
        ("halt", "bytes_0", "call_number_taken takes the token that is held"),
        ("boundary", "gap_low_is_16_bits", "from_before takes the token that is held"),
        ("boundary", "gap_high_is_4_bits", "from_before takes the token that is held"),
        ("memory", "step_low_is_16_bits", "cursor_after has a greater stamp"),
        ("memory", "step_high_is_14_bits", "an address is initialised once"),
    ],
)
def test_step_without_a_range_is_refuted(chip: str, missing: str, failed: str) -> None:
    outcome = outcome_of(without(chip, missing))
    assert outcome.verdict is Verdict.REFUTED
    assert failed in outcome.detail


BROKEN_MESSAGES = [
    ("add", "source2_put_back", -1, lambda c, _: column(c, "clock"), "source2_put_back is after the accesses before"),
    ("add", "destination_put_back", -1, lambda c, part: part + 1, "destination_put_back is at a clock of the row"),
    ("add", "source1_put_back", 1, lambda c, part: part + 1, "source1_put_back keeps the address"),
    ("sw", "memory_put_back", 0, lambda c, part: part + 1, "memory_put_back keeps the space"),
    ("add", "leave", 1, lambda c, part: part - 1, "leave is not 3 after arrive"),
    ("boundary", "to_after", -1, lambda c, _: Public("segment"), "to_after is stamped with the next segment"),
    ("boundary", "enters", -1, lambda c, _: lift(1), "enters does not come before every row"),
    (
        "boundary",
        "enters",
        3,
        lambda c, _: column(c, "value_out_1"),
        "enters and from_before have not the same value_1",
    ),
    ("boundary", "to_after", 1, lambda c, part: part + 1, "leaves and to_after have not the same address"),
    ("memory", "cursor_after", 0, lambda c, part: part - 1, "cursor_after has a greater stamp"),
    ("memory", "cursor_after", 0, lambda c, part: part + 1, "cursor_after is the key plus 1"),
    ("memory", "initialises", -1, lambda c, _: lift(1), "initialises does not come before every segment"),
    ("memory", "finalises", 1, lambda c, part: part + 1, "initialises and finalises have not the same address"),
]


@pytest.mark.parametrize(("name", "message", "position", "part", "failed"), BROKEN_MESSAGES)
def test_step_with_another_message_is_refuted(
    name: str, message: str, position: int, part: Callable[[Chip, Expression], Expression], failed: str
) -> None:
    outcome = outcome_of(sent(name, message, position, part))
    assert outcome.verdict is Verdict.REFUTED
    assert failed in outcome.detail


def test_boundary_that_takes_a_token_of_its_own_segment_may_stand_twice() -> None:
    chip = CHIP_BY_NAME["boundary"]
    gap_low = interaction(chip, "gap_low_is_16_bits")
    later = with_interaction(chip, replace(gap_low, message=(gap_low.message[0] + 1, gap_low.message[1])))
    outcome = outcome_of(later)
    assert outcome.verdict is Verdict.REFUTED
    assert "an address has one row in a segment" in outcome.detail


def test_cursor_behind_an_unbounded_key_may_wrap() -> None:
    unbounded = without("memory", "below_end_high_is_13_bits", "below_end_low_is_16_bits")
    assert "cursor_after does not wrap" in outcome_of(unbounded).detail


def test_token_that_is_put_back_on_other_rows_than_taken_is_refuted() -> None:
    chip = CHIP_BY_NAME["memory"]
    finalises = interaction(chip, "finalises")
    always = with_interaction(chip, replace(finalises, multiplicity=lift(1)))
    assert "do not happen on the same rows" in outcome_of(always).detail


@pytest.mark.parametrize(
    ("name", "column_name", "value"), [("add", "source1_previous_clock", 2**30), ("boundary", "origin_segment", 2**20)]
)
def test_step_that_no_row_can_make_is_refuted(name: str, column_name: str, value: int) -> None:
    chip = CHIP_BY_NAME[name]
    never = Constraint("never", column(chip, column_name) - value)
    outcome = outcome_of(replace(chip, constraints=(*chip.constraints, never)))
    assert outcome.verdict is Verdict.REFUTED
    assert "no row satisfies" in outcome.detail


def test_step_whose_hypotheses_contradict_the_row_is_refuted() -> None:
    chip = CHIP_BY_NAME["memory"]
    cursor, address = column(chip, "cursor"), column(chip, "address")
    # A first row that is none: no key lies below a cursor of 0.
    never = [
        Constraint("first", cursor),
        Constraint("nowhere", address - 5),
        Constraint("space", column(chip, "space")),
    ]
    assert "no row satisfies" in outcome_of(replace(chip, constraints=(*chip.constraints, *never))).detail


def test_tokens_of_a_chain_are_counted_once() -> None:
    assert [prove(obligation).outcome.verdict for obligation in chain_obligations()] == [Verdict.PROVEN] * 2


@pytest.mark.parametrize("missing", [1, 2])
def test_chain_without_the_order_or_the_hypothesis_is_refuted(missing: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _Chain.token

    def token(chain: _Chain, name: str) -> z3.ArithRef:
        found = whole(chain, name)
        del chain.given[missing - 3]
        return found

    monkeypatch.setattr(_Chain, "token", token)
    assert {prove(obligation).outcome.verdict for obligation in chain_obligations()} == {Verdict.REFUTED}


def test_chain_of_contradicting_hypotheses_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _Chain.token

    def token(chain: _Chain, name: str) -> z3.ArithRef:
        chain.given.append(chain.held > chain.now)
        return whole(chain, name)

    monkeypatch.setattr(_Chain, "token", token)
    for obligation in chain_obligations():
        assert prove(obligation).outcome.detail == "the hypotheses contradict one another"


def test_token_with_a_field_missing_is_refuted() -> None:
    chip = CHIP_BY_NAME["memory"]
    finalises = interaction(chip, "finalises")
    short = with_interaction(chip, replace(finalises, message=finalises.message[:-1]))
    assert outcome_of(short).detail == "finalises does not have the fields of bus continuation"
