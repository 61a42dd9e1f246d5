"""--json of every command: one object on standard output, whatever becomes of the command, and its exit status."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from limpid.command_table import COMMANDS
from limpid.errors import DONE, FAILED, MISUSED
from limpid.guest_build.build import DEFAULT_COMPILER
from tests.limpid.commands.invocation import FIBONACCI, SHA256, Invocation, limpid
from tests.limpid.debugger.test_session import Debugger

NEEDS_COMPILER = ("build", "sdk")

SUCCESSES = {
    "new": ["new", "project"],
    "build": ["build", "guest.c", "--output", "guest.elf"],
    "run": ["run", SHA256],
    "keygen": ["keygen", FIBONACCI, "--parameters", "tiny"],
    "prove": ["prove", FIBONACCI, "--parameters", "tiny", "--dev", "--output", "receipt"],
    "verify": ["verify", "proof", "--any-program", "--any-output", "--allow-insecure"],
    "inspect": ["inspect", "proof"],
    "check-trace": ["check-trace", FIBONACCI],
    "audit": ["audit", "--chip", "halt", "--kind", "padding"],
    "soundcalc": ["soundcalc", "tiny"],
    "doctor": ["doctor"],
    "sdk": ["sdk", "sdk"],
    "completion": ["completion", "bash"],
}
"""Command lines by command. `debug` stands below, `demo` among the other commands, `aggregate` with final proofs,
`serve` with the service, and `ethereum`, which needs published blocks, with those."""

FAILURES = [
    ["new", "guest.c"],
    ["build", "noise.c", "--output", "guest.elf"],
    ["build", "guest.foo", "--output", "guest.elf"],
    ["run", "noise"],
    ["run", "nowhere"],
    ["run", SHA256, "--input", "."],
    ["run", SHA256, "--limit", "3"],
    ["run", SHA256, "--public-output", "nowhere/file"],
    ["run", SHA256, "--profile", "noise"],
    ["keygen", "noise"],
    ["keygen", SHA256, "--output", "."],
    ["prove", "noise", "--output", "proof"],
    ["prove", SHA256, "--limit", "3", "--output", "proof"],
    ["prove", SHA256, "--limit", "3", "--out", "noise"],
    ["aggregate", "noise", "--output", "final"],
    ["aggregate", "proof", "--output", "final"],
    ["aggregate", "folder"],
    ["verify", "nowhere", "--any-program", "--any-output"],
    ["verify", "folder", "--any-program", "--any-output"],
    ["verify", "proof", "--program", "noise", "--any-output"],
    ["inspect", "noise"],
    ["inspect", "empty"],
    ["inspect", "folder"],
    ["inspect", "noise", "--circuit"],
    ["debug", "noise"],
    ["check-trace", "noise"],
    ["check-trace", SHA256, "--limit", "3"],
    ["audit", "noise"],
    ["audit", "bytes"],
    ["audit", "--chip", "halt", "--smt2", "noise"],
    ["soundcalc", "nowhere"],
    ["soundcalc", "noise"],
    ["soundcalc", "bytes"],
    ["soundcalc", "empty"],
    ["soundcalc", "folder"],
    ["demo", "--input", "nowhere"],
    ["sdk", "noise"],
    ["serve", "nowhere", "--folder", "noise"],
    ["ethereum", "conformance", "noise"],
    ["ethereum", "witness", "bytes", "--output", "input"],
]
"""Command lines that make sense, of things that are not so."""

MISUSES = [
    [],
    ["frobnicate"],
    ["new"],
    ["build", "guest.c"],
    ["run", SHA256, "--limit", "none"],
    ["run", SHA256, "--input", "-", "--input-hex", "00"],
    ["run", SHA256, "--public-output", "-"],
    ["keygen"],
    ["keygen", SHA256, "--parameters"],
    ["prove", SHA256],
    ["prove", SHA256, "--output", SHA256],
    ["aggregate", "proof"],
    ["verify", "proof"],
    ["inspect"],
    ["debug", SHA256, "--port", "65536"],
    ["check-trace"],
    ["audit", "--chip", "none"],
    ["audit", "--assume", "a=b"],
    ["audit", "circuit", "--assume", "nothing"],
    ["soundcalc"],
    ["soundcalc", "--template"],
    ["soundcalc", "--schema", "--fail-below", "9"],
    ["soundcalc", "tiny", "--report", "report.doc"],
    ["doctor", "more"],
    ["demo", "--parameters", "none"],
    ["sdk"],
    ["completion"],
    ["serve", SHA256],
    ["serve", "nowhere", "--folder", "jobs", "--host", "0.0.0.0"],
    ["ethereum", "witness"],
    ["ethereum", "conformance", "folder"],
]
"""Command lines that make no sense."""


@pytest.fixture
def folder(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, with the files that the command lines name."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(tiny / "proof", tmp_path)
    (tmp_path / "guest.c").write_text("int main(void) { return 0; }\n")
    (tmp_path / "noise.c").write_text("int main(")
    (tmp_path / "guest.foo").touch()
    (tmp_path / "noise").write_text("a text")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    (tmp_path / "empty").touch()
    (tmp_path / "circuit").write_text("(prime-number 97)(begin-module add)(input x)(output y)(end-module)")
    (tmp_path / "folder").mkdir()
    return tmp_path


def _limpid(arguments: list[str]) -> Invocation:
    if arguments[:1] and arguments[0] in NEEDS_COMPILER and shutil.which(DEFAULT_COMPILER) is None:
        pytest.skip(f"needs {DEFAULT_COMPILER}")
    words = 2 if arguments[:1] == ["ethereum"] else 1
    return limpid(*arguments[:words], "--json", *arguments[words:])


def _line(arguments: list[str]) -> str:
    return " ".join(Path(argument).name for argument in arguments)


def test_every_command_is_walked() -> None:
    assert {*SUCCESSES, "demo", "debug", "aggregate", "serve", "ethereum"} == set(COMMANDS)
    assert {line[0] for line in FAILURES} == set(COMMANDS) - {"completion", "doctor"}
    assert {line[0] for line in MISUSES if line} - {"frobnicate"} == set(COMMANDS)


@pytest.mark.parametrize("command", SUCCESSES)
def test_success_is_one_object_without_an_error(command: str, folder: Path) -> None:
    invocation = _limpid(SUCCESSES[command])
    assert invocation.status == DONE
    assert "error" not in invocation.document


@pytest.mark.parametrize("arguments", FAILURES, ids=_line)
def test_failure_is_one_error_that_says_what_to_do(arguments: list[str], folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    invocation = _limpid(arguments)
    assert invocation.status == FAILED
    assert invocation.error["kind"] not in ("misuse", "internal")
    assert invocation.error["next_step"]
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize("arguments", MISUSES, ids=_line)
def test_misuse_is_one_error_on_one_line_that_says_what_to_do(arguments: list[str], folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    invocation = _limpid(arguments)
    assert invocation.status == MISUSED
    assert "\n" not in invocation.error["message"]
    assert invocation.error["next_step"]
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify", "proof", "--any-program", "--any-output"],
        ["verify", "noise", "--any-program", "--any-output"],
        ["soundcalc", "tiny", "--fail-below", "100"],
    ],
    ids=_line,
)
def test_check_that_fails_is_an_object_with_what_was_found(arguments: list[str], folder: Path) -> None:
    invocation = _limpid(arguments)
    assert invocation.status == FAILED
    assert "error" not in invocation.document


def test_debugger_that_is_left_is_one_object(tmp_path: Path) -> None:
    guest = tmp_path / "my guest.elf"
    guest.write_bytes(Path(SHA256).read_bytes())
    command = [sys.executable, "-m", "limpid", "debug", str(guest), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        told = process.stderr.readline()
        Debugger(int(told.rpartition(":")[2].strip("'\n"))).send_raw(b"$k#6b")
        answer = Invocation(process.wait(60), process.stdout.read(), "")
    assert told.startswith(f"Connect with: gdb-multiarch '{guest}' -ex 'target remote :")
    assert (answer.status, answer.document) == (DONE, {"session": "ended"})
