"""One step of a search: the cheapest way for an iteration to stay within each share of the target.

Floating-point numbers throughout: they only propose.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from soundcalc.protocol.multiplicity import MINIMUM_MULTIPLICITY
from soundcalc.protocol.problem import Problem, hashes_of
from soundcalc.protocol.proximity import MutualJohnson
from soundcalc.protocol.term import PER_VALUE
from soundcalc.protocol.terms import argument_error
from soundcalc.protocol.whir import ROUND_DEGREE
from spec.parameters import MAXIMUM_QUERIES

Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]

SHARES = 64
"""Into so many parts the target is cut; a step takes a whole number of them."""

MULTIPLICITY_RATIO = 1.15
"""Between neighbouring multiplicities: at the best one the error is flat, so that the steps may be coarse."""

LARGEST_MULTIPLICITY = 400
"""The best ones lie below: a larger one spends more of the target on lines than it saves of the queries."""


@dataclass(frozen=True)
class Choice:
    """What a step would do."""

    queries: int
    column_batching_grinding_bits: int
    folding_grinding_bits: int
    query_grinding_bits: int


@dataclass(frozen=True)
class Step:
    """The least cost for 1 to SHARES shares of the target, infinite where none suffices, and how to reach it."""

    cost: Numbers
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class _Errors:
    """By multiplicity: the errors that no grinding helps, those of the columns' combination and of the first fold, and
    the logarithm of the agreement."""

    once: Numbers
    columns: Numbers
    fold: Numbers
    log_agreement: Numbers


class Steps:
    """All steps of one problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.target = float(problem.target)
        self._errors: dict[tuple[int, int], _Errors] = {}
        self._steps: dict[tuple[int, int, int], Step] = {}

    def step(self, iteration: int, bound: int, fold: int) -> Step:
        """The step of an iteration that starts with `bound` coordinates bound; infinite for a tree below its cap."""
        if (iteration, bound, fold) not in self._steps:
            self._steps[iteration, bound, fold] = self._step(iteration, bound, fold)
        return self._steps[iteration, bound, fold]

    def _step(self, iteration: int, bound: int, fold: int) -> Step:
        if self.problem.domain_log2(iteration) - fold < max(1, self.problem.cap_log2):
            return Step(np.full(SHARES, np.inf), ())
        space = self.problem.space
        column_bits = space.column_batching_grinding_bits if iteration == 0 else (0,)
        axes = (column_bits, space.folding_grinding_bits, space.query_grinding_bits)
        most = self._most_queries(iteration, bound)
        best_cost, best_queries = self._best_from(iteration, fold, most)
        least = self._least_queries(self._at(iteration, bound), fold, axes, most)
        cost = best_cost[least] + self._work(fold, axes)[None, ..., None]
        by_share = cost.reshape(-1, SHARES)
        choices: list[Choice] = []
        for share, index in enumerate(by_share.argmin(axis=0)):
            at = np.unravel_index(index, cost.shape[:-1])
            bits = [axis[place] for axis, place in zip(axes, at[1:], strict=True)]
            choices.append(Choice(int(best_queries[least[(*at, share)]]), *bits))
        return Step(by_share.min(axis=0), tuple(choices))

    def _least_queries(self, errors: _Errors, fold: int, axes: tuple[tuple[int, ...], ...], most: int) -> Counts:
        """By multiplicity, bits of columns, of folds and of queries, and shares; `most` where none suffice."""
        columns, folds, queries = (np.array(axis, np.float64) for axis in axes)
        # The domain halves from fold to fold, and with it nearly all of a fold's error.
        all_folds = errors.fold * (2 - 2.0 ** (1 - fold))
        spent = (
            errors.once[:, None, None]
            + errors.columns[:, None, None] * 2.0 ** -columns[:, None]
            + all_folds[:, None, None] * 2.0**-folds
        )
        left = np.arange(1, SHARES + 1) * self.target / SHARES - spent[..., None, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log(left) + math.log(2) * queries[:, None]
            needed = np.ceil(logs / errors.log_agreement[:, None, None, None, None])
        return np.where(left > 0, np.clip(needed, 1, most), most).astype(np.int64)

    def _work(self, fold: int, axes: tuple[tuple[int, ...], ...]) -> Numbers:
        """The price of the work by bits of columns, of folds and of queries."""
        columns, folds, queries = ([hashes_of(bits) for bits in axis] for axis in axes)
        hashes = np.array([[[a + fold * b + c for c in queries] for b in folds] for a in columns], np.float64)
        return hashes * self.problem.work_cost(1)

    def _at(self, iteration: int, bound: int) -> _Errors:
        if (iteration, bound) not in self._errors:
            self._errors[iteration, bound] = self._errors_at(iteration, bound)
        return self._errors[iteration, bound]

    def _errors_at(self, iteration: int, bound: int) -> _Errors:
        problem = self.problem
        rate, domain_log2 = self._rate(iteration, bound), problem.domain_log2(iteration)
        rows = []
        for multiplicity in _multiplicities():
            regime = MutualJohnson(multiplicity, problem.curve)
            members = float(regime.list_size(rate))
            line = float(regime.exceptional_points(rate, Fraction(1 << domain_log2 - 1)))
            if iteration:
                out_of_domain = members**2 / 2 * 2.0 ** (problem.height_log2 - bound)
                once, columns = (out_of_domain + members * (MAXIMUM_QUERIES + 1)) * float(PER_VALUE), 0.0
            else:
                once = float(np.polyval(self._argument, members))
                columns = (problem.worst.stacked_columns - 1) * (2 * line + members) * float(PER_VALUE)
            fold = (ROUND_DEGREE * members + line) * float(PER_VALUE)
            rows.append((once, columns, fold, math.log(regime.agreement(rate))))
        return _Errors(*np.array(rows).T)

    @cached_property
    def _argument(self) -> Numbers:
        """The errors before the columns are combined, as the polynomial of degree 2 in the list size that they are."""
        sizes = (Fraction(size) for size in (1, 2, 3))
        values = (argument_error(self.problem.worst, self.problem.height_log2, size) for size in sizes)
        first, second, third = map(float, values)
        square = (third - 2 * second + first) / 2
        linear = second - first - 3 * square
        return np.array([square, linear, first - linear - square])

    def _rate(self, iteration: int, bound: int) -> Fraction:
        return Fraction(1, 1 << (self.problem.rate_log2 + bound - iteration))

    def _most_queries(self, iteration: int, bound: int) -> int:
        """One more than any choice needs: that is without grinding, at an agreement of the rate's fourth root."""
        bits_of_a_query = math.log2(self._rate(iteration, bound)) / 4
        return min(MAXIMUM_QUERIES, math.ceil(math.log2(self.target) / bits_of_a_query)) + 1

    def _best_from(self, iteration: int, fold: int, most: int) -> tuple[Numbers, Counts]:
        """By the least number of queries, the least cost of as many or more, and how many those are."""
        cost, queries = np.full(most + 1, np.inf), np.arange(most + 1)
        for count in range(most - 1, 0, -1):
            cost[count] = self.problem.step_cost(iteration, fold, count)
            if cost[count + 1] < cost[count]:
                cost[count], queries[count] = cost[count + 1], queries[count + 1]
        return cost, queries


def _multiplicities() -> list[int]:
    """Multiplicities in a geometric row."""
    count = int(math.log(LARGEST_MULTIPLICITY / MINIMUM_MULTIPLICITY) / math.log(MULTIPLICITY_RATIO))
    return sorted({int(MINIMUM_MULTIPLICITY * MULTIPLICITY_RATIO**power) for power in range(count + 1)})
