"""Proposals for FRI: for every rate the fewest queries, and for them the best folds by a shortest path.

The error of all folds together hardly depends on how they are cut, as it is that of the domain's points; so the number
of queries is found first, and folds and last length after it, for that number and some more: the expected size of an
opening need not grow with its queries.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cache

from soundcalc.errors import ConditionViolatedError
from soundcalc.published.figures import Bounds
from soundcalc.published.fri import FriOpening
from soundcalc.published.merkle_size import openings_bits
from soundcalc.published.opening import Opening
from soundcalc.published.regimes import LIST, UNIQUE
from soundcalc.published.rounds import Formulas, Step
from soundcalc.published.schema import MAXIMUM_QUERIES
from soundcalc.published.system import PublishedCircuit
from soundcalc.regimes.proximity import MAXIMUM_MULTIPLICITY, Johnson, JohnsonCubic, Regime, UniqueDecoding, first_false

LOWEST_RATE_LOG2 = 8
"""Rates down to 1/256."""

LONGEST_LAST_LOG2 = 12
"""The last polynomial has up to 2^12 coefficients."""

ARITIES_LOG2 = (1, 2, 3, 4)
"""A fold of 2^4 opens leaves of 16 elements; larger ones lose."""

FURTHER_QUERIES = 12
"""More queries than the fewest are tried up to so many."""

MULTIPLICITY_STEP = 0.8
"""Between neighbouring multiplicities below the largest that leaves the queries anything."""

MULTIPLICITY_STEPS = 12
"""How many multiplicities are tried, each a fixed part of the one before."""

PROPOSALS = 24
"""So many are computed exactly, the smallest first."""


def fri_candidates(circuit: PublishedCircuit, budget: Fraction, bounds: Bounds) -> Iterator[Opening]:
    """Openings whose proofs may stay within the budget, the smallest first."""
    published = circuit.opening
    assert isinstance(published, FriOpening)
    proposals: list[tuple[int, int, FriOpening]] = []
    first = published.rate.denominator.bit_length() - 1
    for rate_log2 in range(min(first, LOWEST_RATE_LOG2), LOWEST_RATE_LOG2 + 1):
        if published.height << rate_log2 > 1 << circuit.field.domain_log2:
            break
        rated = replace(published, rate=Fraction(1, 1 << rate_log2))
        fewest = _fewest_queries(replace(circuit, opening=rated), budget, bounds)
        if fewest is None:
            continue
        for queries in range(fewest, min(MAXIMUM_QUERIES, fewest + FURTHER_QUERIES) + 1):
            opening = with_best_folds(circuit, replace(rated, queries=queries))
            size = opening.size_bits(circuit.field, circuit.digest_bits, is_expected=True)
            proposals.append((size, len(proposals), opening))
    for _, _, opening in heapq.nsmallest(PROPOSALS, proposals):
        yield opening


def _fewest_queries(circuit: PublishedCircuit, budget: Fraction, bounds: Bounds) -> int | None:
    """In the best regime and with the best multiplicity; None where the other rounds leave the queries nothing."""
    needed = [_needed(circuit, regime, budget) for regime in _regimes(circuit, budget, bounds)]
    return min((queries for queries in needed if queries is not None and queries <= MAXIMUM_QUERIES), default=None)


def _regimes(circuit: PublishedCircuit, budget: Fraction, bounds: Bounds) -> Iterator[Regime]:
    if UNIQUE in circuit.regimes:
        yield UniqueDecoding()
    if LIST in circuit.regimes:
        kind = JohnsonCubic if bounds is Bounds.CUBIC else Johnson
        least = kind(3).least_multiplicity

        def leaves_some(multiplicity: int) -> bool:
            rest = other_error(circuit, kind(multiplicity))
            return rest is not None and rest < budget

        largest = first_false(leaves_some, least, MAXIMUM_MULTIPLICITY)
        tried = {max(least, int(largest * MULTIPLICITY_STEP**step)) for step in range(MULTIPLICITY_STEPS)}
        yield from (kind(multiplicity) for multiplicity in sorted(tried))


def other_error(circuit: PublishedCircuit, regime: Regime) -> Fraction | None:
    """All rounds but the queries; None outside the conditions of a bound."""
    try:
        rounds = circuit.rounds([regime], Formulas.CORRECTED)
    except ConditionViolatedError:
        return None
    return sum((entry.error for entry in rounds if entry.step is not Step.QUERIES), Fraction(0))


def _needed(circuit: PublishedCircuit, regime: Regime, budget: Fraction) -> int | None:
    opening = circuit.opening
    assert isinstance(opening, FriOpening)
    rest = other_error(circuit, regime)
    agreement = regime.agreement(opening.rate)
    if rest is None or rest >= budget or agreement >= 1:
        return None
    bits = math.log2(budget - rest) + opening.grinding_query
    return max(1, math.ceil(bits / math.log2(agreement)))


def with_best_folds(circuit: PublishedCircuit, opening: FriOpening) -> FriOpening:
    """The opening with the folds and the last length that make its expected size smallest."""
    digest_bits, element_bits = circuit.digest_bits, circuit.field.bits
    rate_log2 = opening.rate.denominator.bit_length() - 1
    first = int(opening.domain_size).bit_length() - 1

    @cache
    def best(domain_log2: int) -> tuple[int, tuple[int, ...]]:
        """The least bits from a domain on, and the folds to take."""
        last_log2 = domain_log2 - rate_log2
        stops: Mapping[bool, tuple[int, tuple[int, ...]]] = {True: (element_bits << max(0, last_log2), ())}
        found = [stops[True]] if 0 <= last_log2 <= LONGEST_LAST_LOG2 else []
        for arity in ARITIES_LOG2:
            if arity <= last_log2:
                after = domain_log2 - arity
                opened = openings_bits(1 << after, opening.queries, element_bits << arity, digest_bits, True)
                rest, folds = best(after)
                found.append((digest_bits + opened + rest, (1 << arity, *folds)))
        return min(found)

    folds = best(first)[1]
    final = int(opening.domain_size) // math.prod(folds)
    return replace(opening, folding_factors=folds, final_domain_size=final)
