"""One sumcheck for all constraints of all tables and for the end of the GKR circuit.

It follows the circuit, which ends at a point rho in F^N with claims p^(rho) and q^(rho). rho_t are the last n_t
coordinates of rho. With a new challenge chi, whose powers weigh, distinct over all tables and instances, numerators
(1), denominators (chi), then every constraint (chi^2, chi^3, ...), and

    H_t(x) = sum of chi^c C(x) + sum over the table's blocks of eq(prefix, rho_high) (P(x) + chi Q(x)),

    sum over tables t and x in {0,1}^(n_t) of eq(rho_t, x) H_t(x) = p^(rho) + chi (q^(rho) - padding),

padding = 1 - the sum of eq(prefix, rho_high) over the blocks of both scopes: the padding's fractions are 0/1. Its
rounds are those of the tallest table; a table of fewer variables waits at the end, where eq sums to 1. The factor
eq(rho_i, X) is common to all tables and is not sent, so a round polynomial has degree 3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic

from spec.air.bus import Scope
from spec.air.chip import Chip
from spec.air.expression import Expression, Interpretation, evaluate
from spec.protocol import cube
from spec.protocol.algebra import Value
from spec.protocol.cube import CornerWeights
from spec.protocol.gkr import Block, BusChallenges, Circuit, pair_fraction
from spec.protocol.shape import TableShape

FIRST_CONSTRAINT_POWER = 2
"""The power of chi that weighs the first constraint: numerators have the weight 1, denominators chi."""

ROUND_DEGREE = 3
"""Constraints have degree 3 at most, and a pair's fraction degree 2."""


@dataclass(frozen=True)
class TableWeights(Generic[Value]):
    """What a table's H weighs its constraints and its blocks with."""

    constraints: Sequence[Value]
    """A power of chi for each of the chip's constraints."""

    blocks: Sequence[tuple[Block, Value]]
    """eq(prefix, rho_high) for each of the table's blocks."""

    batching: Value
    """chi."""


def constraint_count(tables: Sequence[TableShape]) -> int:
    """The constraints of all tables, every instance counted."""
    return sum(len(table.chip.constraints) for table in tables)


def power_count(tables: Sequence[TableShape]) -> int:
    """The powers of chi that weigh numerators, denominators and all constraints."""
    return FIRST_CONSTRAINT_POWER + constraint_count(tables)


def batching_powers(one: Value, batching: Value, tables: Sequence[TableShape]) -> list[Value]:
    """1, chi, chi^2, ...: as many as the tables need."""
    return cube.powers(one, batching, power_count(tables))


def table_weights(
    tables: Sequence[TableShape], layout: Circuit, rho: Sequence[Value], powers: Sequence[Value]
) -> list[TableWeights[Value]]:
    """The weights of every table, in the order of the tables, from `power_count` powers of chi: 1, chi, chi^2, ..."""
    one, batching = powers[:FIRST_CONSTRAINT_POWER]
    corners = CornerWeights(one, rho)
    start = FIRST_CONSTRAINT_POWER
    result = []
    for position, table in enumerate(tables):
        end = start + len(table.chip.constraints)
        blocks = [
            (block, corners.weight(block.prefix, layout.variables - block.height_log2))
            for block in layout.blocks_by_table.get(position, ())
        ]
        result.append(TableWeights(powers[start:end], blocks, batching))
        start = end
    return result


def padding(one: Value, weights: Sequence[TableWeights[Value]]) -> Value:
    """What the padding's fractions 0/1 add to q^(rho): 1 minus the weight of all blocks of both scopes."""
    total = one
    for table in weights:
        for _, weight in table.blocks:
            total = total - weight
    return total


def table_value(
    zero: Value,
    chip: Chip,
    row: Interpretation[Value],
    weights: TableWeights[Value],
    challenges: Mapping[Scope, BusChallenges[Value]],
) -> Value:
    """H of a table on one row, or on values that stand for a row."""
    evaluated: dict[Expression, Value] = {}
    total = zero
    for constraint, weight in zip(chip.constraints, weights.constraints, strict=True):
        total = total + weight * evaluate(constraint.expression, row, evaluated)
    for block, weight in weights.blocks:
        fraction = pair_fraction(block.interactions, challenges[block.scope], row, evaluated)
        total = total + weight * (fraction.numerator + weights.batching * fraction.denominator)
    return total
