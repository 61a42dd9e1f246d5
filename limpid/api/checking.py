"""Holding the trace of a run against every constraint and bus."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from limpid.arguments import require_run_arguments
from limpid.reading.programs import Elf, load_program
from limpid.runs.backends import DEFAULT_BACKEND, Executed, backend_named, unheard
from limpid.runs.planning import PROVE_SHORTER, plan_provable, planning_errors
from reference.checker import Violation, check_run
from reference.program_keys import fixed_cells
from reference.tables import Trace
from reference.trace.limits import SegmentLimits
from reference.trace.plan import SegmentPlan


@dataclass(frozen=True)
class TraceCheck:
    """The honest trace of a run, held against every constraint and every bus."""

    instructions: int
    table_heights: tuple[tuple[tuple[str, int], ...], ...]
    """By segment, chip and rows of every table in machine order."""

    violations: tuple[Violation, ...]
    """Empty for a run that can be proven."""


def check_trace(
    elf: Elf,
    private_input: bytes = b"",
    *,
    maximum_instructions: int | None = None,
    executed: Executed = unheard,
) -> TraceCheck:
    """Holds the honest trace of a run against every constraint and bus, without a proof.

    Raises FileError if a file cannot be read or written, ProgramError if the ELF file is no program of this machine,
    InputError if the input exceeds its region, TrapError if the program ends abnormally, UnprovableError if the run
    halts but no proof of it exists, TooLongError if the run does not fit in what can be proven at once, and MisuseError
    if an argument makes no sense.
    """
    require_run_arguments(private_input, maximum_instructions)
    program, backend = load_program(elf), backend_named(DEFAULT_BACKEND)
    plans: list[SegmentPlan] = []
    with planning_errors(PROVE_SHORTER):
        plan = plan_provable(backend, maximum_instructions, executed)
        run = plan(program, private_input, SegmentLimits(), plans.append)
    filling = backend.traces(program, fixed_cells(program, listed=False))
    heights: list[tuple[tuple[str, int], ...]] = []

    def traces() -> Iterator[Trace]:
        for plan in plans:
            trace = filling.segment(run.segment(plan))
            heights.append(tuple((table.chip.name, table.height) for table in trace.tables))
            yield trace

    violations = check_run(traces(), backend.distinct_rows)
    return TraceCheck(run.end.instructions, tuple(heights), tuple(violations))
