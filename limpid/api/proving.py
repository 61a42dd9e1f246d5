"""Keys and proofs, and receipts of runs that are executed and not proven."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from limpid.arguments import require_run_arguments
from limpid.errors import FileError
from limpid.reading.inspection import security_of_shapes
from limpid.reading.programs import DEFAULT_PARAMETERS, Elf, load_program, parameter_set
from limpid.runs.backends import DEFAULT_BACKEND, Executed, backend_named, unheard
from limpid.runs.background import begun
from limpid.runs.memory_limits import FittingTraces
from limpid.runs.planning import PROVE_SHORTER, plan_provable, planning_errors
from reference.program_keys import proving_key, verification_key
from reference.prover.kernels import Kernels
from reference.prover.keys import ProvingKey
from reference.prover.progress import Observer, Stage, silent
from reference.recursion.shape_choice import limits_under
from reference.segments.in_memory import PlanStore, PlanStoreError, plan_store, prove_planned
from reference.segments.jobs import SegmentTraces, Workbench
from reference.trace.limits import SegmentLimits
from reference.trace.plan import RunPlan
from soundcalc.protocol.runs import RunSecurity
from spec.program import Program
from spec.protocol.development import DevelopmentReceipt
from spec.protocol.key import VerificationKey
from spec.protocol.shape import SegmentShape


@dataclass(frozen=True)
class Proof:
    """A finished proof with what it says."""

    encoded: bytes
    """The proof's canonical bytes: what `verify` takes."""

    key: VerificationKey
    output: bytes
    exit_code: int
    instructions: int
    misaligned_accesses: Mapping[int, int]
    """How many misaligned loads and stores, by program counter."""

    shapes: tuple[SegmentShape, ...]
    """By segment."""

    seconds: float
    """From the loaded program to the finished bytes."""

    @property
    def segments(self) -> int:
        """How many."""
        return len(self.shapes)

    @property
    def security(self) -> RunSecurity:
        """The bits of this very proof. Raises Rejected, CalculatorError where its heights admit no figure."""
        return security_of_shapes(self.shapes, self.key.parameters, self.output)


@dataclass(frozen=True)
class DevelopmentRun:
    """A run that was executed and not proven."""

    encoded: bytes
    """The canonical bytes of its receipt: `verify` rejects them, `check_dev_receipt` reads them."""

    receipt: DevelopmentReceipt
    instructions: int
    seconds: float
    """From the loaded program to the finished bytes."""


def keygen(elf: Elf, *, parameters: str = DEFAULT_PARAMETERS, backend: str = DEFAULT_BACKEND) -> VerificationKey:
    """The verification key of a guest; its `program_id` names the guest.

    Raises FileError if a file cannot be read or written, ProgramError if the ELF file is no program of this machine,
    EmptyProgramError if the program has no instruction, ParametersError if no parameter set has that name, BackendError
    if no implementation has that name, TooLargeError if the program is larger than every listed shape, and MisuseError
    if an argument makes no sense.
    """
    chosen = parameter_set(parameters)
    kernels, program = backend_named(backend).kernels(), load_program(elf)
    with planning_errors(PROVE_SHORTER):
        return verification_key(kernels, program, chosen)


def prove(
    elf: Elf,
    private_input: bytes = b"",
    *,
    parameters: str = DEFAULT_PARAMETERS,
    backend: str = DEFAULT_BACKEND,
    maximum_instructions: int | None = None,
    observer: Observer = silent,
    executed: Executed = unheard,
    random_seed: bytes = b"",
) -> Proof:
    """Proves a run, whatever its exit code. Every backend gives the same bytes.

    What cannot be proven is refused as soon as it has been executed, and so is a run that has not ended after
    `maximum_instructions`. Each segment is executed again when it is proven, so that only one of them is held at a
    time. `executed` hears how far the first execution is, `observer` of the progress after it. The seed makes the
    random words that the guest asks for: it stands in no proof. Raises FileError if a file cannot be read or written,
    ProgramError if the ELF file is no program of this machine, ParametersError if no parameter set has that name,
    BackendError if no implementation has that name, InputError if the input exceeds its region, TrapError if the
    program ends abnormally, UnprovableError if the run halts but no proof of it exists, TooLongError if the run does
    not fit in what can be proven at once, OutOfMemoryError if the machine has too little memory, and MisuseError if an
    argument makes no sense.
    """
    start = time.monotonic()
    observer(Stage.PLAN, 0.0)
    with planned_run(
        elf,
        private_input,
        parameters=parameters,
        backend=backend,
        maximum_instructions=maximum_instructions,
        executed=executed,
        random_seed=random_seed,
    ) as planned:
        encoded, shapes = prove_planned(planned.bench(), planned.run, planned.plans, observer)
    run, key = planned.run, planned.key
    return Proof(
        encoded=encoded,
        key=key.verification,
        output=run.end.output,
        exit_code=run.end.exit_code,
        instructions=run.end.instructions,
        misaligned_accesses=dict(run.end.misaligned_accesses),
        shapes=shapes,
        seconds=time.monotonic() - start,
    )


