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
from soundcalc.multilinear.problem import Problem, expected_hashes
from soundcalc.multilinear.refinement import refined
from soundcalc.multilinear.security import ProofSecurity, security
from soundcalc.multilinear.steps import SHARES, Choice, Steps
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


def search(problem: Problem) -> Found:
    """The best schedule for a problem. Raises NoSolutionError when nothing in the space reaches the target."""
    proposed = _Paths(problem).best()
    schedule = refined(problem, proposed) if proposed is not None else None
    if schedule is None:
        raise NoSolutionError(
            f"no schedule for 2^{problem.height_log2} at rate 2^-{problem.rate_log2} reaches "
            f"{float(problem.target):.3e}"
        )
    return Found(problem, schedule, security(problem.worst_shape(schedule), problem.curve))


class _Paths:
    """Shortest paths from every state to a last vector."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.steps = Steps(problem)
        self._choices: dict[tuple[int, int, int], tuple[Choice | None, ...]] = {}
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
            state, fold, shares = (len(folds), sum(folds)), int(way.folds[left]), int(way.shares[left])
            choice = self._choices[(*state, fold)][shares - 1]
            assert choice is not None
            choices.append(choice)
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
        """Stopping here, where the vector is small enough, or the best fold with the best number of shares."""
        space, left_log2 = self.problem.space, self.problem.height_log2 - bound
        stop = self.problem.final_cost(left_log2) if iteration and left_log2 in space.finals_log2 else np.inf
        cost = np.full(SHARES + 1, stop)
        folds, taken = np.zeros(SHARES + 1, np.int64), np.zeros(SHARES + 1, np.int64)
        if iteration == space.maximum_iterations:
            return _Way(cost, folds, taken)
        for fold in space.folds:
            if left_log2 - fold < min(space.finals_log2):
                continue
            step = self.steps.step(iteration, bound, fold)
            if step is None:
                continue
            self._choices[iteration, bound, fold] = step.choices
            rest = self._way(iteration + 1, bound + fold)
            for shares in range(1, SHARES + 1):
                through = step.cost[shares - 1] + rest.cost[: SHARES + 1 - shares]
                better = through < cost[shares:]
                cost[shares:][better] = through[better]
                folds[shares:][better], taken[shares:][better] = fold, shares
        return _Way(cost, folds, taken)
