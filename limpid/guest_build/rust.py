"""Rust guests: a source file or a cargo package becomes an archive that links like any other.

No Rust compiler brings the libraries for this target, so `core` and `alloc` are compiled from their source: for a
source file by rustc alone, once for each compiler, into the user's cache directory, without the network; for a package
by cargo, which also fetches the crates that it depends on. The target is the compiler's own for RV64IM, changed in that
the machine has one hart: so atomic operations are plain ones, and crates that use `Arc` compile.
"""

from __future__ import annotations

import json
import keyword
import os
import re
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from limpid.guest_build.compiled_libraries import compiled_once
from limpid.guest_build.guest_library import SDK
from limpid.guest_build.toolchain import BuildError, Toolchain, ToolMissingError, invoke

TARGET = "riscv64im-unknown-none-elf"
RUST_PACKAGES = ("rustc-web", "rust-web-src")
"""The Debian packages of a compiler that knows the target, and of its library source."""

DEBIAN_RUSTC = "/usr/bin/rustc"
CARGO_PACKAGE = "cargo-web"
CARGO_MANIFEST = "Cargo.toml"

SUPPORT_CRATE = SDK / "rust" / "limpid_guest.rs"
_SUPPORT_NAME = "limpid_guest"
_ALLOCATOR = ("--cfg", 'feature="allocator"')

_TARGET_CHANGES = {
    "atomic-cas": True,
    "features": "+m",
    "singlethread": True,
    # A large frame touches every page, so that it meets the stack's guard page.
    "stack-probes": {"kind": "inline"},
}
# What each atomic operation means on one hart; the rest keeps addresses fixed and leaves nothing to unwind.
_CODE_FLAGS = ("-C", "passes=lower-atomic", "-C", "force-unwind-tables=no")
_FLAGS = ("--edition", "2024", "-C", "panic=abort", "-C", "opt-level=3", "-C", "embed-bitcode=no", *_CODE_FLAGS)
# The compiler puts this crate before every other one. What it would hold is in GCC's library.
_COMPILER_BUILTINS = "#![no_std]\n#![feature(compiler_builtins)]\n#![compiler_builtins]\n#![allow(internal_features)]\n"

_TAKEN_NAMES = frozenset({"alloc", "compiler_builtins", "core", "proc_macro", "std", "test", _SUPPORT_NAME})
"""Names of crates that a guest's crate cannot have too."""


def compile_rust(source: Path, output: Path, extra_flags: Sequence[str] = ()) -> Path:
    """Compiles the crate of this source file to the archive `output`.

    `extra_flags` come after the standard ones. A crate with a global allocator of its own has that one. Raises
    BuildError if a tool is missing, or the compiler refuses.
    """
    compiler = find_compiler()
    libraries = _libraries(compiler)
    replaced = {str(source.parent): ".", str(SDK): "guest", str(_library_source(compiler)): "library"}
    command = [compiler, *_target_flags(libraries), *_FLAGS, "--crate-name", crate_name(source.stem)]
    command += [f"--remap-path-prefix={old}={new}" for old, new in replaced.items()]
    command += ["--crate-type", "staticlib", f"-L{libraries}"]
    command += [f"--extern={name}={libraries / f'lib{name}.rlib'}" for name in ("core", "alloc")]

    def compile_with(support: Path) -> None:
        own = [f"-L{support}", f"--extern={_SUPPORT_NAME}={support / f'lib{_SUPPORT_NAME}.rlib'}"]
        _invoke([*command, *own, *extra_flags, str(source), "-o", str(output)], f"compiling {source.name}")

    try:
        compile_with(libraries / "with_allocator")
    except BuildError as error:
        # Only the compiler knows whether the crate, or one that it uses, has its own.
        if "conflicts with global allocator" not in str(error):
            raise
        compile_with(libraries / "without_allocator")
    return output


