"""Marked blocks of Markdown: prose stands outside, everything that states a fact stands inside and is generated."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_BEGIN = re.compile(r"<!-- generated: (?P<name>[a-z_]+) -->")
_END = "<!-- end of generated -->"

Generator = Callable[[], str]
"""Makes the text of one block."""


class BlockError(ValueError):
    """Marks that do not pair up, or a block that nobody generates; the message names file and line."""


def block(name: str, text: str) -> str:
    """A marked block with its text."""
    return f"<!-- generated: {name} -->\n\n{text.strip()}\n\n{_END}"


def filled(text: str, where: str, generators: Mapping[str, Generator]) -> str:
    """The text with every block generated anew.

    Raises BlockError if marks do not pair up, or nobody generates a block.
    """
    lines: list[str] = []
    inside: str | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        begin = _BEGIN.fullmatch(line)
        place = f"{where}, line {number}"
        if begin is not None:
            if inside is not None:
                raise BlockError(f"{place}: block {inside} has not ended")
            inside = begin["name"]
            if inside not in generators:
                raise BlockError(f"{place}: nothing generates {inside}")
            lines.append(block(inside, generators[inside]()))
        elif line == _END:
            if inside is None:
                raise BlockError(f"{place}: no block has begun")
            inside = None
        elif inside is None:
            lines.append(line)
    if inside is not None:
        raise BlockError(f"{where}: block {inside} does not end")
    return "\n".join(lines) + "\n"


def prose_lines(text: str) -> list[tuple[int, str]]:
    """(line number, line) of everything outside the blocks."""
    found, is_outside = [], True
    for number, line in enumerate(text.splitlines(), start=1):
        if _BEGIN.fullmatch(line):
            is_outside = False
        elif line == _END:
            is_outside = True
        elif is_outside:
            found.append((number, line))
    return found
