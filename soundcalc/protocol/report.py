"""A proof's figures for people and for programs, rounded down."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from soundcalc.composition.claim import AttackFigures, concrete_quantum_bits
from soundcalc.exact import float_bits, floor_bits, rounded_down
from soundcalc.protocol.security import DIGEST_BITS, ProofSecurity
from soundcalc.protocol.term import Term
from soundcalc.regimes.proximity import JOHNSON_LIST
from soundcalc.report.document import Block, Paragraph, Table, table

GOAL_BITS = 128
"""A figure below this is named wherever a claim is made."""


@dataclass(frozen=True)
class TermFamily:
    """The terms whose labels differ in numbers only."""

    name: str
    terms: tuple[Term, ...]

    @property
    def error(self) -> Fraction:
        """The sum over the family."""
        return sum((term.error for term in self.terms), Fraction(0))

    @property
    def largest(self) -> Term:
        return max(self.terms, key=lambda term: term.error)


def families(report: ProofSecurity) -> tuple[TermFamily, ...]:
    """All terms by family, in the order of the protocol; the rounds of one sumcheck are one family."""
    found: dict[str, list[Term]] = {}
    for term in report.terms:
        found.setdefault(re.sub(r"(_\d+)+$", "", term.label), []).append(term)
    return tuple(TermFamily(name, tuple(terms)) for name, terms in found.items())


def shortfalls(report: ProofSecurity, segments: int) -> dict[str, float]:
    """The figures below GOAL_BITS of a run of so many segments, by what they are.

    Raises ParameterError for a number that no proof system can have.
    """
    return shortfalls_beside(report.figures, report.run_figures(segments), segments)


def shortfalls_beside(proof: AttackFigures, run: AttackFigures, segments: int) -> dict[str, float]:
    """The figures below GOAL_BITS among those of one proof and of its run of so many segments, by what they are."""
    figures = {
        "one proof, round by round": proof.interactive,
        "one proof, non-interactive": proof.non_interactive,
        f"run of {segments}, interactive": run.interactive,
        f"run of {segments}, non-interactive": run.non_interactive,
        "collisions of the hash": run.collision_cap,
    }
    return {name: bits for name, bits in figures.items() if bits < GOAL_BITS}


def security_blocks(report: ProofSecurity, segments: int) -> list[Block]:
    """The verdict, the regimes, the terms by family, and the lines for one proof and for a run.

    Raises ParameterError for a number of segments that the report does not cover.
    """
    verdict = (
        f"**{rounded_down(float_bits(report.error))} bits** summed over all rounds of a proof, "
        f"**{report.security_bits} bits** round by round (weakest: {', '.join(report.weakest_message)}), "
        f"**{rounded_down(float_bits(report.run_error(segments)))} bits** summed over a run of {segments}"
    )
    below = [
        f"{name}: {rounded_down(bits)} bits, below {GOAL_BITS}" for name, bits in shortfalls(report, segments).items()
    ]
    texts = [verdict, *below]
    tables = [_regimes(report), *_basis(report), _terms(report), _lines(report, segments)]
    return [*map(Paragraph, texts), *tables]


def _regimes(report: ProofSecurity) -> Table:
    rows = []
    for iteration, regime in zip(report.shape.iterations, report.regimes, strict=True):
        rate = report.shape.rate(iteration)
        agreement, list_size = f"{float(regime.agreement(rate)):.4f}", str(regime.list_size(rate))
        rows.append((str(iteration), str(rate), regime.name, agreement, list_size))
    return table(("iteration", "rate", "regime", "agreement", "list"), rows)


def _basis(report: ProofSecurity) -> list[Block]:
    bounds = {bound.key: bound for regime in report.regimes for bound in (regime.line_bound, regime.powers_bound)}
    bounds[JOHNSON_LIST.key] = JOHNSON_LIST
    return [Paragraph(f"{bound.formula}: {bound.source} ({bound.status.value})") for bound in bounds.values()]


def _terms(report: ProofSecurity) -> Table:
    rows = []
    for family in families(report):
        largest = family.largest
        bits = str(rounded_down(float_bits(family.error))), str(rounded_down(largest.bits_float))
        bound = largest.bound.formula, largest.bound.status.value
        rows.append((family.name, str(len(family.terms)), *bits, str(largest.grinding_bits), *bound))
    header = ("challenges", "number", "bits of the sum", "bits of the largest", "grinding", "bound", "status")
    return table(header, rows)


def _lines(report: ProofSecurity, segments: int) -> Table:
    names = (
        "interactive",
        "non-interactive",
        "quantum, order of magnitude",
        "quantum, with constants (2025/2166, derived)",
        "cap by collisions of the hash",
    )
    columns = (
        names,
        _rounded(report.figures, _concrete_quantum(report, report.round_error)),
        _rounded(report.run_figures(segments), _concrete_quantum(report, report.run_error(segments))),
    )
    header = ("figure", "bits of one proof, round by round", f"bits of a run of {segments}, summed")
    return table(header, zip(*columns, strict=True))


def _concrete_quantum(report: ProofSecurity, error: Fraction) -> float:
    return concrete_quantum_bits(error, DIGEST_BITS, len(report.error_by_message))


def _rounded(figures: AttackFigures, quantum: float) -> tuple[str, ...]:
    bits = (figures.interactive, figures.non_interactive, figures.quantum, quantum, figures.collision_cap)
    return tuple(str(rounded_down(value)) for value in bits)


def security_facts(report: ProofSecurity, segments: int) -> dict[str, object]:
    """The same as a JSON object, with every term; `bits` are floors decided exactly, `bits_rounded` two
    decimals, rounded down too.

    Raises ParameterError for a number of segments that the report does not cover.
    """
    proof, run = report.figures, report.run_figures(segments)
    return {
        "security_bits": report.security_bits,
        "weakest_message": list(report.weakest_message),
        "proof_sum_bits": floor_bits(report.error),
        "proof_sum_bits_rounded": float(rounded_down(float_bits(report.error))),
        "segments": segments,
        "run_sum_bits": floor_bits(report.run_error(segments)),
        "run_sum_bits_rounded": float(rounded_down(run.interactive)),
        "non_interactive_bits_rounded": float(rounded_down(proof.non_interactive)),
        "run_non_interactive_bits_rounded": float(rounded_down(run.non_interactive)),
        "quantum_bits_rounded": float(rounded_down(proof.quantum)),
        "concrete_quantum_bits_rounded": float(rounded_down(_concrete_quantum(report, report.round_error))),
        "collision_cap_bits_rounded": float(rounded_down(proof.collision_cap)),
        "below_goal": {name: float(rounded_down(bits)) for name, bits in shortfalls(report, segments).items()},
        "curve_bound": report.curve.value,
        "regimes": [regime.name for regime in report.regimes],
        "terms": {
            term.label: {
                "count": term.count,
                "bits": term.bits,
                "bits_rounded": float(rounded_down(term.bits_float)),
                "grinding_bits": term.grinding_bits,
                "charge": term.charge.value,
                "bound": term.bound.key,
                "status": term.bound.status.value,
            }
            for term in report.terms
        },
    }
