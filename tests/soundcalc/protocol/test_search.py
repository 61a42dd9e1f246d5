from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import product

import pytest

from soundcalc.errors import NoSolutionError, ParameterError
from soundcalc.exact import float_bits
from soundcalc.protocol.circuit_cost import compressions, opening_operations
from soundcalc.protocol.multiplicity import best_regime, group_error
from soundcalc.protocol.problem import Goal, Problem, SearchSpace, expected_hashes
from soundcalc.protocol.proof_size import proof_bytes
from soundcalc.protocol.proximity import CurveBound
from soundcalc.protocol.refinement import refined
from soundcalc.protocol.search import search as schedule_search
from soundcalc.protocol.security import security
from soundcalc.protocol.shape import ArgumentSize
from soundcalc.protocol.steps import SHARES, Steps
from spec.parameters import Schedule

SPACE = SearchSpace(
    work_price=300.0,
    folds=(2, 3, 4),
    finals_log2=(4, 5),
    maximum_iterations=3,
    column_batching_grinding_bits=(0, 6),
    folding_grinding_bits=(0, 4),
    query_grinding_bits=(6, 8, 10),
)

search = cache(schedule_search)
"""The tests share their searches."""


@pytest.fixture(scope="module")
def problem(small_argument: ArgumentSize) -> Problem:
    worst = replace(small_argument, main_columns=9, zerocheck_rounds=12)
    return Problem(12, 2, 0, Fraction(1, 1 << 90), worst, small_argument, Goal.BYTES, SPACE)


@pytest.mark.parametrize("goal", Goal)
def test_search_reaches_the_target_within_its_space(problem: Problem, goal: Goal) -> None:
    found = search(replace(problem, goal=goal))
    schedule = found.schedule
    assert security(problem.worst_shape(schedule)).error <= problem.target
    assert found.report == security(problem.worst_shape(schedule))
    assert set(schedule.folds) <= set(SPACE.folds)
    assert schedule.final_log2 in SPACE.finals_log2
    assert schedule.iterations <= SPACE.maximum_iterations
    assert schedule.column_batching_grinding_bits <= 6
    assert max(schedule.folding_grinding_bits) <= 4
    assert max(schedule.query_grinding_bits) <= 10


def test_cost_of_a_schedule_is_its_size_or_its_compressions_and_operations_and_the_price_of_its_work(
    problem: Problem,
) -> None:
    schedule = Schedule(12, (3, 4), (40, 15), 6, (4, 0), (10, 8))
    hashes = 2**6 + 3 * 2**4 + 2**10 + 2**8
    assert expected_hashes(schedule) == hashes
    shape = problem.usual_shape(schedule)
    assert problem.cost(schedule) == pytest.approx(proof_bytes(shape).total_bytes + 300 * hashes / 2**20)
    circuit = replace(problem, goal=Goal.COMPRESSIONS)
    unit = compressions(shape).total + opening_operations(shape) / 360
    assert circuit.cost(schedule) == pytest.approx(unit + 300 * hashes / 2**20)


def test_search_is_as_good_as_trying_every_schedule_of_two_iterations(problem: Problem) -> None:
    """Without proof of work: all pairs of folds, and all pairs of queries around what the target needs."""
    space = replace(
        SPACE,
        work_price=0.0,
        maximum_iterations=2,
        column_batching_grinding_bits=(0,),
        folding_grinding_bits=(0,),
        query_grinding_bits=(0,),
    )
    bare = replace(problem, space=space, target=Fraction(1, 1 << 60))
    best = math.inf
    for folds in product(space.folds, repeat=2):
        if 12 - sum(folds) not in space.finals_log2:
            continue
        errors: list[dict[int, Fraction]] = []
        schedules = {}
        for iteration in range(2):
            of_iteration = {}
            rate_log2 = 2 + (folds[0] - 1 if iteration else 0)
            least = int(60 / (rate_log2 / 2)) + 1
            for count in range(least, least + 9):
                queries = (count, 20) if iteration == 0 else (70, count)
                schedules[iteration, count] = Schedule(12, folds, queries, 0, (0, 0), (0, 0))
                shape = bare.worst_shape(schedules[iteration, count])
                of_iteration[count] = group_error(shape, iteration, best_regime(shape, iteration))
            errors.append(of_iteration)
        for first, second in product(*errors):
            if errors[0][first] + errors[1][second] <= bare.target:
                schedule = replace(schedules[0, first], queries=(first, second))
                best = min(best, bare.cost(schedule))
    assert search(bare).cost == pytest.approx(best, abs=1e-6)


