"""Parameters that reach a target with the smallest proof or the fastest prover.

Every combination in the space is tried. For each, the multiplicity is the largest that leaves every round but the
queries within the target; what the queries then have to carry gives the least number of them. From there the
number of queries is scanned upwards, since the expected size of an opening is not monotone in it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction

from soundcalc.cost import DEFAULT_COST_MODEL, CostModel, prover_seconds
from soundcalc.errors import ConditionViolatedError, NoSolutionError, ParameterError
from soundcalc.exact import float_bits
from soundcalc.fri import query_error
from soundcalc.parameters import FOLDING_FAMILY, QUERIES, ProofShape, uniform_folding
from soundcalc.regimes import Johnson, Regime, UniqueDecoding
from soundcalc.security import MAXIMUM_MULTIPLICITY, MINIMUM_MULTIPLICITY, SecurityReport, first_false, report_in
from soundcalc.size import ProofSize, proof_size


class Goal(Enum):
    """What a search makes small."""

    SIZE = "size"
    TIME = "time"


@dataclass(frozen=True)
class SearchSpace:
    """The values to combine. Grinding is in bits, at the three places where a proof of work is worth its price."""

    blowups_log2: tuple[int, ...] = (1, 2, 3, 4, 5, 6)
    arities_log2: tuple[int, ...] = (1, 2, 3, 4)
    final_heights_log2: tuple[int, ...] = (0, 5)
    deep_batching_grinding: tuple[int, ...] = (0, 10, 20)
    folding_grinding: tuple[int, ...] = (0, 10, 20)
    query_grinding: tuple[int, ...] = (0, 10, 20)
    maximum_queries: int = 512


DEFAULT_SEARCH_SPACE = SearchSpace()


@dataclass(frozen=True)
class Candidate:
    """Parameters that reach the target, with their figures."""

    report: SecurityReport
    size: ProofSize
    prover_seconds: float

    @property
    def shape(self) -> ProofShape:
        return self.report.shape

    def cost(self, goal: Goal) -> float:
        """Bytes or seconds."""
        return self.size.total_bytes if goal is Goal.SIZE else self.prover_seconds


def search(
    shape: ProofShape,
    target_bits: int,
    goal: Goal,
    space: SearchSpace = DEFAULT_SEARCH_SPACE,
    model: CostModel = DEFAULT_COST_MODEL,
) -> Candidate:
    """The best parameters for the tables of `shape`; its own rate, folding, queries and grinding are ignored.

    Raises NoSolutionError when nothing in the space reaches the target.
    """
    candidates = (
        Candidate(report, proof_size(report.shape), prover_seconds(report.shape, model))
        for report in _solutions(shape, target_bits, goal, space)
    )
    best = min(candidates, key=lambda candidate: candidate.cost(goal), default=None)
    if best is None:
        raise NoSolutionError(f"no parameters in the space reach {target_bits} bits")
    return best


def _solutions(shape: ProofShape, target_bits: int, goal: Goal, space: SearchSpace) -> Iterator[SecurityReport]:
    target = Fraction(1, 1 << target_bits)
    for blowup, arity, final, deep, folding in itertools.product(
        space.blowups_log2,
        space.arities_log2,
        space.final_heights_log2,
        space.deep_batching_grinding,
        space.folding_grinding,
    ):
        try:
            base = replace(
                shape,
                blowup_log2=blowup,
                folding=uniform_folding(shape.heights_log2, arity, min(final, shape.heights_log2[-1])),
                grinding_bits={"deep_batching": deep, FOLDING_FAMILY: folding},
            )
        except ParameterError:
            continue
        for regime in _regimes_within(base, target):
            for query_grinding in space.query_grinding:
                yield from _with_queries(base, regime, target, query_grinding, goal, space.maximum_queries)


def _regimes_within(shape: ProofShape, target: Fraction) -> Iterator[Regime]:
    """The regimes in which every round but the queries stays within the target; the largest multiplicity only."""
    first_beyond = first_false(
        lambda m: _others_within(shape, Johnson(m), target), MINIMUM_MULTIPLICITY, MAXIMUM_MULTIPLICITY
    )
    if first_beyond > MINIMUM_MULTIPLICITY:
        yield Johnson(first_beyond - 1)
    if _others_within(shape, UniqueDecoding(), target):
        yield UniqueDecoding()


def _others_within(shape: ProofShape, regime: Regime, target: Fraction) -> bool:
    try:
        by_round = report_in(shape, regime).error_by_round
    except ConditionViolatedError:
        return False
    return all(error <= target for name, error in by_round.items() if name != QUERIES)


def least_queries(regime: Regime, rate: Fraction, target: Fraction, grinding_bits: int) -> int:
    """The least number of queries whose error, after grinding, is within the target; at least 1."""
    needed = target * (1 << grinding_bits)
    bits_per_query = float_bits(regime.agreement(rate))
    queries = max(1, int(float_bits(needed) / bits_per_query) - 1)
    while query_error(regime, rate, queries) > needed:
        queries += 1
    return queries


def _with_queries(
    shape: ProofShape, regime: Regime, target: Fraction, grinding_bits: int, goal: Goal, maximum_queries: int
) -> Iterator[SecurityReport]:
    """The reports with enough queries that may be best: all numbers for the size, the least for the time."""
    least = least_queries(regime, shape.rate, target, grinding_bits)
    if least > maximum_queries:
        return
    grinding = {**shape.grinding_bits, QUERIES: grinding_bits}
    numbers = range(least, maximum_queries + 1) if goal is Goal.SIZE else range(least, least + 1)
    queries = min(numbers, key=lambda number: proof_size(replace(shape, queries=number)).total_bytes)
    yield report_in(replace(shape, queries=queries, grinding_bits=grinding), regime)
