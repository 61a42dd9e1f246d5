"""The error terms of the parameter sets, from soundcalc: the document's only door to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from soundcalc.bounds import Bound
from soundcalc.composition.claim import AttackFigures
from soundcalc.exact import float_bits
from soundcalc.protocol.labels import messages
from soundcalc.protocol.machine import argument_size
from soundcalc.protocol.security import ProofSecurity, security
from soundcalc.protocol.sets import MAXIMUM_SEGMENTS, SET_TARGETS
from soundcalc.protocol.shape import shape_under
from soundcalc.protocol.term import Term
from soundcalc.regimes.proximity import JOHNSON_LIST
from spec.parameters import PARAMETER_SETS
from spec.protocol.form import SegmentForm

SOURCES = tuple(f"{named.__module__.replace('.', '/')}.py" for named in (argument_size, security))
"""The files that make counts of a machine's tables, and figures of counts."""


@dataclass(frozen=True)
class TermFamily:
    """The terms of one report whose labels differ in numbers only."""

    name: str
    terms: tuple[Term, ...]

    @property
    def bits(self) -> float:
        """-log2 of the sum over the family."""
        return float_bits(sum((term.error for term in self.terms), Fraction(0)))

    @property
    def bound(self) -> Bound:
        """The bound behind the family's terms."""
        return self.terms[0].bound


def family_of(label: str) -> str:
    """The label without its indices."""
    return re.sub(r"(_\d+)+$", "", label)


def families(report: ProofSecurity) -> dict[str, TermFamily]:
    """A report's terms by family, in the order of the protocol."""
    found: dict[str, list[Term]] = {}
    for term in report.terms:
        found.setdefault(family_of(term.label), []).append(term)
    return {name: TermFamily(name, tuple(terms)) for name, terms in found.items()}


@cache
def reports() -> dict[str, dict[int, ProofSecurity]]:
    """By secure parameter set and stacking height, the figures of counts that no admitted proof exceeds."""
    return {
        name: {
            height: security(shape_under(SET_TARGETS[name].bounds_at(height), parameters, height))
            for height in parameters.heights_log2
        }
        for name, parameters in PARAMETER_SETS.items()
        if parameters.secure
    }


@dataclass(frozen=True)
class RunClaim:
    """What is claimed of the runs of so many segments under a set."""

    segments: int
    report: ProofSecurity
    """That of the stacking height at which such a run has the largest error."""

    @property
    def figures(self) -> AttackFigures:
        """The lines for the sum over the run."""
        return self.report.run_figures(self.segments)


def meant_runs() -> dict[str, RunClaim]:
    """By secure parameter set, the longest run that it is meant for."""
    return {name: _run_claim(by_height, SET_TARGETS[name].segments) for name, by_height in reports().items()}


def admitted_runs() -> dict[str, RunClaim]:
    """By secure parameter set, a run of the most segments that a verifier admits, under any set."""
    return {name: _run_claim(by_height, MAXIMUM_SEGMENTS) for name, by_height in reports().items()}


def _run_claim(by_height: Mapping[int, ProofSecurity], segments: int) -> RunClaim:
    return RunClaim(segments, max(by_height.values(), key=lambda report: report.run_error(segments)))


def weakest_reports() -> dict[str, ProofSecurity]:
    """By secure parameter set, the report of the stacking height at which a run that it is meant for is weakest."""
    return {name: claim.report for name, claim in meant_runs().items()}


def used_bounds() -> dict[str, Bound]:
    """Every bound behind a figure, by its key, in the order of the protocol."""
    found: dict[str, Bound] = {}
    for report in weakest_reports().values():
        terms = (term.bound for term in report.terms)
        regimes = (bound for regime in report.regimes for bound in (regime.line_bound, regime.powers_bound))
        found |= {bound.key: bound for bound in (*terms, *regimes, JOHNSON_LIST)}
    return found


def labels_with_terms(form: SegmentForm) -> list[str]:
    """The labels of all terms of one segment's proof, in the order of the protocol."""
    tables = [(table.chip, table.height_log2) for table in form.shape.tables]
    argument = argument_size(tables, form.height_log2, len(form.shape.machine.tokens))
    shape = shape_under(argument, form.parameters, form.height_log2)
    return [label for message in messages(shape) for label in message]
