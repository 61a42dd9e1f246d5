"""What Limpid needs of the machine it runs on: each check says what it found and how to mend it."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

from limpid.advice.memory_advice import available_memory_bytes
from limpid.guest_build.cpp_library import INSTALL_COMMAND, SOURCE_PACKAGE, sources_directory
from limpid.guest_build.rust import CARGO_PACKAGE, RUST_PACKAGES, find_cargo, find_compiler
from limpid.guest_build.toolchain import (
    COMPILER_PACKAGE,
    DEFAULT_COMPILER,
    PICOLIBC_LIBRARIES,
    PICOLIBC_PACKAGE,
    BuildError,
)

MINIMUM_PYTHON = (3, 11)
EMULATOR = "qemu-riscv64"
EMULATOR_PACKAGE = "qemu-user"

MINIMUM_MEMORY_BYTES = 2 << 30
"""A proof of a small run takes 0.6 GiB, under the set `final` 0.8; larger runs take more."""

_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)(?P<bounds>[^;]*)(?P<marker>;.*)?")
_BOUND = re.compile(r"(?P<relation>>=|<)\s*(?P<version>[\d.]+)")


@dataclass(frozen=True)
class Check:
    """One thing that Limpid needs. `fix` is the command that mends it."""

    name: str
    passed: bool
    found: str
    needed_for: str
    fix: str
    optional: bool = False
    """Most users do without: its absence is reported, but fails nothing."""

    @property
    def state(self) -> str:
        """One word for people."""
        return "ok" if self.passed else "absent" if self.optional else "MISSING"


def all_checks() -> list[Check]:
    """Every check, in the order in which to mend."""
    return [
        python_check(sys.version_info[:3]),
        packages_check(),
        tool_check("RISC-V compiler", DEFAULT_COMPILER, COMPILER_PACKAGE, "limpid build and make guests"),
        c_library_check(PICOLIBC_LIBRARIES.is_dir()),
        cpp_check(sources_directory() is not None),
        rust_check(),
        tool_check("RISC-V emulator", EMULATOR, EMULATOR_PACKAGE, "tests that compare executions"),
        memory_check(available_memory_bytes()),
    ]


def python_check(version: tuple[int, ...]) -> Check:
    """The interpreter is recent enough."""
    needed = ".".join(map(str, MINIMUM_PYTHON))
    return Check(
        name="Python",
        passed=version >= MINIMUM_PYTHON,
        found=f"{'.'.join(map(str, version))} at {sys.executable}",
        needed_for=f"everything: version {needed} or later",
        fix=f"sudo apt-get install python{needed} python{needed}-venv, then make clean demo",
    )


def packages_check() -> Check:
    """Every package that Limpid declares is installed in an admitted version."""
    problems = list(_package_problems())
    return Check(
        name="packages",
        passed=not problems,
        found="; ".join(problems) or "all installed",
        needed_for="everything",
        fix=f"{sys.executable} -m pip install --editable . (in Limpid's directory)",
    )


def _package_problems() -> Iterator[str]:
    try:
        requirements = metadata.requires("limpid") or []
    except metadata.PackageNotFoundError:
        yield "limpid itself is not installed"
        return
    for requirement in requirements:
        match = _REQUIREMENT.fullmatch(requirement)
        if match is None or match["marker"]:
            # A marker names an optional extra.
            continue
        try:
            version = metadata.version(match["name"])
        except metadata.PackageNotFoundError:
            yield f"{match['name']} is missing"
            continue
        if not version_admitted(version, match["bounds"]):
            yield f"{match['name']} is {version}, needed {match['bounds']}"


def version_admitted(version: str, bounds: str) -> bool:
    """Whether a release version satisfies bounds such as `>=2.1,<3`."""
    found = _release(version)
    for bound in _BOUND.finditer(bounds):
        limit = _release(bound["version"])
        if not (found >= limit if bound["relation"] == ">=" else found < limit):
            return False
    return True


def _release(version: str) -> tuple[int, ...]:
    """The numbers of a version without trailing zeros, so that 2 and 2.0 are equal."""
    release = re.match(r"\d+(\.\d+)*", version)
    numbers = [int(number) for number in release[0].split(".")] if release else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def tool_check(name: str, command: str, package: str, needed_for: str) -> Check:
    """A command is on the path."""
    path = shutil.which(command)
    return Check(name, path is not None, path or f"no {command}", needed_for, f"sudo apt-get install {package}")


def c_library_check(installed: bool) -> Check:
    """The C library for guests is installed; most guests do without."""
    found = str(PICOLIBC_LIBRARIES) if installed else "no picolibc"
    needed_for = "guests that use the C library"
    return Check("RISC-V C library", installed, found, needed_for, f"sudo apt-get install {PICOLIBC_PACKAGE}")


def cpp_check(installed: bool) -> Check:
    """The sources of the C++ standard library for guests are installed."""
    found = f"the Python package {SOURCE_PACKAGE}" if installed else "no C++ standard library for guests"
    return Check("C++ library", installed, found, "guests in C++ that use its library", INSTALL_COMMAND, optional=True)


def rust_check() -> Check:
    """A Rust compiler that can compile guests is installed, and cargo."""
    packages = " ".join([*RUST_PACKAGES, CARGO_PACKAGE])
    fix = f"sudo apt-get install {packages}, or with rustup: rustup component add rust-src"
    try:
        compiler = find_compiler()
        found, passed = f"{compiler} and {find_cargo(compiler)}", True
    except BuildError as error:
        found, passed = str(error), False
    return Check("Rust", passed, found, "guests in Rust", fix, optional=True)


def memory_check(available_bytes: int | None) -> Check:
    """There is memory for a proof; None if the system does not say how much it has."""
    found = "unknown" if available_bytes is None else f"{available_bytes / 2**30:.1f} GiB available"
    return Check(
        name="memory",
        passed=available_bytes is None or available_bytes >= MINIMUM_MEMORY_BYTES,
        found=found,
        needed_for=f"limpid prove: {MINIMUM_MEMORY_BYTES >> 30} GiB",
        fix="close other programs, or add swap: sudo fallocate -l 4G /swapfile && sudo chmod 600 /swapfile "
        "&& sudo mkswap /swapfile && sudo swapon /swapfile",
    )
