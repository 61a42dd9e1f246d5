"""Files in, files out: read up to a bound, written whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from limpid.errors import FileError

STANDARD_STREAM = "-"
"""In place of a file to read standard input, in place of one to write standard output."""

LARGEST_FILE_BYTES = 1 << 31
"""Of a file that is read without a closer bound: above the proof of as many segments as a run may have."""

_CHUNK_BYTES = 1 << 20

FULL_DISK = (errno.ENOSPC, errno.EDQUOT)
"""Errors of a disk, or a user's share of it, that is full."""


def read_file(path: str, at_most: int = LARGEST_FILE_BYTES) -> bytes:
    """The content of a file, or of standard input for `-`. Raises FileError, also above the bound."""
    name = "standard input" if path == STANDARD_STREAM else path
    try:
        with _opened(path) as file:
            return _bounded(file, name, at_most)
    except (OSError, ValueError) as error:
        raise FileError(name, cause_of(error)) from error


@contextmanager
def _opened(path: str) -> Iterator[BinaryIO]:
    if path != STANDARD_STREAM:
        with open(path, "rb") as file:
            yield file
    elif sys.stdin is None:
        raise FileError("standard input", "is closed", "name a file, or open it with: < FILE")
    else:
        yield sys.stdin.buffer


def _bounded(file: BinaryIO, name: str, at_most: int) -> bytes:
    """All that is in the file, read in pieces: a device or a pipe may have no end."""
    content = bytearray()
    while piece := file.read(_CHUNK_BYTES):
        content += piece
        if len(content) > at_most:
            raise FileError(name, f"holds more than the {at_most:,} bytes that there is room for")
    return bytes(content)


def require_writable(path: str) -> None:
    """Raises FileError if `write_bytes` could not write there: asked before work that takes minutes."""
    if path == STANDARD_STREAM:
        return
    directory = Path(path).parent
    try:
        if not directory.is_dir():
            raise FileError(path, f"the directory {directory} does not exist", f"create it with: mkdir -p {directory}")
        if Path(path).exists() and not stat.S_ISREG(Path(path).stat().st_mode):
            # Renaming over a device or a directory would replace or fail it.
            raise FileError(
                path, "exists and is no regular file", f"name another file, or {STANDARD_STREAM} for a pipe"
            )
    except (OSError, ValueError) as error:
        raise FileError(path, cause_of(error)) from error
    if not os.access(directory, os.W_OK | os.X_OK):
        raise FileError(path, f"the directory {directory} cannot be written to")


def write_bytes(path: str, content: bytes) -> None:
    """Writes beside the file, then renames: what exists under the name is always whole. `-` is standard output.

    Raises FileError.
    """
    if path == STANDARD_STREAM:
        write_standard_output(content)
        return
    require_writable(path)
    target = Path(path)
    try:
        descriptor, scratch = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            os.chmod(scratch, 0o666 & ~_umask())
            os.replace(scratch, target)
        except BaseException:
            Path(scratch).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise FileError(path, cause_of(error), _make_room(error, target.parent)) from error


def write_standard_output(content: bytes) -> None:
    """Writes to standard output and waits until it is gone. Raises FileError; BrokenPipeError if nobody reads."""
    if sys.stdout is None:
        raise FileError("standard output", "is closed")
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise FileError("standard output", cause_of(error)) from error


@contextmanager
def new_directory(path: str) -> Iterator[Path]:
    """A directory to fill, which gets its name when the block ends; after an error nothing is left of it.

    Raises FileError.
    """
    target = Path(path)
    try:
        if os.path.lexists(target):
            raise FileError(path, "exists already", "choose another name")
        scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            yield scratch
            os.chmod(scratch, 0o777 & ~_umask())
            os.rename(scratch, target)
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise
    except (OSError, ValueError) as error:
        raise FileError(path, f"cannot be made: {cause_of(error)}", _make_room(error, target.parent)) from error


@contextmanager
def filled_directory(path: Path) -> Iterator[None]:
    """Makes the directory, and those above it, unless it is there; what was made here goes again after an error.

    Raises OSError.
    """
    made = next((folder for folder in reversed((path, *path.parents)) if not folder.exists()), None)
    try:
        path.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        if made is not None:
            shutil.rmtree(made, ignore_errors=True)
        raise


def _umask() -> int:
    """A scratch file is private; the result has the permissions of any new file."""
    umask = os.umask(0)
    os.umask(umask)
    return umask


def _make_room(error: OSError | ValueError, directory: Path) -> str | None:
    """What to do where a disk is full."""
    is_full = isinstance(error, OSError) and error.errno in FULL_DISK
    return f"make room in {directory.absolute()}, or write elsewhere" if is_full else None


def cause_of(error: OSError | ValueError) -> str:
    """Why a file cannot be used, in words."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text[:1].lower() + text[1:]
