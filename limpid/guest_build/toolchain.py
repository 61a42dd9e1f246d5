"""Compilers for guests: GCC and clang, the options of each, and the libraries that stand beside GCC."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from spec.memory_map import STACK

DEFAULT_COMPILER = "riscv64-unknown-elf-gcc"
COMPILER_PACKAGE = "gcc-riscv64-unknown-elf"
"""The Debian package of the default compiler."""

PICOLIBC_PACKAGE = "picolibc-riscv64-unknown-elf"
"""The Debian package of the C library."""

TARGET = "riscv64-unknown-elf"
TARGET_FLAGS = ("-march=rv64im", "-mabi=lp64", "-mcmodel=medany")
_CLANG_TARGET_FLAGS = (f"--target={TARGET}", *TARGET_FLAGS)

PICOLIBC = Path("/usr/lib/picolibc") / TARGET
PICOLIBC_LIBRARIES = PICOLIBC / "lib" / "rv64im" / "lp64"
"""Where Debian puts the C library for this target."""

CPP_SUFFIXES = frozenset({".cc", ".cpp", ".cxx"})

_COMPILE_FLAGS = (
    "-O2",
    "-fno-pic",
    "-fno-stack-protector",
    "-fno-asynchronous-unwind-tables",
    "-ffunction-sections",
    "-fdata-sections",
    "-fno-ident",
)
# Misaligned accesses work, but each costs more than an aligned one. Clang avoids them without being told.
# Between stack and heap lies unmapped memory, more than the stack has: no frame that fits the stack reaches over it. So
# larger frames are refused, and where only the run knows a size, it is compared with what is left.
_GCC_COMPILE_FLAGS = (
    "-mstrict-align",
    f"-Werror=frame-larger-than={STACK.size_bytes}",
    "-fstack-limit-symbol=_stack_limit",
)
_CLANG_COMPILE_FLAGS = (f"-Wframe-larger-than={STACK.size_bytes}", "-Werror=frame-larger-than")
_CPP_FLAGS = ("-std=gnu++20", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics", "-fuse-cxa-atexit")
_LINK_FLAGS = (
    "-nostdlib",
    "-static",
    "-Wl,--build-id=none",
    "-Wl,--gc-sections",
    "-Wl,--fatal-warnings",
    "-Wl,-z,max-page-size=4096",
)
_GCC_LINK_FLAGS = ("-no-pie",)
# Read-only after relocation means nothing here, and LLD would split a segment for it.
_CLANG_LINK_FLAGS = ("-fuse-ld=lld", "-Wl,-z,norelro")


def is_cpp(source: Path) -> bool:
    """Whether a source is C++, by its suffix."""
    return source.suffix in CPP_SUFFIXES


class BuildError(Exception):
    """A guest cannot be built: the message names the missing tool, the source, or what the compiler said.

    `next_step` is what to do about it where it does not follow from the tools' own words.
    """

    def __init__(self, message: str, next_step: str | None = None) -> None:
        super().__init__(message)
        self.next_step = next_step


class ToolMissingError(BuildError):
    """A tool or library that the guest needs is not installed."""


@dataclass(frozen=True)
class Toolchain:
    """A compiler that is installed, and what goes with it."""

    compiler: str
    """The path of the executable."""

    is_clang: bool

    @property
    def target_flags(self) -> tuple[str, ...]:
        """The flags that choose the machine, for compiling and linking."""
        return _CLANG_TARGET_FLAGS if self.is_clang else TARGET_FLAGS

    def compile_flags(self, source: Path) -> tuple[str, ...]:
        """All standard flags for compiling this source, by its suffix C, C++ or assembler."""
        own = _CLANG_COMPILE_FLAGS if self.is_clang else _GCC_COMPILE_FLAGS
        compiles_cpp = is_cpp(source)
        # Only to a hosted compiler is main the function of the standard, which gives 0 where its body ends. But
        # without a C library there are headers of a freestanding one only.
        hosting: tuple[str, ...] = ("-fno-builtin",) if self.has_c_library else ("-ffreestanding",)
        if compiles_cpp and self.is_clang:
            # To clang a freestanding C++ main even has a mangled name.
            hosting = ()
        return (*self.target_flags, *own, *hosting, *_COMPILE_FLAGS, *(_CPP_FLAGS if compiles_cpp else ()))

    @property
    def link_flags(self) -> tuple[str, ...]:
        """All standard flags for linking, libraries and linker script apart."""
        return (*self.target_flags, *(_CLANG_LINK_FLAGS if self.is_clang else _GCC_LINK_FLAGS), *_LINK_FLAGS)

    @cached_property
    def archiver(self) -> str:
        """The path of the program that makes archives. Raises ToolMissingError if it is not installed."""
        name = "llvm-ar" if self.is_clang else "ar"
        found = shutil.which(_answer(self.compiler, f"-print-prog-name={name}")) or shutil.which(f"{TARGET}-ar")
        if found is None:
            raise ToolMissingError(f"{name}, which belongs to the compiler {self.compiler}, is not installed")
        return found

    @cached_property
    def libraries(self) -> tuple[str, ...]:
        """Link flags for the C library, where it is installed, and for GCC's arithmetic, which clang borrows."""
        arithmetic = "-lgcc"
        if self.is_clang:
            gcc = shutil.which(DEFAULT_COMPILER)
            arithmetic = _answer(gcc, *TARGET_FLAGS, "-print-libgcc-file-name") if gcc else ""
        c_library = (f"-L{PICOLIBC_LIBRARIES}", "-lm", "-lc") if self.has_c_library else ()
        return (*c_library, *([arithmetic] if arithmetic else []))

    def grouped(self, *libraries: str) -> tuple[str, ...]:
        """Link flags for these libraries and the C library, each of which may need any other."""
        return ("-Wl,--start-group", *libraries, *self.libraries, "-Wl,--end-group")

    @property
    def has_c_library(self) -> bool:
        """Whether picolibc is installed."""
        return PICOLIBC_LIBRARIES.is_dir()

    @property
    def include_flags(self) -> tuple[str, ...]:
        """Compile flags for the C library's headers, where it is installed."""
        return ("-isystem", str(PICOLIBC / "include")) if self.has_c_library else ()


