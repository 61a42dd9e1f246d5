"""Arguments of the Python API that have another type than they should: told before any work, as misuse."""

from __future__ import annotations

from limpid.errors import MisuseError


def require_type(name: str, found: object, *kinds: type) -> None:
    """Raises MisuseError unless the argument of this name has one of the types. A truth value is no integer here."""
    if type(found) is not bool and isinstance(found, kinds):
        return
    wanted = " or ".join(kind.__name__ for kind in kinds)
    raise MisuseError(f"{name} has to be of type {wanted}, not {type(found).__name__}")


def require_run_arguments(private_input: bytes, maximum_instructions: int | None = None) -> None:
    """Raises MisuseError for arguments of another type or range."""
    require_type("private_input", private_input, bytes)
    if maximum_instructions is not None:
        require_type("maximum_instructions", maximum_instructions, int)
        if maximum_instructions < 1:
            raise MisuseError(f"maximum_instructions has to be 1 or more, not {maximum_instructions}")
