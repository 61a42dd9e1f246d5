"""The build door: C, C++ and assembler sources of a guest become a statically linked RV64IM ELF.

The guest SDK is the directory `guest` beside this package: in a checkout, in an editable install of one, and in
an installed wheel, where it is package data. The same sources give the same bytes wherever they lie: no path,
date or build identifier enters the ELF.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

Runtime = Literal["limpid", "linux"]
"""What a guest is linked against: the Limpid machine, or Linux system calls (for user-mode QEMU)."""

SDK = Path(__file__).resolve().parent.parent / "guest"
"""The guest SDK: headers, runtimes, linker script and examples."""

EXAMPLES = SDK / "examples"
"""The example programs, one source each; their ELFs stand in the folder `elf` inside."""

DEFAULT_COMPILER = "riscv64-unknown-elf-gcc"
COMPILER_PACKAGE = "gcc-riscv64-unknown-elf"
"""The Debian package of the default compiler."""

COMPILED_SUFFIXES = frozenset({".c", ".cc", ".cpp", ".cxx", ".S", ".s"})
LINKED_SUFFIXES = frozenset({".o", ".a"})

_SHARED_RUNTIME = ("runtime/main.c", "runtime/io.c", "runtime/memory.c", "runtime/abort.c")
_RUNTIME_SOURCES: dict[Runtime, tuple[str, ...]] = {
    "limpid": ("runtime/start.S", "runtime/exit.c", *_SHARED_RUNTIME),
    "linux": ("runtime_linux/start.S", "runtime_linux/linux.c", *_SHARED_RUNTIME),
}

_TARGET_FLAGS = ("-march=rv64im", "-mabi=lp64", "-mcmodel=medany")
_COMPILE_FLAGS = (
    *_TARGET_FLAGS,
    # Misaligned accesses work, but each costs more than an aligned one.
    "-mstrict-align",
    "-ffreestanding",
    "-O2",
    "-fno-pic",
    "-fno-stack-protector",
    "-fno-asynchronous-unwind-tables",
    "-ffunction-sections",
    "-fdata-sections",
    "-fno-ident",
)
_CPP_FLAGS = ("-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics", "-fno-use-cxa-atexit")
# Without the second, the compiler turns the loops of memcpy and memset into calls of themselves.
_RUNTIME_FLAGS = ("-Wall", "-Wextra", "-Werror", "-fno-builtin", "-fno-tree-loop-distribute-patterns")
_LINK_FLAGS = (
    *_TARGET_FLAGS,
    "-nostdlib",
    "-static",
    "-no-pie",
    "-Wl,--build-id=none",
    "-Wl,--gc-sections",
    "-Wl,--fatal-warnings",
    "-Wl,-z,max-page-size=4096",
)


class BuildError(Exception):
    """A guest cannot be built: the message names the missing tool, the source, or what the compiler said."""


def build(
    sources: Sequence[Path],
    output: Path,
    *,
    compiler: str | None = None,
    runtime: Runtime = "limpid",
    extra_flags: Sequence[str] = (),
) -> None:
    """Compiles and links a guest program into the ELF `output`.

    `sources` are C, C++ or assembler files, and objects or archives to link. `compiler` is the name or path of a
    GCC for RISC-V, `riscv64-unknown-elf-gcc` unless given. `extra_flags` follow the standard ones when compiling
    and linking, so they win where the two disagree. The ELF is written beside `output`, then renamed.

    Raises BuildError.
    """
    compiler_path = _find_compiler(compiler)
    _check_sources(sources)
    if not output.parent.is_dir():
        raise BuildError(f"cannot write {output}: the directory {output.parent} does not exist")

    runtime_flags = [*_COMPILE_FLAGS, *_RUNTIME_FLAGS, f"-I{SDK / 'runtime'}"]
    source_flags = [*_COMPILE_FLAGS, *extra_flags]
    try:
        with tempfile.TemporaryDirectory(prefix=".build-", dir=output.parent) as directory:
            scratch = Path(directory)
            objects: list[Path] = []
            for name in _RUNTIME_SOURCES[runtime]:
                object_file = scratch / f"{len(objects)}.o"
                objects.append(_compile(compiler_path, SDK / name, runtime_flags, object_file))
            for source in sources:
                if source.suffix in LINKED_SUFFIXES:
                    objects.append(source.resolve())
                    continue
                object_file = scratch / f"{len(objects)}.o"
                objects.append(_compile(compiler_path, source.resolve(), source_flags, object_file))
            linked = scratch / "linked.elf"
            script = f"-Wl,-T,{SDK / 'limpid.ld'}"
            inputs = [str(path) for path in objects]
            _invoke(
                [compiler_path, *_LINK_FLAGS, script, *inputs, *extra_flags, "-lgcc", "-o", str(linked)],
                f"linking {output.name}",
            )
            os.replace(linked, output)
    except OSError as error:
        raise BuildError(f"cannot write {output}: {error}") from error


def build_examples(directory: Path = EXAMPLES / "elf", *, runtime: Runtime = "limpid") -> list[Path]:
    """Builds every example program into `directory`, which exists; returns the ELFs in order of name.

    Raises BuildError.
    """
    built: list[Path] = []
    for source in sorted(EXAMPLES.glob("*.c")):
        output = directory / f"{source.stem}.elf"
        build([source], output, runtime=runtime)
        built.append(output)
    return built


def _find_compiler(compiler: str | None) -> str:
    """The compiler's path. Raises BuildError where there is none."""
    name = compiler or DEFAULT_COMPILER
    path = shutil.which(name)
    if path is not None:
        return path
    if compiler is not None:
        raise BuildError(f"the compiler {name} does not exist or is not executable")
    raise BuildError(
        f"the compiler {name} is not installed; it is in the Debian package {COMPILER_PACKAGE}: "
        f"sudo apt-get install {COMPILER_PACKAGE}"
    )


