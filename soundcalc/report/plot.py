"""Plots of a sweep: bits by round, and proof size against bits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from soundcalc.errors import MissingExtraError, ParameterError
from soundcalc.parameters import QUERIES, family_of
from soundcalc.report.sweep import SweepPoint

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLOT_SUFFIXES = (".png", ".svg")
PANELS_PER_ROW = 3
PANEL_INCHES = (4.6, 3.6)
MARGIN_BITS = 5


def plot_sweep(title: str, points: Sequence[SweepPoint], path: Path) -> None:
    """One panel of bits by round for each value of the first of two parameters, and one of size against bits.

    Written as PNG or SVG by the path's suffix. Raises ParameterError for another suffix, and MissingExtraError
    where matplotlib is not installed.
    """
    if path.suffix not in PLOT_SUFFIXES:
        raise ParameterError("path", f"{path.name} ends in none of {', '.join(PLOT_SUFFIXES)}")
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("matplotlib", "plots") from error
    axis = list(points[0].values)[-1]
    curves = _curves(points)
    panels = len(curves) + 1
    columns = min(PANELS_PER_ROW, panels)
    rows = math.ceil(panels / columns)
    figure = Figure(figsize=(PANEL_INCHES[0] * columns, PANEL_INCHES[1] * rows + 0.9), layout="constrained")
    figure.suptitle(title)
    grid = figure.subplots(rows, columns, squeeze=False)
    places = list(grid.flat)
    limits = _bits_limits(points)
    for place, (name, curve) in zip(places, curves.items(), strict=False):
        _draw_bits(place, name, axis, curve)
        place.set_ylim(*limits)
    _draw_sizes(places[len(curves)], axis, curves)
    for place in places[panels:]:
        place.set_axis_off()
    handles, labels = places[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=min(6, len(labels)), fontsize=8)
    figure.savefig(path, dpi=110)


def _curves(points: Sequence[SweepPoint]) -> dict[str, list[SweepPoint]]:
    """The points by the value of the first of two parameters; all of them for one parameter."""
    curves: dict[str, list[SweepPoint]] = {}
    for point in points:
        *first, _ = point.values.items()
        name = ", ".join(f"{parameter} {value}" for parameter, value in first)
        curves.setdefault(name, []).append(point)
    return curves


def worst_by_family(point: SweepPoint) -> dict[str, float]:
    """Bits by family of labels: of the folding layers only the weakest is told."""
    bits: dict[str, float] = {}
    for label, term in point.report.terms.items():
        family = family_of(label)
        bits[family] = min(bits.get(family, term.bits_float), term.bits_float)
    return bits


def _bits_limits(points: Sequence[SweepPoint]) -> tuple[float, float]:
    """The same for all panels, so that they compare; bits of queries beyond all other rounds need not be seen."""
    lowest = min(point.report.security_bits_float for point in points)
    highest = max(bits for point in points for family, bits in worst_by_family(point).items() if family != QUERIES)
    return lowest - MARGIN_BITS, highest + MARGIN_BITS


def _draw_bits(place: Axes, name: str, axis: str, curve: Sequence[SweepPoint]) -> None:
    values, ticks = _positions(axis, [point.values[axis] for point in curve])
    by_point = [worst_by_family(point) for point in curve]
    for number, family in enumerate(by_point[0]):
        style = "-" if number < 10 else "--"
        place.plot(values, [bits[family] for bits in by_point], style, linewidth=1, marker=".", label=family)
    total = [point.report.security_bits_float for point in curve]
    place.plot(values, total, color="black", linewidth=2.5, alpha=0.6, label="security")
    _label(place, name or "bits by round", axis, "bits")
    if ticks:
        place.set_xticks(values, ticks)


def _draw_sizes(place: Axes, axis: str, curves: dict[str, list[SweepPoint]]) -> None:
    for name, curve in curves.items():
        bits = [point.report.security_bits_float for point in curve]
        sizes = [point.size_bytes / 1024 for point in curve]
        place.plot(bits, sizes, linewidth=1, marker="o", markersize=3, label=name or axis)
    _label(place, "proof size against bits", "bits", "KiB")
    place.legend(fontsize=7)


def _label(place: Axes, title: str, horizontal: str, vertical: str) -> None:
    place.set_title(title, fontsize=10)
    place.set_xlabel(horizontal)
    place.set_ylabel(vertical)
    place.grid(alpha=0.3)


def _positions(axis: str, values: Sequence[Fraction]) -> tuple[list[float], list[str]]:
    """Where values stand on an axis, and their names where it is not linear: rates and arities are powers of two."""
    if axis in ("rate", "arity"):
        return [math.log2(value) for value in values], [str(value) for value in values]
    return [float(value) for value in values], []
