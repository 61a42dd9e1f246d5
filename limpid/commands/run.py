"""`limpid run`: output, cycles and exit code, without a proof."""

from __future__ import annotations

from contextlib import nullcontext

import click

from limpid import api
from limpid.commands.options import guest_argument, input_options, private_input, public_output_option
from limpid.errors import TrapError
from limpid.profiling.files import FLAME_GRAPH_NAME, PPROF_NAME, REPORT_NAME, write_profile
from limpid.profiling.report import place
from limpid.reading.programs import load_program
from limpid.runs.estimation import estimate
from limpid.terminal.files import require_writable, write_bytes
from limpid.terminal.output import Answer, answering, shown
from limpid.terminal.progress import showing
from reference.execution import Execution
from reference.executor.console import CONSOLE_SYMBOLS
from spec.program import Program

SHOWN_PLACES = 5
"""Of misaligned accesses, in lines for people."""


@click.command("run")
@guest_argument
@input_options
@public_output_option
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Stop after this many instructions.")
@click.option(
    "--profile", "profile_directory", metavar="DIRECTORY", help="Write where the cycles and the proof's cost go."
)
@click.option("--estimate", "estimates", is_flag=True, help="Predict what a proof costs, without making one.")
@answering
def run_command(
    guest: str,
    input_file: str | None,
    input_hex: bytes | None,
    public_output: str | None,
    limit: int | None,
    profile_directory: str | None,
    estimates: bool,
) -> Answer:
    """Execute GUEST.elf and show what it did. What it prints to the console goes to standard error."""
    if public_output is not None:
        require_writable(public_output)
    content = private_input(input_file, input_hex)
    program = load_program(guest)
    # What a guest prints shows that something goes on, and a moving display would garble it.
    talks = any(symbol.name in CONSOLE_SYMBOLS for symbol in program.symbols)
    with nullcontext() if talks else showing("executing"):
        execution = api.run(guest, content, console=_show if talks else None, maximum_instructions=limit)
    if execution.trap is not None:
        raise TrapError(execution.trap, execution.instructions)
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
        "exit code": execution.exit_code,
        "instructions": f"{execution.instructions:,}",
        "misaligned accesses": _misaligned(program, execution),
        "output": shown(execution.output),
    }
    notes = [] if execution.provable else [f"no proof of this run can exist: {execution.unprovable_reason}"]
    if execution.exit_code:
        notes.append(f"verify accepts a proof of this run only with --exit-code {execution.exit_code}")
    if execution.provable and (profile_directory is not None or estimates):
        with showing("counting"):
            counted = api.profile(guest, content)
        if profile_directory is not None:
            told = write_profile(counted, profile_directory, f"{guest}: {execution.instructions:,} instructions")
            facts["profile"] = told.facts()
            lines["profile"] = ", ".join(
                f"{profile_directory}/{name}" for name in (REPORT_NAME, FLAME_GRAPH_NAME, PPROF_NAME)
            )
        if estimates:
            predicted = estimate(counted)
            facts["estimate"] = predicted.facts()
            lines |= predicted.lines()
    return Answer(facts, lines, notes=tuple(notes))


def _show(text: bytes) -> None:
    click.echo(text, nl=False, err=True)


def _misaligned(program: Program, execution: Execution) -> str:
    """How many misaligned accesses, and where most of them are."""
    total = f"{execution.misaligned_access_count:,}"
    most = execution.misaligned_accesses.most_common(SHOWN_PLACES)
    if not most:
        return total
    places = ", ".join(f"{count:,} at {place(program, pc)}" for pc, count in most)
    return f"{total}: {places}{', ...' if len(execution.misaligned_accesses) > SHOWN_PLACES else ''}"
