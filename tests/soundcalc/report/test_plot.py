from __future__ import annotations

import builtins
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from soundcalc.errors import MissingExtraError, ParameterError
from soundcalc.parameters import ProofShape, TableShape, uniform_folding
from soundcalc.report.plot import plot_sweep, worst_by_family
from soundcalc.report.sweep import SweepPoint, sweep


@pytest.fixture(scope="module")
def points(segment_shape: ProofShape) -> list[SweepPoint]:
    table = TableShape("t", 12, {"main": 40}, {"z": 40}, 30, 3)
    shape = replace(segment_shape, tables=(table,), folding=uniform_folding((12,), 2, 2))
    return sweep(shape, ["rate", "queries"])


@pytest.mark.parametrize(("suffix", "start"), [(".png", b"\x89PNG"), (".svg", b"<?xml")])
def test_plot_is_written_in_the_format_of_its_suffix(
    points: list[SweepPoint], tmp_path: Path, suffix: str, start: bytes
) -> None:
    pytest.importorskip("matplotlib")
    path = tmp_path / f"sweep{suffix}"
    plot_sweep("a title", points, path)
    assert path.read_bytes().startswith(start)


def test_plot_has_a_panel_for_each_rate_and_one_of_sizes(points: list[SweepPoint], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    path = tmp_path / "sweep.svg"
    plot_sweep("a title", points, path)
    text = path.read_text()
    # Text is drawn as outlines; the SVG keeps what was written as comments.
    panels = [f"<!-- rate 1/{1 << log2} -->" for log2 in range(1, 7)]
    assert all(panel in text for panel in (*panels, "<!-- proof size against bits -->", "<!-- fri_folding -->"))


def test_only_the_weakest_folding_layer_is_told(points: list[SweepPoint]) -> None:
    terms = points[0].report.terms
    layers = [term.bits_float for label, term in terms.items() if label.startswith("fri_folding_")]
    told = worst_by_family(points[0])
    assert told["fri_folding"] == min(layers)
    assert told["queries"] == terms["queries"].bits_float


def test_plot_in_another_format_is_refused(points: list[SweepPoint], tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"path: sweep.gif ends in none of .png, .svg"):
        plot_sweep("a title", points, tmp_path / "sweep.gif")


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
        plot_sweep("a title", points, tmp_path / "sweep.png")
