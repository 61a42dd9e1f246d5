"""What holds of every declared chip."""

from __future__ import annotations

import pytest

from spec.air.bus import Scope
from spec.air.chip import MAXIMUM_DEGREE, Chip, expressions_of
from spec.air.expression import Expression, evaluate
from spec.protocol.shape import LOOKUP_ROLES
from spec.rv64im.machine import CHIPS, INSTRUCTION_CHIPS, SEGMENT_PUBLIC_VALUES

ALL_CHIPS = pytest.mark.parametrize("chip", CHIPS, ids=lambda chip: chip.name)
INSTRUCTIONS_ONLY = pytest.mark.parametrize("chip", INSTRUCTION_CHIPS, ids=lambda chip: chip.name)


@ALL_CHIPS
def test_chip_has_degree_at_most_three(chip: Chip) -> None:
    assert max((c.expression.degree for c in chip.constraints), default=0) <= MAXIMUM_DEGREE
    assert all(i.multiplicity.degree <= 1 for i in chip.interactions)
    assert all(part.degree <= 1 for i in chip.interactions for part in i.message)
    assert chip.maximum_degree <= MAXIMUM_DEGREE


class _Leaves:
    """Collects the columns and public values that an expression mentions."""

    def __init__(self) -> None:
        self.found: set[tuple[str, int | str]] = set()

    def constant(self, element: int) -> None: ...

    def main(self, index: int) -> None:
        self.found.add(("main", index))

    def fixed(self, index: int) -> None:
        self.found.add(("fixed", index))

    def public(self, name: str) -> None:
        self.found.add(("public", name))

    def add(self, left: None, right: None) -> None: ...

    def subtract(self, left: None, right: None) -> None: ...

    def multiply(self, left: None, right: None) -> None: ...


def _mentioned(expressions: list[Expression]) -> set[tuple[str, int | str]]:
    leaves = _Leaves()
    for expression in expressions:
        evaluate(expression, leaves)
    return leaves.found


@ALL_CHIPS
def test_every_column_is_mentioned(chip: Chip) -> None:
    mentioned = _mentioned(expressions_of(chip))
    assert {index for kind, index in mentioned if kind == "main"} == set(range(len(chip.columns)))
    assert {index for kind, index in mentioned if kind == "fixed"} == set(range(len(chip.fixed_columns)))
    assert {name for kind, name in mentioned if kind == "public"} <= set(SEGMENT_PUBLIC_VALUES)


@ALL_CHIPS
def test_outputs_are_columns_or_definitions(chip: Chip) -> None:
    assert set(chip.outputs) <= {*chip.columns, *chip.definitions()}


@INSTRUCTIONS_ONLY
def test_instruction_row_advances_the_clock_and_is_local(chip: Chip) -> None:
    accesses = sum(i.bus.name == "memory" and i.sign < 0 for i in chip.interactions)
    assert chip.accesses == max(1, accesses)
    assert all(i.bus.scope is Scope.LOCAL for i in chip.interactions)


@INSTRUCTIONS_ONLY
def test_sub_clocks_of_a_row_ascend_in_order_of_declaration(chip: Chip) -> None:
    clock = chip.column_index("clock")
    put_back = [i for i in chip.interactions if i.bus.name == "memory" and i.sign > 0]
    cells = [0] * len(chip.columns)
    cells[clock] = 1000
    times = [evaluate(i.message[-1], _Row(cells)) for i in put_back]
    assert times == list(range(1000, 1000 + len(put_back)))


class _Row:
    """One row of integers."""

    def __init__(self, cells: list[int]) -> None:
        self.cells = cells

    def constant(self, element: int) -> int:
        return element

    def main(self, index: int) -> int:
        return self.cells[index]

    def fixed(self, index: int) -> int:
        raise AssertionError("instruction chips have no fixed columns")

    def public(self, name: str) -> int:
        raise AssertionError("instruction chips read no public values")

    def add(self, left: int, right: int) -> int:
        return left + right

    def subtract(self, left: int, right: int) -> int:
        return left - right

    def multiply(self, left: int, right: int) -> int:
        return left * right


def test_only_lookup_tables_have_fixed_columns() -> None:
    assert {chip.name for chip in CHIPS if chip.fixed_columns} == {c.name for c in CHIPS if c.role in LOOKUP_ROLES}
