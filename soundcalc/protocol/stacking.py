"""The challenges that lead from claims about columns to one claim about one vector."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from soundcalc.bounds import Status, register
from soundcalc.protocol import labels
from soundcalc.protocol.shape import ArgumentSize, ProofShape
from soundcalc.protocol.term import BadValues, Term
from soundcalc.regimes.proximity import Regime

CLAIM_BATCHING = register(
    key="multilinear_claim_batching",
    formula="L (claims - 1) / |F| for values of columns and pinned answers, by powers",
    source="Schwartz-Zippel for each member of the list",
    status=Status.PROVEN,
)
STACKING_ROUND = register(
    key="multilinear_stacking_round",
    formula="2 L / |F|",
    source="the sumcheck of degree 2, for each member of the list",
    status=Status.PROVEN,
)
COLUMN_COMBINATION = register(
    key="multilinear_column_batching",
    formula="(W - 1) (gap(h) + L) / |F| for W stacked columns of all commitments, gap the count for a line",
    source="mutual correlated agreement on the curve of degree W - 1, then Schwartz-Zippel for each member of the list",
    status=Status.PROVEN,
)

ROUND_DEGREE = 2
"""A stacked column times its weight, both multilinear."""


def stacking(argument: ArgumentSize, height_log2: int, list_size: Fraction) -> Iterator[BadValues]:
    """The claims' batching, then the rounds."""
    yield BadValues(labels.STACKING_BATCHING, list_size * (argument.stacking_claims - 1), CLAIM_BATCHING)
    for index in range(height_log2):
        yield BadValues(labels.stacking_round_label(index), list_size * ROUND_DEGREE, STACKING_ROUND)


def column_batching_term(shape: ProofShape, regime: Regime) -> Term:
    """The term of the challenge that combines the stacked columns, after its grinding.

    Raises ConditionViolatedError where the regime has no bound for the code.
    """
    rate = shape.rate(0)
    gap = regime.exceptional_points(rate, shape.domain_size(0))
    count = (shape.argument.stacked_columns - 1) * (gap + regime.list_size(rate))
    grinding = shape.schedule.column_batching_grinding_bits
    return BadValues(labels.COLUMN_BATCHING, count, COLUMN_COMBINATION).term(grinding)
