"""Executing and planning a run before it is proven: what cannot be proven is refused here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from limpid.advice.trap_advice import trap_error
from limpid.errors import (
    EmptyProgramError,
    InputError,
    LimpidError,
    MisuseError,
    TooLargeError,
    TooLongError,
    UnprovableError,
)
from limpid.runs.backends import Backend, Executed
from reference.execution import Execution
from reference.fixed_tables import NoInstructionError, ProgramTooLargeError, RegionError
from reference.machine_memory import InputTooLongError
from reference.trace.errors import SegmentTooSmallError, TraceTooLongError
from reference.trace.errors import UnprovableError as UnprovableRunError
from reference.trace.limits import SegmentLimits, least_cost, most_instructions
from reference.trace.plan import RunPlan, SegmentPlan
from reference.trace.segmentation import Keep, PlanRun
from spec.program import Program
from spec.rv64im.machine import MAXIMUM_SEGMENTS

SHORT_RUN = 2**24
"""Instructions, which take a tenth of a second."""

PROVE_SHORTER = "prove a shorter run"
"""What to do about one that is too long."""


def require_provable(
    backend: Backend,
    program: Program,
    private_input: bytes,
    *,
    maximum_instructions: int | None,
    limits: SegmentLimits,
    executed: Executed,
) -> Execution:
    """The end of a run that can be proven, unless it takes more segments than its instructions tell.

    Raises InputError, UnprovableError, TooLongError, and TrapError, also where `maximum_instructions` are reached.
    """
    most = Most(limits, maximum_instructions)
    with planning_errors(PROVE_SHORTER):
        execution = backend.execute(program, private_input, maximum_instructions=most.instructions, executed=executed)
    if execution.trap is None and execution.provable:
        return execution
    raise most.refused(program, execution)


def plan_provable(backend: Backend, maximum_instructions: int | None, executed: Executed) -> PlanRun:
    """`plan_run` of a backend, for one run, if it can be proven: if not, `keep` receives nothing, and it raises as
    `require_provable` does. A short run is executed once for both; a long one, which may be endless, is executed to its
    end before it is planned. Whoever plans the run again knows that it ends."""
    is_provable = False

    def plan_run(program: Program, private_input: bytes, limits: SegmentLimits, keep: Keep) -> RunPlan:
        nonlocal is_provable
        if is_provable:
            return backend.planner()(program, private_input, limits, keep)
        most = Most(limits, maximum_instructions)
        at_once = min(most.instructions, SHORT_RUN)
        plans: list[SegmentPlan] = []
        try:
            run = backend.planner(at_once, executed)(program, private_input, limits, plans.append)
        except UnprovableRunError as error:
            if not error.execution.instructions == at_once < most.instructions:
                raise most.refused(program, error.execution) from error
        else:
            is_provable = True
            for plan in plans:
                keep(plan)
            return run
        plans.clear()
        require_provable(
            backend,
            program,
            private_input,
            maximum_instructions=maximum_instructions,
            limits=limits,
            executed=executed,
        )
        is_provable = True
        return backend.planner()(program, private_input, limits, keep)

    return plan_run


@dataclass(frozen=True)
class Most:
    """How long a run may be that is to be proven in segments of these limits."""

    limits: SegmentLimits
    wanted: int | None
    """The caller's limit of instructions."""

    @property
    def instructions(self) -> int:
        """The caller's limit, or what all segments of a run hold, if that is less."""
        most = most_instructions(self.limits)
        return most if self.wanted is None else min(most, self.wanted)

    def refused(self, program: Program, execution: Execution) -> LimpidError:
        """Why an execution that was stopped there cannot be proven."""
        if execution.trap is None:
            return UnprovableError(str(execution.unprovable_reason))
        if execution.instructions == self.instructions != self.wanted:
            return TooLongError(
                f"the execution has not ended after {execution.instructions:,} instructions, more than "
                f"{MAXIMUM_SEGMENTS:,} segments hold",
                f"{PROVE_SHORTER}; if it never ends, find out where it stays with: "
                "limpid run GUEST.elf --limit 1000000",
            )
        return trap_error(program, execution)


@contextmanager
def planning_errors(next_step: str) -> Iterator[None]:
    """Translates errors of executing, planning and making keys into LimpidErrors.

    Raises InputError where the input is too long, UnprovableError where no proof of the run exists, TooLongError where
    segments are too small or too many, EmptyProgramError where a program has no instruction, MisuseError where its
    regions are not those of a program, and TooLargeError where it is larger than every listed shape.
    """
    try:
        yield
    except InputTooLongError as error:
        raise InputError(str(error)) from error
    except UnprovableRunError as error:
        raise UnprovableError(str(error)) from error
    except SegmentTooSmallError as error:
        raise TooLongError(str(error), f"give --segment-cost {least_cost()} or more") from error
    except TraceTooLongError as error:
        raise TooLongError(str(error), next_step) from error
    except NoInstructionError as error:
        raise EmptyProgramError(
            f"no instruction of the program can be proven: {error}",
            "look at its code with: riscv64-unknown-elf-objdump -d GUEST.elf",
        ) from error
    except RegionError as error:
        raise MisuseError(str(error)) from error
    except ProgramTooLargeError as error:
        raise TooLargeError(str(error), "choose a parameter set without listed shapes, such as segment") from error
