"""What to do about a guest that cannot be built: by cause, which only the tools' own words tell."""

from __future__ import annotations

import re
from pathlib import Path

from limpid.errors import BuildFailedError
from limpid.guest_build.toolchain import BuildError, ToolMissingError

_UNDEFINED = re.compile(r"undefined (?:reference to|symbol:) [`'\"]?(?P<name>[\w$.:]+)")
_FULL_DISK = re.compile("no space left on device|disk quota exceeded", re.IGNORECASE)
_NO_MEMORY = re.compile("virtual memory exhausted|out of memory|cannot allocate memory|memory exhausted", re.IGNORECASE)
_TWICE = re.compile(r"(?:multiple definition of|duplicate symbol:) [`'\"]?(?P<name>[\w$.:]+)")
_UNKNOWN_FLAG = re.compile(
    r"(?:[Uu]nrecognized (?:command-line )?option:?|unknown argument:?) [`'\"‘]?(?P<name>[^\s`'\"’]+)"
)
_POINTED_AT = re.compile(r"(?P<place>[^\s:]+:\d+)(?::\d+)?: (?:fatal )?error:|--> (?P<rust>[^\s:]+:\d+)")


def build_error(error: BuildError, directory: str) -> BuildFailedError:
    """The same for people; `directory` is where the result was to be written."""
    text = str(error)
    return BuildFailedError(text, _next_step(error, text, Path(directory).absolute()))


def _next_step(error: BuildError, text: str, directory: Path) -> str | None:
    if _FULL_DISK.search(text):
        return f"make room in {directory} and where TMPDIR points, or write elsewhere"
    if _NO_MEMORY.search(text):
        return "close other programs, or raise the limit on memory (ulimit -v)"
    if isinstance(error, ToolMissingError):
        return "see which tools are missing with: limpid doctor"
    if error.next_step is not None:
        return error.next_step
    twice = _TWICE.search(text)
    if twice is not None:
        return f"define {twice['name']} in one SOURCE only, and name no SOURCE twice"
    flag = _UNKNOWN_FLAG.search(text)
    if flag is not None:
        return f"leave out or mend --flag={flag['name']}"
    undefined = _UNDEFINED.search(text)
    if undefined is not None:
        return f"define {undefined['name']}, or name the source or library that defines it as one more SOURCE"
    place = _POINTED_AT.search(text)
    if place is not None:
        return f"mend the source at {place['place'] or place['rust']}"
    return None
