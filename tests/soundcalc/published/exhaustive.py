"""Every opening of a published circuit that is smaller than a limit and may stay within a budget.

Nothing is left out but what cannot be: partial schedules whose size with the least possible rest reaches the limit, and
queries whose error alone, as near to the Johnson bound as one likes, exceeds the budget.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache

from soundcalc.published.fri import FriOpening
from soundcalc.published.merkle_size import openings_bits
from soundcalc.published.regimes import LIST, UNIQUE
from soundcalc.published.schema import Family
from soundcalc.published.swirl import FOLD
from soundcalc.published.system import PublishedCircuit
from soundcalc.published.whir import WhirOpening
from soundcalc.regimes.proximity import Johnson, Regime, UniqueDecoding

RATES_LOG2 = range(1, 9)
LONGEST_LAST_LOG2 = 12
LARGEST_ARITY_LOG2 = 6
"""More than the search tries."""


def smaller_fri(circuit: PublishedCircuit, limit: int, budget: Fraction) -> Iterator[PublishedCircuit]:
    """With any rate, any number of queries, any folds and any last length."""
    published = circuit.opening
    assert isinstance(published, FriOpening)
    height_log2, element = published.height.bit_length() - 1, circuit.field.bits
    needed = -math.log2(budget)
    for rate_log2 in RATES_LOG2:
        queries = 1
        while queries * published.functions * element < limit and height_log2 + rate_log2 <= circuit.field.domain_log2:
            if queries * rate_log2 / 2 + published.grinding_query >= needed - 1e-6:
                rated = replace(published, rate=Fraction(1, 1 << rate_log2), queries=queries)
                yield from _cut(circuit, rated, limit)
            queries += 1


def _cut(circuit: PublishedCircuit, rated: FriOpening, limit: int) -> Iterator[PublishedCircuit]:
    element, digest = circuit.field.bits, circuit.digest_bits
    rate_log2, height_log2 = rated.rate.denominator.bit_length() - 1, rated.height.bit_length() - 1

    @cache
    def layer(after: int, arity: int) -> int:
        return digest + openings_bits(1 << (after + rate_log2), rated.queries, element << arity, digest, True)

    @cache
    def least(left: int) -> float:
        ends = [float(element << left)] if left <= LONGEST_LAST_LOG2 else []
        arities = range(1, min(LARGEST_ARITY_LOG2, left) + 1)
        return min([*ends, *(layer(left - arity, arity) + least(left - arity) for arity in arities)])

    def cuts(left: int, spent: int) -> Iterator[tuple[int, ...]]:
        if left <= LONGEST_LAST_LOG2 and spent + (element << left) < limit:
            yield ()
        for arity in range(1, min(LARGEST_ARITY_LOG2, left) + 1):
            more = spent + layer(left - arity, arity)
            if more + least(left - arity) < limit:
                yield from ((arity, *rest) for rest in cuts(left - arity, more))

    domain = 1 << (height_log2 + rate_log2)
    first = digest + openings_bits(domain, rated.queries, rated.functions * element, digest, True)
    for cut in cuts(height_log2, first):
        final = domain >> sum(cut)
        opening = replace(rated, folding_factors=tuple(1 << arity for arity in cut), final_domain_size=final)
        yield replace(circuit, opening=opening)


MULTIPLICITIES = sorted({math.ceil(1.1**step) for step in range(90)})
"""Between two neighbours the queries' error is at least that of the larger one, all others those of the smaller."""

FURTHER_QUERIES = 30
"""Beyond the fewest: so many more make any opening more than a hundredth larger."""

Step = tuple[int, int, int]
"""Variables, -log2 of the rate, variables folded."""

Choice = tuple[int, int, float]
"""Queries, bits of the proof, the least error."""


