"""The guest SDK as files: headers, linker script, and the runtime as one static library.

The library's first member holds `_start`, which every link needs, together with the memory functions, `abort` and
the exit: so these are always linked, and win against any library that is named later.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from limpid.files import cause_of
from limpid.kept import kept_directory
from limpid.toolchain import BuildError, Toolchain, find_toolchain, invoke

Runtime = Literal["limpid", "linux"]
"""What a guest is linked against: the Limpid machine, or Linux system calls (for user-mode QEMU)."""

SDK = Path(__file__).resolve().parent.parent / "guest"
"""The guest SDK's sources: headers, runtimes, linker script and examples."""

LIBRARY_NAME = "libzkvm.a"
LINKER_SCRIPT_NAME = "limpid.ld"
LINKER_SCRIPT = SDK / LINKER_SCRIPT_NAME

_ALWAYS_LINKED_SHARED = ("runtime/main.c", "runtime/memory.c", "runtime/abort.c")
_ALWAYS_LINKED: dict[Runtime, tuple[str, ...]] = {
    "limpid": ("runtime/start.S", "runtime/exit.c", *_ALWAYS_LINKED_SHARED),
    "linux": ("runtime_linux/start.S", "runtime_linux/linux.c", *_ALWAYS_LINKED_SHARED),
}
_SHARED_MEMBERS = ("runtime/io.c", "runtime/c_exit.c", "runtime/cpp.c", "runtime/new.cpp")
_MEMBERS: dict[Runtime, tuple[str, ...]] = {
    "limpid": ("runtime/console.S", *_SHARED_MEMBERS),
    "linux": _SHARED_MEMBERS,
}
_C_LIBRARY_MEMBERS = ("runtime/picolibc.c",)
"""Compiled only where the C library's headers are installed."""

ACCELERATORS = SDK / "accelerators"
"""The sources of the accelerators, each a member of the library; an unchanged one is not compiled again."""

# Small copies are instructions, not calls.
_ACCELERATOR_FLAGS = ("-Wall", "-Wextra", "-Werror", "-fbuiltin", f"-I{ACCELERATORS}")
_SOFTWARE_CALLS = "runtime_linux/calls.c"
"""The machine calls under Linux, which has none."""

# Without the second, the compiler turns the loops of memcpy and memset into calls of themselves.
_RUNTIME_FLAGS = ("-Wall", "-Wextra", "-Werror", "-fno-builtin")
_GCC_RUNTIME_FLAGS = ("-fno-tree-loop-distribute-patterns",)


@dataclass(frozen=True)
class InstalledSdk:
    """What `install_sdk` has written."""

    headers: tuple[Path, ...]
    library: Path
    linker_script: Path


def install_sdk(directory: Path, *, compiler: str | None = None) -> InstalledSdk:
    """Writes `include/`, `lib/libzkvm.a` and `lib/limpid.ld` below the directory, for use by any compiler.

    Raises BuildError.
    """
    toolchain = find_toolchain(compiler)
    try:
        include, library = directory / "include", directory / "lib"
        include.mkdir(parents=True, exist_ok=True)
        library.mkdir(exist_ok=True)
        headers = [Path(shutil.copy(header, include)) for header in sorted((SDK / "include").glob("*.h"))]
        script = Path(shutil.copy(LINKER_SCRIPT, library))
        scratch = library / ".objects"
        scratch.mkdir(exist_ok=True)
        try:
            archive = build_library(toolchain, library / LIBRARY_NAME, scratch)
        finally:
            shutil.rmtree(scratch)
    except OSError as error:
        raise BuildError(f"cannot write the SDK to {directory}: {cause_of(error)}") from error
    return InstalledSdk(tuple(headers), archive, script)


def build_library(toolchain: Toolchain, output: Path, scratch: Path, runtime: Runtime = "limpid") -> Path:
    """Builds the runtime's archive `output`, with objects in the directory `scratch`. Raises BuildError."""
    own = () if toolchain.is_clang else _GCC_RUNTIME_FLAGS
    flags = (*_RUNTIME_FLAGS, *own, f"-I{SDK / 'runtime'}")

    def compiled(names: Sequence[str]) -> list[str]:
        return [str(_compile_member(toolchain, name, flags, scratch)) for name in names]

    first = scratch / "start.o"
    parts = compiled(_ALWAYS_LINKED[runtime])
    link_flags = [flag for flag in toolchain.link_flags if not flag.startswith(("-Wl", "-static", "-no-pie"))]
    invoke([toolchain.compiler, *link_flags, "-r", *parts, "-o", str(first)], "joining the runtime's start")
    members = compiled(_MEMBERS[runtime])
    if toolchain.has_c_library:
        members += compiled(_C_LIBRARY_MEMBERS)
    members += map(str, _accelerators(toolchain, runtime))
    output.unlink(missing_ok=True)
    # D: no dates, users or modes in the archive.
    invoke([toolchain.archiver, "rcsD", str(output), str(first), *members], f"archiving {output.name}")
    return output


def compile_source(toolchain: Toolchain, source: Path, flags: Sequence[str], output: Path) -> Path:
    """Compiles one source; `__FILE__` and debug information see no directory but the SDK's own folders.

    Raises BuildError.
    """
    replaced = {f"{SDK}/": "", f"{source.parent}/": "", f"{Path.cwd()}": "."}
    # Where several match a path the compiler takes the last: that must be the longest.
    prefix_maps = [f"-ffile-prefix-map={old}={replaced[old]}" for old in sorted(replaced, key=len)]
    command = [toolchain.compiler, *toolchain.compile_flags(source), *flags, *prefix_maps, f"-I{SDK / 'include'}"]
    command += [*toolchain.include_flags, "-c", str(source), "-o", str(output)]
    invoke(command, f"compiling {source.name}")
    return output


def _compile_member(toolchain: Toolchain, name: str, flags: Sequence[str], scratch: Path) -> Path:
    source = SDK / name
    return compile_source(toolchain, source, flags, scratch / f"{source.parent.name}_{source.stem}.o")


def _accelerators(toolchain: Toolchain, runtime: Runtime) -> list[Path]:
    """The accelerators' objects in order of name. Raises BuildError."""
    sources = sorted(ACCELERATORS.glob("*.c"))
    flags = list(_ACCELERATOR_FLAGS)
    if runtime == "linux":
        sources.append(SDK / _SOFTWARE_CALLS)
        flags.append("-DLIMPID_CALLS_IN_SOFTWARE")
    read = [*sources, *sorted(ACCELERATORS.glob("*.h")), *sorted((SDK / "include").glob("*.h"))]
    identity = [
        invoke([toolchain.compiler, "--version"], f"asking {toolchain.compiler}"),
        *toolchain.compile_flags(sources[0]),
        *flags,
        *(f"{path.relative_to(SDK)}\n{path.read_text()}" for path in read),
    ]

    def fill(directory: Path) -> None:
        for source in sources:
            compile_source(toolchain, source, flags, directory / f"{source.stem}.o")

    directory = kept_directory("accelerators", "\0".join(identity).encode(), fill)
    return [directory / f"{source.stem}.o" for source in sources]
