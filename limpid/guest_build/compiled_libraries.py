"""Libraries that are compiled for guests once, and kept in the user's cache directory."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import platformdirs

from limpid.guest_build.toolchain import BuildError
from limpid.terminal.files import cause_of


class CacheError(BuildError):
    """The user's cache directory cannot hold what was compiled."""


def compiled_once(kind: str, identity: bytes, fill: Callable[[Path], None]) -> Path:
    """A directory that `fill` has filled, now or earlier for the same kind and identity.

    Raises CacheError if the directory cannot be kept; whatever `fill` raises.
    """
    directory = Path(platformdirs.user_cache_dir("limpid")) / kind / hashlib.sha256(identity).hexdigest()[:16]
    if directory.is_dir():
        return directory
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=directory.parent))
        try:
            fill(scratch)
            scratch.rename(directory)
        finally:
            # A process that was faster has the same libraries.
            shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        if not directory.is_dir():
            raise CacheError(f"cannot keep compiled libraries in {directory}: {cause_of(error)}") from error
    return directory
