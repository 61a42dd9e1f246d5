"""The two implementations of proving and verifying: the same bytes, the same verdicts; one is fast, one readable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Protocol

from limpid.arguments import require_type
from limpid.errors import BackendError
from spec.isa.advice import HonestHost, Host

if TYPE_CHECKING:
    # Each implementation imports what it needs: a command waits for nothing that it does not use.
    import numpy as np
    from numpy.typing import NDArray

    from reference.arrays.field_arrays import Matrix
    from reference.execution import Execution
    from reference.executor import Console
    from reference.executor.profiling import Profile
    from reference.prover.kernels import Kernels
    from reference.segments.jobs import SegmentTraces
    from reference.tables import Table
    from reference.trace.limits import SegmentLimits
    from reference.trace.plan import RunPlan
    from reference.trace.segmentation import Keep, PlanRun
    from reference.verifier.program import Verified
    from spec.program import Program
    from spec.protocol.key import VerificationKey


class Verify(Protocol):
    """Verification, as `reference.verifier.program.verify` describes it."""

    def __call__(
        self,
        encoded: bytes,
        program: VerificationKey | bytes | None,
        output: bytes | None,
        *,
        exit_code: int = 0,
        allow_insecure: bool = False,
    ) -> Verified: ...


class Part(Enum):
    """What is compiled at once."""

    EXECUTOR = "executor"
    PROVER = "prover"
    VERIFIER = "verifier"


Executed = Callable[[int], None]
"""Receives now and then how many instructions have been executed."""


def unheard(_: int) -> None:
    """Nobody counts executed instructions."""


Compiling = Callable[[], AbstractContextManager[Callable[[str, float], None]]]
"""Shows that something is compiled: what comes next, and the fraction that is done."""


class Backend(Protocol):
    """What proving and verifying need."""

    def compile(self, part: Part, compiling: Compiling) -> tuple[str, ...]:
        """Compiles a part, showing it, unless that was done before. Returns what the user should know."""
        ...

    def verifier(self) -> Verify:
        """The verifier."""
        ...

    def kernels(self) -> Kernels:
        """The heavy steps of the prover."""
        ...

    def execute(
        self,
        program: Program,
        private_input: bytes,
        *,
        console: Console | None = None,
        maximum_instructions: int | None,
        executed: Executed,
    ) -> Execution:
        """Executes the program, as `reference.executor.execute`; `executed` hears how many instructions are done."""
        ...

    def profile(self, program: Program, private_input: bytes, *, executed: Executed) -> Profile:
        """Executes the program and counts what it does, as `reference.executor.profiling.profile`."""
        ...

    def planner(self, maximum_instructions: int | None = None, executed: Executed = unheard) -> PlanRun:
        """What executes a program and cuts it into segments, as `reference.trace.segmentation.plan_run`, up to a limit
        of instructions; `executed` hears how many are done."""
        ...

    def traces(self, program: Program, fixed_tables: Sequence[Table]) -> SegmentTraces:
        """Fills in the tables of planned segments; the fixed ones are the program's, as `fixed_cells` makes them."""
        ...

    def distinct_rows(self, matrix: Matrix) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which rows of a matrix are equal, as `reference.bus_traffic.distinct_rows`."""
        ...


@dataclass(frozen=True)
class ReferenceBackend:
    """Plain numpy and Python, to be read."""

    new_host: Callable[[], Host] = HonestHost
    """Makes who answers the calls of advice of a run."""

    def compile(self, part: Part, compiling: Compiling) -> tuple[str, ...]:
        del part, compiling
        return ()

    def verifier(self) -> Verify:
        from reference.verifier.program import verify

        return verify

    def kernels(self) -> Kernels:
        from reference.prover.plain_kernels import PlainKernels

        return PlainKernels()

    def execute(
        self,
        program: Program,
        private_input: bytes,
        *,
        console: Console | None = None,
        maximum_instructions: int | None,
        executed: Executed,
    ) -> Execution:
        from reference.executor import execute

        execution = execute(
            program,
            private_input,
            console=console,
            maximum_instructions=maximum_instructions,
            host=self.new_host(),
        )
        executed(execution.instructions)
        return execution

    def profile(self, program: Program, private_input: bytes, *, executed: Executed) -> Profile:
        from reference.executor.profiling import profile

        counted = profile(program, private_input, host=self.new_host())
        executed(counted.execution.instructions)
        return counted

    def planner(self, maximum_instructions: int | None = None, executed: Executed = unheard) -> PlanRun:
        from reference.trace.segmentation import plan_run

        def planned(program: Program, private_input: bytes, limits: SegmentLimits, keep: Keep) -> RunPlan:
            run = plan_run(
                program,
                private_input,
                limits,
                keep,
                maximum_instructions=maximum_instructions,
                new_host=self.new_host,
            )
            executed(run.end.instructions)
            return run

        return planned

    def traces(self, program: Program, fixed_tables: Sequence[Table]) -> SegmentTraces:
        from reference.trace.build import PlainTraces

        del fixed_tables
        return PlainTraces(program)

    def distinct_rows(self, matrix: Matrix) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        from reference.bus_traffic import distinct_rows

        return distinct_rows(matrix)


@dataclass(frozen=True)
class OptimizedBackend:
    """numba, imported where it is first needed: loading the compiled kernels takes a second."""

    new_host: Callable[[], Host] = HonestHost
    """Makes who answers the calls of advice of a run."""

    def compile(self, part: Part, compiling: Compiling) -> tuple[str, ...]:
        from optimized.compilation import CACHE

        if not CACHE.holds(part.value):
            with compiling() as report:
                self._warm_up(part, report)
            CACHE.mark(part.value)
        if CACHE.is_lasting:
            return ()
        return (
            f"{CACHE.wanted} cannot be written, so everything is compiled anew each time; "
            "name another place in the environment variable NUMBA_CACHE_DIR",
        )

    def _warm_up(self, part: Part, report: Callable[[str, float], None]) -> None:
        match part:
            case Part.EXECUTOR:
                from optimized.warm_up import warm_up_executor as warm_up
            case Part.PROVER:
                from optimized.warm_up import warm_up
            case Part.VERIFIER:
                from optimized.verifier.warm_up import warm_up
        warm_up(report)

    def verifier(self) -> Verify:
        from optimized.verifier.run import verify as verify_fast

        return verify_fast

    def kernels(self) -> Kernels:
        from optimized.kernels import OptimizedKernels

        return OptimizedKernels()

    def execute(
        self,
        program: Program,
        private_input: bytes,
        *,
        console: Console | None = None,
        maximum_instructions: int | None,
        executed: Executed,
    ) -> Execution:
        from limpid.runs.compiled_runs import execute as execute_compiled

        return execute_compiled(
            program,
            private_input,
            console=console,
            maximum_instructions=maximum_instructions,
            executed=executed,
            host=self.new_host(),
        )

    def profile(self, program: Program, private_input: bytes, *, executed: Executed) -> Profile:
        from limpid.runs.compiled_runs import profile as profile_compiled

        return profile_compiled(program, private_input, executed=executed, host=self.new_host())

    def planner(self, maximum_instructions: int | None = None, executed: Executed = unheard) -> PlanRun:
        from limpid.runs.optimized_runs import plan_compiled_run

        return partial(
            plan_compiled_run, maximum_instructions=maximum_instructions, executed=executed, new_host=self.new_host
        )

    def traces(self, program: Program, fixed_tables: Sequence[Table]) -> SegmentTraces:
        from limpid.runs.optimized_runs import segment_traces

        return segment_traces(program, fixed_tables)

    def distinct_rows(self, matrix: Matrix) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        from optimized.trace.distinct_rows import distinct_rows as distinct_compiled

        return distinct_compiled(matrix)


_WITH_HOST: dict[str, Callable[[Callable[[], Host]], Backend]] = {
    "optimized": OptimizedBackend,
    "reference": ReferenceBackend,
}
BACKENDS: dict[str, Backend] = {name: made(HonestHost) for name, made in _WITH_HOST.items()}
"""By name, the default first."""

DEFAULT_BACKEND = next(iter(BACKENDS))


def backend_named(name: str, random_seed: bytes = b"") -> Backend:
    """The implementation of proving of this name; the seed makes the random words that guests ask for.

    Raises BackendError if no implementation has that name, and MisuseError if an argument makes no sense.
    """
    require_type("backend", name, str)
    require_type("random_seed", random_seed, bytes)
    if name not in BACKENDS:
        raise BackendError(f"there is no backend {name}", f"choose one of: {', '.join(BACKENDS)}")
    return _WITH_HOST[name](partial(HonestHost, random_seed)) if random_seed else BACKENDS[name]
