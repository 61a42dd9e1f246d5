"""Which limits the segments of a run have: under listed shapes, those of the shape that suits the run best."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from reference.fixed_tables import listed_program_heights
from reference.recursion.schedule import shape_names
from reference.recursion.tree_progress import efforts
from reference.trace.limits import SegmentLimits, limits_of_heights, limits_of_shape
from reference.trace.plan import SegmentPlan
from reference.trace.segmentation import PlanRun
from spec.circuit.nodes import TreeDesign
from spec.parameters import ParameterSet
from spec.program import Program
from spec.protocol.shape import listed_shape, rows_of
from spec.rv64im.machine import INSTRUCTION_CHIPS, work_rows
from spec.rv64im.tree import tree_design


def limits_under(parameters: ParameterSet, plan_run: PlanRun, program: Program, private_input: bytes) -> SegmentLimits:
    """The limits of a run's segments. Under listed shapes the run is executed once more, to count its rows.

    Raises what `plan_run` raises, and ProgramTooLargeError if no listed shape holds the program.
    """
    if not parameters.listed_shapes:
        return limits_of_heights(parameters.tallest_log2)
    heights = listed_program_heights(program)
    rows: Counter[str] = Counter()

    def count(segment: SegmentPlan) -> None:
        rows.update({chip.name: executed for chip, executed in zip(INSTRUCTION_CHIPS, segment.rows, strict=True)})

    plan_run(program, private_input, SegmentLimits(), count)
    return limits_of_shape(cheapest_shape(tree_design(), rows + Counter(work_rows(rows)), heights))


def cheapest_shape(design: TreeDesign, rows: Mapping[str, int], program_heights_log2: Mapping[str, int]) -> str:
    """The listed shape in which so many rows of each instruction and work chip take the fewest cells of codewords, of
    segments and of the nodes over them; touched memory apart.

    Raises ValueError if none has a table of every chip with rows.
    """
    listed = design.segments.listed_shapes
    used = {chip: count for chip, count in rows.items() if count}
    fitting = [name for name, heights in listed.items() if heights.keys() >= used.keys()]
    if not fitting:
        missing = ", ".join(sorted(used.keys() - {chip for heights in listed.values() for chip in heights}))
        raise ValueError(f"no listed shape has a table of {missing or 'all chips that the run needs'}")

    def effort(name: str) -> int:
        segments = max(-(-count // rows_of(listed[name][chip])) for chip, count in used.items())
        (of_design,) = shape_names(design, [listed_shape(design.segments, name, program_heights_log2)])
        found = efforts(design, [of_design])
        converted = -(-segments // max(design.counts_of(of_design)))
        # Each combination leaves one node less, but the last one.
        return segments * found.by_segment[0] + (2 * converted - 1) * found.node

    return min(fitting, key=effort)
