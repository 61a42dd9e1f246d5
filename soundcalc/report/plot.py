"""A sweep as a picture: bits along the values of one parameter."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from soundcalc.published.sweep import Point

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN_STEPS = 4
"""Kinds of rounds that are drawn: those that are weakest somewhere come first."""

STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (7, 2, 1, 2)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
"""Every line has its own dashes and marks, so that lines of one place are told apart without colours."""


TICKS = 12
"""So many values stand under the axis one by one."""


@dataclass(frozen=True)
class Curve:
    """One line; None where the value makes no system."""

    name: str
    bits: tuple[float | None, ...]


@dataclass(frozen=True)
class Picture:
    """What is drawn: curves over the values of one axis, the first of them as a pale band under the others.

    `refused` says which values make no system; `switches` are the places from which on something else is the best.
    """

    title: str
    axis: str
    values: tuple[Any, ...]
    curves: tuple[Curve, ...]
    refused: tuple[bool, ...]
    switches: tuple[tuple[int, str], ...]


def picture(title: str, axis: str, points: Sequence[Point]) -> Picture:
    """The picture of a published system's sweep."""
    return Picture(
        title=title,
        axis=axis,
        values=tuple(point.value for point in points),
        curves=tuple(curves(points)),
        refused=tuple(point.summary is None for point in points),
        switches=tuple(switches(points)),
    )


def curves(points: Sequence[Point]) -> list[Curve]:
    """The best, then the regimes, the run and its non-interactive figure, and the weakest kinds of rounds."""
    found = [_curve("best regime", [point.summary.bits if point.summary else None for point in points])]
    for regime in dict.fromkeys(name for point in points for name in point.by_regime):
        found.append(_curve(f"regime {regime}", [point.by_regime.get(regime) for point in points]))
    runs = [point.summary.run_lines if point.summary else None for point in points]
    if any(runs):
        found.append(_curve("run, all rounds added up", [run.interactive if run else None for run in runs]))
        found.append(_curve("run, non-interactive", [run.non_interactive if run else None for run in runs]))
    steps = [{step.value: bits for step, bits in point.by_step.items()} for point in points]
    return [*found, *weakest_kinds("round", steps)]


def weakest_kinds(title: str, bits: Sequence[Mapping[str, float]]) -> list[Curve]:
    """A curve for each of the few kinds that are weakest somewhere, the weakest first."""
    names = dict.fromkeys(name for point in bits for name in point)
    least = {name: min(point.get(name, float("inf")) for point in bits) for name in names}
    shown = sorted(names, key=lambda name: least[name])[:SHOWN_STEPS]
    return [_curve(f"{title}: {name}", [point.get(name) for point in bits]) for name in shown]


def _curve(name: str, bits: Sequence[float | None]) -> Curve:
    return Curve(name, tuple(bits))


def switches(points: Sequence[Point]) -> list[tuple[int, str]]:
    """The places from which on another regime is the best one of the weakest circuit, with its name."""
    return changes_of([point.summary.weakest.best.regime if point.summary else None for point in points])


def changes_of(names: Sequence[str | None]) -> list[tuple[int, str]]:
    """The places at which another name stands than before, and the name."""
    found: list[tuple[int, str]] = []
    before: str | None = None
    for place, name in enumerate(names):
        if name is None:
            continue
        if before is not None and name != before:
            found.append((place, name))
        before = name
    return found


def positions(values: Sequence[Any]) -> list[float]:
    """Where the values stand: as numbers if all of them are, or one after the other."""
    try:
        return [float(value) for value in values]
    except (TypeError, ValueError):
        return [float(place) for place in range(len(values))]


def drawn_png(shown: Picture, bits_range: tuple[float, float] | None = None) -> bytes:
    """The picture as PNG. Raises ImportError where matplotlib is not installed."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 6.5), layout="constrained")
    axes = figure.subplots()
    where = positions(shown.values)
    for number, curve in enumerate(shown.curves):
        _draw(axes, where, curve, number)
    _label(axes, where, shown)
    for place, regime in shown.switches:
        middle = (where[place - 1] + where[place]) / 2
        axes.axvline(middle, color="0.4", linestyle=":", linewidth=1)
        axes.annotate(f"→ {regime}", (middle, 1), xycoords=("data", "axes fraction"), xytext=(3, -12),
                      textcoords="offset points", fontsize=8, color="0.3")  # fmt: skip
    axes.set_title(shown.title)
    axes.set_xlabel(shown.axis)
    axes.set_ylabel("bits of security")
    low, high = bits_range or _bits_range(shown.curves)
    axes.set_ylim(low, high)
    axes.grid(True, alpha=0.3)
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8, frameon=False)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=130)
    return buffer.getvalue()


def _draw(axes: Axes, where: Sequence[float], curve: Curve, number: int) -> None:
    kept = [(x, bits) for x, bits in zip(where, curve.bits, strict=True) if bits is not None]
    if not kept:
        return
    xs, ys = zip(*kept, strict=True)
    if number == 0:
        # A wide pale band under the others: the line that it hides behind stays visible.
        axes.plot(xs, ys, color="0.75", linewidth=9, solid_capstyle="round", label=curve.name, zorder=1)
        return
    spacing = max(1, len(xs) // 8)
    # Hollow marks, the later ones smaller: where lines lie on each other their marks do not hide each other.
    axes.plot(xs, ys, linestyle=STYLES[number % len(STYLES)], marker=MARKERS[number % len(MARKERS)],
              markevery=((number * 2) % spacing, spacing), markersize=max(4, 15 - 1.5 * number),
              markerfacecolor="none", linewidth=1.6, label=curve.name, zorder=2 + number)  # fmt: skip


def _label(axes: Axes, where: Sequence[float], shown: Picture) -> None:
    """The values under the axis where they are no numbers; few of them where they are many."""
    names = [str(value) for value in shown.values]
    if len(where) > 2 and min(where) > 0 and max(where) / min(where) >= 64:
        axes.set_xscale("log", base=2)
    is_named = any(name != f"{place:g}" for name, place in zip(names, where, strict=True))
    if len(names) <= TICKS or (is_named and len(names) <= 4 * TICKS):
        axes.set_xticks(list(where), names, rotation=30 if max(map(len, names)) > 6 else 0)
    refused = [place for place, is_refused in zip(where, shown.refused, strict=True) if is_refused]
    if refused:
        axes.plot(refused, [0.02] * len(refused), "x", color="tab:red", transform=axes.get_xaxis_transform(),
                  label="refused", zorder=20)  # fmt: skip


def _bits_range(lines: Sequence[Curve]) -> tuple[float, float]:
    """All curves, and some room around them."""
    shown = [bits for curve in lines for bits in curve.bits if bits is not None] or [0.0, 1.0]
    margin = max(1.0, 0.05 * (max(shown) - min(shown)))
    return max(0.0, min(shown) - margin), max(shown) + margin
