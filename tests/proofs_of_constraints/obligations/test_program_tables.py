"""The program's tables: what drops, adds, moves or changes a row on its way from a program is refuted."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any

import pytest

import proofs_of_constraints.obligations.program_tables as tables
from proofs_of_constraints.audit import obligations_of_chip, prove
from proofs_of_constraints.obligations.obligation import Kind, Outcome, Verdict
from spec.program import Program
from spec.rv64im.chips.fixed_tables import padded
from spec.rv64im.chips.program_tables import PROGRAM_FIXED_ROWS
from spec.rv64im.machine import CHIP_BY_NAME

NAMES = ["program_table", "image_table", "region_table"]
Rows = list[tuple[Any, ...]]


def outcome(name: str) -> Outcome:
    """What proving the table's function gives."""
    (wanted,) = [o for o in obligations_of_chip(CHIP_BY_NAME[name]) if o.kind is Kind.FUNCTION]
    return prove(wanted).outcome


@pytest.mark.parametrize("name", NAMES)
def test_table_as_declared_is_proven(name: str) -> None:
    assert outcome(name).verdict is Verdict.PROVEN


CHANGES: dict[str, Callable[[Rows], Rows]] = {
    "the first row is dropped": lambda rows: rows[1:],
    "the last row is dropped": lambda rows: rows[:-1],
    "rows are reversed": lambda rows: rows[::-1],
    "a row stands twice": lambda rows: [rows[0], *rows],
    "cells are reversed": lambda rows: [row[::-1] for row in rows],
    "addresses are one further": lambda rows: [(row[0] + 1, *row[1:]) for row in rows],
    "what is last is one more": lambda rows: [(*row[:-1], row[-1] + 1) for row in rows],
    "values belong to the next row": lambda rows: [
        (a[0], *b[1:]) for a, b in zip(rows, rows[1:] + rows[:1], strict=True)
    ],
    "a row of zeros is added": lambda rows: [*rows, (0,) * len(rows[0])],
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("change", CHANGES)
def test_other_rows_are_refuted(name: str, change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def changed(program: Program) -> Rows:
        return CHANGES[change](list(PROGRAM_FIXED_ROWS[name](program)))

    monkeypatch.setattr(tables, "PROGRAM_FIXED_ROWS", {**PROGRAM_FIXED_ROWS, name: changed})
    found = outcome(name)
    assert found.verdict is Verdict.REFUTED
    assert "the program" in found.detail


def test_value_without_its_highest_bit_is_refuted_with_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    def changed(program: Program) -> Rows:
        return [(*row[:-1], row[-1] & 0x7FFF) for row in PROGRAM_FIXED_ROWS["image_table"](program)]

    monkeypatch.setattr(tables, "PROGRAM_FIXED_ROWS", {**PROGRAM_FIXED_ROWS, "image_table": changed})
    found = outcome("image_table").counterexample
    assert found is not None
    assert found.is_input
    assert found.columns["number"] >> 63 == 1


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (lambda rows: [*rows, *[(0, 0)] * (len(padded(rows)) - len(rows))], "is filled up with other rows"),
        (lambda rows: rows, "a table of 1 rows is filled up to 1"),
        (lambda rows: [*padded(rows), *padded(rows)], "a table of 1 rows is filled up to 4"),
        (lambda rows: padded(rows)[::-1], "a table of 2 rows is filled up with other rows"),
    ],
    ids=["zeros", "nothing", "too many", "moved"],
)
@pytest.mark.parametrize("name", NAMES)
def test_tables_filled_up_otherwise_are_refuted(
    changed: Callable[[Rows], Rows], fault: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "padded", changed)
    found = outcome(name)
    assert found.verdict is Verdict.REFUTED
    assert fault in found.detail


class ShiftedKind(IntEnum):
    """The kinds of regions, with other numbers."""

    IMAGE, ZERO, REGISTERS, INPUT, OUTPUT = range(1, 6)


def test_shifted_kind_numbers_are_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "RegionKind", ShiftedKind)
    assert outcome("region_table").detail == "the numbers of kinds and spaces are others"
