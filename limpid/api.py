"""The Python API: what the command line does, as typed functions over bytes.

What fails raises a LimpidError; an argument of another type or range is a MisuseError. A verdict is no LimpidError:
`verify` and `check_dev_receipt` raise Rejected and return nothing else than acceptance. `limpid.inspect` and
`limpid.decode_key` raise Rejected for damaged bytes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from limpid.arguments import require_type
from limpid.errors import (
    FileError,
    InputError,
    MisuseError,
    ParametersError,
    ProgramError,
    TooLargeError,
    TooLongError,
    TrapError,
    UnprovableError,
)
from limpid.runs.backends import DEFAULT_BACKEND, backend_named
from limpid.runs.background import begun
from limpid.runs.memory_limits import FittingTraces
from limpid.terminal.files import read_file
from reference.checker import Violation, check_run
from reference.execution import Execution
from reference.executor import Console, execute
from reference.executor.profiling import Profile
from reference.executor.profiling import profile as profile_of
from reference.fixed_tables import ProgramTooLargeError
from reference.loader import ElfError, load_bytes
from reference.machine_memory import InputTooLongError
from reference.program_keys import proving_key, verification_key
from reference.prover.progress import Observer, Stage, silent
from reference.segments.in_memory import PlanStoreError, plan_store, prove_planned
from reference.segments.jobs import Workbench
from reference.trace.build import build_segment
from reference.trace.errors import SegmentTooSmallError, TraceTooLongError
from reference.trace.errors import UnprovableError as UnprovableRunError
from reference.trace.limits import SegmentLimits, least_cost
from reference.trace.plan import SegmentPlan
from reference.trace.segmentation import plan_run
from reference.trace.shape_choice import limits_under
from reference.verifier.program import Verified, check_statement
from reference.verifier.question import QuestionError, require_question
from soundcalc.protocol.runs import RunSecurity, run_security
from spec.parameters import PARAMETER_SETS, SEGMENT, ParameterSet
from spec.program import Program
from spec.protocol.development import DevelopmentReceipt, decode_development_receipt
from spec.protocol.form import SegmentForm
from spec.protocol.key import VerificationKey
from spec.protocol.key_encoding import decode_key as decode_machine_key
from spec.rejection import Rejected, Rejection
from spec.rv64im.machine import RV64IM
from spec.rv64im.tokens import output_tokens

Elf = str | Path | bytes
"""A guest program: the path of its ELF file, or the file's bytes."""

DEFAULT_PARAMETERS = SEGMENT.name

PROVE_SHORTER = "prove a shorter run"
"""What to do about one that is too long."""


@dataclass(frozen=True)
class TraceCheck:
    """The honest trace of a run, held against every constraint and every bus."""

    instructions: int
    table_heights: tuple[tuple[tuple[str, int], ...], ...]
    """By segment, chip and rows of every table in machine order."""

    violations: tuple[Violation, ...]
    """Empty for a run that can be proven."""


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

    segments: int
    seconds: float
    """From the loaded program to the finished bytes."""


@dataclass(frozen=True)
class DevelopmentRun:
    """A run that was executed and not proven."""

    encoded: bytes
    """The canonical bytes of its receipt: `verify` rejects them, `check_dev_receipt` reads them."""

    receipt: DevelopmentReceipt
    instructions: int
    seconds: float
    """From the loaded program to the finished bytes."""


@dataclass(frozen=True)
class Accepted:
    """The verifier's acceptance: what is now known, and how surely."""

    verified: Verified
    security: RunSecurity

    @property
    def program_id(self) -> bytes:
        return self.verified.key.program_id

    @property
    def output(self) -> bytes:
        return self.verified.output

    @property
    def exit_code(self) -> int:
        return self.verified.exit_code

    @property
    def security_bits(self) -> int:
        """The minimum over the rounds of this very proof."""
        return self.security.security_bits


def run(
    elf: Elf, private_input: bytes = b"", *, console: Console | None = None, maximum_instructions: int | None = None
) -> Execution:
    """Executes a guest; `console` receives what it prints to debug it by. An abnormal end is part of the result.

    Raises FileError, ProgramError, InputError, MisuseError.
    """
    if maximum_instructions is not None:
        require_type("maximum_instructions", maximum_instructions, int)
    return _execute(load_program(elf), private_input, console, maximum_instructions)


def profile(elf: Elf, private_input: bytes = b"") -> Profile:
    """Executes a guest and counts what it does. Raises FileError, ProgramError, InputError, TrapError, MisuseError."""
    require_type("private_input", private_input, bytes)
    try:
        counted = profile_of(load_program(elf), private_input)
    except InputTooLongError as error:
        raise InputError(str(error)) from error
    if counted.execution.trap is not None:
        raise TrapError(counted.execution.trap, counted.execution.instructions)
    return counted


