"""What if, of a parameter set of our own: with other numbers, and with a row of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from soundcalc.errors import CalculatorError, ParameterError
from soundcalc.exact import float_bits
from soundcalc.own.format import HEADER, HEIGHT, HEIGHTS, TITLE, own_of
from soundcalc.own.system import OwnSystem
from soundcalc.progress import Report, reported, unheard
from soundcalc.protocol.proof_size import proof_bytes
from soundcalc.protocol.proximity import CurveBound
from soundcalc.protocol.report import families
from soundcalc.protocol.security import ProofSecurity
from soundcalc.published.whatif import Axis, Change


def changed(system: OwnSystem, changes: Sequence[Change]) -> dict[str, Any]:
    """The system's document with the changes: KEY of the header, or of every height, HEIGHT.KEY of one height.

    Raises ParameterError for a change that fits nothing; whether the values make sense, reading it anew tells.
    """
    document: dict[str, Any] = {
        TITLE: dict(system.document[TITLE]),
        HEIGHTS: [dict(table) for table in system.document[HEIGHTS]],
    }
    for entry in changes:
        for table in _tables(document, entry):
            _apply(table, entry)
    return document


def _tables(document: dict[str, Any], entry: Change) -> list[dict[str, Any]]:
    if entry.circuit == TITLE or (not entry.circuit and entry.key in HEADER):
        if entry.key not in HEADER:
            raise ParameterError(str(entry), f"[{TITLE}] has no key {entry.key}; there are {', '.join(HEADER)}")
        return [document[TITLE]]
    tables = [table for table in document[HEIGHTS] if entry.circuit in ("", str(table["height_log2"]))]
    if not tables:
        heights = ", ".join(str(table["height_log2"]) for table in document[HEIGHTS])
        raise ParameterError(str(entry), f"no height is {entry.circuit}; there are {heights}")
    if entry.key not in HEIGHT:
        raise ParameterError(str(entry), f"no height has the key {entry.key}; there are {', '.join(HEIGHT)}")
    return tables


def _apply(table: dict[str, Any], entry: Change) -> None:
    value = table[entry.key]
    if entry.index is None:
        if isinstance(value, list) and not isinstance(entry.value, list):
            reason = f"{entry.key} is a list: set all of it, or one entry as {entry.key}[0]=..."
            raise ParameterError(str(entry), reason)
        table[entry.key] = entry.value
        return
    if not isinstance(value, list) or entry.index >= len(value):
        raise ParameterError(str(entry), f"{entry.key} has no entry {entry.index}")
    table[entry.key] = [*value[: entry.index], entry.value, *value[entry.index + 1 :]]


@dataclass(frozen=True)
class OwnPoint:
    """The figures at one value, of the height whose errors sum to the most; without them `reason` says why."""

    value: Any
    reason: str
    report: ProofSecurity | None = None
    segments: int = 1

    @property
    def proof_error(self) -> Fraction:
        """All rounds of one proof added up; 1 where the value makes no system."""
        return Fraction(1) if self.report is None else self.report.error

    @property
    def run_error(self) -> Fraction:
        """All rounds of all segments added up; 1 where the value makes no system."""
        return Fraction(1) if self.report is None else self.report.run_error(self.segments)

    @property
    def by_family(self) -> Mapping[str, float]:
        """Bits of each family of challenges, added up."""
        found = () if self.report is None else families(self.report)
        return {family.name: float_bits(family.error) for family in found}

    @property
    def size_bytes(self) -> float:
        """The size of that largest proof; 0 where there is none."""
        return 0.0 if self.report is None else proof_bytes(self.report.shape).total_bytes


def swept_own(
    system: OwnSystem,
    file: str,
    along: Axis,
    curve: CurveBound,
    changes: Sequence[Change] = (),
    report: Report = unheard,
) -> list[OwnPoint]:
    """One point for each value. Raises ParameterError for an axis that fits nothing."""
    values = reported(along.values, report)
    return [_point(system, file, along.change_to(value), curve, changes) for value in values]


def _point(system: OwnSystem, file: str, entry: Change, curve: CurveBound, changes: Sequence[Change]) -> OwnPoint:
    document = changed(system, [*changes, entry])
    try:
        there = own_of(document, file)
        reports = there.reports(curve).values()
    except CalculatorError as error:
        return OwnPoint(entry.value, str(error))
    worst = max(reports, key=lambda report: report.run_error(there.segments))
    return OwnPoint(entry.value, "", worst, there.segments)
