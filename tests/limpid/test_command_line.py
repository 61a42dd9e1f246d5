"""The command line as a whole: exit statuses, one line for each error, tracebacks only where asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from importlib.metadata import version

import click
import pytest
from click.testing import CliRunner

from limpid.__main__ import TerminatedExit
from limpid.api import executing
from limpid.command_line import main
from limpid.command_table import COMMANDS, GROUPS
from limpid.errors import LimpidError
from tests.limpid.commands.invocation import MISSING, SHA256, limpid

PROMISED = {"build", "check-trace", "demo", "doctor", "inspect", "keygen", "prove", "run", "verify"}


def _failing(error: BaseException) -> object:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def test_commands_include_the_promised_ones() -> None:
    assert set(COMMANDS) >= PROMISED


def test_command_reads_no_other_one() -> None:
    code = "import sys; from limpid.command_line import main; main(['doctor', '--help'])"
    ask = f"import atexit, sys; atexit.register(lambda: print('z3' in sys.modules)); {code}"
    completed = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert completed.stdout.splitlines()[-1] == "False"


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_command_has_help_with_json_and_debug(command: str) -> None:
    invocation = limpid(command, "--help")
    assert invocation.status == 0
    assert "--json" in invocation.stdout
    assert "--debug" in invocation.stdout


@pytest.mark.parametrize("group", GROUPS)
def test_help_shows_each_command_in_its_group(group: str) -> None:
    shown = limpid("--help").stdout
    section = shown.partition(f"\n{group}:\n")[2].partition("\n\n")[0]
    assert [line.split()[0] for line in section.splitlines() if line[2:3].strip()] == list(GROUPS[group])


@pytest.mark.parametrize("command", COMMANDS)
def test_summary_of_a_command_is_the_first_line_of_its_help(command: str) -> None:
    summaries = {name: summary for group in GROUPS.values() for name, summary in group.items()}
    name = command.replace("-", "_")
    found = getattr(import_module(f"limpid.commands.{name}"), f"{name}_command")
    assert found.help.partition("\n\n")[0].replace("\n", " ") == summaries[command]


@pytest.mark.parametrize("command", COMMANDS)
def test_option_output_has_its_short_form(command: str) -> None:
    shown = limpid(command, "--help").stdout
    assert ("--output " in shown) == ("-o, --output " in shown)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_what_the_shell_reads(shell: str) -> None:
    invocation = limpid("completion", shell)
    assert invocation.status == 0
    assert f"_LIMPID_COMPLETE={shell}_complete" in invocation.stdout
    assert limpid("completion", shell, "--json").document["script"] + "\n" == invocation.stdout


def test_shell_completes_commands_and_options() -> None:
    code = "import sys; sys.argv = ['limpid']; from limpid.__main__ import main; main()"
    words_completed = {
        "limpid che": "plain,check-trace",
        "limpid run --prof": "plain,--profile",
        "limpid prove --parameters fi": "plain,final",
        # The shell knows the files.
        "limpid run gue": "file,gue",
        "limpid verify proof --program gue": "file,gue",
        "limpid soundcalc sys": "file,sys",
    }
    for words, expected in words_completed.items():
        asked = {"COMP_WORDS": words, "COMP_CWORD": str(words.count(" ")), "_LIMPID_COMPLETE": "bash_complete"}
        completed = subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, **asked}, capture_output=True, text=True, check=False
        )
        assert completed.stdout == f"{expected}\n"


def test_version_is_the_package_version() -> None:
    assert limpid("--version").stdout == f"limpid, version {version('limpid')}\n"


def test_no_command_shows_the_help_and_is_misuse() -> None:
    invocation = limpid()
    assert invocation.status == 2
    shown = " ".join(invocation.stderr.split())
    assert "Exit status: 0 done or accepted, 1 failed or rejected, 2 misuse, 130 interrupted, 143 terminated." in shown


@pytest.mark.parametrize(
    ("arguments", "message", "next_step"),
    [
        (["frobnicate"], "No such command 'frobnicate'.", "see: limpid --help"),
        (["run"], "Missing argument 'GUEST.elf'.", "see: limpid run --help"),
        (["run", SHA256, "--frobnicate"], "No such option '--frobnicate'.", "see: limpid run --help"),
        (
            ["soundcalc", "--template"],
            "Option '--template' requires an argument: fri, whir, jagged, jagged-whir, swirl.",
            "see: limpid soundcalc --help",
        ),
        (
            ["completion"],
            "Missing argument 'bash|zsh|fish'. Choose from: bash, zsh, fish",
            "see: limpid completion --help",
        ),
        (
            ["prove", SHA256],
            "name the proof's file with --output, or a folder for a long run with --out",
            "see: limpid prove --help",
        ),
    ],
)
def test_misuse_is_one_error_with_status_2(arguments: list[str], message: str, next_step: str) -> None:
    invocation = limpid(arguments[0], "--json", *arguments[1:])
    assert invocation.status == 2
    assert invocation.error == {"kind": "misuse", "message": message, "next_step": next_step}


@pytest.mark.parametrize(("command", "option"), [("run", "--limit"), ("prove", "--output")])
def test_option_without_its_argument_points_to_the_command(command: str, option: str) -> None:
    invocation = limpid(command, "--json", SHA256, option)
    assert invocation.status == 2
    assert invocation.error == {
        "kind": "misuse",
        "message": f"Option '{option}' requires an argument.",
        "next_step": f"see: limpid {command} --help",
    }


def test_error_for_people_is_two_lines_on_standard_error() -> None:
    invocation = limpid("run", "missing")
    assert (invocation.status, invocation.stdout) == (1, "")
    assert invocation.stderr == MISSING
    assert limpid("run", SHA256, "--limit", "0").stderr.endswith("\nNext: see: limpid run --help\n")


@pytest.mark.parametrize(
    ("error", "status", "kind", "message"),
    [
        (ZeroDivisionError("of nothing"), 1, "internal", "internal error: ZeroDivisionError: of nothing"),
        (MemoryError(), 1, "memory", "there is not enough memory"),
        (RuntimeError("can't start new thread"), 1, "memory", "there is not enough memory (can't start new thread)"),
        (OSError(28, "No space left on device"), 1, "file", "a file of this command: no space left on device"),
        (OSError(28, "No space left on device", "name"), 1, "file", "name: no space left on device"),
        (click.Abort(), 130, "interrupted", "interrupted; nothing is left half-written"),
    ],
)
def test_unexpected_end_is_one_error_with_its_status(
    error: BaseException, status: int, kind: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executing, "run", _failing(error))
    invocation = limpid("run", SHA256, "--json")
    assert invocation.status == status
    assert invocation.error["kind"] == kind
    assert invocation.error["message"].startswith(message)


def test_interrupt_ends_with_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executing, "run", _failing(KeyboardInterrupt()))
    invocation = limpid("run", SHA256)
    # The empty line keeps the terminal's ^C apart.
    assert (invocation.status, invocation.stderr) == (130, "\nError: interrupted; nothing is left half-written\n")


@pytest.mark.parametrize(
    ("cause", "status", "word"), [(KeyboardInterrupt(), 130, "interrupted"), (TerminatedExit(), 143, "terminated")]
)
def test_signal_while_a_class_is_being_made_ends_with_one_error(
    cause: BaseException, status: int, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Python wraps what __set_name__ raises.
    error = RuntimeError("Error calling __set_name__ on 'Field' instance 'name' in 'Class'")
    error.__cause__ = cause
    monkeypatch.setattr(executing, "run", _failing(error))
    invocation = limpid("run", SHA256)
    assert (invocation.status, invocation.stderr) == (status, f"Error: {word}; nothing is left half-written\n")


def test_debug_shows_the_error_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executing, "run", _failing(ZeroDivisionError("of nothing")))
    completed = CliRunner().invoke(main, ["run", SHA256, "--debug"])
    assert isinstance(completed.exception, ZeroDivisionError)


def test_error_details_do_not_hide_its_kind() -> None:
    error = LimpidError("message", "next", {"kind": "other", "path": "p"})
    assert error.facts() == {
        "error": {"kind": "failed", "message": "message", "next_step": "next", "path": "p"},
    }


def test_reader_that_leaves_early_gets_no_traceback() -> None:
    command = [sys.executable, "-m", "limpid", "run", SHA256]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()
    assert errors == b""
    assert process.returncode == 1


def test_module_is_the_command() -> None:
    completed = subprocess.run(
        [sys.executable, "-m", "limpid", "run", "missing"], capture_output=True, text=True, check=False
    )
    assert (completed.returncode, completed.stderr) == (1, MISSING)
