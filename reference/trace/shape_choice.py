"""Which limits the segments of a run have: under listed shapes, those of the shape that suits the run best."""

from __future__ import annotations

from collections import Counter

from reference.fixed_tables import listed_program_heights
from reference.trace.errors import UnlistedTableError
from reference.trace.limits import SegmentLimits, limits_of_heights, limits_of_shape
from reference.trace.plan import SegmentPlan
from reference.trace.segmentation import PlanRun
from spec.cost import cheapest_shape
from spec.parameters import ParameterSet
from spec.program import Program
from spec.rv64im.machine import INSTRUCTION_CHIPS, RV64IM


def limits_under(parameters: ParameterSet, plan_run: PlanRun, program: Program, private_input: bytes) -> SegmentLimits:
    """The limits of a run's segments. Under listed shapes the run is executed once more, to count its rows.

    Raises what `plan_run` raises, ProgramTooLargeError if no listed shape holds the program, and UnlistedTableError
    if none has a table of every chip that the run needs.
    """
    if not parameters.listed_shapes:
        return limits_of_heights(parameters.tallest_log2)
    heights = listed_program_heights(program)
    rows: Counter[str] = Counter()

    def count(segment: SegmentPlan) -> None:
        rows.update({chip.name: executed for chip, executed in zip(INSTRUCTION_CHIPS, segment.rows, strict=True)})

    plan_run(program, private_input, SegmentLimits(), count)
    try:
        return limits_of_shape(cheapest_shape(RV64IM, rows, heights))
    except ValueError as error:
        raise UnlistedTableError(str(error)) from error
