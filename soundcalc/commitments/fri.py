"""The errors of FRI, as published configurations of other systems use it: batching, folding, queries.

Every function returns a number of bad challenges out of |F| (divide by the field size) or, for the queries, a
probability. No grinding here.
"""

from __future__ import annotations

from fractions import Fraction

from soundcalc.bounds import Status, register
from soundcalc.exact import power_upper, round_up
from soundcalc.regimes.proximity import Batching, Regime

FRI_FOLDING = register(
    key="fri_folding",
    formula="(arity - 1) line(rho, height after the fold) / |F|",
    source="2022/1216 with the line bounds of 2025/2055",
    status=Status.DERIVED,
)
FRI_QUERIES = register(
    key="fri_queries",
    formula="(1 - theta)^t for t queries",
    source="2022/1216, section on the query phase",
    status=Status.PROVEN,
)


def batching_points(
    regime: Regime, rate: Fraction, height: Fraction, functions: int, batching: Batching = Batching.POWERS
) -> Fraction:
    """Bad challenges when `functions` words of `height` coefficients are combined into one."""
    return round_up(batching.line_count(functions) * regime.exceptional_points(rate, height / rate))


def folding_points(regime: Regime, rate: Fraction, height_after: Fraction, line_count: int) -> Fraction:
    """Bad challenges of one folding; `line_count` is the folding's arity less one."""
    return round_up(line_count * regime.exceptional_points(rate, height_after / rate))


def query_error(regime: Regime, rate: Fraction, queries: int) -> Fraction:
    """The probability that a word outside the proximity survives this many uniform queries."""
    return power_upper(regime.agreement(rate), queries)
