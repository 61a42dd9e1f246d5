"""Plots of measurements: proving time, memory and rate against the number of instructions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.guests import SERIES
from benchmarks.measurement import Measurement

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PANELS: tuple[tuple[str, Callable[[Measurement], float]], ...] = (
    ("seconds of proving", lambda one: one.seconds),
    ("peak GiB", lambda one: one.peak_bytes / 2**30),
    ("kHz", lambda one: one.kilohertz),
)
"""What is drawn against the number of instructions."""

PANEL_INCHES = (5.0, 3.8)


def plot(measurements: Mapping[str, Measurement], paths: list[Path]) -> None:
    """Every guest as a point, the loop of growing length as a line; written as PNG or SVG by each path's suffix.

    Raises ImportError where matplotlib is not installed.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(PANEL_INCHES[0] * len(PANELS), PANEL_INCHES[1]), layout="constrained")
    for place, (label, value) in zip(figure.subplots(1, len(PANELS), squeeze=False).flat, PANELS, strict=True):
        _draw(place, label, value, measurements)
    for path in paths:
        figure.savefig(path, dpi=150)


def _draw(
    place: Axes, label: str, value: Callable[[Measurement], float], measurements: Mapping[str, Measurement]
) -> None:
    series = [measurements[name] for name in SERIES if name in measurements]
    if series:
        sizes = [one.instructions / 1e6 for one in series]
        place.plot(sizes, [value(one) for one in series], marker="o", label="arithmetic loop")
    for name, one in measurements.items():
        if name not in SERIES:
            place.plot([one.instructions / 1e6], [value(one)], linestyle="", marker="s", label=name)
    place.set_xlabel("million executed instructions")
    place.set_ylabel(label)
    place.set_xlim(left=0)
    place.set_ylim(bottom=0)
    place.grid(alpha=0.3)
    place.legend(fontsize=8)
