from __future__ import annotations

import builtins
import json
from pathlib import Path
from typing import Any

import pytest

from soundcalc.errors import MissingExtraError, ParameterError
from soundcalc.parameters import ProofShape
from soundcalc.security import security
from soundcalc.sweep import (
    SweepPoint,
    plot_sweep,
    sweep_grinding,
    sweep_json,
    sweep_markdown,
    sweep_queries,
)


@pytest.fixture(scope="module")
def points(segment_shape: ProofShape) -> list[SweepPoint]:
    return sweep_queries(segment_shape, [100, 200, 247])


def test_sweep_of_queries_gives_the_verdict_at_each_number(points: list[SweepPoint], segment_shape: ProofShape) -> None:
    assert [point.value for point in points] == [100, 200, 247]
    assert points[-1].report.error == security(segment_shape).error
    bits = [point.report.security_bits for point in points]
    assert bits == sorted(bits)
    assert bits[0] < bits[-1]


def test_sweep_of_grinding_changes_one_challenge_only(segment_shape: ProofShape) -> None:
    low, high = sweep_grinding(segment_shape, "queries", [0, 20])
    assert low.report.terms["queries"].grinding_bits == 0
    assert low.report.terms["deep_batching"].grinding_bits == 20
    assert high.report.error == security(segment_shape).error


def test_sweep_tables_have_one_row_for_each_point(points: list[SweepPoint]) -> None:
    lines = sweep_markdown("queries", points).splitlines()
    assert lines[0] == "| queries | bits | regime | weakest round | proof size, KiB |"
    assert [line.split("|")[1].strip() for line in lines[2:]] == ["100", "200", "247"]
    rows = json.loads(sweep_json("queries", points))
    assert [(row["queries"], row["security_bits"]) for row in rows] == [
        (point.value, point.report.security_bits) for point in points
    ]


@pytest.mark.parametrize(("suffix", "start"), [(".png", b"\x89PNG"), (".svg", b"<?xml")])
def test_plot_is_written_in_the_format_of_its_suffix(
    points: list[SweepPoint], tmp_path: Path, suffix: str, start: bytes
) -> None:
    pytest.importorskip("matplotlib")
    path = tmp_path / f"sweep{suffix}"
    plot_sweep("queries", points, path)
    assert path.read_bytes().startswith(start)


def test_plot_in_another_format_is_refused(points: list[SweepPoint], tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"path: sweep.gif ends in none of .png, .svg"):
        plot_sweep("queries", points, tmp_path / "sweep.gif")


def test_plot_without_matplotlib_names_the_extra(
    points: list[SweepPoint], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = builtins.__import__

    def without_matplotlib(name: str, *arguments: Any) -> Any:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return original(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", without_matplotlib)
    with pytest.raises(MissingExtraError, match="it comes with the optional extra 'plots'"):
        plot_sweep("queries", points, tmp_path / "sweep.png")
