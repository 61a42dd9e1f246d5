"""The zerocheck's weights, its padding, and the identity that it proves, on whole small tables."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from reference.tables import Trace
from spec.air.bus import Scope
from spec.field import ONE, ZERO, Extension, P
from spec.parameters import TINY
from spec.protocol.cube import equality, extension_at
from spec.protocol.form import SegmentForm
from spec.protocol.gkr import BusChallenges, bus_challenges, pair_fraction
from spec.protocol.zerocheck import batching_powers, constraint_count, padding, table_value, table_weights
from tests.changed_traces import plus_cells, split
from tests.small_machine import SMALL_MACHINE
from tests.small_runs import ONE_SEGMENT

GENERATOR = random.Random(5)
SEGMENT = split(ONE_SEGMENT.segments[0], "move", (2, 1))
FORM = SegmentForm(SEGMENT.shape, TINY)
TABLES = FORM.shape.tables


def some(count: int) -> list[Extension]:
    return [Extension.from_coefficients(GENERATOR.randrange(P) for _ in range(6)) for _ in range(count)]


RHO = some(FORM.circuit.variables)
CHI = some(1)[0]
POWERS = batching_powers(ONE, CHI, TABLES)
CHALLENGES = {
    scope: bus_challenges(some(1)[0], some(1)[0], widest) for scope, widest in ((Scope.LOCAL, 5), (Scope.GLOBAL, 3))
}


class CellRow:
    """A row of a table's cells."""

    def __init__(self, segment: Trace, table: int, row: int) -> None:
        self._cells = segment.tables[table]
        self._public = segment.public_values
        self._row = row

    def constant(self, element: int) -> Extension:
        return Extension.of(element)

    def main(self, index: int) -> Extension:
        return Extension.of(int(self._cells.main[self._row, index]))

    def fixed(self, index: int) -> Extension:
        return Extension.of(int(self._cells.fixed[self._row, index]))

    def public(self, name: str) -> Extension:
        return Extension.of(self._public[name])

    def add(self, left: Extension, right: Extension) -> Extension:
        return left + right

    def subtract(self, left: Extension, right: Extension) -> Extension:
        return left - right

    def multiply(self, left: Extension, right: Extension) -> Extension:
        return left * right


def corners(variables: int) -> Iterator[list[Extension]]:
    for number in range(1 << variables):
        yield [Extension.of(number >> (variables - 1 - i) & 1) for i in range(variables)]


def last_layer(segment: Trace) -> tuple[list[Extension], list[Extension]]:
    """The numerators and denominators of the circuit's last layer: 0/1 wherever no block lies."""
    numerators, denominators = [ZERO] * (1 << len(RHO)), [ONE] * (1 << len(RHO))
    for block in FORM.circuit.blocks:
        for row in range(1 << block.height_log2):
            at = (block.prefix << block.height_log2) + row
            cells = CellRow(segment, block.table, row)
            fraction = pair_fraction(block.interactions, CHALLENGES[block.scope], cells, {})
            numerators[at], denominators[at] = fraction.numerator, fraction.denominator
    return numerators, denominators


def both_sides(segment: Trace) -> tuple[Extension, Extension]:
    """The sum over all tables and rows, and the claim that the circuit leaves."""
    weights = table_weights(TABLES, FORM.circuit, RHO, POWERS)
    total = ZERO
    for position, (table, of_table) in enumerate(zip(TABLES, weights, strict=True)):
        point = RHO[len(RHO) - table.height_log2 :]
        for row, corner in enumerate(corners(table.height_log2)):
            value = table_value(ZERO, table.chip, CellRow(segment, position, row), of_table, CHALLENGES)
            total = total + equality(ONE, point, corner) * value
    numerator, denominator = (extension_at(vector, RHO) for vector in last_layer(segment))
    return total, numerator + CHI * (denominator - padding(ONE, weights))


def test_sum_over_all_tables_is_the_claim_of_the_circuit() -> None:
    total, claim = both_sides(SEGMENT)
    assert total == claim


def test_sum_over_all_tables_is_another_where_a_constraint_does_not_hold() -> None:
    total, claim = both_sides(plus_cells(SEGMENT, {("move", 0, "after"): 1}))
    assert total != claim


def test_numerators_denominators_and_constraints_have_powers_of_their_own() -> None:
    """1 and chi for the fractions, then one for each constraint of each table and instance."""
    weights = table_weights(TABLES, FORM.circuit, RHO, POWERS)
    powers = [power for table in weights for power in table.constraints]
    assert powers == [CHI ** (2 + i) for i in range(constraint_count(TABLES))]
    assert len({ONE, CHI, *powers}) == 2 + len(powers)
    assert {table.batching for table in weights} == {CHI}
    assert constraint_count(TABLES) == sum(len(table.chip.constraints) for table in TABLES)
    assert [len(table.constraints) for table in weights] == [len(table.chip.constraints) for table in TABLES]


def test_blocks_weigh_by_their_place_in_the_circuit() -> None:
    weights = table_weights(TABLES, FORM.circuit, RHO, POWERS)
    found = {block.prefix << block.height_log2: weight for table in weights for block, weight in table.blocks}
    for block in FORM.circuit.blocks:
        leading = len(RHO) - block.height_log2
        corner = [Extension.of(block.prefix >> (leading - 1 - i) & 1) for i in range(leading)]
        assert found[block.prefix << block.height_log2] == equality(ONE, corner, RHO[:leading])
    assert len(found) == len(FORM.circuit.blocks)


def test_padding_is_what_no_block_of_either_scope_covers() -> None:
    """The extension, at rho, of ones wherever no fraction lies; a formula for one scope alone is another number."""
    ones = [ONE] * (1 << len(RHO))
    local_only = list(ones)
    for block in FORM.circuit.blocks:
        start, height = block.prefix << block.height_log2, 1 << block.height_log2
        ones[start : start + height] = [ZERO] * height
        if block.scope is Scope.LOCAL:
            local_only[start : start + height] = [ZERO] * height
    found = padding(ONE, table_weights(TABLES, FORM.circuit, RHO, POWERS))
    assert found == extension_at(ones, RHO)
    assert found != extension_at(local_only, RHO)


@pytest.mark.parametrize("chip", SMALL_MACHINE.chips, ids=lambda chip: chip.name)
def test_value_of_a_table_without_weights_is_zero(chip: object) -> None:
    position = next(i for i, table in enumerate(TABLES) if table.chip is chip)
    weights = table_weights(TABLES, FORM.circuit, RHO, [ZERO] * len(POWERS))[position]
    assert table_value(ZERO, TABLES[position].chip, CellRow(SEGMENT, position, 0), weights, CHALLENGES) == ZERO


def test_challenges_of_scopes_are_told_apart() -> None:
    """The same row under exchanged challenges has another value."""
    position = next(i for i, table in enumerate(TABLES) if table.chip.global_interactions)
    weights = table_weights(TABLES, FORM.circuit, RHO, POWERS)[position]
    row = CellRow(SEGMENT, position, 0)
    exchanged: dict[Scope, BusChallenges[Extension]] = {
        Scope.LOCAL: CHALLENGES[Scope.GLOBAL],
        Scope.GLOBAL: CHALLENGES[Scope.LOCAL],
    }
    chip = TABLES[position].chip
    assert table_value(ZERO, chip, row, weights, CHALLENGES) != table_value(ZERO, chip, row, weights, exchanged)
