"""Constraints of other systems: from a file and named assumptions to what has to be proven."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from limpid.errors import AirFileError, AssumptionError, PicusFileError
from limpid.terminal.files import file_name, read_file
from proofs_of_constraints.obligations.obligation import Obligation

if TYPE_CHECKING:
    from proofs_of_constraints.picus.syntax import PicusError

SYNTAX = "see: docs/auditing.md"
AIR_SCHEMA = "see: docs/foreign-circuits.md"
"""Where it stands what such files hold."""


def assumptions_named(options: Sequence[str]) -> dict[str, str]:
    """Name and text of each `NAME=CONDITION`.

    Raises AssumptionError if an assumption cannot be read or fits nothing.
    """
    found: dict[str, str] = {}
    for option in options:
        name, separator, text = option.partition("=")
        if not (name and separator and text) or name in found:
            problem = "stands twice" if name in found else "is not NAME=CONDITION"
            raise AssumptionError(f"--assume {option}: {problem}", "for example: --assume 'byte=(<= x 255)'")
        found[name] = text
    return found


def obligations_of_file(path: str, assumptions: dict[str, str]) -> tuple[list[Obligation], dict[str, str]]:
    """What has to be proven of every module of a file, and all assumptions by name, those of its own among them.

    A file that begins with a brace is a symbolic AIR, any other one of Picus. Raises FileError if a file cannot be read
    or written, PicusFileError if it is no file of Picus constraints, AirFileError if it is no file of an AIR, and
    AssumptionError if an assumption cannot be read or fits nothing.
    """
    # They take half a second to import, and no other command needs them.
    from proofs_of_constraints.picus.determinism import UnusedAssumptionError, picus_obligations
    from proofs_of_constraints.picus.program import Condition, read_condition, read_program
    from proofs_of_constraints.picus.symbolic_air import AirError, read_air
    from proofs_of_constraints.picus.syntax import PicusError

    content = read_file(path)
    path = file_name(path)
    conditions: dict[str, Condition] = {}
    try:
        text = content.decode()
        if text.lstrip().startswith("{"):
            air = read_air(text)
            program = air.program
            conditions |= air.ensured
        else:
            program = read_program(text)
    except UnicodeDecodeError as error:
        raise PicusFileError(f"{path}: byte {error.start} is no text", SYNTAX, {"path": path}) from error
    except PicusError as error:
        raise _picus_error(path, error) from error
    except AirError as error:
        raise AirFileError(f"{path}: {error}", AIR_SCHEMA, {"path": path, "where": error.where}) from error
    explained = dict.fromkeys(conditions, "what the bus ensures, as the file says") | assumptions
    for name, text in assumptions.items():
        try:
            conditions[name] = read_condition(text)
        except PicusError as error:
            raise AssumptionError(f"--assume {name}: {error}", "for example: --assume 'byte=(<= x 255)'") from error
    try:
        return picus_obligations(program, conditions), explained
    except PicusError as error:
        raise _picus_error(path, error) from error
    except UnusedAssumptionError as error:
        raise AssumptionError(f"{path}: {error}", "leave it out, or name the variables as the file does") from error


def _picus_error(path: str, error: PicusError) -> PicusFileError:
    details = {"path": path, "line": error.place.line, "column": error.place.column}
    return PicusFileError(f"{path}: {error}", SYNTAX, details)