def compile_cargo(manifest: Path, toolchain: Toolchain, directory: Path, extra_flags: Sequence[str] = ()) -> Path:
    """Compiles the library of a cargo package to an archive, which is returned.

    `directory` is for what only this build needs; cargo keeps its own files in the package's `target`. C code in
    dependencies is compiled by the toolchain. `extra_flags` go to rustc, for every crate. Raises BuildError if a tool
    is missing, or the compiler refuses.
    """
    compiler = find_compiler()
    cargo = find_cargo(compiler)
    target = _write_target(compiler, directory)
    environment = {
        "RUSTC": compiler,
        "RUSTC_BOOTSTRAP": "1",
        "CARGO_ENCODED_RUSTFLAGS": "\x1f".join([*_CODE_FLAGS, "-Z", "unstable-options", *extra_flags]),
        f"CC_{TARGET}": toolchain.compiler,
        f"AR_{TARGET}": toolchain.archiver,
        f"CFLAGS_{TARGET}": " ".join([*toolchain.compile_flags(Path("dependency.c")), *toolchain.include_flags]),
    }
    profile = {"panic": '"abort"', "trim-paths": '"all"'}
    command = [cargo, "rustc", "--lib", "--release", "--manifest-path", str(manifest), "--target", str(target)]
    command += ["--crate-type", "staticlib", "--message-format", "json-render-diagnostics"]
    command += ["-Zbuild-std=core,alloc", "-Zbuild-std-features=", "-Ztrim-paths", "-Zjson-target-spec"]
    command += [f"--config=profile.release.{key}={value}" for key, value in profile.items()]
    # Cargo and rustc read their settings from the environment; none of the caller's may reach a guest.
    settings = [f"{name}={value}" for name, value in environment.items()]
    answer = invoke(["env", "-u", "RUSTFLAGS", *settings, *command], f"compiling {manifest}")
    archives = [
        Path(name)
        for line in answer.splitlines()
        if (message := json.loads(line))["reason"] == "compiler-artifact"
        and "staticlib" in message["target"]["crate_types"]
        for name in message["filenames"]
        if name.endswith(".a")
    ]
    if not archives:
        raise BuildError(
            f"{manifest} gives no library: a guest's package has src/lib.rs, as limpid new --rust makes it",
            "make a package to compare with: limpid new --rust NAME",
        )
    return archives[-1]


def crate_name(stem: str) -> str:
    """The name of a guest's crate: its file's, made a name of Rust that no other crate has."""
    name = re.sub(r"\W", "_", stem, flags=re.ASCII)
    if not name or name[0].isdigit() or name in _TAKEN_NAMES or keyword.iskeyword(name):
        return f"guest_{name}"
    return name


def rust_is_available() -> bool:
    """Whether a compiler that knows the target and its library source are installed."""
    try:
        find_compiler()
    except BuildError:
        return False
    return True


def cargo_is_available() -> bool:
    """Whether cargo is installed beside such a compiler."""
    try:
        find_cargo(find_compiler())
    except BuildError:
        return False
    return True


@cache
def find_compiler() -> str:
    """The first rustc on the path, or in Debian's place, whose library source is there.

    Raises ToolMissingError if there is none.
    """
    problems = []
    for candidate in (shutil.which("rustc"), DEBIAN_RUSTC):
        if candidate is not None and os.access(candidate, os.X_OK):
            try:
                _library_source(candidate)
            except BuildError as error:
                problems.append(str(error))
                continue
            return candidate
    packages = " ".join(RUST_PACKAGES)
    advice = (
        f"no rustc that knows {TARGET} is installed with its library source; they are in the Debian packages "
        f"{packages}: sudo apt-get install {packages}"
    )
    raise ToolMissingError("; ".join([*problems[:1], advice]))


