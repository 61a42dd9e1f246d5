"""`limpid doctor`: what this machine lacks, and the exact fix."""

from __future__ import annotations

import click

from limpid.advice.machine_checks import all_checks
from limpid.errors import DONE, FAILED
from limpid.terminal.output import Answer, answering


@click.command("doctor")
@answering
def doctor_command() -> Answer:
    """Check Python, packages, compilers for guests, emulator and memory."""
    checks = all_checks()
    failed = [check for check in checks if not check.passed and not check.optional]
    facts = {
        "healthy": not failed,
        "checks": [
            {
                "name": check.name,
                "passed": check.passed,
                "optional": check.optional,
                "found": check.found,
                "needed_for": check.needed_for,
                "fix": None if check.passed else check.fix,
            }
            for check in checks
        ],
    }
    lines: dict[str, object] = {}
    for check in checks:
        lines[check.name] = f"{check.state}: {check.found}"
        if not check.passed:
            lines[f"{check.name}, needed for"] = check.needed_for
            lines[f"{check.name}, fix"] = check.fix
    return Answer(facts, lines, FAILED if failed else DONE)
