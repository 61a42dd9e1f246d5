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

from limpid.guest_build.guest_library import LIBRARY_NAME, LINKER_SCRIPT, SDK, Runtime, build_library, compile_source
from limpid.guest_build.rust import compile_rust
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
SUFFIXES = COMPILED_SUFFIXES | LINKED_SUFFIXES | {RUST_SUFFIX}


def build(
    sources: Sequence[Path],
    output: Path,
    *,
    compiler: str | None = None,
    runtime: Runtime = "limpid",
    extra_flags: Sequence[str] = (),
) -> None:
    """Compiles and links a guest program into the ELF `output`.

    `sources` are C, C++ or assembler files, root files of Rust crates, and objects or archives to link. `compiler` is
    the name or path of a GCC for RISC-V, `riscv64-unknown-elf-gcc` unless given, or of a clang, which links with LLD.
    picolibc is linked where it is installed. `extra_flags` follow the standard ones when compiling C, C++ and assembler
    and when linking, so they win where the two disagree. The ELF is written beside `output`, then renamed.

    Raises BuildError.
    """
    toolchain = find_toolchain(compiler)
    _check_sources(sources)
    if output.is_dir():
        raise BuildError(f"cannot write {output}: it is a directory")
    if not output.parent.is_dir():
        raise BuildError(f"cannot write {output}: the directory {output.parent} does not exist")
    try:
        with tempfile.TemporaryDirectory(prefix=".build-", dir=output.parent) as directory:
            scratch = Path(directory)
            library = build_library(toolchain, scratch / LIBRARY_NAME, scratch, runtime)
            objects = [
                _object(toolchain, source.resolve(), extra_flags, scratch / f"{position}.o")
                for position, source in enumerate(sources)
            ]
            linked = scratch / "linked.elf"
            _link(toolchain, [*objects, library], linked, extra_flags, output.name)
            os.replace(linked, output)
    except OSError as error:
        raise BuildError(f"cannot write {output}: {cause_of(error)}") from error


def build_examples(directory: Path = EXAMPLES / "elf", *, runtime: Runtime = "limpid") -> list[Path]:
    """Builds every example program into `directory`, which exists; returns the ELFs in order of name.

    Raises BuildError.
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


def _object(toolchain: Toolchain, source: Path, extra_flags: Sequence[str], output: Path) -> Path:
    """What the linker takes for a source: itself, or what it is compiled to. Raises BuildError."""
    if source.suffix in LINKED_SUFFIXES:
        return source
    if source.suffix == RUST_SUFFIX:
        return compile_rust(source, output.with_suffix(".a"))
    return compile_source(toolchain, source, extra_flags, output)


def _check_sources(sources: Sequence[Path]) -> None:
    """Raises BuildError unless each source exists and is of a kind that can be compiled or linked."""
    if not sources:
        raise BuildError("no sources to build")
    for source in sources:
        if source.suffix not in SUFFIXES:
            kinds = " ".join(sorted(SUFFIXES))
            raise BuildError(f"{source} is none of the kinds {kinds}")
        if not source.is_file():
            raise BuildError(f"the source {source} does not exist")


def _link(
    toolchain: Toolchain, inputs: Sequence[Path], output: Path, extra_flags: Sequence[str], final_name: str
) -> None:
    """Links objects and archives. Raises BuildError."""
    command = [toolchain.compiler, *toolchain.link_flags, f"-Wl,-T,{LINKER_SCRIPT}", *map(str, inputs)]
    try:
        invoke([*command, *extra_flags, *toolchain.libraries, "-o", str(output)], f"linking {final_name}")
    except BuildError as error:
        missing_library = "undefined" in str(error) and not toolchain.has_c_library
        if not missing_library:
            raise
        hint = f"the C library is not installed; it is in the Debian package {PICOLIBC_PACKAGE}"
        raise ToolMissingError(f"{error}\nnote: {hint}") from error
