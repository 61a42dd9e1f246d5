"""The challenges of WHIR, by the regime of the iteration in which each word is near its code.

Iteration i has a regime of its own: theta_i, L_i. Its folds keep the rate and halve code and domain, so each is a
line of that code. What enters iteration i + 1 is asked out of its domain, which leaves one member of L_(i+1); if that
member is not theta_i-near the fold, the queries meet a difference but with probability (1 - theta_i)^t; if it is, its
claim is false already. The combination of claims must be good for each of L_(i+1) members.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from soundcalc.bounds import Status, register
from soundcalc.exact import power_upper, round_up
from soundcalc.protocol import labels
from soundcalc.protocol.shape import ProofShape
from soundcalc.protocol.term import BadValues, Term
from soundcalc.regimes.proximity import Regime

FOLDING = register(
    key="multilinear_folding",
    formula="(2 L_i + gap_i) / |F|, gap_i the count for a line over the domain after the fold",
    source="2024/1586 Theorem 5.2 with the sumcheck's degree 2, and mutual correlated agreement on a line",
    status=Status.PROVEN,
)
OUT_OF_DOMAIN = register(
    key="multilinear_out_of_domain",
    formula="(L_(i+1)^2 / 2) 2^(m_(i+1)) / |F|",
    source="2024/1586 Theorem 5.2",
    status=Status.PROVEN,
)
QUERIES = register(
    key="multilinear_queries",
    formula="(1 - theta_i)^t for t positions with repetition; a position is exactly uniform",
    source="2024/1586 Theorem 5.2",
    status=Status.PROVEN,
)
QUERY_BATCHING = register(
    key="multilinear_query_batching",
    formula="L_(i+1) (t + 1) / |F|: claim, out-of-domain answer and t folded values, by powers",
    source="2024/1586 Theorem 5.2",
    status=Status.PROVEN,
)

ROUND_DEGREE = 2
"""A vector times its weight, both multilinear."""


def iteration_terms(shape: ProofShape, iteration: int, regime: Regime) -> Iterator[Term]:
    """The terms that depend on the regime of one iteration: those of the step that led into it included.

    Raises ConditionViolatedError where the regime has no bound for the code.
    """
    schedule, rate = shape.schedule, shape.rate(iteration)
    list_size = regime.list_size(rate)
    if iteration:
        count = list_size**2 / 2 * (1 << schedule.variables(iteration))
        yield BadValues(labels.out_of_domain_label(iteration - 1), count, OUT_OF_DOMAIN).term()
        count = list_size * (schedule.queries[iteration - 1] + 1)
        yield BadValues(labels.query_batching_label(iteration - 1), count, QUERY_BATCHING).term()
    for index in range(schedule.folds[iteration]):
        gap = regime.exceptional_points(rate, shape.domain_size(iteration) / (2 << index))
        bad = BadValues(labels.folding_label(iteration, index), ROUND_DEGREE * list_size + gap, FOLDING)
        yield bad.term(schedule.folding_grinding_bits[iteration])
    yield query_term(shape, iteration, regime)


def query_term(shape: ProofShape, iteration: int, regime: Regime) -> Term:
    """The term of an iteration's positions, after its grinding."""
    queries, grinding = shape.schedule.queries[iteration], shape.schedule.query_grinding_bits[iteration]
    error: Fraction = power_upper(regime.agreement(shape.rate(iteration)), queries) / (1 << grinding)
    return Term(labels.queries_label(iteration), queries, round_up(error), QUERIES, grinding)
