"""The accelerators compiled for this machine, with the machine calls in C, by ctypes."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

from limpid.guest_build.guest_library import ACCELERATORS, SDK

NATIVE_COMPILER = "gcc"
EOK, EFAIL = 0, -1

_FLAGS = ("-std=c11", "-O2", "-fPIC", "-shared", "-Wall", "-Wextra", "-Wpedantic", "-Werror")
# Undefined behaviour ends the process.
_SANITIZERS = ("-fsanitize=undefined", "-fsanitize-undefined-trap-on-error")
_UNTOUCHED = 0xA5
_GUARD_BYTES = 16


def build_native_library(output: Path) -> None:
    """Compiles the accelerators into a shared library, as strictly as the compiler can."""
    sources = [*sorted(ACCELERATORS.glob("*.c")), SDK / "runtime_linux" / "calls.c"]
    includes = [f"-I{SDK / 'include'}", f"-I{ACCELERATORS}"]
    command = [NATIVE_COMPILER, *_FLAGS, *_SANITIZERS, *includes, *map(str, sources), "-o", str(output)]
    subprocess.run(command, check=True)


class Library:
    """The functions of zkvm_accelerators.h and zkvm_u256.h on bytes."""

    def __init__(self, path: Path) -> None:
        self._library = ctypes.CDLL(str(path))

    def call(
        self, name: str, *arguments: bytes | int, result_bytes: int, initial: bytes | None = None
    ) -> tuple[int, bytes | None]:
        """Calls `zkvm_<name>`, whose last argument is what it writes: the status, and what was written on success.

        Bytes are passed as pointers to aligned copies, integers by value. `initial` is what stands where the result is
        written before. A failed call must have written nothing, and no call may write beyond its result.
        """
        result = _buffer(initial if initial is not None else bytes([_UNTOUCHED]) * result_bytes)
        before = bytes(result)
        status = self._function(name)(*map(_passed, arguments), result)
        after = bytes(result)
        assert after[result_bytes:] == before[result_bytes:], f"{name} wrote beyond its result"
        if status != EOK:
            assert after == before, f"{name} failed and wrote its result"
            return status, None
        return status, after[:result_bytes]

    def blake2f(self, rounds: int, state: bytes, message: bytes, offset: bytes, final: int) -> tuple[int, bytes]:
        """The status of `zkvm_blake2f` and the state after it, changed or not."""
        buffer = _buffer(state)
        status = self._function("blake2f")(
            ctypes.c_uint32(rounds), buffer, _buffer(message), _buffer(offset), ctypes.c_uint8(final)
        )
        return status, bytes(buffer)[: len(state)]

    def random(self) -> int:
        """`zkvm_random_u64`."""
        function = self._library.zkvm_random_u64
        function.restype = ctypes.c_uint64
        return int(function())

    def aliased(self, name: str, *arguments: bytes, place: int) -> bytes:
        """What a function on words writes when its result is its operand at `place`."""
        buffers = [_buffer(argument) for argument in arguments]
        assert self._function(name)(*buffers, buffers[place]) == EOK
        return bytes(buffers[place])[: len(arguments[place])]

    def two_results(self, name: str, *arguments: bytes) -> tuple[bytes, bytes]:
        """What a function on words writes as its two results."""
        first, second = _buffer(bytes(32)), _buffer(bytes(32))
        assert self._function(name)(*map(_passed, arguments), first, second) == EOK
        return bytes(first)[:32], bytes(second)[:32]

    def _function(self, name: str) -> ctypes._CFuncPtr:  # type: ignore[name-defined]
        function = getattr(self._library, f"zkvm_{name}")
        function.restype = ctypes.c_int
        return function


def _buffer(content: bytes) -> ctypes.Array[ctypes.c_uint64]:
    padded = content + bytes([_UNTOUCHED]) * (_GUARD_BYTES + -len(content) % 8)
    return (ctypes.c_uint64 * (len(padded) // 8)).from_buffer_copy(padded)


def _passed(argument: bytes | int) -> ctypes.Array[ctypes.c_uint64] | ctypes.c_size_t:
    return _buffer(argument) if isinstance(argument, bytes) else ctypes.c_size_t(argument)
