"""Constraints of other systems: from a file and named assumptions to what has to be proven."""

from __future__ import annotations

from collections.abc import Sequence

from limpid.errors import AssumptionError, PicusFileError
from limpid.terminal.files import read_file
from proofs_of_constraints.obligations.obligation import Obligation


def assumptions_named(options: Sequence[str]) -> dict[str, str]:
    """Name and text of each `NAME=CONDITION`. Raises AssumptionError."""
    found: dict[str, str] = {}
    for option in options:
        name, separator, text = option.partition("=")
        if not (name and separator and text) or name in found:
            problem = "stands twice" if name in found else "is not NAME=CONDITION"
            raise AssumptionError(f"--assume {option}: {problem}", "for example: --assume 'byte=(<= x 255)'")
        found[name] = text
    return found


def obligations_of_file(path: str, assumptions: dict[str, str]) -> list[Obligation]:
    """What has to be proven of every module of a file. Raises FileError, PicusFileError and AssumptionError."""
    # They take half a second to import, and no other command needs them.
    from proofs_of_constraints.picus.determinism import UnusedAssumptionError, picus_obligations
    from proofs_of_constraints.picus.program import read_condition, read_program
    from proofs_of_constraints.picus.syntax import PicusError

    content = read_file(path)
    try:
        program = read_program(content.decode())
    except UnicodeDecodeError as error:
        raise PicusFileError(f"{path}: byte {error.start} is no text", details={"path": path}) from error
    except PicusError as error:
        details = {"path": path, "line": error.place.line, "column": error.place.column}
        raise PicusFileError(f"{path}: {error}", "see: docs/auditing.md", details) from error
    conditions = {}
    for name, text in assumptions.items():
        try:
            conditions[name] = read_condition(text)
        except PicusError as error:
            raise AssumptionError(f"--assume {name}: {error}", "for example: --assume 'byte=(<= x 255)'") from error
    try:
        return picus_obligations(program, conditions)
    except UnusedAssumptionError as error:
        raise AssumptionError(f"{path}: {error}") from error
