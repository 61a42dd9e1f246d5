"""Compiling with numba: one set of options, and one place on disk for what was compiled.

numba notices a change of the file that defines a function, not of the files that the function calls into.
So the cache's folder is named by a digest of all sources of this package: a stale one is never read. It lies in the
user's cache folder, or where the environment variable NUMBA_CACHE_DIR says.
"""

from __future__ import annotations

import atexit
import hashlib
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numba

# Numba imports this when it first looks for compiled code, and it adds to the types that numba tells apart by a table:
# a thread that looks a type up meanwhile fails.
import numba.experimental.function_type
import platformdirs
from llvmlite.binding import get_host_cpu_name
from numba.core import config as numba_config
from numba.core.caching import CompileResultCacheImpl, FunctionCache, UserProvidedCacheLocator

Function = TypeVar("Function", bound=Callable[..., Any])

DIGEST_CHARACTERS = 16
"""64 bits: sources that differ by accident do not share a folder."""

MARK_SUFFIX = ".compiled"

OUTDATED_SECONDS = 30 * 24 * 3600
"""Caches of other sources that were unused this long are deleted. Whoever still uses one compiles again."""


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


@dataclass(frozen=True)
class Cache:
    """Where compiled code lies."""

    folder: Path
    is_lasting: bool
    """Whether it outlives this process."""

    wanted: Path
    """Where it would lie if that could be written; the same folder if it is lasting."""

    def holds(self, part: str) -> bool:
        """Whether all functions of a part of this package were compiled into it, for this processor."""
        return self._mark(part).exists()

    def mark(self, part: str) -> None:
        """Notes that all functions of a part have been compiled into it. What older sources left behind goes."""
        self._mark(part).touch()
        if self.is_lasting:
            for neighbour in self.folder.parent.iterdir():
                if neighbour != self.folder and _is_outdated(neighbour):
                    shutil.rmtree(neighbour, ignore_errors=True)

    def _mark(self, part: str) -> Path:
        return self.folder / f"{part}-{get_host_cpu_name()}{MARK_SUFFIX}"


def _is_outdated(folder: Path) -> bool:
    """Whether it is a folder like ours, with marks, the youngest of which is old."""
    if re.fullmatch(f"[0-9a-f]{{{DIGEST_CHARACTERS}}}", folder.name) is None:
        return False
    try:
        marks = [mark.stat().st_mtime for mark in folder.glob(f"*{MARK_SUFFIX}")]
    except OSError:
        return False
    return bool(marks) and time.time() - max(marks) > OUTDATED_SECONDS


def cache_in(base: Path) -> Cache:
    """A folder for these sources inside the given one, or a temporary one if that cannot be written.

    The temporary one goes when the process ends.
    """
    wanted = base / _sources_digest()
    if _is_writable(wanted):
        return Cache(wanted, True, wanted)
    temporary = Path(tempfile.mkdtemp(prefix="limpid-numba-"))
    atexit.register(shutil.rmtree, temporary, ignore_errors=True)
    return Cache(temporary, False, wanted)


config: Any = numba_config

CACHE = cache_in(Path(config.CACHE_DIR or Path(platformdirs.user_cache_dir("limpid")) / "numba"))
config.CACHE_DIR = str(CACHE.folder)


class _KnownFolder(UserProvidedCacheLocator):
    """A place in `CACHE.folder`, which can be written: numba would write a file for every function, to find out."""

    def ensure_cache_path(self) -> None:
        Path(self.get_cache_path()).mkdir(parents=True, exist_ok=True)  # type: ignore[no-untyped-call]


class _KnownFolderCache(CompileResultCacheImpl):
    _locator_classes: list[type[object]] = [_KnownFolder]  # noqa: RUF012


class _ForgivingCache(FunctionCache):
    """Compiles anew what is damaged on disk, where numba would fail for good."""

    _impl_class = _KnownFolderCache

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            return super().load_overload(sig, target_context)  # type: ignore[no-untyped-call]
        except Exception:
            # Reading a damaged pickle may raise anything.
            self.flush()  # type: ignore[no-untyped-call]
            return None


def _cached(function: Function, **options: bool) -> Function:
    njit: Any = numba.njit
    make_cache: Any = _ForgivingCache
    dispatcher: Any = njit(nogil=True, error_model="numpy", **options)(function)
    dispatcher._cache = make_cache(function)
    result: Function = dispatcher
    return result


def compiled(function: Function) -> Function:
    """Compiles a function on its first call and keeps the machine code on disk; it runs without Python's lock."""
    return _cached(function)


def borrowing(function: Function) -> Function:
    """Compiles, as `compiled` does, a function that works in arrays of its caller: it makes, returns and keeps none.

    Then numba need not count references, of which there are as many as arrays in the tuples that pass from one
    function to the next; it refuses to compile a function that makes an array.
    """
    return _cached(function, _nrt=False, forceinline=True)


def written_out(function: Function) -> Function:
    """A function that compiled code has written out where it calls it: there is nothing to compile apart."""
    njit: Any = numba.njit
    result: Function = njit(inline="always")(function)
    return result
