"""Every input of a work table has one row, and what keeps it from having one is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proofs_of_constraints.calls.completion import (
    CompletionError,
    cells_of_row,
    prove_row_exists,
    prove_work_complete,
    prove_work_determinism,
    steps_of,
)
from proofs_of_constraints.calls.work_tables import row_kinds
from proofs_of_constraints.obligations.concrete_row import ConcreteRow
from proofs_of_constraints.obligations.obligation import Session, Verdict
from proofs_of_constraints.translation.instruction_view import LayoutError
from spec.air.bus import Bus, Scope
from spec.air.chip import Chip, ChipBuilder, Role
from spec.air.chips.sha256 import HALVES, MESSAGE_WORDS
from spec.circuit.buses import NARROW_SHA256
from spec.rv64im.machine import CHIP_BY_NAME
from tests.proofs_of_constraints.broken_chips import column, without

IN, OUT = (
    Bus(name, identity, ("key", "number"), Scope.LOCAL, "anything", "anything", {"number": 2})
    for identity, name in ((900, "in"), (901, "out"))
)


def adding(carry_bits: int = 1, added: int = 1) -> Chip:
    """A work table whose rows add a number to one of two bits, modulo 4."""
    row = ChipBuilder("adding", Role.WORK, "Adds.")
    real, key = row.column("real"), row.column("key")
    before, after, carry = row.column_array("before", 2), row.column_array("after", 2), row.column_array("carry", 1)
    for i, bit in enumerate([real, *before, *after, *carry[:carry_bits]]):
        row.boolean(f"bit_{i}", bit)
    row.zero("adds", before[0] + before[1] * 2 + added - after[0] - after[1] * 2 - carry[0] * 4)
    row.receive("take", IN, [key, before[0] + before[1] * 2], real)
    row.send("give", OUT, [key, after[0] + after[1] * 2], real)
    return row.build(outputs=after)


def test_cells_follow_from_what_is_received() -> None:
    (kind,) = row_kinds(adding())
    cells = cells_of_row(kind, {"take.number": 3, "take.key": 77})
    assert {name: cells[name] for name in ("key", "before_1", "after_0", "after_1", "carry_0")} == {
        "key": 77,
        "before_1": 1,
        "after_0": 0,
        "after_1": 0,
        "carry_0": 1,
    }
    assert ConcreteRow(adding(), cells).violations() == []


def test_row_of_every_input_exists_and_is_the_only_one() -> None:
    chip = adding()
    assert prove_row_exists(chip).verdict is Verdict.PROVEN
    assert prove_work_complete(Session(), chip, lambda _: {}).verdict is Verdict.PROVEN
    assert prove_work_determinism(Session(), chip).detail == "6 columns, the 2 outputs among them"


def test_sum_that_needs_another_digit_has_no_row_for_some_input() -> None:
    outcome = prove_work_complete(Session(), adding(added=5), lambda _: {})
    assert outcome.verdict is Verdict.UNKNOWN
    assert outcome.detail == "no row found for an input, real: what is left of adds may have more than 3 digits"


def test_carry_that_is_no_bit_leaves_the_row_open() -> None:
    chip = adding(carry_bits=0)
    for outcome in (prove_work_complete(Session(), chip, lambda _: {}), prove_work_determinism(Session(), chip)):
        assert outcome.verdict is Verdict.UNKNOWN
        assert outcome.detail == "real: adds leaves after_0, after_1, carry_0 open"


def test_constraint_too_many_is_no_part_of_a_row_that_exists() -> None:
    chip = adding()
    extra = replace(chip.constraints[-1], name="extra", expression=column(chip, "after_0") - column(chip, "before_0"))
    (kind,) = row_kinds(replace(chip, constraints=(*chip.constraints, extra)))
    with pytest.raises(CompletionError, match="extra says something more of cells that are known"):
        steps_of(kind)


def test_column_that_nothing_gives_is_named() -> None:
    chip = adding()
    idle = replace(chip, columns=(*chip.columns, "idle"))
    assert prove_work_determinism(Session(), idle).detail == "real: nothing gives idle"


def test_table_without_declared_outputs_is_refuted() -> None:
    assert prove_work_determinism(Session(), replace(adding(), outputs=())).verdict is Verdict.REFUTED


def test_message_with_more_bits_than_its_columns_has_no_row() -> None:
    chip = adding()
    take = chip.interactions[0]
    wide = replace(take, bus=replace(IN, field_bits={"number": 3}))
    outcome = prove_work_complete(Session(), replace(chip, interactions=(wide, chip.interactions[1])), lambda _: {})
    assert outcome.detail == "no row found for an input, real: take.number may be more than 2 bits"


def test_schedule_has_a_row_only_for_sums_that_a_row_may_leave() -> None:
    chip = CHIP_BY_NAME["sha256_rest"]
    outcome = prove_work_complete(Session(), chip, lambda _: {})
    assert outcome.verdict is Verdict.UNKNOWN
    assert "what is left of word_0_high_adds may have more than 18 digits" in outcome.detail


def test_flags_that_exclude_one_another_make_one_kind_of_row_each() -> None:
    names = [kind.name for kind in row_kinds(CHIP_BY_NAME["sha256_rest"])]
    assert names == ["from_round_48", "from_round_32", "from_round_16"]
    with pytest.raises(LayoutError, match="sha256_rest: continue does not happen once or not at all"):
        row_kinds(without("sha256_rest", "at_most_one_selector"))


def test_columns_that_a_flag_makes_zero_are_known_on_the_rows_that_have_it_alone() -> None:
    pending = {f"pending_{i}_{half}" for i in range(MESSAGE_WORDS) for half in HALVES}
    kinds = {kind.name: kind for kind in row_kinds(NARROW_SHA256.first)}
    assert {name: {n for n in kind.row.known if n in pending} for name, kind in kinds.items()} == {
        "from_round_0": pending,
        "from_round_4": set(),
        "from_round_8": set(),
        "from_round_12": set(),
    }
    assert not any(kinds["from_round_0"].row.known[name] for name in pending)


def test_pending_sums_that_are_free_on_the_first_row_leave_the_rows_open() -> None:
    chip = NARROW_SHA256.first
    kept = tuple(c for c in chip.constraints if c.name != "pending_3_high_starts_at_zero")
    outcome = prove_row_exists(replace(chip, constraints=kept))
    assert outcome.detail == "from_round_0: nothing gives pending_3_high"
