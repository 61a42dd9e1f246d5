"""The command line from the first import on: closed or full streams, signals, limits, and how soon it starts."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from limpid.command_line import LEAST_ADDRESS_BYTES
from limpid.command_table import COMMANDS, LIGHT
from tests.conftest import ROOT
from tests.limpid.commands.invocation import MISSING, SHA256

HELLO = SHA256.replace("sha256", "hello")
LIMPID = f"{sys.executable} -m limpid"
FULL = "Error: standard output: no space left on device\nNext: redirect it to where there is room\n"
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

TELLING_IMPORTS = """
import atexit, sys
from limpid.__main__ import main

large = {"numpy", "numba", "sympy", "spec.rv64im.machine", "limpid.api.proving"}
atexit.register(lambda: print("imported:", sorted(large & {*sys.modules})))
main()
"""
"""A command, and which of the modules that take long it has imported."""


def _imports_of(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", TELLING_IMPORTS, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def _shell(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("arguments", ["--version", f"run {SHA256}", f"run {SHA256} --json", "--help"])
def test_full_standard_output_is_one_error(arguments: str) -> None:
    completed = _shell(f"{LIMPID} {arguments} > /dev/full")
    assert (completed.returncode, completed.stderr) == (1, FULL)


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
    assert (completed.returncode, completed.stderr) == (1, MISSING)


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
        "schema": 2,
        "error": {"kind": "interrupted", "message": message, "next_step": None},
    }


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("kibibytes", [70_000, 120_000])
def test_limit_on_addresses_below_what_libraries_take_is_told_before_they_are_imported(
    kibibytes: int, command: str
) -> None:
    arguments = {"completion": ["bash"], "doctor": [], "soundcalc": ["tiny"], "audit": ["--chip", "halt"], "demo": []}
    words = " ".join([command, *arguments.get(command, ["missing"])])
    if command in ("new", "build", "sdk"):
        words = f"{command} --help"
    completed = _shell(f"ulimit -v {kibibytes}; {LIMPID} {words} --json")
    if command in LIGHT:
        assert "addresses are needed" not in completed.stderr
        return
    assert completed.returncode == 1
    error = json.loads(completed.stdout)["error"]
    assert (error["kind"], error["next_step"]) == ("memory", "raise it with: ulimit -v unlimited")
    assert error["message"].startswith("400 MiB of addresses are needed to import numpy and compiled code: ")


def test_least_addresses_are_enough_for_every_library(tiny: Path) -> None:
    arguments = f"verify {tiny / 'proof'} --any-program --any-output --allow-insecure"
    for words in (arguments, "audit --chip halt --kind padding", "soundcalc tiny"):
        completed = _shell(f"ulimit -v {LEAST_ADDRESS_BYTES >> 10}; {LIMPID} {words}")
        assert (completed.returncode, completed.stderr.count("Error")) == (0, 0)


def test_limit_on_addresses_is_named() -> None:
    completed = _shell(f"ulimit -v 3000000; {LIMPID} run {SHA256} --json")
    assert completed.returncode == 1
    first, second, *_ = completed.stderr.splitlines()
    assert first.startswith("Error: no room for 4294967296 bytes of addresses")
    assert first.endswith("MiB are left by the limit on addresses (ulimit -v)")
    assert second == "Next: raise it with: ulimit -v unlimited"


@pytest.mark.parametrize("arguments", ["--version", "--help", "completion bash"])
def test_command_without_compiled_code_starts_without_what_takes_long(arguments: str) -> None:
    completed = _imports_of(*arguments.split())
    assert (completed.returncode, completed.stdout.splitlines()[-1]) == (0, "imported: []")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_waits_for_nothing_that_its_work_needs(command: str) -> None:
    assert _imports_of(command, "--help").stdout.splitlines()[-1] == "imported: []"


def test_signals_are_in_order_before_anything_slow_is_imported() -> None:
    # Without site's own imports, which come before any of ours.
    slow = {"typing", "contextlib", "json", "click", "limpid.errors"}
    ask = f"import sys, limpid.__main__; print(*{slow} & {{*sys.modules}})"
    command = [sys.executable, "-S", "-c", ask]
    completed = subprocess.run(command, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True)
    assert completed.stdout == "\n"


def test_start_imports_nothing_large() -> None:
    ask = "import sys, limpid.command_line; print(*{'numpy', 'numba', 'z3', 'sympy', 'rich', 'spec'} & {*sys.modules})"
    completed = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert completed.stdout == "\n"
