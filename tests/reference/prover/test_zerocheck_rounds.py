"""The zerocheck's plain rounds against its definition, with scalars of the extension."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from reference.prover.kernels import ZerocheckRounds
from reference.prover.zerocheck_rounds import zerocheck
from reference.tables import Table
from spec.field import ONE, ZERO, Extension
from spec.protocol.cube import equality, extension_at, horner, next_claim_beside_equality
from spec.protocol.zerocheck import table_value
from tests.reference.prover.zerocheck_example import ScalarRow, ZerocheckExample, small_example


def columns_at(table: Table, point: Sequence[Extension]) -> tuple[list[Extension], list[Extension]]:
    """The multilinear extensions of the committed and of the fixed columns at a point."""
    main, fixed = (
        [extension_at([Extension.of(cell) for cell in column], point) for column in matrix.T.tolist()]
        for matrix in (table.main, table.fixed)
    )
    return main, fixed


def value_at(example: ZerocheckExample, number: int, point: Sequence[Extension]) -> Extension:
    """H of a table at a point."""
    table = example.tables[number]
    row = ScalarRow(*columns_at(table, point), example.public_values)
    return table_value(ZERO, table.chip, row, example.weights[number], example.challenges)


def corners(count: int) -> list[list[Extension]]:
    return [[Extension.of(x >> (count - 1 - i) & 1) for i in range(count)] for x in range(1 << count)]


def variables(table: Table) -> int:
    return table.height.bit_length() - 1


def claim(example: ZerocheckExample) -> Extension:
    """The sum over all tables and rows."""
    total = ZERO
    for number, table in enumerate(example.tables):
        own_point = example.point[len(example.point) - variables(table) :]
        for x in corners(variables(table)):
            total = total + equality(ONE, own_point, x) * value_at(example, number, x)
    return total


def polynomial_at(example: ZerocheckExample, done: int, value: Extension) -> Extension:
    """The round polynomial after so many rounds: tables without a coordinate left are constants."""
    bound = example.round_challenges[:done][::-1]
    total = ZERO
    for number, table in enumerate(example.tables):
        left = variables(table) - done
        if left <= 0:
            total = total + value_at(example, number, bound[len(bound) - variables(table) :])
            continue
        own_point = example.point[len(example.point) - variables(table) :]
        for x in corners(left - 1):
            total = total + equality(ONE, own_point[: left - 1], x) * value_at(example, number, [*x, value, *bound])
    return total


def run(example: ZerocheckExample) -> tuple[list[tuple[Extension, ...]], list[tuple[Extension, ...]]]:
    """All messages, and the values at the end."""
    rounds: ZerocheckRounds = zerocheck(
        example.tables, example.weights, example.public_values, example.challenges, example.point
    )
    messages = []
    for challenge in example.round_challenges:
        messages.append(rounds.message())
        rounds.bind(challenge)
    return messages, rounds.values()


@pytest.mark.parametrize("done", range(5))
def test_message_of_each_round_is_the_round_polynomial(done: int) -> None:
    example = small_example(1)
    message = run(example)[0][done]
    points = [Extension.of(number) for number in range(5)]
    expected = [polynomial_at(example, done, point) for point in points]
    assert [horner([expected[0], *message], point) for point in points] == expected


def test_values_at_the_end_are_the_columns_extensions_at_each_tables_point() -> None:
    example = small_example(2)
    point = example.round_challenges[::-1]
    expected = []
    for table in example.tables:
        main, fixed = columns_at(table, point[len(point) - variables(table) :])
        expected.append((*main, *fixed))
    assert run(example)[1] == expected


def test_claims_lead_from_the_sum_to_the_tables_values_at_the_end() -> None:
    example = small_example(3)
    messages, values = run(example)
    current = claim(example)
    for message, challenge, coordinate in zip(messages, example.round_challenges, reversed(example.point), strict=True):
        current = next_claim_beside_equality(message, current, challenge, coordinate)
    end = ZERO
    for number, table in enumerate(example.tables):
        width = len(table.chip.columns)
        row = ScalarRow(values[number][:width], values[number][width:], example.public_values)
        end = end + table_value(ZERO, table.chip, row, example.weights[number], example.challenges)
    assert current == end


def test_cells_that_come_in_are_not_changed() -> None:
    example = small_example(4)
    before = [(table.main.copy(), table.fixed.copy()) for table in example.tables]
    run(example)
    after = [(table.main, table.fixed) for table in example.tables]
    assert [[m.tolist() for m in pair] for pair in after] == [[m.tolist() for m in pair] for pair in before]
