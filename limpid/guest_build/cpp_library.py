"""The C++ standard library for guests: LLVM's libc++ and libc++abi, out of the Python package `ziglang`.

The package carries their sources. The headers serve every C++ source; the library is compiled when a guest first needs
it, once for each compiler, and kept in the user's cache directory. It has no threads, files, locales or clocks, as the
machine has none: so no iostreams.
Exceptions work for guests that are compiled with `-fexceptions`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from importlib import metadata, util
from pathlib import Path

from limpid.guest_build.compiled_libraries import compiled_once
from limpid.guest_build.guest_library import SDK
from limpid.guest_build.toolchain import PICOLIBC, BuildError, Toolchain, invoke

SOURCE_PACKAGE = "ziglang"
"""The Python package with the sources."""

INSTALL_COMMAND = "pip install 'limpid[cpp]'"

EXCEPTIONS_FLAG = "-fexceptions"
"""With it a guest's exceptions work; without it the compiler refuses them."""

EXCEPTIONS_LINKER_SCRIPT = SDK / "exceptions.ld"
"""Keeps the unwinding tables, which the linker script would drop."""

LIBRARY_NAME = "libc++.a"

# What libc++ calls the absence of what the machine does not have.
_CONFIGURATION = (
    "-D_LIBCPP_ABI_VERSION=1",
    "-D_LIBCPP_ABI_NAMESPACE=__1",
    "-D_LIBCPP_DISABLE_VISIBILITY_ANNOTATIONS",
    "-D_LIBCPP_HAS_NO_FILESYSTEM_LIBRARY",
    "-D_LIBCPP_HAS_NO_LOCALIZATION",
    "-D_LIBCPP_HAS_NO_MONOTONIC_CLOCK",
    "-D_LIBCPP_HAS_NO_RANDOM_DEVICE",
    "-D_LIBCPP_HAS_NO_THREADS",
    "-D_LIBCPP_HAS_NO_VENDOR_AVAILABILITY_ANNOTATIONS",
    "-D_LIBCPP_HAS_NO_WIDE_CHARACTERS",
)
# What version 16 of libc++ counts as an experiment, such as std::format, is finished by now.
_SOURCE_FLAGS = ("-D_LIBCPP_ENABLE_EXPERIMENTAL",)
_LIBRARY_FLAGS = (
    EXCEPTIONS_FLAG,
    "-frtti",
    "-w",
    "-D_LIBCPP_BUILDING_LIBRARY",
    "-DLIBCXX_BUILDING_LIBCXXABI",
    "-D_LIBCXXABI_BUILDING_LIBRARY",
    "-D_LIBCXXABI_DISABLE_VISIBILITY_ANNOTATIONS",
    "-D_LIBCXXABI_HAS_NO_THREADS",
)
_CXX_SOURCES = (
    "algorithm",
    "any",
    "bind",
    "charconv",
    "chrono",
    "exception",
    "format",
    "functional",
    "hash",
    "memory",
    "memory_resource",
    "new",
    "optional",
    "ryu/d2fixed",
    "ryu/d2s",
    "ryu/f2s",
    "stdexcept",
    "string",
    "system_error",
    "typeinfo",
    "utility",
    "valarray",
    "variant",
    "vector",
    "verbose_abort",
)
_ABI_SOURCES = (
    "abort_message",
    "cxa_aux_runtime",
    "cxa_default_handlers",
    "cxa_demangle",
    "cxa_exception",
    "cxa_exception_storage",
    "cxa_guard",
    "cxa_handlers",
    "cxa_personality",
    "cxa_vector",
    "cxa_virtual",
    "fallback_malloc",
    "private_typeinfo",
    "stdlib_exception",
    "stdlib_new_delete",
    "stdlib_stdexcept",
    "stdlib_typeinfo",
)


