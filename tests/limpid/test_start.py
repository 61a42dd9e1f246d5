"""The command line from the first import on: closed or full streams, signals, limits, and how soon it starts."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.limpid.commands.invocation import SHA256

HELLO = SHA256.replace("sha256", "hello")
LIMPID = f"{sys.executable} -m limpid"
IMPORTING_SLOWLY = """
import builtins, os, signal, sys
from limpid.__main__ import main

signal.signal(signal.SIGINT, signal.default_int_handler)
found = builtins.__import__

def importing(name, *arguments, **options):
    if name == "limpid.command_line":
        os.kill(os.getpid(), int(sys.argv.pop()))
    return found(name, *arguments, **options)

builtins.__import__ = importing
main()
"""
"""The command, with a signal in the middle of its imports."""


def _shell(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("arguments", ["--version", f"run {SHA256}", f"run {SHA256} --json", "--help"])
def test_full_standard_output_is_one_error(arguments: str) -> None:
    completed = _shell(f"{LIMPID} {arguments} > /dev/full")
    assert (completed.returncode, completed.stderr) == (1, "Error: standard output: no space left on device\n")


def test_closed_standard_output_is_refused_before_any_work() -> None:
    completed = _shell(f"{LIMPID} run {SHA256} >&-")
    assert completed.returncode == 1
    assert completed.stderr == "Error: standard output: is closed\nNext: open it, if only with: > /dev/null\n"


def test_closed_standard_input_is_one_error() -> None:
    completed = _shell(f"{LIMPID} run {SHA256} --input - <&-")
    assert completed.returncode == 1
    assert completed.stderr == "Error: standard input: is closed\nNext: name a file, or open it with: < FILE\n"


@pytest.mark.parametrize("closed", ["2>&-", "2> /dev/full"])
def test_standard_error_that_takes_nothing_changes_no_status(closed: str) -> None:
    assert _shell(f"{LIMPID} run missing {closed}").returncode == 1
    assert _shell(f"{LIMPID} --version {closed}").returncode == 0
    # Shows text on its console, and ends with a note.
    assert _shell(f"{LIMPID} run {HELLO} {closed}").returncode == 0
    assert _shell(f"{LIMPID} completion bash {closed}").returncode == 0


def test_file_written_with_closed_streams_holds_its_content_alone(tmp_path: Path) -> None:
    # Given no open standard error, whose number the next opened file would get.
    completed = _shell(f"{LIMPID} run {SHA256} --input-hex 616263 --public-output {tmp_path}/digest 2>&-")
    assert completed.returncode == 0
    assert len((tmp_path / "digest").read_bytes()) == 32


def test_command_line_as_a_module_is_the_command() -> None:
    completed = _shell(f"{sys.executable} -m limpid.command_line run missing")
    assert (completed.returncode, completed.stderr) == (1, "Error: missing: no such file or directory\n")


@pytest.mark.parametrize(
    ("number", "status", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_signal_during_imports_ends_with_one_error(number: signal.Signals, status: int, word: str) -> None:
    command = [sys.executable, "-c", IMPORTING_SLOWLY, "run", SHA256, str(int(number))]
    completed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert completed.returncode == status
    assert completed.stderr == f"\nError: {word}; nothing is left half-written\n"


@pytest.mark.parametrize(
    ("number", "status", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_signal_during_imports_is_one_object_with_json(number: signal.Signals, status: int, word: str) -> None:
    command = [sys.executable, "-c", IMPORTING_SLOWLY, "run", SHA256, "--json", str(int(number))]
    completed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert completed.returncode == status
    message = f"{word}; nothing is left half-written"
    assert json.loads(completed.stdout) == {
        "schema": 1,
        "error": {"kind": "interrupted", "message": message, "next_step": None},
    }


def test_limit_on_addresses_is_named() -> None:
    completed = _shell(f"ulimit -v 3000000; {LIMPID} run {SHA256} --json")
    assert completed.returncode == 1
    first, second, *_ = completed.stderr.splitlines()
    assert first.startswith("Error: no room for 4294967296 bytes of addresses")
    assert first.endswith("MiB are left by the limit on addresses (ulimit -v)")
    assert second == "Next: raise it with: ulimit -v unlimited"


@pytest.mark.parametrize("arguments", ["--version", "--help", "completion bash"])
def test_start_without_compiled_code_takes_less_than_a_third_of_a_second(arguments: str) -> None:
    # The processor's time, as others may be at work on the machine.
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert _shell(f"{LIMPID} {arguments}").returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.3


def test_start_imports_nothing_large() -> None:
    ask = "import sys, limpid.command_line; print(*{'numpy', 'numba', 'z3', 'sympy', 'rich', 'spec'} & {*sys.modules})"
    completed = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert completed.stdout == "\n"
