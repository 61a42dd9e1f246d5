"""The layout of the bus circuit, and its formulas against sums of fractions."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest

from spec.air.bus import Scope
from spec.field import ONE, ZERO, Extension, P
from spec.protocol.gkr import (
    BusChallenges,
    Circuit,
    Fraction,
    bus_challenges,
    circuit,
    fingerprint,
    layer_value,
    merged,
    pair_fraction,
    pairs_of,
    widest_message,
)
from spec.protocol.shape import SegmentShape
from tests.small_machine import BOUNDARY, CLOCK_BITS, CONTINUATION, HALT, MOVE, PROGRAM, RANGE_TABLE, SMALL_MACHINE

SHAPE = SegmentShape(
    SMALL_MACHINE,
    {"move": (4, 2), "halt": (1,), "range_table": (CLOCK_BITS,), "program_table": (3,), "boundary": (2,)},
)
CIRCUIT = circuit(SHAPE.tables)
GENERATOR = random.Random(4)


def some(count: int) -> list[Extension]:
    return [Extension.from_coefficients(GENERATOR.randrange(P) for _ in range(6)) for _ in range(count)]


def some_challenges(widest: int) -> BusChallenges[Extension]:
    alpha, beta = some(2)
    return bus_challenges(alpha, beta, widest)


def names(layout: Circuit, scope: Scope) -> list[tuple[str, int, tuple[str, ...]]]:
    """Chip, height and interactions of each block of a scope."""
    return [
        (SHAPE.tables[b.table].chip.name, b.height_log2, tuple(i.name for i in b.interactions))
        for b in layout.blocks
        if b.scope is scope
    ]


def test_interactions_are_paired_in_declaration_order_within_their_scope() -> None:
    assert [tuple(i.name for i in pair) for pair in pairs_of(BOUNDARY, Scope.LOCAL)] == [
        ("enters", "leaves"),
        ("is_from_before",),
    ]
    assert [tuple(i.name for i in pair) for pair in pairs_of(BOUNDARY, Scope.GLOBAL)] == [("from_before", "to_after")]
    assert pairs_of(HALT, Scope.GLOBAL) == []


def test_blocks_of_a_scope_come_by_descending_height_then_as_declared() -> None:
    move = [("fetch", "arrive"), ("leave", "taken"), ("put_back", "is_later")]
    assert names(CIRCUIT, Scope.LOCAL) == [
        ("range_table", CLOCK_BITS, ("range",)),
        *(("move", 4, pair) for pair in move),
        ("program_table", 3, ("program",)),
        *(("move", 2, pair) for pair in move),
        ("boundary", 2, ("enters", "leaves")),
        ("boundary", 2, ("is_from_before",)),
        ("halt", 1, ("fetch", "arrive")),
        ("halt", 1, ("leave", "exit")),
    ]
    assert names(CIRCUIT, Scope.GLOBAL) == [("boundary", 2, ("from_before", "to_after"))]


def test_blocks_lie_end_to_end_in_their_half() -> None:
    half = 1 << (CIRCUIT.variables - 1)
    for number, scope in enumerate((Scope.LOCAL, Scope.GLOBAL)):
        end = number * half
        for block in CIRCUIT.blocks:
            if block.scope is scope:
                assert block.prefix << block.height_log2 == end
                end += 1 << block.height_log2
        assert CIRCUIT.fractions(scope) == end - number * half <= half


def test_circuit_has_the_variables_that_the_larger_scope_needs() -> None:
    """64 + 3 * 16 + 8 + 3 * 4 + 2 * 4 + 2 * 2 fractions, rounded up to a power of two, and one more for the scope."""
    assert CIRCUIT.fractions(Scope.LOCAL) == 144
    assert CIRCUIT.variables == 1 + 8
    smallest = circuit(SegmentShape(SMALL_MACHINE, {"halt": (1,)}).tables)
    assert (smallest.fractions(Scope.LOCAL), smallest.fractions(Scope.GLOBAL), smallest.variables) == (4, 0, 3)


def test_circuit_of_a_single_fraction_block_still_has_two_layers() -> None:
    one_table = circuit(SegmentShape(SMALL_MACHINE, {"range_table": (1,)}).tables)
    assert (one_table.fractions(Scope.LOCAL), one_table.variables) == (2, 2)


def test_blocks_by_table_are_all_blocks() -> None:
    gathered = [block for blocks in CIRCUIT.blocks_by_table.values() for block in blocks]
    assert sorted(gathered, key=CIRCUIT.blocks.index) == list(CIRCUIT.blocks)
    assert all(block.table == table for table, blocks in CIRCUIT.blocks_by_table.items() for block in blocks)


def test_widest_message_is_that_of_the_scopes_buses() -> None:
    assert widest_message(SMALL_MACHINE.chips, Scope.LOCAL) == PROGRAM.width == 5
    assert widest_message(SMALL_MACHINE.chips, Scope.GLOBAL) == CONTINUATION.width == 3
    assert widest_message([HALT], Scope.GLOBAL) == 1


def test_challenges_hold_as_many_powers_of_beta_as_the_widest_message_has_parts() -> None:
    alpha, beta = some(2)
    assert bus_challenges(alpha, beta, 3) == BusChallenges(alpha, [beta, beta * beta, beta * beta * beta])
    assert bus_challenges(alpha, beta, 1) == BusChallenges(alpha, [beta])


def test_fingerprint_weighs_parts_with_powers_from_the_first_on() -> None:
    alpha, beta, first, second = some(4)
    challenges = bus_challenges(alpha, beta, 4)
    assert fingerprint(challenges, 7, [first, second]) == alpha + 7 + beta * first + beta * beta * second
    assert fingerprint(challenges, 7, []) == alpha + 7


def test_fingerprint_of_a_message_wider_than_the_powers_raises() -> None:
    alpha, beta, *parts = some(5)
    with pytest.raises(ValueError, match="argument"):
        fingerprint(bus_challenges(alpha, beta, 2), 1, parts)


@dataclass(frozen=True)
class Row:
    """A row of any values."""

    main_values: list[Extension]
    fixed_values: list[Extension]

    def constant(self, element: int) -> Extension:
        return Extension.of(element)

    def main(self, index: int) -> Extension:
        return self.main_values[index]

    def fixed(self, index: int) -> Extension:
        return self.fixed_values[index]

    def public(self, name: str) -> Extension:
        return Extension.of(len(name))

    def add(self, left: Extension, right: Extension) -> Extension:
        return left + right

    def subtract(self, left: Extension, right: Extension) -> Extension:
        return left - right

    def multiply(self, left: Extension, right: Extension) -> Extension:
        return left * right


def test_fraction_of_a_pair_is_the_sum_of_its_signed_fractions() -> None:
    """Fetch and arrive are received with the multiplicity `real`."""
    row = Row(some(len(MOVE.columns)), [])
    real, pc, clock, account, amount, withdrawal = row.main_values[:6]
    challenges = some_challenges(5)
    fetched = fingerprint(challenges, 1, [pc, ONE, account, amount, withdrawal])
    arrived = fingerprint(challenges, 2, [pc, clock])
    fraction = pair_fraction(MOVE.interactions[:2], challenges, row, {})
    assert fraction == Fraction(ZERO - real * arrived - real * fetched, fetched * arrived)


def test_fraction_of_a_single_interaction_is_its_multiplicity_over_its_fingerprint() -> None:
    row = Row(some(1), some(1))
    challenges = some_challenges(1)
    (pair,) = pairs_of(RANGE_TABLE, Scope.LOCAL)
    expected = Fraction(row.main_values[0], fingerprint(challenges, 4, row.fixed_values))
    assert pair_fraction(pair, challenges, row, {}) == expected


def test_node_is_the_sum_of_its_children() -> None:
    left, right, batching = Fraction(*some(2)), Fraction(*some(2)), some(1)[0]
    node = merged(left, right)
    as_sum = left.numerator * left.denominator.inverse() + right.numerator * right.denominator.inverse()
    assert node.numerator * node.denominator.inverse() == as_sum
    assert node.denominator == left.denominator * right.denominator
    assert layer_value(left, right, batching) == node.numerator + batching * node.denominator
