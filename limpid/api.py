"""The Python API: what the command line does, as typed functions over bytes.

Everything that can fail raises a LimpidError; only `verify` raises Rejected, and returns nothing else than acceptance.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from limpid.errors import InputError, ParametersError, ProgramError, TooLongError, TrapError, UnprovableError
from limpid.files import read_file
from reference.checker import Violation, check_run
from reference.execution import Execution
from reference.executor import Console, execute
from reference.executor.profiling import Profile
from reference.executor.profiling import profile as profile_of
from reference.loader import ElfError, load_bytes
from reference.machine_memory import InputTooLongError
from reference.prover.keys import proving_key, verification_key
from reference.prover.plain_kernels import PlainKernels
from reference.prover.progress import Observer, silent
from reference.prover.run import prove_run
from reference.trace.build import build_traces
from reference.trace.errors import TraceTooLongError
from reference.trace.limits import SegmentLimits
from reference.trace.table import Trace
from reference.verifier.run import Verified
from reference.verifier.run import verify as verify_run
from soundcalc.machine import RunSecurity, run_security
from spec.parameters import PARAMETER_SETS, SEGMENT, ParameterSet
from spec.program import Program
from spec.protocol.key import VerificationKey

Elf = str | Path | bytes
"""A guest program: the path of its ELF file, or the file's bytes."""

DEFAULT_PARAMETERS = SEGMENT.name


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
class Accepted:
    """The verifier's acceptance: what is now known, and how surely."""

    verified: Verified
    security: RunSecurity

    @property
    def program_id(self) -> bytes:
        return self.verified.key.program_id()

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

    Raises FileError, ProgramError, InputError.
    """
    return _execute(load_program(elf), private_input, console, maximum_instructions)


def profile(elf: Elf, private_input: bytes = b"") -> Profile:
    """Executes a guest and counts what it does. Raises FileError, ProgramError, InputError, TrapError."""
    try:
        counted = profile_of(load_program(elf), private_input)
    except InputTooLongError as error:
        raise InputError(str(error)) from error
    if counted.execution.trap is not None:
        raise TrapError(counted.execution.trap, counted.execution.instructions)
    return counted


def check_trace(elf: Elf, private_input: bytes = b"") -> TraceCheck:
    """Holds the honest trace of a run against every constraint and bus, without a proof.

    Raises FileError, ProgramError, InputError, TrapError, UnprovableError, TooLongError.
    """
    program = load_program(elf)
    execution = _provable_execution(program, private_input)
    traces = _traces(program, private_input)
    heights = tuple(tuple((table.chip.name, table.height) for table in trace.tables) for trace in traces)
    return TraceCheck(execution.instructions, heights, tuple(check_run(traces)))


def keygen(elf: Elf, *, parameters: str = DEFAULT_PARAMETERS) -> VerificationKey:
    """The verification key of a guest; its `program_id()` names the guest.

    Raises FileError, ProgramError, ParametersError.
    """
    chosen = parameter_set(parameters)
    return verification_key(PlainKernels(), load_program(elf), chosen)


def prove(
    elf: Elf, private_input: bytes = b"", *, parameters: str = DEFAULT_PARAMETERS, observer: Observer = silent
) -> Proof:
    """Proves a run, whatever its exit code; `observer` hears of the progress.

    Raises FileError, ProgramError, ParametersError, InputError, TrapError, UnprovableError, TooLongError.
    """
    chosen = parameter_set(parameters)
    program = load_program(elf)
    start = time.monotonic()
    execution = _provable_execution(program, private_input)
    traces = _traces(program, private_input)
    kernels = PlainKernels()
    key = proving_key(kernels, program, chosen)
    encoded = prove_run(kernels, key, traces, observer).encoded()
    assert execution.exit_code is not None
    return Proof(
        encoded=encoded,
        key=key.verification,
        output=execution.output,
        exit_code=execution.exit_code,
        instructions=execution.instructions,
        misaligned_accesses=execution.misaligned_accesses,
        segments=len(traces),
        seconds=time.monotonic() - start,
    )


def verify(
    proof: bytes,
    *,
    program: VerificationKey | bytes | None,
    output: bytes | None,
    exit_code: int = 0,
    allow_insecure: bool = False,
) -> Accepted:
    """Accepts a proof of this program (its key or its id), public output and exit code, or raises Rejected.

    None in place of program or output accepts whatever the proof claims: the caller then has to look at it.
    `allow_insecure` admits parameter sets that are only for tests.
    """
    verified = verify_run(proof, program, output, exit_code=exit_code, allow_insecure=allow_insecure)
    return Accepted(verified, run_security(verified.shapes, verified.key.parameters, verified.output))


def load_program(elf: Elf) -> Program:
    """The program of an ELF file. Raises FileError, ProgramError."""
    content, name = (elf, "<bytes>") if isinstance(elf, bytes) else (read_file(str(elf)), str(elf))
    try:
        return load_bytes(content, name)
    except ElfError as error:
        raise ProgramError(error) from error


def parameter_set(name: str) -> ParameterSet:
    """The parameter set of this name. Raises ParametersError."""
    if name not in PARAMETER_SETS:
        raise ParametersError(f"there is no parameter set {name}", f"choose one of: {', '.join(PARAMETER_SETS)}")
    return PARAMETER_SETS[name]


def _execute(
    program: Program,
    private_input: bytes,
    console: Console | None = None,
    maximum_instructions: int | None = None,
) -> Execution:
    try:
        return execute(program, private_input, console=console, maximum_instructions=maximum_instructions)
    except InputTooLongError as error:
        raise InputError(str(error)) from error


def _provable_execution(program: Program, private_input: bytes) -> Execution:
    """Executes before the trace is built: cheap, and an end that cannot be proven is told at once."""
    execution = _execute(program, private_input)
    if execution.trap is not None:
        raise TrapError(execution.trap, execution.instructions)
    if execution.unprovable_reason is not None:
        raise UnprovableError(execution.unprovable_reason)
    return execution


def _traces(program: Program, private_input: bytes) -> list[Trace]:
    try:
        return build_traces(program, private_input, SegmentLimits())
    except TraceTooLongError as error:
        raise TooLongError(str(error), "prove a shorter run") from error
