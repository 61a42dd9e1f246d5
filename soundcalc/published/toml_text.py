"""TOML text to tables, within bounds: no text takes long, and every refusal names the file."""

from __future__ import annotations

import sys
import tomllib
from typing import Any

from soundcalc.errors import ConfigurationError
from soundcalc.published.section import WrittenNumber, cut

MAXIMUM_CHARACTERS = 1 << 18
"""Five times the largest published file."""

MAXIMUM_DOTS = 64
"""The most dots in one line: the parser takes the square of the parts of a dotted key, and no key here has a dot."""

RECURSION_LIMIT = 1000
"""Frames, Python's own default. It bounds the parser's nesting, also where a library has raised the process's limit."""

BYTE_ORDER_MARK = "\ufeff"
"""Some editors write it in front of a text; it means nothing."""


def parsed(text: str, file: str) -> dict[str, Any]:
    """The document in this text; `file` names it in errors. Raises ConfigurationError if the document is malformed."""
    if len(text) > MAXIMUM_CHARACTERS:
        raise ConfigurationError(file, "", "", f"has {len(text)} characters, more than {MAXIMUM_CHARACTERS}")
    for number, line in enumerate(text.splitlines(), start=1):
        # Behind a quote a # need not begin a comment.
        code = line.partition("#")[0]
        if (line if '"' in code or "'" in code else code).count(".") > MAXIMUM_DOTS:
            raise ConfigurationError(file, "", "", f"line {number} has more than {MAXIMUM_DOTS} dots")
    before = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(min(before, RECURSION_LIMIT))
        return tomllib.loads(text.removeprefix(BYTE_ORDER_MARK), parse_float=WrittenNumber)
    except ValueError as error:
        raise ConfigurationError(file, "", "", f"is not TOML with finite numbers: {cut_reason(error)}") from error
    except RecursionError as error:
        raise ConfigurationError(file, "", "", "is nested too deeply") from error
    finally:
        sys.setrecursionlimit(before)


def cut_reason(error: ValueError) -> str:
    """The parser's reason, which may quote the file."""
    reason = str(error)
    return reason if len(reason) < 200 else cut(reason)
