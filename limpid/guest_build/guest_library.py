"""The guest SDK as files: headers, linker script, and the runtime as one static library.

The library's first member holds `_start`, which every link needs, together with the memory functions, `abort` and
`exit`: so these are always linked, and win against any library that is named later. As `exit` needs `malloc`, this
library's wins too. A C library and this one need each other: the linker takes both as one group.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from limpid.advice.file_advice import writing_step
from limpid.guest_build.compiled_libraries import CacheError, compiled_once
from limpid.guest_build.toolchain import PICOLIBC, BuildError, Toolchain, find_toolchain, invoke
from limpid.terminal.files import cause_of, filled_directory

Runtime = Literal["limpid", "linux"]
"""What a guest is linked against: the Limpid machine, or Linux system calls (for user-mode QEMU)."""

SDK = Path(__file__).resolve().parents[2] / "guest"
"""The guest SDK's sources: headers, runtimes, linker script and examples."""

LIBRARY_NAME = "libzkvm.a"
LINKER_SCRIPT_NAME = "limpid.ld"
LINKER_SCRIPT = SDK / LINKER_SCRIPT_NAME

_ALWAYS_LINKED_SHARED = ("runtime/main.c", "runtime/exit_handlers.c", "runtime/memory.c", "runtime/abort.c")
_ALWAYS_LINKED: dict[Runtime, tuple[str, ...]] = {
    "limpid": ("runtime/start.S", "runtime/exit.c", *_ALWAYS_LINKED_SHARED),
    "linux": ("runtime_linux/start.S", "runtime_linux/linux.c", *_ALWAYS_LINKED_SHARED),
}
_SHARED_MEMBERS = (
    "runtime/io.c",
    "runtime/span.S",
    "runtime/allocator.c",
    "runtime/errno.c",
    "runtime/atomics.c",
    "runtime/cpp.c",
    "runtime/new.cpp",
    "runtime/new_aligned.cpp",
)
_MEMBERS: dict[Runtime, tuple[str, ...]] = {
    "limpid": ("runtime/console.S", *_SHARED_MEMBERS),
    "linux": _SHARED_MEMBERS,
}
_C_LIBRARY_START = ("runtime/printf.c", "runtime/decimal.c")
_C_LIBRARY_MEMBERS = ("runtime/files.c", "runtime/lines.c", "runtime/system.c")
"""Compiled only where the C library's headers are installed."""

ACCELERATORS = SDK / "accelerators"
"""The sources of the accelerators, each a member of the library."""

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
    compile_flags: tuple[str, ...]
    link_flags: tuple[str, ...]
    """What the compiler needs after the sources and libraries of a guest."""


def install_sdk(directory: Path, *, compiler: str | None = None) -> InstalledSdk:
    """Writes `include/`, `lib/libzkvm.a` and `lib/limpid.ld` below the directory, for use by any compiler.

    Raises BuildError if a tool is missing, or the compiler refuses.
    """
    toolchain = find_toolchain(compiler)
    if directory.exists() and not directory.is_dir():
        raise BuildError(f"cannot write the SDK to {directory}: not a directory", "name another directory")
    try:
        include, library = directory / "include", directory / "lib"
        with filled_directory(directory), tempfile.TemporaryDirectory(prefix=".sdk-", dir=directory) as name:
            # Whole in here before anything gets its place.
            scratch = Path(name)
            copies = [Path(shutil.copy(header, scratch)) for header in sorted((SDK / "include").glob("*.h"))]
            script_copy = Path(shutil.copy(LINKER_SCRIPT, scratch))
            built = build_library(toolchain, scratch / LIBRARY_NAME, scratch)
            include.mkdir(exist_ok=True)
            library.mkdir(exist_ok=True)
            headers = [path.replace(include / path.name) for path in copies]
            script, archive = (path.replace(library / path.name) for path in (script_copy, built))
    except OSError as error:
        message = f"cannot write the SDK to {directory}: {cause_of(error)}"
        raise BuildError(message, writing_step(directory, error)) from error
    return InstalledSdk(
        headers=tuple(headers),
        library=archive,
        linker_script=script,
        compile_flags=(*toolchain.target_flags, f"-I{include}", *toolchain.include_flags),
        link_flags=(*toolchain.link_flags, f"-L{library}", "-T", str(script), *toolchain.grouped("-lzkvm")),
    )


