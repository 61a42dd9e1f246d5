"""Compiling with numba: one set of options, and one place on disk for what was compiled.

numba notices a change of the file that defines a function, not of the files that the function calls into.
So the cache's folder is named by a digest of all sources of this package: a stale one is never read.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
import platformdirs
from numba.core import config as numba_config

Function = TypeVar("Function", bound=Callable[..., Any])

DIGEST_CHARACTERS = 16


def _sources_digest() -> str:
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:DIGEST_CHARACTERS]


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def cache_folder() -> Path:
    """Where compiled code lies: the user's cache folder, or a temporary one if that cannot be written."""
    folder = Path(platformdirs.user_cache_dir("limpid")) / "numba" / _sources_digest()
    return folder if _is_writable(folder) else Path(tempfile.mkdtemp(prefix="limpid-numba-"))


config: Any = numba_config

if not config.CACHE_DIR:
    config.CACHE_DIR = str(cache_folder())


def compiled(function: Function) -> Function:
    """Compiles a function on its first call and keeps the machine code on disk; it runs without Python's lock."""
    njit: Any = numba.njit
    result: Function = njit(cache=True, nogil=True, error_model="numpy")(function)
    return result
