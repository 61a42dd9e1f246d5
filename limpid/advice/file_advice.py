"""What to do about a file that cannot be read or written: by what the system says, and what stands beside it."""

from __future__ import annotations

import errno
import os
import shlex
from itertools import islice
from pathlib import Path

FULL_DISK = (errno.ENOSPC, errno.EDQUOT)
"""Errors of a disk, or a user's share of it, that is full."""

_FORBIDDEN = (errno.EACCES, errno.EPERM)

_COMPARED_NAMES = 1000
"""So many files beside a missing one are compared: more would take longer than the answer is worth."""


def reading_step(path: str, error: OSError | ValueError) -> str:
    """What to do about a file that cannot be read."""
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.ENOENT:
        return missing_step(Path(path))
    if number == errno.EISDIR:
        return "name a file, not a directory"
    if number in _FORBIDDEN:
        return f"see who may read it with: ls -ld {shlex.quote(path)}"
    return "name another file"


def missing_step(path: Path) -> str:
    """What to do about a file that does not exist: the file that has nearly this name, if there is one."""
    from difflib import get_close_matches

    directory = path.parent
    if not directory.is_dir():
        return f"check the path: there is no directory {directory}"
    try:
        with os.scandir(directory) as entries:
            names = [entry.name for entry in islice(entries, _COMPARED_NAMES)]
    except OSError:
        names = []
    similar = get_close_matches(path.name, names, 1)
    if similar:
        return f"perhaps {directory / similar[0]} is meant"
    return f"check the name: {directory.absolute()} holds no such file"


def writing_step(path: Path, error: OSError | ValueError) -> str:
    """What to do about a file or a directory that cannot be written."""
    number = error.errno if isinstance(error, OSError) else None
    directory = path.absolute().parent
    if number in FULL_DISK:
        return f"make room in {directory}, or write elsewhere"
    if number in _FORBIDDEN:
        return forbidden_step(directory)
    if number == errno.ENOENT and not directory.is_dir():
        return make_directory_step(path.parent)
    return "write elsewhere"


def scratch_step(error: OSError) -> str:
    """What to do about a file that has no name: a temporary one."""
    if error.errno in FULL_DISK:
        return "make room for temporary files, or let TMPDIR name a folder with room"
    return "see which file it is with --debug"


def forbidden_step(directory: Path) -> str:
    """What to do about a directory that may not be written to."""
    return f"write elsewhere, or see who may write there with: ls -ld {shlex.quote(str(directory))}"


def make_directory_step(directory: Path) -> str:
    """What to do about a directory that does not exist."""
    return f"create it with: mkdir -p {shlex.quote(str(directory))}"
