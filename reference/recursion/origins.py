"""Where in the verifier a row of a circuit comes from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

_OWN_FILES = frozenset(
    {"<string>", __file__, *(str(Path(__file__).with_name(name)) for name in ("handles.py", "recorder.py"))}
)
"""Files that only write down. A dataclass's own functions have none."""


class Origin(NamedTuple):
    """A place in the verifier: a function that has called the recorder, at a line, and the functions that called it.

    Functions are named by file and name, innermost first.
    """

    file: str
    function: str
    line: int
    callers: tuple[tuple[str, str], ...]


KNOWN_CALLERS = 4
"""So many functions around a place tell whose it is: a digest of a leaf or of a node, for which tree."""


def origin() -> Origin:
    """The place that has called the recorder, which has called this."""
    frame = sys._getframe(1)
    while frame.f_code.co_filename in _OWN_FILES and frame.f_back is not None:
        frame = frame.f_back
    callers: list[tuple[str, str]] = []
    outer = frame.f_back
    while outer is not None and len(callers) < KNOWN_CALLERS:
        callers.append((outer.f_code.co_filename, outer.f_code.co_name))
        outer = outer.f_back
    return Origin(frame.f_code.co_filename, frame.f_code.co_name, frame.f_lineno, tuple(callers))