def test_larger_space_or_larger_target_is_never_worse(problem: Problem) -> None:
    price = replace(problem, space=replace(SPACE, work_price=0.0))
    cost = search(price).cost
    narrow = replace(price, space=replace(price.space, folds=(2, 3)))
    assert cost <= search(narrow).cost
    assert search(replace(price, target=price.target * 8)).cost < cost


def test_dearer_work_leads_to_less_of_it(problem: Problem) -> None:
    dear = replace(problem, space=replace(SPACE, work_price=1e7))
    assert search(dear).hashes < search(problem).hashes


def test_search_for_bytes_and_for_compressions_trade_against_each_other(problem: Problem) -> None:
    large = replace(problem, usual=replace(problem.usual, main_columns=200))
    small, cheap = (search(replace(large, goal=goal)) for goal in Goal)
    sizes = [proof_bytes(large.usual_shape(found.schedule)).total_bytes for found in (small, cheap)]
    assert sizes[0] <= sizes[1]
    circuit = replace(large, goal=Goal.COMPRESSIONS)
    assert circuit.cost(cheap.schedule) <= circuit.cost(small.schedule)


def test_search_respects_the_caps_of_trees(problem: Problem) -> None:
    capped = search(replace(problem, cap_log2=6, goal=Goal.COMPRESSIONS))
    schedule = capped.schedule
    assert all(schedule.tree_depth(i, 2) >= 6 for i in range(schedule.iterations))


def test_optional_regime_needs_fewer_queries(problem: Problem) -> None:
    large = replace(problem, target=Fraction(1, 1 << 140))
    cubic = search(replace(large, curve=CurveBound.CUBIC))
    assert cubic.report.curve is CurveBound.CUBIC
    assert cubic.cost < search(large).cost


def test_target_beyond_the_field_has_no_solution(problem: Problem) -> None:
    with pytest.raises(NoSolutionError, match=r"^no schedule for 2\^12 at rate 2\^-2 reaches 201\.00 bits$"):
        search(replace(problem, target=Fraction(1, 1 << 201)))


def test_height_without_a_domain_is_refused(problem: Problem) -> None:
    with pytest.raises(ParameterError, match=r"^height_log2: no domain of 2\^25 points$"):
        replace(problem, height_log2=23)


def test_refinement_adds_queries_until_the_target_is_met_and_takes_away_what_is_too_much(problem: Problem) -> None:
    few = Schedule(12, (3, 4), (78, 35), 6, (4, 4), (10, 10))
    many = replace(few, queries=(86, 46))
    results = [refined(problem, schedule) for schedule in (few, many)]
    for result in results:
        assert result is not None
        error = security(problem.worst_shape(result)).error
        assert error <= problem.target
        assert float_bits(error) < 91
        # One query less anywhere breaks the target or saves nothing.
        for i in range(2):
            queries = tuple(count - (place == i) for place, count in enumerate(result.queries))
            fewer = replace(result, queries=queries)
            assert security(problem.worst_shape(fewer)).error > problem.target


def test_refinement_of_a_hopeless_schedule_ends(problem: Problem) -> None:
    hopeless = replace(problem, target=Fraction(1, 1 << 201))
    assert refined(hopeless, Schedule(12, (3, 4), (500, 300), 6, (4, 4), (10, 10))) is None


def test_step_costs_less_for_more_shares_of_the_target(problem: Problem) -> None:
    step = Steps(problem).step(0, 0, 3)
    assert len(step.cost) == len(step.choices) == SHARES
    assert all(later <= earlier for earlier, later in zip(step.cost, step.cost[1:], strict=False))
    assert step.choices[0].queries >= step.choices[-1].queries


def test_step_takes_more_queries_where_they_make_an_opening_smaller(problem: Problem) -> None:
    """Thirty-two leaves of half a digest: most are opened, and a query more spares a digest rather than adds a leaf."""
    bare = replace(problem.usual, program_columns=0, continuation_columns=0, global_messages=0, main_columns=1)
    small = replace(problem, height_log2=6, rate_log2=1, usual=bare, target=Fraction(1, 1 << 30))
    costs = {count: small.step_cost(0, 2, count) for count in range(1, 120)}
    assert costs[119] < costs[45]
    # The target needs about 40; the most that are looked at is 30 bits at a quarter of a bit for each.
    assert Steps(small).step(0, 0, 2).choices[-1].queries == 30 * 4


def test_step_below_the_cap_is_no_step(problem: Problem) -> None:
    steps = Steps(replace(problem, cap_log2=8))
    assert not any(math.isfinite(cost) for cost in steps.step(2, 8, 5).cost)
