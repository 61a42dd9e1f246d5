"""All constraints of a table as one list of values: the chip's own and LogUp's, in a fixed order.

The prover evaluates them on columns, the verifier on the values at the out-of-domain point.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic

from spec.air.bus import Scope
from spec.air.chip import Chip, Interaction
from spec.air.expression import Expression, Interpretation, evaluate
from spec.field import Extension
from spec.protocol.logup import BusChallenges, Value, fraction, group_count, logup_constraints


@dataclass(frozen=True)
class LogupColumns(Generic[Value]):
    """One scope's columns of a table on one row, and its claimed share of the total."""

    helpers: Sequence[Value]
    accumulator: Value
    accumulator_next: Value
    share: Extension


def scopes(chip: Chip) -> list[tuple[Scope, tuple[Interaction, ...]]]:
    """The scopes in which a chip interacts, local first. A LogUp column never mixes two."""
    found = [(Scope.LOCAL, chip.local_interactions), (Scope.GLOBAL, chip.global_interactions)]
    return [(scope, interactions) for scope, interactions in found if interactions]


def table_constraints(
    chip: Chip,
    row: Interpretation[Value],
    challenges: Mapping[Scope, BusChallenges],
    logup: Mapping[Scope, LogupColumns[Value]],
) -> list[Value]:
    """The values that vanish on every row of the table."""
    memory: dict[Expression, Value] = {}
    values = [evaluate(constraint.expression, row, memory) for constraint in chip.constraints]
    for scope, interactions in scopes(chip):
        fractions = [fraction(i, challenges[scope], row, memory) for i in interactions]
        columns = logup[scope]
        values += logup_constraints(
            fractions, columns.helpers, columns.accumulator, columns.accumulator_next, columns.share
        )
    return values


def constraint_count(chip: Chip) -> int:
    """How many constraints `table_constraints` gives."""
    return len(chip.constraints) + sum(group_count(len(interactions)) for _, interactions in scopes(chip))
