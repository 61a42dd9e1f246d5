"""Compiled files that are kept in the user's cache, under a digest of all that they were made of."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import platformdirs

from limpid.files import cause_of
from limpid.toolchain import BuildError


def kept_directory(kind: str, identity: bytes, fill: Callable[[Path], None]) -> Path:
    """The directory of this kind whose contents `identity` determines; `fill` writes them where there is none yet.

    Nobody sees a directory that is half filled. Raises BuildError.
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
            # Either renamed, or a process that was faster has the same contents.
            shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        if not directory.is_dir():
            raise BuildError(f"cannot keep {kind} in {directory}: {cause_of(error)}") from error
    return directory
