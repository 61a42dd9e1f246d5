"""The schedule that reaches a target sum of errors at the least cost.

The errors fall into groups, one for each iteration, and so does the cost. A group depends only on how many coordinates
are bound before the iteration, on the iteration's number and on its own fold, queries, multiplicity and grinding. So
the best schedule is a shortest path through the states (iteration, coordinates bound) on which every step takes its
shares of the target. That runs on floating-point numbers, with errors rounded up to whole shares. What it finds is then
improved on exact errors, which also decide at the end.

The expected size of an opening need not grow with its queries, so no number of queries is found by bisection: for
each least number the best one from there on is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soundcalc.errors import NoSolutionError
from soundcalc.exact import float_bits, rounded_down
from soundcalc.protocol.problem import Problem, expected_hashes
from soundcalc.protocol.refinement import refined
from soundcalc.protocol.security import ProofSecurity, security
from soundcalc.protocol.steps import SHARES, Choice, Steps
from spec.parameters import Schedule


@dataclass(frozen=True)
class Found:
    """A schedule within the target, with the figures of the worst proof and the cost of the usual one."""

    problem: Problem
    schedule: Schedule
    report: ProofSecurity

    @property
    def cost(self) -> float:
        """The usual proof in the goal's unit, without the price of its work."""
        return self.problem.cost(self.schedule) - self.problem.work_cost(self.hashes)

    @property
    def hashes(self) -> int:
        """The expected proof of work of one proof."""
        return expected_hashes(self.schedule)


@dataclass(frozen=True)
class _Way:
    """From one state on, by the shares that are left: the least cost, and the fold and shares of the first step."""

    cost: NDArray[np.float64]
    folds: NDArray[np.int64]
    shares: NDArray[np.int64]


CANDIDATES = 3
"""So many paths that end in last vectors of different lengths are refined: what a path costs is not known exactly."""


def search(problem: Problem) -> Found:
    """The best schedule for a problem. Raises NoSolutionError when nothing in the space reaches the target."""
    steps = Steps(problem)
    paths = (_Paths(steps, final_log2).best() for final_log2 in problem.space.finals_log2)
    proposed = sorted((schedule for schedule in paths if schedule is not None), key=problem.cost)
    refinements = (refined(problem, schedule) for schedule in proposed[:CANDIDATES])
    schedule = min((schedule for schedule in refinements if schedule is not None), key=problem.cost, default=None)
    if schedule is None:
        raise NoSolutionError(
            f"no schedule for 2^{problem.height_log2} at rate 2^-{problem.rate_log2} reaches "
            f"{rounded_down(float_bits(problem.target))} bits"
        )
    return Found(problem, schedule, security(problem.worst_shape(schedule), problem.curve))


class _Paths:
    """Shortest paths from every state to a last vector of 2^final_log2 entries."""

    def __init__(self, steps: Steps, final_log2: int) -> None:
        self.problem = steps.problem
        self.steps = steps
        self.final_log2 = final_log2
        self._ways: dict[tuple[int, int], _Way] = {}

    def best(self) -> Schedule | None:
        """The schedule on the shortest path that uses at most all shares; None without one."""
        way = self._way(0, 0)
        left = int(way.cost.argmin())
        if not np.isfinite(way.cost[left]):
            return None
        folds: list[int] = []
        choices: list[Choice] = []
        while way.folds[left]:
            fold, shares = int(way.folds[left]), int(way.shares[left])
            choices.append(self.steps.step(len(folds), sum(folds), fold).choices[shares - 1])
            folds.append(fold)
            left -= shares
            way = self._way(len(folds), sum(folds))
        return Schedule(
            height_log2=self.problem.height_log2,
            folds=tuple(folds),
            queries=tuple(choice.queries for choice in choices),
            column_batching_grinding_bits=choices[0].column_batching_grinding_bits,
            folding_grinding_bits=tuple(choice.folding_grinding_bits for choice in choices),
            query_grinding_bits=tuple(choice.query_grinding_bits for choice in choices),
        )

    def _way(self, iteration: int, bound: int) -> _Way:
        if (iteration, bound) not in self._ways:
            self._ways[iteration, bound] = self._shortest(iteration, bound)
        return self._ways[iteration, bound]

    def _shortest(self, iteration: int, bound: int) -> _Way:
        """Stopping here, where the vector has its last length, or the best fold with the best number of shares."""
        space, left_log2 = self.problem.space, self.problem.height_log2 - bound - self.final_log2
        stop = self.problem.final_cost(self.final_log2) if iteration and left_log2 == 0 else np.inf
        cost = np.full(SHARES + 1, stop)
        folds, taken = np.zeros(SHARES + 1, np.int64), np.zeros(SHARES + 1, np.int64)
        if iteration == space.maximum_iterations:
            return _Way(cost, folds, taken)
        for fold in space.folds:
            rest = self._way(iteration + 1, bound + fold) if fold <= left_log2 else None
            if rest is None or not np.isfinite(rest.cost).any():
                continue
            step = self.steps.step(iteration, bound, fold)
            for shares in range(1, SHARES + 1):
                through = step.cost[shares - 1] + rest.cost[: SHARES + 1 - shares]
                better = through < cost[shares:]
                cost[shares:][better] = through[better]
                folds[shares:][better], taken[shares:][better] = fold, shares
        return _Way(cost, folds, taken)
