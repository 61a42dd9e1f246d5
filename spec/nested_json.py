"""JSON from elsewhere: its nesting is bounded before it is parsed.

The parser of the standard library recurses as deep as the process allows, and a library may have raised that limit
beyond what the machine's stack holds.
"""

from __future__ import annotations

import json
import re
from typing import Any

_PART = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)


class NestedTooDeepError(ValueError):
    """A text whose arrays and objects are nested deeper than was allowed."""


def loads(text: str | bytes, maximum_depth: int) -> Any:
    """The value of a JSON text. Raises UnicodeDecodeError, NestedTooDeepError, json.JSONDecodeError."""
    text = text.decode() if isinstance(text, bytes) else text
    depth = 0
    for part in _PART.finditer(text):
        if part.group() in ("[", "{"):
            depth += 1
            if depth > maximum_depth:
                raise NestedTooDeepError(f"nested deeper than {maximum_depth}")
        elif part.group() in ("]", "}"):
            depth -= 1
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except ValueError as error:
        # Python refuses to read numbers of thousands of digits, and says so in its own way.
        raise json.JSONDecodeError("a number is too long", text, 0) from error
