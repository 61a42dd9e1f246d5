"""The Python API: what the command line does, as typed functions over bytes.

What fails raises a LimpidError; an argument of another type or range is a MisuseError. A verdict is no LimpidError:
`verify` and `check_dev_receipt` raise Rejected and return nothing else than acceptance. `limpid.inspect` and
`limpid.decode_key` raise Rejected for damaged bytes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from limpid.arguments import require_type
from limpid.errors import FileError, InputError, MisuseError, TrapError
from limpid.reading.programs import DEFAULT_PARAMETERS, Elf, load_program, parameter_set
from limpid.results import Accepted, DevelopmentRun, Proof, TraceCheck
from limpid.runs.backends import DEFAULT_BACKEND, Executed, backend_named
from limpid.runs.background import begun
from limpid.runs.memory_limits import FittingTraces
from limpid.runs.planning import PROVE_SHORTER, planned, planning_errors, require_provable
from reference.checker import check_run
from reference.execution import Execution
from reference.executor import Console
from reference.executor.profiling import Profile
from reference.machine_memory import InputTooLongError
from reference.program_keys import fixed_cells, proving_key, verification_key
from reference.prover.progress import Observer, Stage, silent
from reference.segments.in_memory import PlanStoreError, plan_store, prove_planned
from reference.segments.jobs import Workbench
from reference.tables import Trace
from reference.trace.limits import SegmentLimits, limits_of_heights
from reference.trace.plan import SegmentPlan
from reference.trace.shape_choice import limits_under
from reference.verifier.program import check_statement
from reference.verifier.question import QuestionError, require_question
from soundcalc.protocol.runs import run_security
from spec.protocol.development import DevelopmentReceipt, decode_development_receipt
from spec.protocol.form import SegmentForm
from spec.protocol.key import VerificationKey
from spec.protocol.key_encoding import decode_key as decode_machine_key
from spec.rejection import Rejected, Rejection
from spec.rv64im.machine import RV64IM
from spec.rv64im.tokens import output_tokens


def _unheard(_: int) -> None:
    """Nobody counts executed instructions."""


def run(
    elf: Elf,
    private_input: bytes = b"",
    *,
    console: Console | None = None,
    maximum_instructions: int | None = None,
    executed: Executed = _unheard,
) -> Execution:
    """Executes a guest; `console` receives what it prints to debug it by, `executed` how many instructions are done.

    An abnormal end is part of the result. Raises FileError, ProgramError, InputError, MisuseError.
    """
    _require_arguments(private_input, maximum_instructions)
    program = load_program(elf)
    try:
        return backend_named(DEFAULT_BACKEND).execute(
            program, private_input, console=console, maximum_instructions=maximum_instructions, executed=executed
        )
    except InputTooLongError as error:
        raise InputError(str(error)) from error


def profile(elf: Elf, private_input: bytes = b"", *, executed: Executed = _unheard) -> Profile:
    """Executes a guest and counts what it does. Raises FileError, ProgramError, InputError, TrapError, MisuseError."""
    _require_arguments(private_input)
    program = load_program(elf)
    try:
        counted = backend_named(DEFAULT_BACKEND).profile(program, private_input, executed=executed)
    except InputTooLongError as error:
        raise InputError(str(error)) from error
    if counted.execution.trap is not None:
        raise TrapError(counted.execution.trap, counted.execution.instructions)
    return counted


def check_trace(
    elf: Elf,
    private_input: bytes = b"",
    *,
    maximum_instructions: int | None = None,
    executed: Executed = _unheard,
) -> TraceCheck:
    """Holds the honest trace of a run against every constraint and bus, without a proof.

    Raises FileError, ProgramError, InputError, TrapError, UnprovableError, TooLongError, MisuseError.
    """
    _require_arguments(private_input, maximum_instructions)
    program, backend, limits = load_program(elf), backend_named(DEFAULT_BACKEND), SegmentLimits()
    require_provable(
        backend, program, private_input, maximum_instructions=maximum_instructions, limits=limits, executed=executed
    )
    plans: list[SegmentPlan] = []
    with planning_errors(PROVE_SHORTER):
        run = backend.plan_run(program, private_input, limits, plans.append)
    filling = backend.traces(program, fixed_cells(program, listed=False))
    heights: list[tuple[tuple[str, int], ...]] = []

    def traces() -> Iterator[Trace]:
        for plan in plans:
            trace = filling.segment(run.segment(plan))
            heights.append(tuple((table.chip.name, table.height) for table in trace.tables))
            yield trace

    violations = check_run(traces(), backend.distinct_rows)
    return TraceCheck(run.end.instructions, tuple(heights), tuple(violations))


def keygen(elf: Elf, *, parameters: str = DEFAULT_PARAMETERS, backend: str = DEFAULT_BACKEND) -> VerificationKey:
    """The verification key of a guest; its `program_id` names the guest.

    Raises FileError, ProgramError, ParametersError, BackendError, TooLargeError, MisuseError.
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
    executed: Executed = _unheard,
) -> Proof:
    """Proves a run, whatever its exit code. Every backend gives the same bytes.

    The run is executed before it is planned: what cannot be proven is refused at once, and so is a run that has not
    ended after `maximum_instructions`. Each segment is executed again when it is proven, so that only one of them is
    held at a time. `executed` hears how far the first execution is, `observer` of the progress after it.
    Raises FileError, ProgramError, ParametersError, BackendError, InputError, TrapError, UnprovableError, TooLongError,
    OutOfMemoryError, MisuseError.
    """
    _require_arguments(private_input, maximum_instructions)
    chosen = parameter_set(parameters)
    proving = backend_named(backend)
    program = load_program(elf)
    start = time.monotonic()
    observer(Stage.PLAN, 0.0)
    kernels = proving.kernels()
    try:
        with plan_store() as plans:
            # Executing takes one core; the key does not depend on the execution.
            key_in_work = begun(lambda: proving_key(kernels, program, chosen))
            limits = limits_of_heights(chosen.tallest_log2)
            end = require_provable(
                proving,
                program,
                private_input,
                maximum_instructions=maximum_instructions,
                limits=limits,
                executed=executed,
            )
            with planning_errors(PROVE_SHORTER):
                limits = limits_under(chosen, proving.plan_run, program, private_input)
                keep = planned(plans.keep, end.instructions, observer)
                run = proving.plan_run(program, private_input, limits, keep)
                key = key_in_work.result()
            bench = Workbench(kernels, key, FittingTraces(proving.traces(program, key.tables), key))
            encoded = prove_planned(bench, run, plans, observer)
    except PlanStoreError as error:
        next_step = "let TMPDIR name a folder with room, or prove in a folder with --out"
        raise FileError("the temporary file of the plans", str(error), next_step) from error
    return Proof(
        encoded=encoded,
        key=key.verification,
        output=run.end.output,
        exit_code=run.end.exit_code,
        instructions=run.end.instructions,
        misaligned_accesses=dict(run.end.misaligned_accesses),
        segments=run.segment_count,
        seconds=time.monotonic() - start,
    )


