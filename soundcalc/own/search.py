"""Schedules that reach a target, for every height of a parameter set.

The sets of the project are searched with bounds and usual proofs of their own. A file, a key or a changed set has the
counts of its largest proofs and no others: of those the errors stay within the target, and the size is made small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from soundcalc.own.format import own_system
from soundcalc.own.system import OwnSystem
from soundcalc.progress import Report, reported, unheard
from soundcalc.protocol.problem import Goal, Problem, SearchSpace
from soundcalc.protocol.proximity import CurveBound
from soundcalc.protocol.search import Found, search
from soundcalc.protocol.sets import BYTES_OF_A_MILLION_HASHES, SetTarget
from soundcalc.protocol.shape import ProofShape


def schedules_of_set(
    target: SetTarget, error: Fraction, curve: CurveBound = CurveBound.CORRECTED, report: Report = unheard
) -> list[Found]:
    """For every height of one of the project's sets the best schedule under which all rounds add up to the error.

    Raises NoSolutionError if no parameters reach the target.
    """
    heights = reported(target.parameters.heights_log2, report, "2^{}".format)
    return [search(replace(target.problem(height), target=error, curve=curve)) for height in heights]


def schedules_of_counts(
    system: OwnSystem, error: Fraction, curve: CurveBound = CurveBound.CORRECTED, report: Report = unheard
) -> list[Found]:
    """For every height of a system the schedule with the smallest proof, all rounds of which add up to the error.

    Raises NoSolutionError, and ParameterError for a height that the field has no domain for.
    """
    heights = reported(list(system.shapes), report, "2^{}".format)
    return [search(_problem(system.shapes[height], error, curve)) for height in heights]


def _problem(shape: ProofShape, error: Fraction, curve: CurveBound) -> Problem:
    return Problem(
        height_log2=shape.schedule.height_log2,
        rate_log2=shape.rate_log2,
        cap_log2=shape.cap_log2,
        target=error,
        worst=shape.argument,
        usual=shape.argument,
        goal=Goal.BYTES,
        space=SearchSpace(work_price=BYTES_OF_A_MILLION_HASHES),
        curve=curve,
    )


def with_schedules(system: OwnSystem, found: Sequence[Found]) -> OwnSystem:
    """The system with the schedules that were found, one for each of its heights."""
    schedules = {result.problem.height_log2: result.schedule for result in found}
    shapes = {height: replace(shape, schedule=schedules[height]) for height, shape in system.shapes.items()}
    return own_system(system.name, system.about, system.segments, shapes)
