"""The command line as a whole: exit statuses, one line for each error, tracebacks only where asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

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


def _empty_texts(name: str, command: click.Command | None) -> Iterator[str]:
    """Command lines that end in an option or argument without its text, for every one that a command has."""
    for parameter in () if command is None else command.params:
        asked = [name, *([parameter.opts[0]] if isinstance(parameter, click.Option) else [])]
        if isinstance(parameter.type, click.Tuple):
            yield " ".join([*asked, "lean"])
        elif parameter.type.name == "text":
            yield " ".join(asked)
    if isinstance(command, click.Group):
        for below in command.commands.values():
            yield from _empty_texts(f"{name} {below.name}", below)


EMPTY_TEXTS = [asked for name in COMMANDS for asked in _empty_texts(name, main.get_command(click.Context(main), name))]


def test_every_kind_of_text_is_among_those_that_may_not_be_empty() -> None:
    places = {"audit --certificates", "audit --export lean", "new", "prove --out", "run", "ethereum witness --output"}
    assert places <= {asked.replace("-o", "--output") if asked.endswith(" -o") else asked for asked in EMPTY_TEXTS}


@pytest.mark.parametrize("asked", EMPTY_TEXTS)
def test_empty_text_is_misuse_wherever_one_is_asked_for(
    asked: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if asked.startswith("ethereum"):
        pytest.importorskip("trie")
    invocation = limpid(*asked.split(), "", "--json")
    assert (invocation.status, invocation.error["kind"]) == (2, "misuse")
    assert invocation.error["message"].startswith("Invalid value for ")
    assert invocation.error["message"].endswith(": it is empty")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("asked", "bounds"),
    [
        ("audit --jobs 0x0", "0x0 is not 1 or more"),
        ("debug --port 0x10000", "0x10000 is not 0 to 65535"),
        ("soundcalc --target-bits 0x101", "0x101 is not 1 to 256"),
        ("soundcalc --fail-below 0x101", "0x101 is not 1 to 256"),
        ("soundcalc --segments 0x100001", "0x100001 is not 1 to 1048576"),
    ],
)
def test_numbers_are_hexadecimal_wherever_there_are_any(asked: str, bounds: str) -> None:
    invocation = limpid(*asked.split())
    assert (invocation.status, bounds in invocation.stderr) == (2, True)


ESCAPED = r"k\udcff.key"
"""How the name of a file is shown that is no text in UTF-8."""


@pytest.mark.parametrize("encoding", ["utf-8:strict", "iso-8859-1:strict"])
def test_name_that_the_terminal_cannot_show_is_escaped(encoding: str, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "limpid",
        "keygen",
        SHA256,
        "--parameters",
        "tiny",
        "-o",
        os.fsdecode(b"k\xff.key"),
    ]
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert f"key         {ESCAPED}, ".encode() in done.stdout
    assert os.listdir(os.fsencode(tmp_path)) == [b"k\xff.key"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("run -", "standard input: the file does not start with the ELF magic"),
        ("inspect -", "standard input: the bytes are neither a proof nor a verification key"),
        ("inspect - --circuit", "standard input: the bytes are neither a proof nor a verification key"),
        ("soundcalc -", "standard input: is no proof, no key and no TOML file"),
        ("audit -", "standard input: byte 0 is no text"),
        ("aggregate - --output x", "standard input: is no proof that can be folded"),
        ("verify {proof} --program - --any-output", "standard input: is neither an ELF file nor a verification key"),
    ],
)
def test_standard_input_is_called_by_its_name(asked: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "proof").write_bytes(b"")
    invocation = limpid(*asked.format(proof=tmp_path / "proof").split(), "--json", standard_input=b"\xff\xff")
    assert (invocation.status, invocation.error["message"].startswith(message)) == (1, True)


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
