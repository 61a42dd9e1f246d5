"""Filling a table's LogUp columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from reference.prover import extension_arrays as extension
from reference.prover import field_arrays as base
from reference.prover.extension_arrays import ExtensionArray
from reference.prover.field_arrays import MODULUS, Matrix
from reference.prover.values import RowValues, Values
from spec.air.bus import Scope
from spec.air.chip import Chip
from spec.air.expression import Expression
from spec.field import EXTENSION_DEGREE, Extension, inverse
from spec.protocol.constraints import scopes
from spec.protocol.logup import BusChallenges, Fraction, fraction, groups


@dataclass(frozen=True)
class LogupMatrices:
    """A table's LogUp columns, six base columns each, local before global, and its total in each scope."""

    helpers: Matrix
    accumulators: Matrix
    totals: tuple[Extension, ...]


def logup_matrices(
    chip: Chip,
    main: Matrix,
    fixed: Matrix,
    public_values: Mapping[str, int],
    challenges: Mapping[Scope, BusChallenges],
) -> LogupMatrices:
    """The columns and totals for a table given on its trace domain.

    Raises ZeroDivisionError if a fingerprint vanishes, which happens with probability below 2^-150.
    """
    row = RowValues(main, fixed, public_values)
    memory: dict[Expression, Values] = {}
    helpers: list[ExtensionArray] = []
    accumulators: list[ExtensionArray] = []
    totals: list[Extension] = []
    for scope, interactions in scopes(chip):
        fractions = [fraction(interaction, challenges[scope], row, memory) for interaction in interactions]
        sums = [_group_sum(group, len(main)) for group in groups(fractions)]
        helpers += sums[:-1]
        accumulator, total = _accumulate(reduce(base.add, sums))
        accumulators.append(accumulator)
        totals.append(total)
    empty = np.zeros((len(main), 0), dtype=np.uint64)
    return LogupMatrices(np.hstack([empty, *helpers]), np.hstack(accumulators), tuple(totals))


def _group_sum(group: Sequence[Fraction[Values]], height: int) -> ExtensionArray:
    """The sum of a group's fractions on every row: (height, 6)."""
    denominator = reduce(lambda product, part: product * part, (part.denominator for part in group))
    if len(group) == 1:
        numerator = group[0].numerator
    else:
        first, second = group
        numerator = first.numerator * second.denominator + second.numerator * first.denominator
    shape = (height, EXTENSION_DEGREE)
    inverted = extension.inverses(np.broadcast_to(denominator.extended(), shape))
    return extension.multiply(np.broadcast_to(numerator.extended(), shape), inverted)


def _accumulate(row_sums: ExtensionArray) -> tuple[ExtensionArray, Extension]:
    """The accumulator that starts at 0 and loses an equal share of the total on every row, and the total."""
    height = len(row_sums)
    # Fewer than 2^24 summands below 2^31 fit in 64 bits.
    running = np.cumsum(row_sums, axis=0) % MODULUS
    total = extension.to_elements(running[-1:])[0]
    share = extension.from_elements([total * inverse(height)])
    before = np.vstack([np.zeros((1, EXTENSION_DEGREE), dtype=np.uint64), running[:-1]])
    shares_before = base.multiply(np.arange(height, dtype=np.uint64)[:, None], share)
    return base.subtract(before, shares_before), total