def find_toolchain(compiler: str | None = None) -> Toolchain:
    """The toolchain of a compiler by name or path, `riscv64-unknown-elf-gcc` unless given.

    Raises ToolMissingError if it does not exist or cannot be executed.
    """
    name = compiler or DEFAULT_COMPILER
    path = shutil.which(name)
    if path is not None:
        return Toolchain(path, is_clang="clang" in _answer(path, "--version").partition("\n")[0])
    if compiler is not None:
        raise ToolMissingError(f"the compiler {name} does not exist or is not executable")
    raise ToolMissingError(
        f"the compiler {name} is not installed; it is in the Debian package {COMPILER_PACKAGE}: "
        f"sudo apt-get install {COMPILER_PACKAGE}"
    )


def invoke(command: Sequence[str], step: str) -> str:
    """Runs one command of a toolchain; its output.

    Raises BuildError with the program's own message if it fails, and ToolMissingError if it cannot be run.
    """
    # Messages in one language; and a date macro, a source of change, sees a fixed date.
    environment = {**os.environ, "LC_ALL": "C", "SOURCE_DATE_EPOCH": "0"}
    try:
        completed = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    except OSError as error:
        raise ToolMissingError(f"{step} failed: cannot run {command[0]}: {error}") from error
    if completed.returncode != 0:
        message = completed.stderr.strip() or f"exit code {completed.returncode}"
        raise BuildError(f"{step} failed:\n{message}")
    return completed.stdout


def _answer(compiler: str, *question: str) -> str:
    return invoke([compiler, *question], f"asking {compiler}").strip()