class CppLibrary:
    """The C++ library as one compiler sees it."""

    def __init__(self, toolchain: Toolchain, root: Path) -> None:
        self._toolchain = toolchain
        self._root = root

    @property
    def source_flags(self) -> tuple[str, ...]:
        """Compile flags for a guest's sources."""
        return (*self.include_flags, *_SOURCE_FLAGS)

    @property
    def include_flags(self) -> tuple[str, ...]:
        """Compile flags for the headers."""
        headers = (self._root / "libcxx" / "include", self._root / "libcxxabi" / "include")
        return ("-nostdinc++", *_CONFIGURATION, *(flag for path in headers for flag in ("-isystem", str(path))))

    @cached_property
    def archive(self) -> Path:
        """The compiled library. Raises BuildError if a tool is missing, or the compiler refuses."""
        version = metadata.version(SOURCE_PACKAGE)
        facts = (version, invoke([self._toolchain.compiler, "--version"], "asking the compiler"), *self._flags)
        identity = "\n".join(facts).encode() + _frames().read_bytes()
        return compiled_once("c++", identity, self._compile) / LIBRARY_NAME

    @property
    def _flags(self) -> tuple[str, ...]:
        own = self._toolchain.compile_flags(Path("library.cpp"))
        folders = (
            f"-I{self._root / 'libcxx' / 'src'}",
            f"-I{self._root / 'libcxxabi' / 'src'}",
            f"-I{SDK / 'include'}",
        )
        flags = (*own, *_LIBRARY_FLAGS, f"-ffile-prefix-map={self._root}=.", *folders, *self.include_flags)
        return (*flags, *self._toolchain.include_flags)

    def _compile(self, directory: Path) -> None:
        objects = []
        for part, names in (("libcxx", _CXX_SOURCES), ("libcxxabi", _ABI_SOURCES)):
            for name in names:
                source = self._root / part / "src" / f"{name}.cpp"
                output = directory / f"{part}_{source.stem}.o"
                # Where exceptions are thrown, the unwinder must know the tables.
                extra = ("-include", str(_frames())) if name == "cxa_exception" else ()
                command = [self._toolchain.compiler, *self._flags, *extra, "-c", str(source), "-o", str(output)]
                invoke(command, f"compiling {part}'s {name}")
                objects.append(output)
        archive = directory / LIBRARY_NAME
        invoke([self._toolchain.archiver, "rcsD", str(archive), *map(str, objects)], f"archiving {LIBRARY_NAME}")
        for path in objects:
            path.unlink()


def find_cpp_library(toolchain: Toolchain) -> CppLibrary | None:
    """The C++ library, or None where its sources or the C library that it stands on are not installed."""
    root = sources_directory()
    return None if root is None or not PICOLIBC.is_dir() else CppLibrary(toolchain, root)


def sources_directory() -> Path | None:
    """The directory that holds libc++ and libc++abi, if it is installed."""
    found = util.find_spec(SOURCE_PACKAGE)
    if found is None or found.origin is None:
        return None
    root = Path(found.origin).parent / "lib"
    return root if (root / "libcxxabi" / "src").is_dir() else None


_ABSENT = re.compile(r'#error "(?P<what>[^"]*is not supported since libc\+\+ has been configured without [^"]*)"')
_INCLUDED_FROM = re.compile(r"^(?:In file included|\s+) from (?P<place>[^\n]+?:\d+)(?::\d+)?[,:]$", re.MULTILINE)


def _absent_header(message: str) -> BuildError | None:
    """An error of few lines for a header that this library is built without; else its own errors are a hundred lines.

    The place that it names is the guest's include, not the one in the library that failed.
    """
    absent = _ABSENT.search(message)
    if absent is None:
        return None
    step, chain = message.partition("\n")[0], message[: absent.start()]
    places = [place for place in _INCLUDED_FROM.findall(chain) if "/libcxx/" not in place]
    # GCC names the innermost include first, in one sentence; clang names it last.
    innermost = 0 if ",\n" in chain else -1
    error = f"{places[innermost]}: error: {absent['what']}" if places else absent["what"]
    note = "note: a guest has no locales, threads, files or clock; printf and std::format are there"
    return BuildError(f"{step}\n{error}\n{note}")


def explained(error: BuildError, flags: Sequence[str], *, is_installed: bool) -> BuildError:
    """The error of a C++ compilation with what to do about what it says, where that is known."""
    message = str(error)
    absent = _absent_header(message)
    if absent is not None:
        return absent
    if not is_installed and "No such file or directory" in message:
        return BuildError(f"{message}\nnote: the C++ standard library is not installed: {INSTALL_COMMAND}")
    if EXCEPTIONS_FLAG not in flags and "exception" in message:
        return BuildError(f"{message}\nnote: exceptions work when the guest is built with --flag={EXCEPTIONS_FLAG}")
    return error


def _frames() -> Path:
    return SDK / "runtime" / "frames.h"
