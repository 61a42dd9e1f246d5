"""Progress goes to a terminal and nowhere else."""

from __future__ import annotations

import io
import sys

import pytest

from limpid.terminal.progress import showing
from reference.prover.progress import Stage


class Terminal(io.StringIO):
    """Standard error that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_progress_is_silent_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with showing("proving") as observer:
        observer(Stage.CONSTRAINTS, 0.5)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_progress_on_a_terminal_names_activity_and_stage(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with showing("proving") as observer:
        observer(Stage.CONSTRAINTS, 0.5)
    assert f"proving: {Stage.CONSTRAINTS.value}" in terminal.getvalue()
    assert capsys.readouterr().out == ""