def _check_sources(sources: Sequence[Path]) -> None:
    """Raises BuildError unless each source exists and is of a kind that can be compiled or linked."""
    if not sources:
        raise BuildError("no sources to build")
    for source in sources:
        if source.suffix not in COMPILED_SUFFIXES | LINKED_SUFFIXES:
            kinds = " ".join(sorted(COMPILED_SUFFIXES | LINKED_SUFFIXES))
            raise BuildError(f"{source} is none of the kinds {kinds}")
        if not source.is_file():
            raise BuildError(f"the source {source} does not exist")


def _compile(compiler: str, source: Path, flags: Sequence[str], output: Path) -> Path:
    """Compiles one source; `__FILE__` and debug information see no directory but the SDK's own folders."""
    language_flags = _CPP_FLAGS if source.suffix in {".cc", ".cpp", ".cxx"} else ()
    replaced = {f"{SDK}/": "", f"{source.parent}/": "", f"{Path.cwd()}": "."}
    # Where several match a path the compiler takes the last: that must be the longest.
    prefix_maps = [f"-ffile-prefix-map={old}={replaced[old]}" for old in sorted(replaced, key=len)]
    _invoke(
        [compiler, *language_flags, *flags, *prefix_maps, f"-I{SDK / 'include'}", "-c", str(source), "-o", str(output)],
        f"compiling {source.name}",
    )
    return output


def _invoke(command: Sequence[str], step: str) -> None:
    """Runs one compiler command. Raises BuildError with the compiler's own message if it fails."""
    # Messages in one language; and a date macro, the one other source of change, sees a fixed date.
    environment = {**os.environ, "LC_ALL": "C", "SOURCE_DATE_EPOCH": "0"}
    try:
        completed = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    except OSError as error:
        raise BuildError(f"{step} failed: cannot run {command[0]}: {error}") from error
    if completed.returncode != 0:
        message = completed.stderr.strip() or f"exit code {completed.returncode}"
        raise BuildError(f"{step} failed:\n{message}")
