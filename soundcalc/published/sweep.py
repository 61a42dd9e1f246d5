"""A system's figures along a row of values of one parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from soundcalc.errors import CalculatorError, ParameterError
from soundcalc.exact import float_bits
from soundcalc.progress import Report, reported, unheard
from soundcalc.published.figures import Analysis, Bounds
from soundcalc.published.format import configuration_of
from soundcalc.published.rounds import Step
from soundcalc.published.summary import SystemSummary, summarised
from soundcalc.published.system import PublishedConfiguration
from soundcalc.published.whatif import PROOFS, Axis, Change, changed


@dataclass(frozen=True)
class Point:
    """The figures at one value; without a summary the value makes no system, and `reason` says why."""

    value: Any
    summary: SystemSummary | None
    reason: str
    by_regime: Mapping[str, float]
    """Bits of the weakest circuit of each regime that every circuit has."""

    by_step: Mapping[Step, float]
    """Bits of the weakest round of each kind, every circuit in its best regime."""


def swept(
    configuration: PublishedConfiguration,
    file: str,
    along: Axis,
    changes: Sequence[Change] = (),
    bounds: Bounds = Bounds.PROVEN,
    proofs: Mapping[str, int] | None = None,
    report: Report = unheard,
) -> list[Point]:
    """One point for each value. Raises ParameterError for an axis that fits nothing."""
    values = reported(along.values, report)
    return [_point(configuration, file, along, value, changes, bounds, proofs) for value in values]


def _point(
    configuration: PublishedConfiguration,
    file: str,
    along: Axis,
    value: Any,
    changes: Sequence[Change],
    bounds: Bounds,
    proofs: Mapping[str, int] | None,
) -> Point:
    counts = proofs
    here = [*changes]
    if along.key in PROOFS:
        counts = proof_counts(configuration, along.circuit, value)
    else:
        here.append(along.change_to(value))
    document, _ = changed(configuration, here)
    try:
        summary = summarised(configuration_of(document, file), bounds, counts)
    except ParameterError:
        raise
    except CalculatorError as error:
        return Point(value, None, str(error), {}, {})
    return Point(value, summary, "", _by_regime(summary), _by_step(summary))


def proof_counts(configuration: PublishedConfiguration, circuit: str, count: Any) -> dict[str, int]:
    """So many proofs of this circuit, or of every one.

    Raises ParameterError for a number that no proof system can have.
    """
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= 1 << 40:
        raise ParameterError(PROOFS[0], f"{count} is not a count from 1 to 2^40")
    names = [entry.name for entry in configuration.circuits]
    if circuit and circuit not in names:
        raise ParameterError(PROOFS[0], f"no circuit is called {circuit}; there are {', '.join(names)}")
    return dict.fromkeys([circuit] if circuit else names, count)


def _by_regime(summary: SystemSummary) -> dict[str, float]:
    found: dict[str, list[Analysis]] = {}
    for entry in summary.circuits:
        for analysed in entry.analyses:
            found.setdefault(analysed.regime, []).append(analysed)
    everywhere = {regime: entries for regime, entries in found.items() if len(entries) == len(summary.circuits)}
    return {regime: float_bits(max(entry.error for entry in entries)) for regime, entries in everywhere.items()}


def _by_step(summary: SystemSummary) -> dict[Step, float]:
    errors: dict[Step, float] = {}
    for entry in summary.circuits:
        for part in entry.best.own if isinstance(entry.best.own, tuple) else ():
            errors[part.step] = min(errors.get(part.step, float("inf")), part.bits)
    return errors
