"""Proposals for WHIR: a shortest path through the variables that are left and the rate that is reached.

Each iteration takes its share of the budget; its queries are the fewest that do with it, in the regime and with the
multiplicity that are best. What is left over is then given back, query by query, on exact errors.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

from soundcalc.published.figures import Bounds, attempted, own_regimes
from soundcalc.published.keys import MAXIMUM_GRINDING_BITS
from soundcalc.published.merkle_size import openings_bits
from soundcalc.published.opening import Opening
from soundcalc.published.regimes import LIST, UNIQUE
from soundcalc.published.rounds import Formulas
from soundcalc.published.schema import MAXIMUM_QUERIES, Family
from soundcalc.published.search_fri import LONGEST_LAST_LOG2, LOWEST_RATE_LOG2
from soundcalc.published.swirl import FOLD
from soundcalc.published.system import PublishedCircuit
from soundcalc.published.whir import WhirOpening
from soundcalc.regimes.proximity import Johnson, JohnsonCubic, Regime, UniqueDecoding

FOLDS = tuple(range(1, 9))
MOST_ITERATIONS = 8
"""Where the search ends."""

QUERIES_SHARE = 0.85
"""The queries' share of an iteration's budget; the rest is for its other rounds."""

MULTIPLICITIES = tuple(sorted({math.ceil(1.25**step) for step in range(30)}))
"""In a geometric row: at the best one the number of queries is flat."""

MOST_ADDED = 6
"""A proposal that needs more queries than so many in every iteration was not proposed for this budget."""

KEPT_SCHEDULES = 3
"""So many of the smallest proposals are improved exactly."""

KEPT_WORKS = 3
"""So many ways to distribute the proof of work of each are improved as well."""

FEWER_BITS = 6
MORE_BITS = 6
"""How far proof of work at one place moves from the file's own."""


@dataclass(frozen=True)
class Iteration:
    """One iteration of a proposal."""

    fold: int
    rate_log2: int
    queries: int
    samples: int


Path = tuple[float, tuple[Iteration, ...]]


@dataclass(frozen=True)
class Work:
    """Bits of proof of work of a proposal: before each fold, and before the queries of each iteration."""

    folding: int
    queries: tuple[int, ...]

    @staticmethod
    def of_file(published: WhirOpening, iterations: int) -> Work:
        """The file's own at every place."""
        folding = min(min(bits) for bits in published.grinding_folding)
        return Work(folding, (max(published.grinding_queries),) * iterations)

    def hashes(self, folds: int) -> int:
        """What a prover expects to compute for so many folds and all queries."""
        return folds * hashes_of(self.folding) + sum(map(hashes_of, self.queries))

    def redistributed(self, folds: int) -> Iterator[Work]:
        """Others that expect no more hashes: another number for the folds and for the first queries, the rest even."""
        allowed = self.hashes(folds)
        later = len(self.queries) - 1
        for folding in range(max(0, self.folding - FEWER_BITS), self.folding + MORE_BITS + 1):
            for first in range(max(0, self.queries[0] - FEWER_BITS), self.queries[0] + MORE_BITS + 1):
                left = allowed - folds * hashes_of(folding) - hashes_of(first)
                if left < 0 or max(folding, first) > MAXIMUM_GRINDING_BITS:
                    continue
                bits = [first, *_even(left, later)]
                if bits != list(self.queries) or folding != self.folding:
                    yield Work(folding, tuple(bits))


def hashes_of(bits: int) -> int:
    """The expected hashes of one proof of work; none where none is asked."""
    return 1 << bits if bits else 0


