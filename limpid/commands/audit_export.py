"""`limpid audit --export`: our chips as files for other tools."""

from __future__ import annotations

from collections.abc import Callable

import click

from limpid.commands.audit_obligations import AUDITS
from limpid.terminal.files import empty_directory, write_text
from limpid.terminal.output import Answer
from proofs_of_constraints.picus.export import picus_text
from proofs_of_constraints.report.lean import lean_text
from proofs_of_constraints.report.smt2 import smt2_text
from proofs_of_constraints.translation.contracts import Contracts
from spec.air.chip import Chip

WRITERS: dict[str, Callable[[Chip, Contracts], str]] = {
    "lean": lambda chip, _: lean_text(chip),
    "picus": picus_text,
    "smt2": smt2_text,
}
"""By the name of a format, which its files end with."""


def export_answer(machine_name: str, chip: str | None, file_format: str, directory: str) -> Answer:
    """Writes every chip of the machine, or the one that is named.

    Raises UsageError if the machine has no such chip, and FileError if a file cannot be read or written.
    """
    audited = AUDITS[machine_name]
    chips = [found for found in audited.machine.chips if chip in (None, found.name)]
    if not chips:
        raise click.UsageError(f"there is no chip {chip}")
    folder = empty_directory(directory, "circuits")
    paths = []
    for found in chips:
        path = str(folder / f"{found.name}.{file_format}")
        write_text(path, WRITERS[file_format](found, audited.contracts))
        paths.append(path)
    return Answer({"files": paths}, {"written": f"{len(paths)} files to {directory}"})
