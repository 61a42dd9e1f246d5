"""The memory and the boundary table: what a message says, and on which rows, is compared with a second statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from proofs_of_constraints.audit import obligations_of_chip, prove
from proofs_of_constraints.obligations.obligation import Kind, Outcome, Verdict
from spec.air.chip import Chip
from spec.air.expression import Expression, lift
from spec.rv64im.machine import CHIP_BY_NAME
from tests.proofs_of_constraints.broken_chips import column, exchanged, interaction, saying, with_interaction, without

MEMORY, BOUNDARY = CHIP_BY_NAME["memory"], CHIP_BY_NAME["boundary"]
KINDS = ("image", "zero", "registers", "input", "output")


def flag(kind: str) -> Expression:
    return column(MEMORY, f"is_{kind}")


def kind_number(*kinds: str) -> Expression:
    """The number of a row's kind, if the kinds had their numbers in this order."""
    total: Expression = lift(0)
    for number, kind in enumerate(kinds):
        total = total + flag(kind) * number
    return total


def outcome(chip: Chip, kind: Kind) -> Outcome:
    (wanted,) = [o for o in obligations_of_chip(chip) if o.kind is kind]
    return prove(wanted).outcome


REGION = "region does not say space and kind and start and end of the row"
ROWS = "does not happen just on the rows that it is about"

PLANTED: list[tuple[str, Callable[[], Chip], str]] = [
    ("any kind is an image", lambda: saying(MEMORY, "region", kind=0), REGION),
    ("kinds are shifted", lambda: saying(MEMORY, "region", kind=kind_number(*KINDS[1:], KINDS[0])), REGION),
    ("input and image swapped", lambda: saying(MEMORY, "region", kind=kind_number(*KINDS[::-1])), REGION),
    ("start and end swapped", lambda: exchanged(MEMORY, "region", "start", "end"), REGION),
    ("region ends one later", lambda: saying(MEMORY, "region", end=column(MEMORY, "region_end") + 1), REGION),
    ("region for image rows only", lambda: saying(MEMORY, "region", times=flag("image")), f"region {ROWS}"),
    ("no region", lambda: saying(MEMORY, "region", times=0), f"region {ROWS}"),
    ("no image", lambda: saying(MEMORY, "image", times=0), f"image {ROWS}"),
    ("image for input rows", lambda: saying(MEMORY, "image", times=flag("input")), f"image {ROWS}"),
    ("no output", lambda: saying(MEMORY, "output", times=0), f"output {ROWS}"),
    ("output of zero rows", lambda: saying(MEMORY, "output", times=flag("zero")), f"output {ROWS}"),
    ("output of another address", lambda: saying(MEMORY, "output", address=0), "output and continuation do not speak"),
    ("cursor stays", lambda: saying(MEMORY, "cursor_after", key=column(MEMORY, "cursor")), "cursor_after does not say"),
    ("cursor free", lambda: saying(MEMORY, "cursor_before", key=column(MEMORY, "address")), "cursor_before does not"),
    (
        "segment stays",
        lambda: saying(BOUNDARY, "to_after", segment=column(BOUNDARY, "origin_segment")),
        "to_after does not say space and address and segment of the row",
    ),
    ("token of another segment", lambda: saying(BOUNDARY, "from_before", segment=0), "from_before does not say"),
    ("leaves twice", lambda: saying(BOUNDARY, "leaves", times=2), f"leaves {ROWS}"),
]


def test_tables_as_declared_say_what_they_should() -> None:
    assert {outcome(chip, Kind.DISCIPLINE).verdict for chip in (MEMORY, BOUNDARY)} == {Verdict.PROVEN}


@pytest.mark.parametrize(("plant", "fault"), [bug[1:] for bug in PLANTED], ids=[bug[0] for bug in PLANTED])
def test_message_about_other_rows_or_other_cells_is_refuted(plant: Callable[[], Chip], fault: str) -> None:
    found = outcome(plant(), Kind.DISCIPLINE)
    assert found.verdict is Verdict.REFUTED
    assert found.detail.startswith(fault)


@pytest.mark.parametrize("kind", ["zero", "registers", "output"])
def test_kind_of_which_the_initial_value_is_free_is_refuted(kind: str) -> None:
    limbs = [f"initial_{i}_is_zero_by_kind" for i in range(4)]
    others = [other for other in ("zero", "registers", "output") if other != kind]
    zero = flag(others[0]) + flag(others[1])
    kept = [
        replace(c, expression=zero * column(MEMORY, c.name.removesuffix("_is_zero_by_kind"))) if c.name in limbs else c
        for c in MEMORY.constraints
    ]
    found = outcome(replace(MEMORY, constraints=tuple(kept)), Kind.FUNCTION)
    assert (found.verdict, found.detail) == (Verdict.REFUTED, "not so: initial limb 0 is zero by kind")
    assert found.counterexample is not None
    assert found.counterexample.satisfies_declaration is True


def _each_missing(name: str) -> Iterator[tuple[str, Chip]]:
    chip = CHIP_BY_NAME[name]
    for missing in [c.name for c in chip.constraints] + [i.name for i in chip.interactions]:
        yield missing, without(name, missing)


def _verdicts(chip: Chip) -> Iterator[Verdict]:
    return (prove(obligation).outcome.verdict for obligation in obligations_of_chip(chip))


@pytest.mark.parametrize("name", ["boundary", "memory"])
def test_table_without_one_of_its_checks_is_refuted(name: str) -> None:
    assert [missing for missing, broken in _each_missing(name) if Verdict.REFUTED not in _verdicts(broken)] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["boundary", "memory"])
def test_no_obligation_of_a_table_without_one_of_its_checks_fails_otherwise(name: str) -> None:
    for missing, broken in _each_missing(name):
        assert Verdict.REFUTED in list(_verdicts(broken)), missing


def test_row_that_says_nothing_of_the_segment_is_refuted() -> None:
    ranges = [i.name for i in BOUNDARY.interactions if i.bus.name == "range"]
    found = outcome(without("boundary", *ranges), Kind.FUNCTION)
    assert found.verdict is Verdict.REFUTED
    assert outcome(without("boundary", *ranges), Kind.COMPLETE).verdict is Verdict.PROVEN


def test_message_on_other_rows_than_the_first_is_refuted() -> None:
    chip = with_interaction(BOUNDARY, replace(interaction(BOUNDARY, "enters"), multiplicity=lift(0)))
    assert outcome(chip, Kind.DISCIPLINE).detail == f"enters {ROWS}"
