"""Executing a guest, without a proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from limpid.advice.trap_advice import trap_error
from limpid.arguments import require_run_arguments
from limpid.errors import InputError
from limpid.reading.programs import Elf, load_program
from limpid.runs.backends import DEFAULT_BACKEND, Executed, backend_named, unheard
from reference.machine_memory import InputTooLongError

if TYPE_CHECKING:
    from reference.execution import Execution
    from reference.executor import Console
    from reference.executor.profiling import Profile


def run(
    elf: Elf,
    private_input: bytes = b"",
    *,
    console: Console | None = None,
    maximum_instructions: int | None = None,
    executed: Executed = unheard,
    random_seed: bytes = b"",
) -> Execution:
    """Executes a guest; `console` receives what it prints to debug it by, `executed` how many instructions are done.
    The seed makes the random words that it asks for: the same seed, the same words.

    An abnormal end is part of the result. Raises FileError if a file cannot be read or written, ProgramError if the ELF
    file is no program of this machine, InputError if the input exceeds its region, and MisuseError if an argument makes
    no sense.
    """
    require_run_arguments(private_input, maximum_instructions)
    program = load_program(elf)
    try:
        return backend_named(DEFAULT_BACKEND, random_seed).execute(
            program, private_input, console=console, maximum_instructions=maximum_instructions, executed=executed
        )
    except InputTooLongError as error:
        raise InputError(str(error)) from error


def profile(elf: Elf, private_input: bytes = b"", *, executed: Executed = unheard, random_seed: bytes = b"") -> Profile:
    """Executes a guest and counts what it does.

    Raises FileError if a file cannot be read or written, ProgramError if the ELF file is no program of this machine,
    InputError if the input exceeds its region, TrapError if the program ends abnormally, and MisuseError if an argument
    makes no sense.
    """
    require_run_arguments(private_input)
    program = load_program(elf)
    try:
        counted = backend_named(DEFAULT_BACKEND, random_seed).profile(program, private_input, executed=executed)
    except InputTooLongError as error:
        raise InputError(str(error)) from error
    if counted.execution.trap is not None:
        raise trap_error(program, counted.execution)
    return counted
