"""How the figures move when one parameter does: rows for tables, and a plot."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from soundcalc.errors import MissingExtraError, ParameterError
from soundcalc.parameters import ProofShape
from soundcalc.report import markdown_table
from soundcalc.security import SecurityReport, security
from soundcalc.size import proof_size

PLOT_SUFFIXES = (".png", ".svg")


@dataclass(frozen=True)
class SweepPoint:
    """The figures at one value of the parameter."""

    value: int
    report: SecurityReport
    size_bytes: float


def sweep(values: Iterable[int], shape_at: Callable[[int], ProofShape]) -> list[SweepPoint]:
    """The figures of the shape at each value."""
    points = []
    for value in values:
        shape = shape_at(value)
        points.append(SweepPoint(value, security(shape), proof_size(shape).total_bytes))
    return points


def sweep_queries(shape: ProofShape, values: Iterable[int]) -> list[SweepPoint]:
    """The figures for these numbers of queries."""
    return sweep(values, lambda queries: replace(shape, queries=queries))


def sweep_grinding(shape: ProofShape, label: str, values: Iterable[int]) -> list[SweepPoint]:
    """The figures for these bits of proof of work before one challenge."""
    return sweep(values, lambda bits: replace(shape, grinding_bits={**shape.grinding_bits, label: bits}))


def sweep_markdown(parameter: str, points: Iterable[SweepPoint]) -> str:
    """One row for each point."""
    return markdown_table(
        (parameter, "bits", "regime", "weakest round", "proof size, KiB"),
        (
            (
                str(point.value),
                f"{point.report.security_bits_float:.2f}",
                point.report.regime.name,
                point.report.weakest_round,
                f"{point.size_bytes / 1024:.0f}",
            )
            for point in points
        ),
    )


def sweep_json(parameter: str, points: Iterable[SweepPoint]) -> str:
    """One object for each point; the bits are floors."""
    return json.dumps(
        [
            {
                parameter: point.value,
                "security_bits": point.report.security_bits,
                "regime": point.report.regime.name,
                "weakest_round": point.report.weakest_round,
                "size_bytes": round(point.size_bytes),
            }
            for point in points
        ],
        indent=2,
    )


def plot_sweep(parameter: str, points: list[SweepPoint], path: Path) -> None:
    """Bits of every round and of the whole against the parameter, written as PNG or SVG by the path's suffix.

    Raises ParameterError for another suffix, and MissingExtraError where matplotlib is not installed.
    """
    if path.suffix not in PLOT_SUFFIXES:
        raise ParameterError("path", f"{path.name} ends in none of {', '.join(PLOT_SUFFIXES)}")
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("matplotlib", "plots") from error
    figure = Figure(figsize=(8, 5))
    axes = figure.add_subplot()
    values = [point.value for point in points]
    for label in points[0].report.terms if points else ():
        if all(label in point.report.terms for point in points):
            bits = [point.report.terms[label].bits_float for point in points]
            axes.plot(values, bits, linewidth=0.8, label=label)
    axes.plot(values, [point.report.security_bits_float for point in points], linewidth=2.5, label="security")
    axes.set_xlabel(parameter)
    axes.set_ylabel("bits")
    axes.legend(fontsize=6, ncols=2)
    figure.savefig(path)
