"""Rust guests: a source file becomes an archive that links like any other.

No Rust compiler brings the libraries for this target, so `core` and `alloc` are compiled from their source, once for
each compiler, into the user's cache directory. Neither cargo nor the network is needed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import platformdirs

from limpid.guest_build.guest_library import SDK
from limpid.guest_build.toolchain import BuildError, ToolMissingError, invoke
from limpid.terminal.files import cause_of

TARGET = "riscv64im-unknown-none-elf"
RUST_PACKAGES = ("rustc-web", "rust-web-src")
"""The Debian packages of a compiler that knows the target, and of its library source."""

SUPPORT_CRATE = SDK / "rust" / "limpid_guest.rs"

_FLAGS = ("--target", TARGET, "--edition", "2024", "-C", "panic=abort", "-C", "opt-level=3", "-C", "embed-bitcode=no")
# The compiler puts this crate before every other one. What it would hold is in GCC's library.
_COMPILER_BUILTINS = "#![no_std]\n#![feature(compiler_builtins)]\n#![compiler_builtins]\n#![allow(internal_features)]\n"


def compile_rust(source: Path, output: Path) -> Path:
    """Compiles the crate of this source file to the archive `output`. Raises BuildError."""
    compiler = _find_compiler()
    libraries = _libraries(compiler)
    externs = [f"--extern={name}={libraries / f'lib{name}.rlib'}" for name in ("core", "alloc", "limpid_guest")]
    replaced = {str(source.parent): ".", str(SDK): "guest", str(_library_source(compiler)): "library"}
    flags = [f"--remap-path-prefix={old}={new}" for old, new in replaced.items()]
    command = [compiler, *_FLAGS, *flags, "--crate-type", "staticlib", f"-L{libraries}", *externs]
    _invoke([*command, str(source), "-o", str(output)], f"compiling {source.name}")
    return output


def rust_is_available() -> bool:
    """Whether a compiler that knows the target and its library source are installed."""
    try:
        _library_source(_find_compiler())
    except BuildError:
        return False
    return True


@cache
def _find_compiler() -> str:
    """The first rustc on the path, or in Debian's place, whose library source is there. Raises BuildError."""
    candidates = [shutil.which("rustc"), "/usr/bin/rustc"]
    for candidate in candidates:
        if candidate is not None and os.access(candidate, os.X_OK):
            try:
                _library_source(candidate)
            except BuildError:
                continue
            return candidate
    packages = " ".join(RUST_PACKAGES)
    raise ToolMissingError(
        f"no rustc that knows {TARGET} is installed with its library source; they are in the Debian packages "
        f"{packages}: sudo apt-get install {packages}"
    )


def _library_source(compiler: str) -> Path:
    """The directory with the sources of core and alloc. Raises BuildError."""
    if TARGET not in invoke([compiler, "--print", "target-list"], f"asking {compiler}").split():
        raise ToolMissingError(f"{compiler} does not know the target {TARGET}")
    root = Path(invoke([compiler, "--print", "sysroot"], f"asking {compiler}").strip())
    source = root / "lib" / "rustlib" / "src" / "rust" / "library"
    if not (source / "core" / "src" / "lib.rs").is_file():
        raise ToolMissingError(f"the library source of {compiler} is not installed in {source}")
    return source


def _libraries(compiler: str) -> Path:
    """A directory with the compiled crates, which is made if this compiler has none yet. Raises BuildError."""
    identity = invoke([compiler, "-vV"], f"asking {compiler}") + " ".join(_FLAGS) + _COMPILER_BUILTINS
    digest = hashlib.sha256(identity.encode() + SUPPORT_CRATE.read_bytes()).hexdigest()[:16]
    directory = Path(platformdirs.user_cache_dir("limpid")) / "rust" / digest
    if directory.is_dir():
        return directory
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=directory.parent))
        try:
            _compile_libraries(compiler, scratch)
            scratch.rename(directory)
        finally:
            # A process that was faster has the same crates.
            shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        if not directory.is_dir():
            raise BuildError(f"cannot keep Rust's libraries in {directory}: {cause_of(error)}") from error
    return directory


def _compile_libraries(compiler: str, directory: Path) -> None:
    source = _library_source(compiler)
    builtins = directory / "compiler_builtins.rs"
    builtins.write_text(_COMPILER_BUILTINS)
    crates = {
        "core": source / "core" / "src" / "lib.rs",
        "compiler_builtins": builtins,
        "alloc": source / "alloc" / "src" / "lib.rs",
        "limpid_guest": SUPPORT_CRATE,
    }
    flags = [f"--remap-path-prefix={source}=library", f"--remap-path-prefix={SDK}=guest"]
    externs: list[str] = []
    for name, root in crates.items():
        command = [compiler, *_FLAGS, *flags, "--crate-type", "rlib", "--crate-name", name, *externs]
        _invoke([*command, "--out-dir", str(directory), str(root)], f"compiling Rust's {name}")
        externs.append(f"--extern={name}={directory / f'lib{name}.rlib'}")


def _invoke(command: Sequence[str], step: str) -> None:
    # The libraries use what the compiler keeps to itself, and a stable compiler allows it only so.
    invoke(["env", "RUSTC_BOOTSTRAP=1", *command], step)