def prove_dev(
    elf: Elf,
    private_input: bytes = b"",
    *,
    parameters: str = DEFAULT_PARAMETERS,
    backend: str = DEFAULT_BACKEND,
    maximum_instructions: int | None = None,
    executed: Executed = _unheard,
) -> DevelopmentRun:
    """Executes a run and proves nothing: for tests of applications. What could not be proven raises as in `prove`.

    Raises FileError, ProgramError, ParametersError, BackendError, InputError, TrapError, UnprovableError, TooLongError,
    MisuseError.
    """
    _require_arguments(private_input, maximum_instructions)
    chosen = parameter_set(parameters)
    proving = backend_named(backend)
    program = load_program(elf)
    start = time.monotonic()
    limits = SegmentLimits()
    require_provable(
        proving, program, private_input, maximum_instructions=maximum_instructions, limits=limits, executed=executed
    )
    with planning_errors(PROVE_SHORTER):
        end = proving.plan_run(program, private_input, limits, lambda _: None).end
        key = verification_key(proving.kernels(), program, chosen)
    receipt = DevelopmentReceipt(key, end.output, end.exit_code)
    return DevelopmentRun(receipt.encoded(), receipt, end.instructions, time.monotonic() - start)


def decode_key(encoded: bytes) -> VerificationKey:
    """The key of a program from its canonical bytes, as `limpid keygen` writes them.

    Raises Rejected for bytes that are no key of this machine, and MisuseError.
    """
    require_type("encoded", encoded, bytes)
    return decode_machine_key(encoded, RV64IM)


def verify(
    proof: bytes,
    *,
    program: VerificationKey | bytes | None,
    output: bytes | None,
    exit_code: int = 0,
    allow_insecure: bool = False,
    backend: str = DEFAULT_BACKEND,
) -> Accepted:
    """Accepts a proof of this program (its key or its id), public output and exit code, or raises Rejected.

    None in place of program or output accepts whatever the proof claims: the caller then has to look at it.
    `allow_insecure` admits parameter sets that are only for tests. Every backend gives the same verdict for the same
    reason. Raises BackendError, and MisuseError for arguments that no proof can answer to.
    """
    verify_run = backend_named(backend).verifier()
    with _question_errors():
        verified = verify_run(proof, program, output, exit_code=exit_code, allow_insecure=allow_insecure)
    forms = [SegmentForm(shape, verified.key.parameters) for shape in verified.shapes]
    return Accepted(verified, run_security(forms, len(output_tokens(verified.output))))


def check_dev_receipt(
    receipt: bytes,
    *,
    program: VerificationKey | bytes | None,
    output: bytes | None,
    exit_code: int = 0,
    allow_insecure: bool = False,
) -> DevelopmentReceipt:
    """What a development receipt states, if that is what the caller asks about. It PROVES NOTHING: for tests only.

    The arguments are those of `verify`. Raises Rejected for the reasons for which a proof of another statement is,
    and MisuseError as `verify` does.
    """
    with _question_errors():
        require_question(receipt, program, output, exit_code=exit_code, allow_insecure=allow_insecure)
    found = decode_development_receipt(receipt, RV64IM)
    check_statement(found.key, found.output, program, output, allow_insecure=allow_insecure)
    if found.exit_code != exit_code:
        raise Rejected(Rejection.EXIT_CODE_DIFFERS, f"it ended with {found.exit_code}, expected {exit_code}")
    return found


@contextmanager
def _question_errors() -> Iterator[None]:
    try:
        yield
    except QuestionError as error:
        raise MisuseError(str(error)) from error


def _require_arguments(private_input: bytes, maximum_instructions: int | None = None) -> None:
    """Raises MisuseError for arguments of another type or range."""
    require_type("private_input", private_input, bytes)
    if maximum_instructions is not None:
        require_type("maximum_instructions", maximum_instructions, int)
        if maximum_instructions < 1:
            raise MisuseError(f"maximum_instructions has to be 1 or more, not {maximum_instructions}")
