"""Executing a run before it is proven: what cannot be proven is refused here, before any of it is planned."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from limpid.advice.trap_advice import trap_error
from limpid.errors import InputError, TooLargeError, TooLongError, TrapError, UnprovableError
from limpid.runs.backends import Backend, Executed
from reference.execution import Execution
from reference.fixed_tables import ProgramTooLargeError
from reference.machine_memory import InputTooLongError
from reference.prover.progress import SHARES, Observer, Stage
from reference.trace.errors import SegmentTooSmallError, TraceTooLongError
from reference.trace.errors import UnprovableError as UnprovableRunError
from reference.trace.limits import SegmentLimits, least_cost, most_instructions
from reference.trace.plan import SegmentPlan
from reference.trace.segmentation import Keep
from spec.program import Program
from spec.rv64im.machine import MAXIMUM_SEGMENTS

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
    most = most_instructions(limits)
    limit = most if maximum_instructions is None else min(most, maximum_instructions)
    with planning_errors(PROVE_SHORTER):
        execution = backend.execute(program, private_input, maximum_instructions=limit, executed=executed)
    if execution.trap is None and execution.provable:
        return execution
    if execution.trap is not None and execution.instructions == limit != maximum_instructions:
        raise TooLongError(
            f"the execution has not ended after {limit:,} instructions, more than {MAXIMUM_SEGMENTS:,} segments hold",
            f"{PROVE_SHORTER}; if it never ends, find out where it stays with: limpid run GUEST.elf --limit 1000000",
        )
    raise _unprovable(program, execution)


def planned(keep: Keep, instructions: int, observer: Observer) -> Keep:
    """The same receiver of plans, which tells the observer how much of so many instructions is planned."""
    done = 0

    def kept(plan: SegmentPlan) -> None:
        nonlocal done
        keep(plan)
        done += plan.instructions
        observer(Stage.PLAN, done / instructions * SHARES[Stage.PLAN] / sum(SHARES.values()))

    return kept


def _unprovable(program: Program, execution: Execution) -> TrapError | UnprovableError:
    if execution.trap is not None:
        return trap_error(program, execution)
    return UnprovableError(str(execution.unprovable_reason))


@contextmanager
def planning_errors(next_step: str) -> Iterator[None]:
    """Translates errors of executing, planning and making keys into LimpidErrors."""
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
    except ProgramTooLargeError as error:
        raise TooLargeError(str(error), "choose a parameter set without listed shapes, such as segment") from error
