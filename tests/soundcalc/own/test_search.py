"""Searches for every height of a set: of the project's by what it was searched for, of others by their own counts."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from soundcalc.own.format import own_of, own_system
from soundcalc.own.search import schedules_of_counts, schedules_of_set, with_schedules
from soundcalc.own.system import OwnSystem
from soundcalc.protocol.proof_size import proof_bytes
from soundcalc.protocol.proximity import CurveBound
from soundcalc.protocol.search import Found
from soundcalc.protocol.sets import SET_TARGETS
from soundcalc.protocol.shape import shape_under
from spec.parameters import FINAL, SEGMENT

HEIGHT = 17
TARGET = Fraction(1, 1 << 100)
HEARD: list[tuple[str, float]] = []


@pytest.fixture(scope="module")
def system() -> OwnSystem:
    """One height, with few columns and a cap that no set of the project has."""
    bounds = replace(SET_TARGETS["segment"].bounds_at(HEIGHT), main_columns=12, program_columns=4)
    shape = replace(shape_under(bounds, SEGMENT, HEIGHT), cap_log2=3)
    return own_system("other", "a test's counts", 7, {HEIGHT: shape})


@pytest.fixture(scope="module")
def found(system: OwnSystem) -> list[Found]:
    HEARD.clear()
    return schedules_of_counts(system, TARGET, CurveBound.CORRECTED, lambda *step: HEARD.append(step))


def test_found_system_is_within_the_target_and_smaller_than_a_safer_one(system: OwnSystem, found: list[Found]) -> None:
    better = with_schedules(system, found)
    (report,) = better.reports().values()
    assert TARGET * Fraction(9, 10) < report.error <= TARGET
    before, after = system.shapes[HEIGHT], better.shapes[HEIGHT]
    assert (after.argument, after.rate_log2, after.cap_log2) == (before.argument, 1, 3)
    # The set's own schedule reaches 140 bits.
    assert proof_bytes(after).total_bytes < 0.8 * proof_bytes(before).total_bytes


def test_found_system_is_written_with_everything_else_as_it_was(system: OwnSystem, found: list[Found]) -> None:
    better = with_schedules(system, found)
    again = own_of(better.document, "x")
    assert again == better
    assert (again.name, again.about, again.segments) == (system.name, system.about, system.segments)
    assert again.shapes[HEIGHT].schedule == found[0].schedule


def test_search_reports_every_height(found: list[Found]) -> None:
    assert HEARD == [("2^17", 0.0)]


def test_search_follows_the_curve_that_is_asked_for(system: OwnSystem, found: list[Found]) -> None:
    (cubic,) = schedules_of_counts(system, TARGET, CurveBound.CUBIC)
    assert cubic.problem.curve is CurveBound.CUBIC
    assert cubic.cost < found[0].cost


def test_set_of_the_project_is_searched_with_its_own_bounds_and_usual_proofs() -> None:
    parameters = replace(FINAL, schedules={18: FINAL.schedule(18)})
    only = replace(SET_TARGETS["final"], parameters=parameters)
    heard: list[tuple[str, float]] = []
    (found,) = schedules_of_set(only, TARGET, CurveBound.CUBIC, lambda *step: heard.append(step))
    assert heard == [("2^18", 0.0)]
    assert (found.problem.target, found.problem.curve) == (TARGET, CurveBound.CUBIC)
    assert (found.problem.worst, found.problem.usual) == (only.bounds_at(18), only.usual_at(18))
    assert found.report.error <= TARGET
