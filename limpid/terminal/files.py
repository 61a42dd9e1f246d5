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

from limpid.advice.file_advice import forbidden_step, make_directory_step, reading_step, writing_step
from limpid.errors import FileError

STANDARD_STREAM = "-"
"""In place of a file to read standard input, in place of one to write standard output."""

LARGEST_FILE_BYTES = 1 << 31
"""The bound on a file without a closer one: above the proof of as many segments as a run may have."""

OPEN_OUTPUT = "open it, if only with: > /dev/null"
REDIRECT_OUTPUT = "redirect it to where there is room"
"""What to do about a standard output that is closed, or that takes nothing."""

_CHUNK_BYTES = 1 << 20
"""Read at once, so that a file that is too long is noticed before it is all in memory."""


def file_name(path: str) -> str:
    """What messages call the file that is read."""
    return "standard input" if path == STANDARD_STREAM else path


def read_file(path: str, at_most: int = LARGEST_FILE_BYTES) -> bytes:
    """The content of a file, or of standard input for `-`. Raises FileError, also above the bound."""
    name = file_name(path)
    try:
        with _opened(path) as file:
            return _bounded(file, name, at_most)
    except (OSError, ValueError) as error:
        raise FileError(name, cause_of(error), reading_step(path, error)) from error


def stream_of(path: str) -> object | None:
    """What tells a stream that can be read once only, such as a pipe, by whichever of its names; None for a file that
    is read anew each time."""
    try:
        found = os.fstat(0) if path == STANDARD_STREAM else os.stat(path)
        # It is as empty the second time.
        if os.path.samestat(found, os.stat(os.devnull)):
            return None
    except (OSError, ValueError):
        return None
    if path != STANDARD_STREAM and (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        return None
    return found.st_dev, found.st_ino


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
            raise FileError(name, f"holds more than the {at_most:,} bytes that there is room for", "name another file")
    return bytes(content)


def require_writable(path: str) -> None:
    """Raises FileError if `write_bytes` could not write there: asked before work that takes minutes."""
    if path == STANDARD_STREAM:
        return
    directory = Path(path).parent
    try:
        if not directory.is_dir():
            raise FileError(path, f"the directory {directory} does not exist", make_directory_step(directory))
        if Path(path).exists() and not stat.S_ISREG(Path(path).stat().st_mode):
            # Renaming over a device or a directory would replace or fail it.
            raise FileError(
                path, "exists and is no regular file", f"name another file, or {STANDARD_STREAM} for a pipe"
            )
    except (OSError, ValueError) as error:
        raise FileError(path, cause_of(error), writing_step(Path(path), error)) from error
    if not os.access(directory, os.W_OK | os.X_OK):
        raise FileError(path, f"the directory {directory} cannot be written to", forbidden_step(directory))


def write_bytes(path: str, content: bytes) -> None:
    """Writes beside the file, then renames: what exists under the name is always whole. `-` is standard output.

    Raises FileError if a file cannot be read or written.
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
        raise FileError(path, cause_of(error), writing_step(target, error)) from error


def write_text(path: str, text: str) -> None:
    """`write_bytes` in UTF-8; what a file's name holds that is no text is escaped. Raises FileError as that."""
    write_bytes(path, text.encode(errors="backslashreplace"))


def write_standard_output(content: bytes) -> None:
    """Writes to standard output and waits until it is gone. Raises FileError; BrokenPipeError if nobody reads."""
    if sys.stdout is None:
        raise FileError("standard output", "is closed", OPEN_OUTPUT)
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise FileError("standard output", cause_of(error), REDIRECT_OUTPUT) from error


@contextmanager
def new_directory(path: str) -> Iterator[Path]:
    """A directory to fill, which gets its name when the block ends; after an error nothing is left of it.

    Raises FileError if a file cannot be read or written.
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
        raise FileError(path, f"cannot be made: {cause_of(error)}", writing_step(target, error)) from error


def require_fillable(path: str) -> None:
    """Raises FileError if `filled_directory` could not make the directory or write into it: asked before work that
    takes minutes."""
    target = Path(path)
    above = next(folder for folder in (target, *target.parents) if os.path.lexists(folder))
    if not above.is_dir():
        raise FileError(path, f"cannot be a directory: {above} is no directory", "name another directory")
    if not os.access(above, os.W_OK | os.X_OK):
        raise FileError(path, f"the directory {above} cannot be written to", forbidden_step(above))


@contextmanager
def filled_directory(path: Path) -> Iterator[None]:
    """Makes the directory, and those above it, unless it is there; what was made here goes again after an error.

    Raises OSError if the disk refuses.
    """
    made = next((folder for folder in reversed((path, *path.parents)) if not folder.exists()), None)
    try:
        path.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        if made is not None:
            shutil.rmtree(made, ignore_errors=True)
        raise


def empty_directory(path: str, of_what: str) -> Path:
    """An empty directory that files may be written into, made where there is none.

    Raises FileError if it cannot be made or written to, or holds something: files of an earlier command would stand
    among the new ones.
    """
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
        with os.scandir(path) as entries:
            found = next(entries, None)
    except (OSError, ValueError) as error:
        cause = f"cannot be a directory of {of_what}: {cause_of(error)}"
        raise FileError(path, cause, "name another directory") from error
    if found is not None:
        raise FileError(path, f"is not empty: it holds {found.name}", "name another directory, or empty this one")
    require_writable(str(Path(path) / "file"))
    return Path(path)


def require_there(path: str) -> None:
    """Raises FileError, as reading it would, if nothing has the path."""
    if path != STANDARD_STREAM and not os.path.lexists(path):
        missing = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        raise FileError(path, cause_of(missing), reading_step(path, missing))


def _umask() -> int:
    """A scratch file is private; the result has the permissions of any new file."""
    umask = os.umask(0)
    os.umask(umask)
    return umask


def cause_of(error: OSError | ValueError) -> str:
    """Why a file cannot be used, in words."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text[:1].lower() + text[1:]
