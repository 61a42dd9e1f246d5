"""What the doctor looks at: each check passes and fails where it should, and its fix names what is missing."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

import pytest

from limpid.advice.machine_checks import (
    MINIMUM_MEMORY_BYTES,
    Check,
    all_checks,
    memory_check,
    packages_check,
    python_check,
    rust_check,
    tool_check,
    version_admitted,
)
from limpid.guest_build.rust import find_compiler


def test_checks_cover_what_limpid_needs() -> None:
    names = [check.name for check in all_checks()]
    guests = ["RISC-V compiler", "RISC-V C library", "C++ library", "Rust", "RISC-V emulator"]
    assert names == ["Python", "packages", *guests, "memory"]


def test_optional_check_that_fails_is_absent_and_not_missing() -> None:
    checks = [
        Check("name", passed, "found", "use", "fix", optional)
        for passed, optional in ((False, True), (False, False), (True, True))
    ]
    assert [check.state for check in checks] == ["absent", "MISSING", "ok"]


def test_rust_of_rustup_without_its_library_is_told_the_component(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    compiler = tmp_path / "rustc"
    sysroot = tmp_path / "toolchains" / "stable"
    compiler.write_text(
        f'#!/bin/sh\ncase "$2" in\nsysroot) echo {sysroot};;\n*) echo riscv64im-unknown-none-elf;;\nesac\n'
    )
    compiler.chmod(0o755)
    find_compiler.cache_clear()
    monkeypatch.setattr("limpid.guest_build.rust.DEBIAN_RUSTC", str(compiler))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr("limpid.guest_build.rust.shutil.which", lambda name: str(compiler) if name == "rustc" else None)
    check = rust_check()
    find_compiler.cache_clear()
    assert (check.passed, check.state) == (False, "absent")
    assert ": rustup component add rust-src; " in check.found


@pytest.mark.parametrize(("version", "passed"), [((3, 10, 12), False), ((3, 11, 0), True), ((4, 0, 0), True)])
def test_python_is_recent_enough_from_3_11(version: tuple[int, ...], passed: bool) -> None:
    check = python_check(version)
    assert check.passed is passed
    assert check.fix == "sudo apt-get install python3.11 python3.11-venv, then make clean demo"


def test_tool_on_the_path_passes_and_a_missing_one_names_its_package() -> None:
    assert tool_check("shell", "sh", "dash", "this test").passed
    assert tool_check("tool", "no-such-tool", "the-package", "this test") == Check(
        "tool", False, "no no-such-tool", "this test", "sudo apt-get install the-package"
    )


@pytest.mark.parametrize(
    ("available_bytes", "passed"), [(MINIMUM_MEMORY_BYTES, True), (MINIMUM_MEMORY_BYTES - 1, False), (None, True)]
)
def test_memory_suffices_from_the_minimum_on(available_bytes: int | None, passed: bool) -> None:
    assert memory_check(available_bytes).passed is passed


def test_packages_of_this_environment_suffice() -> None:
    assert packages_check().found == "all installed"


def test_missing_and_outdated_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = {"numpy": "1.26.4", "click": "8.1.7"}

    def version(name: str) -> str:
        if name not in installed:
            raise metadata.PackageNotFoundError(name)
        return installed[name]

    requirements = ["numpy<3,>=2.1", "click<9,>=8.1", "rich>=13", 'pytest>=8; extra == "development"']
    monkeypatch.setattr("limpid.advice.machine_checks.metadata.requires", lambda _: requirements)
    monkeypatch.setattr("limpid.advice.machine_checks.metadata.version", version)
    check = packages_check()
    assert not check.passed
    assert check.found == "numpy is 1.26.4, needed <3,>=2.1; rich is missing"
    assert check.fix.startswith(f"{sys.executable} -m pip install")


def test_limpid_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def requires(name: str) -> list[str]:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr("limpid.advice.machine_checks.metadata.requires", requires)
    assert packages_check().found == "limpid itself is not installed"


@pytest.mark.parametrize(
    ("version", "bounds", "admitted"),
    [
        ("2.1", ">=2.1,<3", True),
        ("2.10.1", ">=2.9", True),
        ("2.0.9", ">=2.1", False),
        ("3.0.0", "<3", False),
        ("3", ">=3.0.0", True),
        ("3.0rc1", "<3", False),
        ("1.0", "", True),
    ],
)
def test_version_is_compared_number_by_number(version: str, bounds: str, admitted: bool) -> None:
    assert version_admitted(version, bounds) is admitted
