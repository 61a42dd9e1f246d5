"""The challenges of the zerocheck over all tables, which also takes over the circuit's last claims."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from soundcalc.bounds import Status, register
from soundcalc.protocol import labels
from soundcalc.protocol.shape import ArgumentSize
from soundcalc.protocol.term import BadValues

CONSTRAINT_BATCHING = register(
    key="multilinear_constraint_batching",
    formula="L (1 + constraints) / |F|: powers of one challenge, numerators 1, denominators its first power",
    source="Schwartz-Zippel for each member of the list",
    status=Status.PROVEN,
)
ZEROCHECK_ROUND = register(
    key="multilinear_zerocheck_round",
    formula="3 L / |F|",
    source="the sumcheck of degree 3 without its eq factor, for each member of the list",
    status=Status.PROVEN,
)

ROUND_DEGREE = 3
"""Constraints have degree at most 3, pairs of fractions degree 2."""


def zerocheck(argument: ArgumentSize, list_size: Fraction) -> Iterator[BadValues]:
    """The batching challenge, then those of the rounds."""
    yield BadValues(labels.ZEROCHECK_BATCHING, list_size * (1 + argument.constraints), CONSTRAINT_BATCHING)
    for index in range(argument.zerocheck_rounds):
        yield BadValues(labels.zerocheck_round_label(index), list_size * ROUND_DEGREE, ZEROCHECK_ROUND)