def _even(hashes: int, places: int) -> Iterator[int]:
    """Bits for so many places that expect no more hashes together, as even as they go, the larger ones first."""
    for left in range(places, 0, -1):
        bits = min(MAXIMUM_GRINDING_BITS, max(0, -(-hashes // left)).bit_length() - 1)
        bits = bits if bits > 0 and hashes_of(bits) <= hashes else 0
        hashes -= hashes_of(bits)
        yield bits


def whir_candidates(circuit: PublishedCircuit, budget: Fraction, bounds: Bounds) -> Iterator[Opening]:
    """Openings whose proofs may stay within the budget: the file's own with other queries, then the smallest."""
    published = circuit.opening
    assert isinstance(published, WhirOpening)
    paths: list[Path] = []
    codes = _Codes(circuit, published, bounds)
    for iterations in range(1, MOST_ITERATIONS + 1):
        search = _Paths(circuit, published, codes, float(budget) / iterations, Work.of_file(published, iterations))
        for first in range(min(published.rates_log2[0], LOWEST_RATE_LOG2), LOWEST_RATE_LOG2 + 1):
            best = search.best(published.variables, first, 0)
            if best is not None:
                paths.append(best)
    yield improved(circuit, published, budget, bounds)
    for _, schedule in sorted(paths, key=lambda path: path[0])[:KEPT_SCHEDULES]:
        work = Work.of_file(published, len(schedule))
        yield improved(circuit, opening_of(published, schedule, work), budget, bounds)
        if circuit.family is not Family.SWIRL:
            for opening in _redistributed(circuit, published, codes, schedule, budget):
                yield improved(circuit, opening, budget, bounds)


def _redistributed(
    circuit: PublishedCircuit, published: WhirOpening, codes: _Codes, schedule: tuple[Iteration, ...], budget: Fraction
) -> list[WhirOpening]:
    """The same folds and rates with the proof of work at other places, the smallest by estimate.

    A query of the first iteration opens whole rows, so that work there saves most; and work before the folds lets the
    multiplicity grow.
    """
    found: list[tuple[float, WhirOpening]] = []
    share = float(budget) / len(schedule)
    for work in Work.of_file(published, len(schedule)).redistributed(sum(entry.fold for entry in schedule)):
        search = _Paths(circuit, published, codes, share, work)
        size, steps, variables = 0.0, [], published.variables
        for number, entry in enumerate(schedule):
            step = search.step(variables, entry.rate_log2, entry.fold, number)
            if step is None:
                break
            size, variables = size + step[0], variables - entry.fold
            steps.append(step[1])
        else:
            found.append((size, opening_of(published, tuple(steps), work)))
    return [opening for _, opening in sorted(found, key=lambda pair: pair[0])[:KEPT_WORKS]]


@dataclass(frozen=True)
class _Regime:
    """What a regime says of one code, as floating-point numbers."""

    log_agreement: float
    members: float
    gap: float


class _Codes:
    """The regimes of every code, computed once."""

    def __init__(self, circuit: PublishedCircuit, published: WhirOpening, bounds: Bounds) -> None:
        self.regimes = tuple(_regimes(circuit, bounds))
        self.at = cache(self._at)

    def _at(self, variables: int, rate_log2: int) -> tuple[_Regime, ...]:
        rate, points = Fraction(1, 1 << rate_log2), Fraction(1 << (variables + rate_log2))
        return tuple(
            _Regime(
                math.log2(regime.agreement(rate)),
                float(regime.list_size(rate)),
                float(regime.exceptional_points(rate, points)),
            )
            for regime in self.regimes
            if regime.agreement(rate) < 1
        )


def _regimes(circuit: PublishedCircuit, bounds: Bounds) -> Iterator[Regime]:
    if UNIQUE in circuit.regimes:
        yield UniqueDecoding()
    if LIST in circuit.regimes:
        kind = JohnsonCubic if bounds is Bounds.CUBIC else Johnson
        least = kind(3).least_multiplicity
        yield from (kind(multiplicity) for multiplicity in MULTIPLICITIES if multiplicity >= least)


class _Paths:
    """Shortest paths with so many iterations."""

    def __init__(
        self, circuit: PublishedCircuit, published: WhirOpening, codes: _Codes, share: float, work: Work
    ) -> None:
        self.circuit = circuit
        self.published = published
        self.codes = codes
        self.share = share
        self.iterations = len(work.queries)
        self.work = work
        self.field_size = float(circuit.field.size)
        self.folds = (FOLD,) if circuit.family is Family.SWIRL else FOLDS
        self.best = cache(self._best)

    def _best(self, variables: int, rate_log2: int, done: int) -> Path | None:
        element = self.circuit.field.bits
        if done == self.iterations:
            return (float(element << variables), ()) if variables <= LONGEST_LAST_LOG2 else None
        found: list[Path] = []
        for fold in self.folds:
            if fold > variables or variables + rate_log2 - fold > self.circuit.field.domain_log2:
                continue
            step = self.step(variables, rate_log2, fold, done)
            rest = None if step is None else self.best(variables - fold, rate_log2 + fold - 1, done + 1)
            if step is not None and rest is not None:
                found.append((step[0] + rest[0], (step[1], *rest[1])))
        return min(found, key=lambda path: path[0], default=None)

    def step(self, variables: int, rate_log2: int, fold: int, done: int) -> tuple[float, Iteration] | None:
        """The bits of an iteration, and the iteration; None where its errors exceed its share."""
        published, field = self.published, self.circuit.field
        needed = self._needed(variables, rate_log2, fold, done)
        if needed is None:
            return None
        queries, samples = needed
        entries = published.functions * field.base_bits if done == 0 else field.bits
        leaves = 1 << (variables + rate_log2 - fold)
        opened = openings_bits(leaves, queries, entries << fold, self.circuit.digest_bits, True)
        sent = fold * (published.degree - 1) * field.bits + self.circuit.digest_bits + samples * field.bits
        return float(opened + sent), Iteration(fold, rate_log2, queries, samples)

    def _needed(self, variables: int, rate_log2: int, fold: int, done: int) -> tuple[int, int] | None:
        """Queries and samples of the iteration, in the best regime."""
        bits = math.log2(self.share * QUERIES_SHARE) + self.work.queries[done]
        best: tuple[int, int] | None = None
        for regime in self.codes.at(variables, rate_log2):
            queries = max(1, math.ceil(bits / regime.log_agreement))
            if queries > MAXIMUM_QUERIES or (best is not None and queries >= best[0]):
                continue
            samples = self._samples(regime, variables, fold, done)
            if samples is not None:
                best = queries, samples
        return best

    def _samples(self, regime: _Regime, variables: int, fold: int, done: int) -> int | None:
        """The samples with which the other rounds stay within their share; None where none do."""
        published, size = self.published, self.field_size
        allowed = self.share * (1 - QUERIES_SHARE)
        # The domain halves from fold to fold, and with it nearly all of a fold's error.
        error = (fold * published.degree * regime.members + regime.gap) / size / 2**self.work.folding
        if done == 0:
            lines = published.batching.line_count(published.functions)
            error += lines * regime.gap / size / 2**published.grinding_batching
            return 0 if error <= allowed else None
        worked = min(published.grinding_samples, default=0)
        for samples in (1,) if self.circuit.family is Family.SWIRL else (1, 2, 3):
            if regime.members**2 / 2 * (2.0**variables / size) ** samples / 2**worked + error <= allowed:
                return samples
        return None


def opening_of(published: WhirOpening, iterations: tuple[Iteration, ...], work: Work) -> WhirOpening:
    """The opening with these iterations and this proof of work; before samples as much as the file has."""
    between = len(iterations) - 1
    return replace(
        published,
        rates_log2=tuple(iteration.rate_log2 for iteration in iterations),
        folds=tuple(iteration.fold for iteration in iterations),
        queries=tuple(iteration.queries for iteration in iterations),
        samples=tuple(iteration.samples for iteration in iterations[1:]),
        grinding_folding=tuple((work.folding,) * iteration.fold for iteration in iterations),
        grinding_queries=work.queries,
        grinding_samples=(min(published.grinding_samples, default=0),) * between,
    )


def improved(circuit: PublishedCircuit, opening: WhirOpening, budget: Fraction, bounds: Bounds) -> WhirOpening:
    """The opening with more queries until it is within the budget, and then with fewer where that saves most."""
    for _ in range(MOST_ADDED):
        regimes = _sufficient(circuit, opening, budget, bounds)
        if regimes is not None:
            return _restored(circuit, _with_fewer(circuit, opening, budget, regimes), budget, bounds)
        opening = replace(opening, queries=tuple(min(MAXIMUM_QUERIES, queries + 1) for queries in opening.queries))
    return opening


def _sufficient(
    circuit: PublishedCircuit, opening: WhirOpening, budget: Fraction, bounds: Bounds
) -> tuple[Regime, ...] | None:
    """Regimes in which the errors add up to no more than the budget, if there are any."""
    changed = replace(circuit, opening=opening)
    for regime in circuit.regimes:
        regimes = own_regimes(changed, regime, bounds)
        if _error(changed, regimes) <= budget:
            return regimes
    return None


def _error(circuit: PublishedCircuit, regimes: tuple[Regime, ...]) -> Fraction:
    rounds = attempted(lambda: circuit.rounds(regimes, Formulas.CORRECTED))
    return sum((entry.error for entry in rounds), Fraction(0)) if isinstance(rounds, tuple) else Fraction(2)


def _with_fewer(
    circuit: PublishedCircuit, opening: WhirOpening, budget: Fraction, regimes: tuple[Regime, ...]
) -> WhirOpening:
    """The regimes stay: any multiplicity gives a bound."""
    places = {place for place, queries in enumerate(opening.queries) if queries > 1}
    while places:
        fewer = {place: _with_query(opening, place, -1) for place in places}
        place = min(places, key=lambda place: fewer[place].size_bits(circuit.field, circuit.digest_bits, True))
        if opening.queries[place] > 1 and _error(replace(circuit, opening=fewer[place]), regimes) <= budget:
            opening = fewer[place]
        else:
            places.remove(place)
    return opening


def _restored(circuit: PublishedCircuit, opening: WhirOpening, budget: Fraction, bounds: Bounds) -> WhirOpening:
    """With queries where they cost least until the regimes that a report chooses keep the budget as well."""
    for _ in range(MOST_ADDED * len(opening.queries)):
        if _sufficient(circuit, opening, budget, bounds) is not None:
            break
        more = [_with_query(opening, place, 1) for place in range(len(opening.queries))]
        errors = [_best_error(circuit, proposed, bounds) for proposed in more]
        opening = more[min(range(len(more)), key=lambda place: errors[place])]
    return opening


def _best_error(circuit: PublishedCircuit, opening: WhirOpening, bounds: Bounds) -> Fraction:
    changed = replace(circuit, opening=opening)
    return min(_error(changed, own_regimes(changed, regime, bounds)) for regime in circuit.regimes)


def _with_query(opening: WhirOpening, place: int, by: int) -> WhirOpening:
    queries = (*opening.queries[:place], opening.queries[place] + by, *opening.queries[place + 1 :])
    return replace(opening, queries=queries)
