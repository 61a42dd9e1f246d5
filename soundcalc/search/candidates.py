"""Parameters that reach a target with the smallest proof or the fastest prover.

Every combination in the space is tried. For each, the multiplicity is the largest that leaves every round but the
queries within the target; what the queries then have to carry gives the least number of them. From there the
number of queries is scanned upwards, since the expected size of an opening is not monotone in it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction

from soundcalc.commitments.fri import query_error
from soundcalc.commitments.size import ProofSize, proof_size
from soundcalc.composition.security import (
    MAXIMUM_MULTIPLICITY,
    MINIMUM_MULTIPLICITY,
    SecurityReport,
    first_false,
    report_in,
)
from soundcalc.errors import ConditionViolatedError, NoSolutionError, ParameterError
from soundcalc.exact import float_bits
from soundcalc.parameters import FOLDING_FAMILY, QUERIES, ProofShape, family_of, uniform_folding
from soundcalc.regimes.proximity import Johnson, Regime, UniqueDecoding
from soundcalc.search.cost import DEFAULT_COST_MODEL, CostModel, prover_seconds


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

    def cost(solution: tuple[ProofShape, Regime]) -> float:
        found, _ = solution
        return proof_size(found).total_bytes if goal is Goal.SIZE else prover_seconds(found, model)

    best = min(_solutions(shape, target_bits, goal, space), key=cost, default=None)
    if best is None:
        raise NoSolutionError(f"no parameters in the space reach {target_bits} bits")
    found, regime = best
    return Candidate(report_in(found, regime), proof_size(found), prover_seconds(found, model))


def _solutions(
    shape: ProofShape, target_bits: int, goal: Goal, space: SearchSpace
) -> Iterator[tuple[ProofShape, Regime]]:
    """Shapes that reach the target, each with the regime in which they do."""
    target = Fraction(1, 1 << target_bits)
    for blowup, arity, final in itertools.product(space.blowups_log2, space.arities_log2, space.final_heights_log2):
        try:
            bare = replace(
                shape,
                blowup_log2=blowup,
                folding=uniform_folding(shape.heights_log2, arity, min(final, shape.heights_log2[-1])),
                grinding_bits={},
            )
        except ParameterError:
            continue
        geometry = _Geometry(bare)
        for deep, folding in itertools.product(space.deep_batching_grinding, space.folding_grinding):
            grinding = {"deep_batching": deep, FOLDING_FAMILY: folding}
            for regime in geometry.regimes_within(target, grinding):
                for query_bits in space.query_grinding:
                    least = least_queries(regime, bare.rate, target, query_bits)
                    queries = geometry.best_queries(least, goal, space.maximum_queries)
                    if queries is not None:
                        bits = {**grinding, QUERIES: query_bits}
                        yield replace(bare, queries=queries, grinding_bits=bits), regime


class _Geometry:
    """A shape without grinding, whose errors and sizes serve all combinations of grinding."""

    def __init__(self, bare: ProofShape) -> None:
        self.bare = bare
        self._errors: dict[Regime, dict[str, Fraction] | None] = {}
        self._sizes: dict[int, ProofSize] = {}

    def regimes_within(self, target: Fraction, grinding: Mapping[str, int]) -> Iterator[Regime]:
        """Where every round but the queries stays within the target; of the multiplicities the largest."""
        first_beyond = first_false(
            lambda m: self._others_within(Johnson(m), target, grinding), MINIMUM_MULTIPLICITY, MAXIMUM_MULTIPLICITY
        )
        if first_beyond > MINIMUM_MULTIPLICITY:
            yield Johnson(first_beyond - 1)
        if self._others_within(UniqueDecoding(), target, grinding):
            yield UniqueDecoding()

    def _others_within(self, regime: Regime, target: Fraction, grinding: Mapping[str, int]) -> bool:
        if regime not in self._errors:
            self._errors[regime] = self._round_errors(regime)
        errors = self._errors[regime]
        return errors is not None and all(
            error <= target * (1 << grinding.get(family_of(name), 0)) for name, error in errors.items()
        )

    def _round_errors(self, regime: Regime) -> dict[str, Fraction] | None:
        try:
            errors = report_in(self.bare, regime).error_by_round
        except ConditionViolatedError:
            return None
        return {name: error for name, error in errors.items() if name != QUERIES}

    def best_queries(self, least: int, goal: Goal, maximum: int) -> int | None:
        """The best number from `least` on: for the time the least is, for the size more may be better.

        All but the digests grows with the queries, so the scan ends where that alone exceeds the best size.
        """
        if least > maximum:
            return None
        if goal is Goal.TIME:
            return least
        best = least
        for queries in range(least + 1, maximum + 1):
            size, best_bytes = self._size(queries), self._size(best).total_bytes
            if size.total_bytes - size.sibling_bytes >= best_bytes:
                break
            if size.total_bytes < best_bytes:
                best = queries
        return best

    def _size(self, queries: int) -> ProofSize:
        if queries not in self._sizes:
            self._sizes[queries] = proof_size(replace(self.bare, queries=queries))
        return self._sizes[queries]


def least_queries(regime: Regime, rate: Fraction, target: Fraction, grinding_bits: int) -> int:
    """The least number of queries whose error, after grinding, is within the target; at least 1."""
    needed = target * (1 << grinding_bits)
    bits_per_query = float_bits(regime.agreement(rate))
    queries = max(1, int(float_bits(needed) / bits_per_query) - 1)
    while query_error(regime, rate, queries) > needed:
        queries += 1
    return queries
