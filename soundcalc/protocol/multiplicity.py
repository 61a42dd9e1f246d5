"""The multiplicity m of every iteration, chosen for the sum of all errors.

The queries' error falls with m and every other error grows. What a run pays is the sum over its proofs, and a proof's
sum is least where each iteration's own is; the m that balances the largest single errors is another one. Any m gives a
valid bound, so a search that missed the best one would only be less sharp.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache

from soundcalc.protocol.proximity import CurveBound, MutualJohnson
from soundcalc.protocol.shape import ProofShape
from soundcalc.protocol.terms import argument_error, opening_terms
from soundcalc.regimes.proximity import MAXIMUM_MULTIPLICITY, Regime, UniqueDecoding

MINIMUM_MULTIPLICITY = 3
"""Both line bounds of Johnson's regime are stated for m >= 3 only (`soundcalc.regimes.proximity`)."""


def best_regimes(shape: ProofShape, curve: CurveBound = CurveBound.CORRECTED) -> tuple[Regime, ...]:
    """For each iteration the regime, unique decoding or Johnson's, in which its errors add up to the least.

    Raises ConditionViolatedError where no regime has a bound.
    """
    return tuple(best_regime(shape, iteration, curve) for iteration in shape.iterations)


def best_regime(shape: ProofShape, iteration: int, curve: CurveBound = CurveBound.CORRECTED) -> Regime:
    """The best regime of one iteration. Raises ConditionViolatedError where none has a bound."""
    regime = MutualJohnson(best_multiplicity(lambda m: group_error(shape, iteration, MutualJohnson(m, curve))), curve)
    return min((regime, UniqueDecoding()), key=lambda candidate: group_error(shape, iteration, candidate))


def group_error(shape: ProofShape, iteration: int, regime: Regime) -> Fraction:
    """The sum of all terms that depend on this iteration's regime.

    Raises ConditionViolatedError if a bound is needed outside of its conditions.
    """
    error = sum((term.error for term in opening_terms(shape, iteration, regime)), Fraction(0))
    if iteration == 0:
        error += argument_error(shape.argument, shape.schedule.height_log2, regime.list_size(shape.rate(0)))
    return error


def best_multiplicity(error: Callable[[int], Fraction]) -> int:
    """A multiplicity with the least error, for errors that fall and then grow.

    First by powers of two, then between two of them by Fibonacci numbers, so that every step asks for one error more.
    """
    at = cache(error)
    lower = middle = MINIMUM_MULTIPLICITY
    upper = 2 * middle
    while upper < MAXIMUM_MULTIPLICITY and at(upper) < at(middle):
        lower, middle, upper = middle, upper, 2 * upper
    widths = [1, 2, 3]
    while widths[-1] < upper - lower:
        widths.append(widths[-2] + widths[-1])
    while len(widths) > 3:
        if at(lower + widths[-3]) > at(lower + widths[-2]):
            lower += widths[-3]
        widths.pop()
    return min(range(lower, lower + widths[-1] + 1), key=at)
