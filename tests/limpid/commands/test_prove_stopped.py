"""`limpid prove` stopped in the middle: nothing is left where the proof would be, nor beside it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from limpid.errors import SCHEMA_VERSION
from limpid.terminal.files import write_bytes
from reference.prover.progress import Stage
from tests.limpid.commands.invocation import FIBONACCI

ROOT = Path(__file__).resolve().parents[3]

TELLING_STAGES = """
import signal

from limpid.api import proving
from limpid.command_line import main

prove = proving.prove

def telling(*arguments, observer, **options):
    def observe(stage, fraction):
        print(stage.name, flush=True)
        observer(stage, fraction)
    return prove(*arguments, observer=observe, **options)

proving.prove = telling
signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""
"""The command line, with every stage of a proof on standard output.

What a shell starts in the background ignores interrupts, and so would all that the tests start from there.
"""


def _stopped(
    number: signal.Signals, directory: Path, temporary: Path, *options: str
) -> subprocess.CompletedProcess[str]:
    """Proves a few hundred thousand instructions, and sends the signal where the proof is in the middle."""
    command = [
        sys.executable,
        "-c",
        TELLING_STAGES,
        "prove",
        FIBONACCI,
        "--input-hex",
        (60_000).to_bytes(8, "little").hex(),
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)}
    with subprocess.Popen(
        [*command, "--output", str(directory / "proof"), *options],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == Stage.BUSES.name:
                process.send_signal(number)
                break
        rest, errors = process.communicate()
    said = [line for line in rest.splitlines() if line not in Stage.__members__]
    return subprocess.CompletedProcess(command, process.returncode, "".join(said), errors)


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """Where the proof would be written, and where temporary files go."""
    places = tmp_path / "proofs", tmp_path / "temporary"
    for place in places:
        place.mkdir()
    return places


def test_interrupted_proof_leaves_nothing_and_is_told(places: tuple[Path, Path]) -> None:
    completed = _stopped(signal.SIGINT, *places)
    assert (completed.returncode, completed.stderr) == (130, "\nError: interrupted; nothing is left half-written\n")
    assert [list(place.iterdir()) for place in places] == [[], []]


def test_terminated_proof_leaves_nothing_and_is_told(places: tuple[Path, Path]) -> None:
    completed = _stopped(signal.SIGTERM, *places)
    assert (completed.returncode, completed.stderr) == (143, "Error: terminated; nothing is left half-written\n")
    assert [list(place.iterdir()) for place in places] == [[], []]


@pytest.mark.parametrize(
    ("number", "status", "what"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_stopped_proof_says_so_in_one_object(
    number: signal.Signals, status: int, what: str, places: tuple[Path, Path]
) -> None:
    completed = _stopped(number, *places, "--json")
    message = f"{what}; nothing is left half-written"
    assert completed.returncode == status
    assert json.loads(completed.stdout) == {
        "schema": SCHEMA_VERSION,
        "error": {"kind": "interrupted", "message": message, "next_step": None},
    }


def test_killed_proof_leaves_nothing_where_it_would_be(places: tuple[Path, Path]) -> None:
    assert _stopped(signal.SIGKILL, *places).returncode == -signal.SIGKILL
    assert list(places[0].iterdir()) == []


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_stop_while_the_proof_is_written_leaves_the_old_one(
    stop: type[BaseException], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopping(*_: object) -> None:
        raise stop

    (tmp_path / "proof").write_bytes(b"old")
    monkeypatch.setattr(os, "replace", stopping)
    with pytest.raises(stop):
        write_bytes(str(tmp_path / "proof"), b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("proof", b"old")]
