"""The accelerators compiled for this machine, with the machine calls in C, by ctypes."""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Sequence
from pathlib import Path

from limpid.guest_build.guest_library import ACCELERATORS, SDK
from tests.guest.accelerators.library import Argument, Buffer, Library

NATIVE_COMPILER = "gcc"

_FLAGS = ("-std=c11", "-O2", "-fPIC", "-shared", "-Wall", "-Wextra", "-Wpedantic", "-Werror")
# Undefined behaviour ends the process.
_SANITIZERS = ("-fsanitize=undefined", "-fsanitize-undefined-trap-on-error")


def build_native_library(output: Path) -> None:
    """Compiles the accelerators into a shared library, as strictly as the compiler can."""
    sources = [*sorted(ACCELERATORS.glob("*.c")), SDK / "runtime_linux" / "calls.c"]
    includes = [f"-I{SDK / 'include'}", f"-I{ACCELERATORS}"]
    command = [NATIVE_COMPILER, *_FLAGS, *_SANITIZERS, *includes, *map(str, sources), "-o", str(output)]
    subprocess.run(command, check=True)


class NativeLibrary(Library):
    """The shared library at a path."""

    stride = 1

    def __init__(self, path: Path) -> None:
        self._library = ctypes.CDLL(str(path))

    def invoke(self, name: str, arguments: Sequence[Argument], buffers: Sequence[bytes]) -> tuple[int, list[bytes]]:
        memory = [(ctypes.c_uint64 * (len(buffer) // 8)).from_buffer_copy(buffer) for buffer in buffers]
        function = getattr(self._library, f"zkvm_{name}")
        function.restype = ctypes.c_int64 if name == "random_u64" else ctypes.c_int
        passed = [memory[it.place] if isinstance(it, Buffer) else ctypes.c_uint64(it) for it in arguments]
        return int(function(*passed)), [bytes(buffer) for buffer in memory]