@dataclass(frozen=True)
class Planned:
    """A run that has been executed and cut into segments, none of which is proven."""

    program: Program
    key: ProvingKey
    kernels: Kernels
    traces: SegmentTraces
    run: RunPlan
    plans: PlanStore

    def bench(self, *, with_nodes: bool = False) -> Workbench:
        """What proves its segments, if there is room for it, and `with_nodes` also for the nodes made in between."""
        return Workbench(self.kernels, self.key, FittingTraces(self.traces, self.key, with_nodes=with_nodes))


@contextmanager
def planned_run(
    elf: Elf,
    private_input: bytes,
    *,
    parameters: str,
    backend: str,
    maximum_instructions: int | None,
    executed: Executed,
    random_seed: bytes,
) -> Iterator[Planned]:
    """The plans of a run, which go when the block ends.

    Raises what `prove` raises before anything is proven, and FileError if the plans find no room on the disk.
    """
    require_run_arguments(private_input, maximum_instructions)
    chosen = parameter_set(parameters)
    proving = backend_named(backend, random_seed)
    program = load_program(elf)
    kernels = proving.kernels()
    try:
        with plan_store() as plans:
            # Executing takes one core; the key does not depend on the execution.
            key_in_work = begun(lambda: proving_key(kernels, program, chosen))
            plan = plan_provable(proving, maximum_instructions, executed)
            with planning_errors(PROVE_SHORTER):
                limits = limits_under(chosen, plan, program, private_input)
                run = plan(program, private_input, limits, plans.keep)
                key = key_in_work.result()
            yield Planned(program, key, kernels, proving.traces(program, key.tables), run, plans)
    except PlanStoreError as error:
        next_step = "let TMPDIR name a folder with room, or prove in a folder with --out"
        raise FileError("the temporary file of the plans", str(error), next_step) from error


def prove_dev(
    elf: Elf,
    private_input: bytes = b"",
    *,
    parameters: str = DEFAULT_PARAMETERS,
    backend: str = DEFAULT_BACKEND,
    maximum_instructions: int | None = None,
    executed: Executed = unheard,
    random_seed: bytes = b"",
) -> DevelopmentRun:
    """Executes a run and proves nothing: for tests of applications. What could not be proven raises as in `prove`.

    Raises FileError if a file cannot be read or written, ProgramError if the ELF file is no program of this machine,
    ParametersError if no parameter set has that name, BackendError if no implementation has that name, InputError if
    the input exceeds its region, TrapError if the program ends abnormally, UnprovableError if the run halts but no
    proof of it exists, TooLongError if the run does not fit in what can be proven at once, and MisuseError if an
    argument makes no sense.
    """
    require_run_arguments(private_input, maximum_instructions)
    chosen = parameter_set(parameters)
    proving = backend_named(backend, random_seed)
    program = load_program(elf)
    start = time.monotonic()
    plan = plan_provable(proving, maximum_instructions, executed)
    with planning_errors(PROVE_SHORTER):
        run = plan(program, private_input, SegmentLimits(), lambda _: None)
        key = verification_key(proving.kernels(), program, chosen)
    receipt = DevelopmentReceipt(key, run.end.output, run.end.exit_code)
    return DevelopmentRun(receipt.encoded(), receipt, run.end.instructions, time.monotonic() - start)