def check_trace(elf: Elf, private_input: bytes = b"") -> TraceCheck:
    """Holds the honest trace of a run against every constraint and bus, without a proof.

    Raises FileError, ProgramError, InputError, TrapError, UnprovableError, TooLongError, MisuseError.
    """
    require_type("private_input", private_input, bytes)
    program = load_program(elf)
    plans: list[SegmentPlan] = []
    with planning_errors(PROVE_SHORTER):
        run = plan_run(program, private_input, SegmentLimits(), plans.append)
    traces = [build_segment(program, run.segment(plan)) for plan in plans]
    heights = tuple(tuple((table.chip.name, table.height) for table in trace.tables) for trace in traces)
    return TraceCheck(run.end.instructions, heights, tuple(check_run(traces)))


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
    observer: Observer = silent,
) -> Proof:
    """Proves a run, whatever its exit code; `observer` hears of the progress. Every backend gives the same bytes.

    A run of several segments is executed twice, so that only one of them is held at a time.
    Raises FileError, ProgramError, ParametersError, BackendError, InputError, TrapError, UnprovableError, TooLongError,
    OutOfMemoryError, MisuseError.
    """
    require_type("private_input", private_input, bytes)
    chosen = parameter_set(parameters)
    proving = backend_named(backend)
    program = load_program(elf)
    start = time.monotonic()
    observer(Stage.PLAN, 0.0)
    kernels = proving.kernels()
    try:
        with plan_store() as plans:
            # Planning executes the program on one core; the key does not depend on the execution.
            key_in_work = begun(lambda: proving_key(kernels, program, chosen))
            with planning_errors(PROVE_SHORTER):
                limits = limits_under(chosen, proving.plan_run, program, private_input)
                run = proving.plan_run(program, private_input, limits, plans.keep)
                key = key_in_work.result()
            bench = Workbench(kernels, key, FittingTraces(proving.traces(program, key), key))
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
) -> DevelopmentRun:
    """Executes a run and proves nothing: for tests of applications. What could not be proven raises as in `prove`.

    Raises FileError, ProgramError, ParametersError, BackendError, InputError, TrapError, UnprovableError, TooLongError,
    MisuseError.
    """
    require_type("private_input", private_input, bytes)
    chosen = parameter_set(parameters)
    proving = backend_named(backend)
    program = load_program(elf)
    start = time.monotonic()
    with planning_errors(PROVE_SHORTER):
        end = proving.plan_run(program, private_input, SegmentLimits(), lambda _: None).end
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


def load_program(elf: Elf) -> Program:
    """The program of an ELF file. Raises FileError, ProgramError, MisuseError."""
    require_type("elf", elf, str, Path, bytes)
    content, name = (elf, "<bytes>") if isinstance(elf, bytes) else (read_file(str(elf)), str(elf))
    try:
        return load_bytes(content, name)
    except ElfError as error:
        raise ProgramError(error) from error


def parameter_set(name: str) -> ParameterSet:
    """The parameter set of this name. Raises ParametersError, MisuseError."""
    require_type("parameters", name, str)
    if name not in PARAMETER_SETS:
        raise ParametersError(f"there is no parameter set {name}", f"choose one of: {', '.join(PARAMETER_SETS)}")
    return PARAMETER_SETS[name]


@contextmanager
def _question_errors() -> Iterator[None]:
    try:
        yield
    except QuestionError as error:
        raise MisuseError(str(error)) from error


def _execute(
    program: Program,
    private_input: bytes,
    console: Console | None = None,
    maximum_instructions: int | None = None,
) -> Execution:
    require_type("private_input", private_input, bytes)
    try:
        return execute(program, private_input, console=console, maximum_instructions=maximum_instructions)
    except InputTooLongError as error:
        raise InputError(str(error)) from error


@contextmanager
def planning_errors(next_step: str) -> Iterator[None]:
    """Tells what can go wrong in the first pass over an execution, or in making a key, as errors of the user's door."""
    try:
        yield
    except InputTooLongError as error:
        raise InputError(str(error)) from error
    except UnprovableRunError as error:
        if error.execution.trap is not None:
            raise TrapError(error.execution.trap, error.execution.instructions) from error
        raise UnprovableError(str(error)) from error
    except SegmentTooSmallError as error:
        raise TooLongError(str(error), f"give --segment-cost {least_cost()} or more") from error
    except TraceTooLongError as error:
        raise TooLongError(str(error), next_step) from error
    except ProgramTooLargeError as error:
        raise TooLargeError(str(error), "choose a parameter set without listed shapes, such as segment") from error
