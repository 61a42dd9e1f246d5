"""`limpid run`: output, cycles and exit code, without a proof."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from limpid.advice.trap_advice import trap_error
from limpid.api import executing
from limpid.commands.options import (
    Guest,
    guest_argument,
    input_options,
    limit_option,
    load_guest,
    private_input,
    public_output_option,
    random_seed_option,
    require_distinct,
)
from limpid.commands.traps import explained_traps
from limpid.reading.places import place
from limpid.runs.backends import DEFAULT_BACKEND, Part, backend_named
from limpid.terminal.files import require_fillable, require_writable, write_bytes
from limpid.terminal.output import Answer, answering, shown, tell
from limpid.terminal.progress import Display, compiling, showing
from reference.execution import Execution
from reference.executor.console import CONSOLE_SYMBOLS
from spec.air.machine import exit_code_text
from spec.program import Program
from spec.word import signed

if TYPE_CHECKING:
    from reference.executor.profiling import Profile

SHOWN_PLACES = 5
"""The most places of misaligned accesses that are shown to people."""

STATUS_BITS = 8
"""The bits of an exit code that a shell can see."""


@click.command("run")
@guest_argument
@input_options
@random_seed_option
@limit_option
@public_output_option
@click.option(
    "--guest-status",
    is_flag=True,
    help="Exit with the guest's exit code: its low 8 bits, or 1 where these are 0 and it is not.",
)
@click.option(
    "--profile", "profile_directory", metavar="DIRECTORY", help="Write where the cycles and the proof's cost go."
)
@click.option("--estimate", "estimates", is_flag=True, help="Predict what a proof costs, without making one.")
@answering
def run_command(
    guest: str,
    input_file: str | None,
    input_hex: bytes | None,
    random_seed: bytes,
    limit: int | None,
    public_output: str | None,
    guest_status: bool,
    profile_directory: str | None,
    estimates: bool,
) -> Answer:
    """Execute GUEST.elf and show what it did.

    What it prints to the console goes to standard error.
    """
    require_distinct({"GUEST.elf": guest, "--input": input_file}, {"--public-output": public_output})
    if public_output is not None:
        require_writable(public_output)
    if profile_directory is not None:
        require_fillable(profile_directory)
    loaded, content = load_guest(guest), private_input(input_file, input_hex)
    notes = list(backend_named(DEFAULT_BACKEND).compile(Part.EXECUTOR, compiling))
    with explained_traps(loaded, content):
        execution = _executed(loaded, content, limit, random_seed)
    if public_output is not None:
        write_bytes(public_output, execution.output)
    facts: dict[str, object] = {
        "exit_code": execution.exit_code,
        "instructions": execution.instructions,
        "misaligned_accesses": execution.misaligned_access_count,
        "misaligned_by_pc": {f"{pc:#x}": count for pc, count in sorted(execution.misaligned_accesses.items())},
        "output": execution.output.hex(),
        "provable": execution.provable,
        "unprovable_reason": execution.unprovable_reason,
    }
    lines: dict[str, object] = {
        "exit code": exit_code_text(execution.exit_code or 0),
        "instructions": f"{execution.instructions:,}",
        "misaligned accesses": _misaligned(loaded.program, execution),
        "output": shown(execution.output),
    }
    if not execution.provable:
        notes.append(f"no proof of this run can exist: {execution.unprovable_reason}")
    if execution.exit_code:
        notes.append(f"verify accepts a proof of this run only with --exit-code {signed(execution.exit_code)}")
    if execution.provable and (profile_directory is not None or estimates):
        with showing("counting") as display:
            counted = executing.profile(loaded.program, content, executed=display.executed, random_seed=random_seed)
        if profile_directory is not None:
            _profiled(counted, loaded, profile_directory, facts, lines)
        if estimates:
            _estimated(counted, facts, lines)
    status = _guest_status(execution) if guest_status else 0
    return Answer(facts, lines, status, tuple(notes), to_error=public_output == "-")


def _executed(guest: Guest, content: bytes, limit: int | None, random_seed: bytes) -> Execution:
    """The end of a run that halts. Raises TrapError if the program ends abnormally."""
    # What a guest prints shows that something goes on, and a moving display would garble it.
    talks = any(symbol.name in CONSOLE_SYMBOLS for symbol in guest.program.symbols)
    with ExitStack() as stack:
        display: Display | None = None if talks else stack.enter_context(showing("executing"))
        execution = executing.run(
            guest.program,
            content,
            console=tell if talks else None,
            maximum_instructions=limit,
            executed=(lambda _: None) if display is None else display.executed,
            random_seed=random_seed,
        )
    if execution.trap is not None:
        raise trap_error(guest.program, execution)
    return execution


def _guest_status(execution: Execution) -> int:
    code = execution.exit_code or 0
    return code % (1 << STATUS_BITS) or int(code != 0)


def _profiled(
    counted: Profile, guest: Guest, directory: str, facts: dict[str, object], lines: dict[str, object]
) -> None:
    from limpid.profiling.files import FLAME_GRAPH_NAME, PPROF_NAME, REPORT_NAME, write_profile

    title = f"{guest.name}: {counted.execution.instructions:,} instructions"
    told = write_profile(counted, directory, title, guest.content)
    facts["profile"] = told.facts()
    lines["profile"] = ", ".join(f"{directory}/{name}" for name in (REPORT_NAME, FLAME_GRAPH_NAME, PPROF_NAME))


def _estimated(counted: Profile, facts: dict[str, object], lines: dict[str, object]) -> None:
    from limpid.runs.estimation import estimate

    predicted = estimate(counted)
    facts["estimate"] = predicted.facts()
    lines |= predicted.lines()


def _misaligned(program: Program, execution: Execution) -> str:
    """How many misaligned accesses, and where most of them are."""
    total = f"{execution.misaligned_access_count:,}"
    most = execution.misaligned_accesses.most_common(SHOWN_PLACES)
    if not most:
        return total
    places = ", ".join(f"{count:,} at {place(program, pc)}" for pc, count in most)
    return f"{total}: {places}{', ...' if len(execution.misaligned_accesses) > SHOWN_PLACES else ''}"
