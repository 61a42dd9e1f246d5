"""Progress goes to a terminal and nowhere else."""

from __future__ import annotations

import pytest

from limpid.terminal.progress import showing, stepping
from reference.prover.progress import Stage
from reference.recursion.tree_progress import Done
from tests.limpid.terminal.fake_terminal import shown_on_terminal


def test_progress_is_silent_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with showing("proving") as observer:
        observer(Stage.CONSTRAINTS, 0.5)
    with stepping("sweeping") as report:
        report("80", 0.5)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_progress_on_a_terminal_names_activity_and_stage(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = shown_on_terminal(monkeypatch)
    with showing("proving") as observer:
        observer(Stage.CONSTRAINTS, 0.5)
    assert f"proving: {Stage.CONSTRAINTS.value}" in terminal.getvalue()
    assert capsys.readouterr().out == ""


def test_progress_of_a_tree_counts_segments_and_nodes_beside_the_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = shown_on_terminal(monkeypatch)
    with showing("proving") as display:
        display.done(Done(segments=2, of_segments=7, nodes=1, of_nodes=8, fraction=0.25))
        display(Stage.BUSES, 0.3)
    assert f"proving: 2 of 7 segments, 1 of 8 nodes, {Stage.BUSES.value}" in terminal.getvalue()


def test_step_is_named_as_it_is_called_whatever_looks_like_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = shown_on_terminal(monkeypatch)
    with stepping("searching") as report:
        report("[/leaf]", 0.25)
    assert "searching: [/leaf]" in terminal.getvalue()
