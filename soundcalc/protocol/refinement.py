"""A schedule improved by single steps and exchanges, on exact errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from itertools import product

from soundcalc.protocol.multiplicity import best_regime, group_error
from soundcalc.protocol.problem import Problem, SearchSpace
from spec.parameters import MAXIMUM_QUERIES, Schedule

BITS_FOR_A_QUERY = 8
"""At the rates of the last iterations a query is worth up to so many bits of grinding."""

MAXIMUM_ADDED_QUERIES = 16
"""A schedule that needs more to meet the target was not proposed for it."""


class RefinementKind(Enum):
    """The numbers of a schedule that a refinement changes: all but its folds."""

    QUERIES = "queries"
    COLUMN_BATCHING_GRINDING = "grinding before the columns are combined"
    FOLDING_GRINDING = "grinding before the folds"
    QUERY_GRINDING = "grinding before the queries"


@dataclass(frozen=True)
class Number:
    """One number of a schedule; the combination of the columns belongs to iteration 0."""

    kind: RefinementKind
    iteration: int

    def of(self, schedule: Schedule) -> int:
        """Its value."""
        match self.kind:
            case RefinementKind.QUERIES:
                return schedule.queries[self.iteration]
            case RefinementKind.COLUMN_BATCHING_GRINDING:
                return schedule.column_batching_grinding_bits
            case RefinementKind.FOLDING_GRINDING:
                return schedule.folding_grinding_bits[self.iteration]
            case RefinementKind.QUERY_GRINDING:
                return schedule.query_grinding_bits[self.iteration]

    def changed(self, schedule: Schedule, by: int, space: SearchSpace) -> Schedule | None:
        """The schedule with another value; None beyond what the space allows."""
        least, largest = self._bounds(space)
        value = self.of(schedule) + by
        if not least <= value <= largest:
            return None

        def exchanged(values: tuple[int, ...]) -> tuple[int, ...]:
            return (*values[: self.iteration], value, *values[self.iteration + 1 :])

        match self.kind:
            case RefinementKind.QUERIES:
                return replace(schedule, queries=exchanged(schedule.queries))
            case RefinementKind.COLUMN_BATCHING_GRINDING:
                return replace(schedule, column_batching_grinding_bits=value)
            case RefinementKind.FOLDING_GRINDING:
                return replace(schedule, folding_grinding_bits=exchanged(schedule.folding_grinding_bits))
            case RefinementKind.QUERY_GRINDING:
                return replace(schedule, query_grinding_bits=exchanged(schedule.query_grinding_bits))

    def _bounds(self, space: SearchSpace) -> tuple[int, int]:
        match self.kind:
            case RefinementKind.QUERIES:
                return 1, MAXIMUM_QUERIES
            case RefinementKind.COLUMN_BATCHING_GRINDING:
                return 0, max(space.column_batching_grinding_bits)
            case RefinementKind.FOLDING_GRINDING:
                return 0, max(space.folding_grinding_bits)
            case RefinementKind.QUERY_GRINDING:
                return 0, max(space.query_grinding_bits)


def numbers(schedule: Schedule) -> list[Number]:
    """All numbers that may change."""
    by_iteration = (RefinementKind.QUERIES, RefinementKind.FOLDING_GRINDING, RefinementKind.QUERY_GRINDING)
    many = [Number(kind, iteration) for kind in by_iteration for iteration in range(schedule.iterations)]
    return [Number(RefinementKind.COLUMN_BATCHING_GRINDING, 0), *many]


class _ExactErrors:
    """Exact sums of errors; a group that two schedules share is computed once."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._groups: dict[tuple[int, ...], Fraction] = {}

    def within(self, schedule: Schedule) -> bool:
        """Whether the sum stays within the target."""
        return self.of(schedule) <= self.problem.target

    def of(self, schedule: Schedule) -> Fraction:
        """The sum of all errors of the worst proof."""
        return sum((self._group(schedule, iteration) for iteration in range(schedule.iterations)), Fraction(0))

    def _group(self, schedule: Schedule, iteration: int) -> Fraction:
        before = schedule.queries[iteration - 1] if iteration else schedule.column_batching_grinding_bits
        own = (number.of(schedule) for number in numbers(schedule)[1:] if number.iteration == iteration)
        key = (iteration, before, *own, *schedule.folds)
        if key not in self._groups:
            shape = self.problem.worst_shape(schedule)
            regime = best_regime(shape, iteration, self.problem.curve)
            self._groups[key] = group_error(shape, iteration, regime)
        return self._groups[key]


def refined(problem: Problem, schedule: Schedule) -> Schedule | None:
    """The schedule within the target that single changes lead to from this one; None if the target is too far.

    First queries are added until the target is met, where they lower the sum most; then the change that saves most is
    made until none saves.
    """
    errors = _ExactErrors(problem)
    for _ in range(MAXIMUM_ADDED_QUERIES):
        if errors.within(schedule):
            break
        schedule = min(_with_a_query_more(problem, schedule), key=errors.of, default=schedule)
    else:
        return None
    while True:
        priced = [(problem.cost(neighbour), neighbour) for neighbour in _neighbours(problem, schedule)]
        now = problem.cost(schedule)
        cheaper = sorted((entry for entry in priced if entry[0] < now), key=lambda entry: entry[0])
        chosen = next((neighbour for _, neighbour in cheaper if errors.within(neighbour)), None)
        if chosen is None:
            return schedule
        schedule = chosen


def _with_a_query_more(problem: Problem, schedule: Schedule) -> Iterator[Schedule]:
    for iteration in range(schedule.iterations):
        changed = Number(RefinementKind.QUERIES, iteration).changed(schedule, +1, problem.space)
        if changed is not None:
            yield changed


def _neighbours(problem: Problem, schedule: Schedule) -> Iterator[Schedule]:
    """One number less by one, alone or with another one more by one; and queries against more bits of grinding."""
    space = problem.space
    for down in numbers(schedule):
        lower = down.changed(schedule, -1, space)
        if lower is None:
            continue
        yield lower
        exchanged = (up.changed(lower, +1, space) for up in numbers(schedule) if up != down)
        yield from (changed for changed in exchanged if changed is not None)
    for iteration, by, bits in product(range(schedule.iterations), (-1, +1), range(2, BITS_FOR_A_QUERY + 1)):
        changed = Number(RefinementKind.QUERIES, iteration).changed(schedule, by, space)
        if changed is not None:
            traded = Number(RefinementKind.QUERY_GRINDING, iteration).changed(changed, -by * bits, space)
            if traded is not None:
                yield traded
