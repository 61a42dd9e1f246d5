"""`limpid run`: output, cycles and exit code, without a proof."""

from __future__ import annotations

import click

from limpid import api
from limpid.commands.options import guest_argument, input_options, private_input, public_output_option
from limpid.errors import TrapError
from limpid.files import require_writable, write_bytes
from limpid.output import Answer, answering, shown
from limpid.progress import showing


@click.command("run")
@guest_argument
@input_options
@public_output_option
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Stop after this many instructions.")
@answering
def run_command(
    guest: str, input_file: str | None, input_hex: bytes | None, public_output: str | None, limit: int | None
) -> Answer:
    """Execute GUEST.elf and show what it did."""
    if public_output is not None:
        require_writable(public_output)
    content = private_input(input_file, input_hex)
    with showing("executing"):
        execution = api.run(guest, content, maximum_instructions=limit)
    if execution.trap is not None:
        raise TrapError(execution.trap, execution.instructions)
    if public_output is not None:
        write_bytes(public_output, execution.output)
    facts = {
        "exit_code": execution.exit_code,
        "instructions": execution.instructions,
        "misaligned_accesses": execution.misaligned_access_count,
        "output": execution.output.hex(),
        "provable": execution.provable,
        "unprovable_reason": execution.unprovable_reason,
    }
    lines = {
        "exit code": execution.exit_code,
        "instructions": f"{execution.instructions:,}",
        "misaligned accesses": f"{execution.misaligned_access_count:,}",
        "output": shown(execution.output),
    }
    notes = [] if execution.provable else [f"no proof of this run can exist: {execution.unprovable_reason}"]
    if execution.exit_code:
        notes.append(f"verify accepts a proof of this run only with --exit-code {execution.exit_code}")
    return Answer(facts, lines, notes=tuple(notes))
