"""The build door: C, C++, Rust and assembler sources of a guest become a statically linked RV64IM ELF.

The guest SDK is the directory `guest` beside this package: in a checkout, in an editable install of one, and in
an installed wheel, where it is package data. The same sources give the same bytes wherever they lie: no path,
date or build identifier enters the ELF.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from limpid.advice.file_advice import make_directory_step, missing_step, writing_step
from limpid.guest_build.cpp_library import (
    EXCEPTIONS_FLAG,
    EXCEPTIONS_LINKER_SCRIPT,
    CppLibrary,
    explained,
    find_cpp_library,
)
from limpid.guest_build.guest_library import LINKER_SCRIPT, SDK, Runtime, compile_source, runtime_library
from limpid.guest_build.rust import CARGO_MANIFEST, compile_cargo, compile_rust
from limpid.guest_build.toolchain import (
    COMPILER_PACKAGE,
    CPP_SUFFIXES,
    DEFAULT_COMPILER,
    PICOLIBC_PACKAGE,
    BuildError,
    Toolchain,
    ToolMissingError,
    find_toolchain,
    invoke,
    is_cpp,
)
from limpid.terminal.files import cause_of

__all__ = [
    "COMPILER_PACKAGE",
    "DEFAULT_COMPILER",
    "EXAMPLES",
    "SDK",
    "BuildError",
    "Runtime",
    "build",
    "build_examples",
    "example_sources",
]

EXAMPLES = SDK / "examples"
"""The example programs, one source each; their ELFs stand in the folder `elf` inside."""

COMPILED_SUFFIXES = CPP_SUFFIXES | {".c", ".S", ".s"}
RUST_SUFFIX = ".rs"
LINKED_SUFFIXES = frozenset({".o", ".a"})
HEADER_SUFFIXES = frozenset({".h", ".hh", ".hpp", ".hxx"})
GUEST_NAME = "guest.elf"
"""The name of an ELF where an example is needed."""

SUFFIXES = COMPILED_SUFFIXES | LINKED_SUFFIXES | {RUST_SUFFIX}
"""Beside these, the manifest of a cargo package is a source."""


def build(
    sources: Sequence[Path],
    output: Path,
    *,
    compiler: str | None = None,
    runtime: Runtime = "limpid",
    extra_flags: Sequence[str] = (),
) -> None:
    """Compiles and links a guest program into the ELF `output`.

    `sources` are C, C++ or assembler files, root files of Rust crates, manifests of cargo packages, and objects or
    archives to link. `compiler` is the name or path of a GCC for RISC-V, `riscv64-unknown-elf-gcc` unless given, or of
    a clang, which links with LLD. picolibc is linked where it is installed. `extra_flags` follow the standard ones when
    compiling C, C++ and assembler and when linking, so they win where the two disagree; but in a build with Rust they
    go to rustc alone. The ELF is written beside `output`, then renamed.

    Raises BuildError if a tool is missing, or the compiler refuses.
    """
    toolchain = find_toolchain(compiler)
    _check_sources(sources)
    if output.is_dir():
        raise BuildError(f"cannot write {output}: it is a directory", f"name a file in it: {output / GUEST_NAME}")
    if output.exists() and not output.is_file():
        # Renaming over a device would replace it.
        raise BuildError(f"cannot write {output}: it exists and is no regular file", "name another file")
    if any(output.resolve() == source.resolve() for source in sources):
        raise BuildError(f"cannot write {output}: it is one of the sources", "name another file")
    if not output.parent.is_dir():
        message = f"cannot write {output}: the directory {output.parent} does not exist"
        raise BuildError(message, make_directory_step(output.parent))
    try:
        with tempfile.TemporaryDirectory(prefix=".build-", dir=output.parent) as directory:
            scratch = Path(directory)
            library = runtime_library(toolchain, scratch, runtime)
            cpp_library = find_cpp_library(toolchain) if any(map(is_cpp, sources)) else None
            flags = () if any(map(_is_rust, sources)) else extra_flags
            objects = [
                _rust_archive(toolchain, source.resolve(), extra_flags, scratch / f"{position}.a")
                if _is_rust(source)
                else _object(toolchain, source.resolve(), cpp_library, flags, scratch / f"{position}.o")
                for position, source in enumerate(sources)
            ]
            linked = scratch / "linked.elf"
            _link(toolchain, objects, library, cpp_library, linked, flags, output.name)
            os.replace(linked, output)
    except OSError as error:
        raise BuildError(f"cannot write {output}: {cause_of(error)}", writing_step(output, error)) from error


def build_examples(directory: Path = EXAMPLES / "elf", *, runtime: Runtime = "limpid") -> list[Path]:
    """Builds every example program into `directory`, which exists; returns the ELFs in order of name.

    Raises BuildError if a tool is missing, or the compiler refuses.
    """
    built: list[Path] = []
    for source in example_sources():
        output = directory / f"{source.stem}.elf"
        build([source], output, runtime=runtime)
        built.append(output)
    return built


def example_sources() -> list[Path]:
    """The sources of the example programs in order of name."""
    return sorted(path for path in EXAMPLES.iterdir() if path.suffix in COMPILED_SUFFIXES)


def _is_rust(source: Path) -> bool:
    return source.suffix == RUST_SUFFIX or source.name == CARGO_MANIFEST


def _rust_archive(toolchain: Toolchain, source: Path, extra_flags: Sequence[str], output: Path) -> Path:
    """The archive of a crate or a cargo package. Raises BuildError if a tool is missing, or the compiler refuses."""
    if source.name == CARGO_MANIFEST:
        return compile_cargo(source, toolchain, output.parent, extra_flags)
    return compile_rust(source, output, extra_flags)


def _object(
    toolchain: Toolchain, source: Path, cpp_library: CppLibrary | None, extra_flags: Sequence[str], output: Path
) -> Path:
    """What the linker takes for a source: itself, or what it is compiled to.

    Raises BuildError if a tool is missing, or the compiler refuses.
    """
    if source.suffix in LINKED_SUFFIXES:
        return source
    if not is_cpp(source):
        return compile_source(toolchain, source, extra_flags, output)
    headers = cpp_library.source_flags if cpp_library is not None else ()
    try:
        return compile_source(toolchain, source, [*headers, *extra_flags], output)
    except BuildError as error:
        raise explained(error, extra_flags, is_installed=cpp_library is not None) from error


def _check_sources(sources: Sequence[Path]) -> None:
    """Raises BuildError unless each source exists and is of a kind that can be compiled or linked."""
    if not sources:
        raise BuildError("no sources to build", "name at least one")
    for source in sources:
        if source.suffix not in SUFFIXES and source.name != CARGO_MANIFEST:
            kinds = " ".join([*sorted(SUFFIXES), CARGO_MANIFEST])
            raise BuildError(f"{source} is none of the kinds {kinds}", _kind_step(source))
        if source.is_dir():
            raise BuildError(f"the source {source} is a directory", "name the files in it")
        if not source.exists():
            raise BuildError(f"the source {source} does not exist", missing_step(source))


def _kind_step(source: Path) -> str:
    """What to do about a source of no known kind."""
    if (source / CARGO_MANIFEST).is_file():
        return f"name the manifest of this cargo package: {source / CARGO_MANIFEST}"
    if source.is_dir():
        return "name the files in it"
    if not source.exists():
        return missing_step(source)
    if source.suffix in HEADER_SUFFIXES:
        return f"leave it out: sources include headers, which are found with --flag=-I{source.parent}"
    return "give it the ending of its language, or compile it to an object (.o) and name that"


def _link(
    toolchain: Toolchain,
    inputs: Sequence[Path],
    library: Path,
    cpp_library: CppLibrary | None,
    output: Path,
    extra_flags: Sequence[str],
    final_name: str,
) -> None:
    """Links objects and archives with the runtime's library, and with the C++ library if they need it.

    Raises BuildError if a tool is missing, or the compiler refuses.
    """
    command = [toolchain.compiler, *toolchain.link_flags]
    libraries = [library]
    if cpp_library is not None and EXCEPTIONS_FLAG in extra_flags:
        # Before the runtime's library, whose operator new throws nothing.
        libraries.insert(0, cpp_library.archive)
        command.append(f"-Wl,-T,{EXCEPTIONS_LINKER_SCRIPT}")
    # Ahead of libraries among the flags, so that the runtime's memory functions win; then again, for what those need.
    command += [f"-Wl,-T,{LINKER_SCRIPT}", *map(str, [*inputs, *libraries]), *extra_flags]
    step, target = f"linking {final_name}", ("-o", str(output))
    try:
        invoke([*command, *toolchain.grouped(*map(str, libraries)), *target], step)
    except BuildError as error:
        if "undefined" not in str(error):
            raise
        if cpp_library is not None and cpp_library.archive not in libraries:
            invoke([*command, *toolchain.grouped(str(library), str(cpp_library.archive)), *target], step)
            return
        if toolchain.has_c_library:
            raise
        hint = f"the C library is not installed; it is in the Debian package {PICOLIBC_PACKAGE}"
        raise ToolMissingError(f"{error}\nnote: {hint}") from error
