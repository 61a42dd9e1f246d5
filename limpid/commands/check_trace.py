"""`limpid check-trace`: the honest trace against every constraint and bus."""

from __future__ import annotations

import click

from limpid.commands.options import (
    guest_argument,
    input_options,
    limit_option,
    load_guest,
    private_input,
    require_distinct,
)
from limpid.commands.traps import explained_traps
from limpid.errors import DONE, FAILED
from limpid.terminal.output import Answer, answering
from limpid.terminal.progress import showing

SHOWN_VIOLATIONS = 20
"""One fault breaks many rows, and a screen holds no more; JSON has all."""


@click.command("check-trace")
@guest_argument
@input_options
@limit_option
@answering
def check_trace_command(guest: str, input_file: str | None, input_hex: bytes | None, limit: int | None) -> Answer:
    """Check every constraint and bus on the honest trace of GUEST.elf.

    No proof is made.
    """
    require_distinct({"GUEST.elf": guest, "--input": input_file}, {})
    # Imported for its work only: the help does not wait for the machine.
    from limpid.api import checking

    loaded, content = load_guest(guest), private_input(input_file, input_hex)
    with explained_traps(loaded, content), showing("checking the trace") as display:
        check = checking.check_trace(loaded.program, content, maximum_instructions=limit, executed=display.executed)
    count = len(check.violations)
    facts = {
        "valid": count == 0,
        "instructions": check.instructions,
        "segments": [[{"chip": chip, "rows": rows} for chip, rows in segment] for segment in check.table_heights],
        "violations": [str(violation) for violation in check.violations],
    }
    lines: dict[str, object] = {
        "trace": "valid" if count == 0 else "INVALID",
        "instructions": f"{check.instructions:,}",
        "segments": len(check.table_heights),
        "tables": sum(map(len, check.table_heights)),
        "violations": count,
    }
    for position, violation in enumerate(check.violations[:SHOWN_VIOLATIONS], start=1):
        lines[f"violation {position}"] = violation
    return Answer(facts, lines, FAILED if count else DONE)