def build_library(toolchain: Toolchain, output: Path, scratch: Path, runtime: Runtime = "limpid") -> Path:
    """Builds the runtime's archive `output`, with objects in the directory `scratch`.

    Raises BuildError if a tool is missing, or the compiler refuses.
    """
    own = () if toolchain.is_clang else _GCC_RUNTIME_FLAGS
    flags = (*_RUNTIME_FLAGS, *own, f"-I{SDK / 'runtime'}")

    def compiled(names: Sequence[str]) -> list[str]:
        return [str(_compile_member(toolchain, name, flags, scratch)) for name in names]

    first = scratch / "start.o"
    parts = compiled(_ALWAYS_LINKED[runtime])
    if toolchain.has_c_library:
        parts += compiled(_C_LIBRARY_START)
    link_flags = [flag for flag in toolchain.link_flags if not flag.startswith(("-Wl", "-static", "-no-pie"))]
    invoke([toolchain.compiler, *link_flags, "-r", *parts, "-o", str(first)], "joining the runtime's start")
    members = compiled(_MEMBERS[runtime])
    if toolchain.has_c_library:
        members += compiled(_C_LIBRARY_MEMBERS)
    members += map(str, _accelerators(toolchain, scratch, runtime))
    output.unlink(missing_ok=True)
    # D: no dates, users or modes in the archive.
    invoke([toolchain.archiver, "rcsD", str(output), str(first), *members], f"archiving {output.name}")
    return output


def runtime_library(toolchain: Toolchain, scratch: Path, runtime: Runtime) -> Path:
    """The runtime's archive, compiled once for each compiler and kept in the user's cache directory if that can be.

    Raises BuildError if a tool is missing, or the compiler refuses.
    """
    directories = ("include", "runtime", "runtime_linux", "accelerators")
    sources = sorted(path for name in directories for path in (SDK / name).glob("*.[chS]*"))
    facts = [
        invoke([toolchain.compiler, "--version"], "asking the compiler"),
        *toolchain.compile_flags(Path("runtime.c")),
        *toolchain.compile_flags(Path("runtime.cpp")),
        *toolchain.link_flags,
        f"{runtime} {_MEMBERS[runtime]} {_ALWAYS_LINKED[runtime]} {toolchain.has_c_library}",
    ]
    if toolchain.has_c_library:
        facts.append((PICOLIBC / "include" / "picolibc.h").read_text())
    identity = "\n".join(facts).encode() + b"".join(path.read_bytes() for path in sources)

    def fill(directory: Path) -> None:
        build_library(toolchain, directory / LIBRARY_NAME, scratch, runtime)

    try:
        return compiled_once("runtime", identity, fill) / LIBRARY_NAME
    except CacheError:
        fill(scratch)
        return scratch / LIBRARY_NAME


def compile_source(toolchain: Toolchain, source: Path, flags: Sequence[str], output: Path) -> Path:
    """Compiles one source; `__FILE__` and debug information see no directory but the SDK's own folders.

    Raises BuildError if a tool is missing, or the compiler refuses.
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


def _accelerators(toolchain: Toolchain, scratch: Path, runtime: Runtime) -> list[Path]:
    """The accelerators' objects in order of name: unchanged ones are not compiled again.

    Raises BuildError if a tool is missing, or the compiler refuses.
    """
    sources = sorted(ACCELERATORS.glob("*.c"))
    flags = list(_ACCELERATOR_FLAGS)
    if runtime == "linux":
        sources.append(SDK / _SOFTWARE_CALLS)
        flags.append("-DLIMPID_CALLS_IN_SOFTWARE")
    read = [*sources, *sorted(ACCELERATORS.glob("*.h")), *sorted((SDK / "include").glob("*.h"))]
    identity = [
        invoke([toolchain.compiler, "--version"], "asking the compiler"),
        *toolchain.compile_flags(sources[0]),
        *flags,
        *(f"{path.relative_to(SDK)}\n{path.read_text()}" for path in read),
    ]

    def fill(directory: Path) -> None:
        for source in sources:
            compile_source(toolchain, source, flags, directory / f"{source.stem}.o")

    try:
        directory = compiled_once("accelerators", "\0".join(identity).encode(), fill)
    except CacheError:
        fill(scratch)
        directory = scratch
    return [directory / f"{source.stem}.o" for source in sources]