class Whir:
    """Openings by WHIR with the file's proof of work at every place."""

    def __init__(self, circuit: PublishedCircuit, budget: Fraction) -> None:
        assert isinstance(circuit.opening, WhirOpening)
        self.circuit, self.published, self.budget = circuit, circuit.opening, float(budget)
        self.field_size = float(circuit.field.size)
        self.work = max(self.published.grinding_queries)
        self.folding_work = min(min(bits) for bits in self.published.grinding_folding)
        self.bounds, self.choices, self.least = cache(self._bounds), cache(self._choices), cache(self._least)

    def _bounds(self, variables: int, rate_log2: int, fold: int, first: bool) -> list[tuple[float, float]]:
        """Pairs that every regime is above one of: log2 of its agreement, and the error of its other rounds."""
        rate, points = Fraction(1, 1 << rate_log2), Fraction(1 << (variables + rate_log2))
        lines = self.published.batching.line_count(self.published.functions) if first else 0

        def others(regime: Regime) -> float:
            members = self.published.degree * regime.list_size(rate)
            gaps = [regime.exceptional_points(rate, points / (1 << step)) for step in range(fold + 1)]
            folds = sum(float(members + gap) for gap in gaps[1:]) / 2.0**self.folding_work
            return (folds + lines * float(gaps[0]) / 2.0**self.published.grinding_batching) / self.field_size

        found = []
        if UNIQUE in self.circuit.regimes:
            found.append((math.log2((1 + float(rate)) / 2), others(UniqueDecoding())))
        if LIST in self.circuit.regimes:
            limits = [math.log2(1 + 1 / (2 * larger)) - rate_log2 / 2 for larger in MULTIPLICITIES[1:]]
            found += zip([*limits, -rate_log2 / 2], map(others, map(Johnson, MULTIPLICITIES)), strict=True)
        return found

    def _error(self, step: Step, first: bool, queries: int) -> float:
        return min(float(2.0 ** (queries * log - self.work)) + others for log, others in self.bounds(*step, first))

    def _choices(self, variables: int, rate_log2: int, fold: int, first: bool) -> list[Choice]:
        """Numbers of queries whose own error is within the whole budget, the fewest first."""
        step, element, digest = (variables, rate_log2, fold), self.circuit.field.bits, self.circuit.digest_bits
        fewest = next((count for count in range(1, 512) if self._error(step, first, count) <= self.budget), None)
        if fewest is None:
            return []
        entry = self.published.functions * self.circuit.field.base_bits if first else element
        sent = digest + fold * (self.published.degree - 1) * element + (0 if first else element)
        leaves = 1 << (variables + rate_log2 - fold)
        return [
            (count, sent + openings_bits(leaves, count, entry << fold, digest, True), self._error(step, first, count))
            for count in range(fewest, fewest + FURTHER_QUERIES)
        ]

    def _folds(self, variables: int, rate_log2: int) -> range:
        least, most = max(1, variables + rate_log2 - self.circuit.field.domain_log2), min(8, variables)
        if self.circuit.family is Family.SWIRL:
            least, most = max(least, FOLD), min(most, FOLD)
        return range(least, most + 1)

    def _least(self, variables: int, rate_log2: int, first: bool) -> float:
        """The fewest bits from here on, each iteration with the whole budget."""
        last_fits = variables <= LONGEST_LAST_LOG2 and not first
        best = float(self.circuit.field.bits << variables) if last_fits else math.inf
        for fold in self._folds(variables, rate_log2):
            if choices := self.choices(variables, rate_log2, fold, first):
                after = self.least(variables - fold, rate_log2 + fold - 1, False)
                best = min(best, min(bits for _, bits, _ in choices) + after)
        return best

    def smaller(self, limit: int) -> Iterator[PublishedCircuit]:
        """With any first rate that is not above the file's, any folds and queries, and one to three samples."""
        first = self.published.rates_log2[0]
        for rate_log2 in range(first, max(RATES_LOG2) + 1):
            for path in self._paths(self.published.variables, rate_log2, (), 0, limit):
                yield from self._with_queries(path, limit)

    def _paths(
        self, variables: int, rate_log2: int, done: tuple[Step, ...], spent: float, limit: int
    ) -> Iterator[tuple[Step, ...]]:
        if done and variables <= LONGEST_LAST_LOG2 and spent + (self.circuit.field.bits << variables) < limit:
            yield done
        for fold in self._folds(variables, rate_log2):
            choices = self.choices(variables, rate_log2, fold, not done)
            if choices:
                more = spent + min(bits for _, bits, _ in choices)
                after = variables - fold, rate_log2 + fold - 1
                if more + self.least(*after, False) < limit:
                    yield from self._paths(*after, (*done, (variables, rate_log2, fold)), more, limit)

    def _with_queries(self, path: tuple[Step, ...], limit: int) -> Iterator[PublishedCircuit]:
        steps = [self.choices(*step, place == 0) for place, step in enumerate(path)]
        variables, _, fold = path[-1]

        def counts(place: int, spent: int, error: float) -> Iterator[tuple[int, ...]]:
            if place == len(steps):
                yield ()
                return
            rest = sum(min(bits for _, bits, _ in choices) for choices in steps[place + 1 :])
            for count, bits, own in steps[place]:
                if spent + bits + rest < limit and error + own <= self.budget * 1.000001:
                    yield from ((count, *others) for others in counts(place + 1, spent + bits, error + own))

        for queries in counts(0, self.circuit.field.bits << (variables - fold), 0.0):
            numbers = (1,) if self.circuit.family is Family.SWIRL else (1, 2, 3)
            yield from (self._opened(path, queries, samples) for samples in numbers)

    def _opened(self, path: tuple[Step, ...], queries: tuple[int, ...], samples: int) -> PublishedCircuit:
        between = len(path) - 1
        opening = replace(
            self.published,
            rates_log2=tuple(rate_log2 for _, rate_log2, _ in path),
            folds=tuple(fold for _, _, fold in path),
            queries=queries,
            samples=(samples,) * between,
            grinding_folding=tuple((self.folding_work,) * fold for _, _, fold in path),
            grinding_queries=(self.work,) * len(path),
            grinding_samples=(min(self.published.grinding_samples, default=0),) * between,
        )
        return replace(self.circuit, opening=opening)
