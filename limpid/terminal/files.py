"""Files in, files out: whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from pathlib import Path

from limpid.errors import FileError

STANDARD_STREAM = "-"
"""In place of a file to read: standard input."""


def read_file(path: str) -> bytes:
    """The content of a file. Raises FileError."""
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise FileError(path, cause_of(error)) from error


def read_file_or_standard_input(path: str) -> bytes:
    """The content of a file, or of standard input for `-`. Raises FileError."""
    if path != STANDARD_STREAM:
        return read_file(path)
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise FileError("standard input", cause_of(error)) from error


def require_writable(path: str) -> None:
    """Raises FileError if `write_bytes` could not write there: asked before work that takes minutes."""
    directory = Path(path).parent
    try:
        if not directory.is_dir():
            raise FileError(path, f"the directory {directory} does not exist", f"create it with: mkdir -p {directory}")
        if Path(path).exists() and not stat.S_ISREG(Path(path).stat().st_mode):
            # Renaming over a device or a directory would replace or fail it.
            raise FileError(path, "exists and is no regular file")
    except (OSError, ValueError) as error:
        raise FileError(path, cause_of(error)) from error
    if not os.access(directory, os.W_OK | os.X_OK):
        raise FileError(path, f"the directory {directory} cannot be written to")


def write_bytes(path: str, content: bytes) -> None:
    """Writes beside the file, then renames: what exists under the name is always whole. Raises FileError."""
    require_writable(path)
    target = Path(path)
    try:
        descriptor, scratch = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            # A scratch file is private; the result has the permissions of any new file.
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(scratch, 0o666 & ~umask)
            os.replace(scratch, target)
        except BaseException:
            Path(scratch).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise FileError(path, cause_of(error)) from error


def cause_of(error: OSError | ValueError) -> str:
    """Why a file cannot be used, in words."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text[:1].lower() + text[1:]
