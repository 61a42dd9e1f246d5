"""The example guests run in our executor as on unicorn and, built for Linux, as under QEMU."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest

from limpid.guest_build.build import COMPILER_PACKAGE, DEFAULT_COMPILER, EXAMPLES, build_examples
from reference.executor import execute
from reference.loader import load
from tests.guest.emulation import QEMU, Outcome, run_on_unicorn, run_under_qemu

NAMES = ("arithmetic", "fibonacci", "sha256", "sort")
SOURCE = Random(5)
INPUTS = [b"", b"\x05", bytes(8), (90).to_bytes(8, "little"), *(SOURCE.randbytes(size) for size in (16, 64, 400))]
"""A short and a malformed input for each example, and numbers for all: fibonacci of the last ones is too long."""

CASES = [
    (name, private_input)
    for name in NAMES
    for private_input in INPUTS
    if name != "fibonacci" or len(private_input) < 16
]


def _identify(argument: object) -> str | None:
    return f"{len(argument)} bytes" if isinstance(argument, bytes) else None


def _executed(name: str, private_input: bytes) -> Outcome:
    """The outcome of the committed ELF file in our executor."""
    execution = execute(load(EXAMPLES / "elf" / f"{name}.elf"), private_input, maximum_instructions=10**6)
    assert execution.trap is None
    assert execution.provable
    return Outcome(execution.exit_code, execution.output, execution.instructions)


@pytest.fixture(scope="module")
def linux_elfs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with every example linked against the Linux runtime."""
    for tool, package in ((DEFAULT_COMPILER, COMPILER_PACKAGE), (QEMU, "qemu-user")):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed (Debian package {package})")
    directory = tmp_path_factory.mktemp("linux")
    build_examples(directory, runtime="linux")
    return directory


@pytest.mark.parametrize(("name", "private_input"), CASES, ids=_identify)
def test_example_executes_as_on_unicorn(name: str, private_input: bytes) -> None:
    theirs = run_on_unicorn(EXAMPLES / "elf" / f"{name}.elf", private_input)
    assert _executed(name, private_input) == theirs


@pytest.mark.parametrize(("name", "private_input"), CASES, ids=_identify)
def test_example_executes_as_its_linux_build_under_qemu(name: str, private_input: bytes, linux_elfs: Path) -> None:
    theirs = run_under_qemu(linux_elfs / f"{name}.elf", private_input)
    ours = _executed(name, private_input)
    assert (ours.exit_code, ours.output) == (theirs.exit_code, theirs.output)
