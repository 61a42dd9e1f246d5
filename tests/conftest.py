"""Proofs that many tests share: each is made once in a test run, however many processes run the tests."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from limpid.guest_build.build import DEFAULT_COMPILER, EXAMPLES

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"


IN_A_FRESH_PROCESS = "LIMPID_TEST_IN_A_FRESH_PROCESS"
"""Set where a test that forks runs by itself."""


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Runs a test that forks in a process of its own: other tests may have mapped more than a fork may copy, and
    allowed deeper recursion than a stack holds."""
    if pyfuncitem.get_closest_marker("forks") is None or IN_A_FRESH_PROCESS in os.environ:
        return None
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "forks", pyfuncitem.nodeid]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment[IN_A_FRESH_PROCESS] = "1"
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"in a process of its own:\n{done.stdout}{done.stderr}"
    return True


def quickstart_section() -> str:
    """The README's quickstart, without its heading."""
    match = re.search(r"^## Quickstart$(.*?)^## ", README.read_text(), re.MULTILINE | re.DOTALL)
    assert match is not None
    return match[1]


def fenced_blocks(language: str) -> list[str]:
    """The quickstart's code blocks in this language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", quickstart_section(), re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], None]], Path]:
    """Makes a directory of this name once in the whole test run, whichever process comes first."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def make_once(name: str, fill: Callable[[Path], None]) -> Path:
        finished, filling = shared / name, shared / f"{name}.unfinished"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not finished.exists():
                shutil.rmtree(filling, ignore_errors=True)
                filling.mkdir()
                fill(filling)
                filling.rename(finished)
        return finished

    return make_once


@pytest.fixture(scope="session")
def quickstart(once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """The directory in which every command of the README's quickstart has run; `transcript` has what they said.

    In it lies the proof under the default parameters that all tests share. Without a RISC-V compiler the committed
    ELF stands in for the guest that the first command builds.
    """
    return once("quickstart", _run_quickstart)


def _run_quickstart(directory: Path) -> None:
    commands = "".join(fenced_blocks("sh"))
    (directory / "guest").symlink_to(EXAMPLES.parent)
    (directory / "LICENSE-MIT").symlink_to(ROOT / "LICENSE-MIT")
    if shutil.which(DEFAULT_COMPILER) is None:
        commands = re.sub(
            r"^limpid build \S+ --output (\S+)$", r"cp guest/examples/elf/sha256.elf \1", commands, flags=re.MULTILINE
        )
        commands = commands.replace("limpid doctor\n", "")
    tools = directory / "tools"
    tools.mkdir()
    (tools / "limpid").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m limpid "$@"\n')
    (tools / "limpid").chmod(0o755)
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    completed = subprocess.run(
        ["bash", "-e", "-c", commands], cwd=directory, env=environment, capture_output=True, text=True, check=False
    )
    assert completed.returncode == 0, completed.stderr
    assert completed.stderr == ""
    (directory / "transcript").write_text(completed.stdout)


@pytest.fixture(scope="session")
def tiny(once: Callable[[str, Callable[[Path], None]], Path]) -> Path:
    """The directory in which the README's Python has run: the files `proof`, and `transcript` with what it said."""
    return once("tiny", _run_python)


def _run_python(directory: Path) -> None:
    (directory / "guest").symlink_to(EXAMPLES.parent)
    (block,) = fenced_blocks("python")
    keep = "Path('proof').write_bytes(proof.encoded)\n"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    completed = subprocess.run(
        [sys.executable, "-c", block + keep],
        cwd=directory,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stderr
    (directory / "transcript").write_text(completed.stdout)