def find_cargo(compiler: str) -> str:
    """The cargo beside a compiler, or on the path. Raises ToolMissingError if there is none."""
    cargo = shutil.which(str(Path(compiler).with_name("cargo"))) or shutil.which("cargo")
    if cargo is None:
        raise ToolMissingError(
            f"cargo is not installed; it is in the Debian package {CARGO_PACKAGE}: sudo apt-get install {CARGO_PACKAGE}"
        )
    return cargo


def _library_source(compiler: str) -> Path:
    """The directory with the sources of core and alloc. Raises ToolMissingError if there is none."""
    if TARGET not in invoke([compiler, "--print", "target-list"], f"asking {compiler}").split():
        raise ToolMissingError(f"{compiler} does not know the target {TARGET}")
    root = Path(invoke([compiler, "--print", "sysroot"], f"asking {compiler}").strip())
    source = root / "lib" / "rustlib" / "src" / "rust" / "library"
    if not (source / "core" / "src" / "lib.rs").is_file():
        # rustup keeps each compiler in a directory of its toolchains.
        advice = ": rustup component add rust-src" if root.parent.name == "toolchains" else ""
        raise ToolMissingError(f"the library source of {compiler} is not installed in {source}{advice}")
    return source


def _write_target(compiler: str, directory: Path) -> Path:
    """Writes the target's description into the directory.

    Raises BuildError if a tool is missing, or the compiler refuses.
    """
    question = ["--print", "target-spec-json", "--target", TARGET, "-Z", "unstable-options"]
    description = json.loads(invoke(["env", "RUSTC_BOOTSTRAP=1", compiler, *question], f"asking {compiler}"))
    del description["metadata"]
    description |= _TARGET_CHANGES
    path = directory / f"{TARGET}.json"
    path.write_text(json.dumps(description, indent=2, sort_keys=True))
    return path


def _target_flags(libraries: Path) -> tuple[str, ...]:
    return ("-Z", "unstable-options", "--target", str(libraries / f"{TARGET}.json"))


def _libraries(compiler: str) -> Path:
    """A directory with the compiled crates, which is made if this compiler has none yet.

    Raises BuildError if a tool is missing, or the compiler refuses.
    """
    facts = (invoke([compiler, "-vV"], f"asking {compiler}"), *_FLAGS, json.dumps(_TARGET_CHANGES), _COMPILER_BUILTINS)
    identity = "\n".join(facts).encode() + SUPPORT_CRATE.read_bytes()
    return compiled_once("rust", identity, lambda directory: _compile_libraries(compiler, directory))


def _compile_libraries(compiler: str, directory: Path) -> None:
    source = _library_source(compiler)
    builtins = directory / "compiler_builtins.rs"
    builtins.write_text(_COMPILER_BUILTINS)
    _write_target(compiler, directory)
    standard = [compiler, *_target_flags(directory), *_FLAGS, "--crate-type", "rlib"]
    standard += [f"--remap-path-prefix={source}=library", f"--remap-path-prefix={SDK}=guest"]
    externs: list[str] = []

    def compile_crate(name: str, root: Path, folder: Path, *flags: str) -> None:
        command = [*standard, "--crate-name", name, *externs, *flags, "--out-dir", str(folder), str(root)]
        _invoke(command, f"compiling Rust's {name}")

    crates = {
        "core": source / "core" / "src" / "lib.rs",
        "compiler_builtins": builtins,
        "alloc": source / "alloc" / "src" / "lib.rs",
    }
    for name, root in crates.items():
        compile_crate(name, root, directory)
        externs.append(f"--extern={name}={directory / f'lib{name}.rlib'}")
    for folder, flags in (("with_allocator", _ALLOCATOR), ("without_allocator", ())):
        (directory / folder).mkdir()
        compile_crate(_SUPPORT_NAME, SUPPORT_CRATE, directory / folder, *flags)


def _invoke(command: Sequence[str], step: str) -> None:
    # The libraries use what the compiler keeps to itself, and a stable compiler allows it only so.
    invoke(["env", "RUSTC_BOOTSTRAP=1", *command], step)
