"""The verdict on a proof shape: the best proven regime, bits round by round, and the lines beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from soundcalc.composition import AttackFigures, attack_figures
from soundcalc.errors import ConditionViolatedError
from soundcalc.exact import float_bits, floor_bits
from soundcalc.parameters import QUERIES, ProofShape
from soundcalc.regimes import Johnson, JohnsonCubic, Regime, UniqueDecoding
from soundcalc.rounds import Term, round_errors

MINIMUM_MULTIPLICITY = 3
MAXIMUM_MULTIPLICITY = 1 << 16
"""Beyond this the agreement exceeds sqrt(rho) by less than a relative 2^-17: nothing is left to gain."""


@dataclass(frozen=True)
class SecurityReport:
    """Bits of security of one proof, round by round, in one regime."""

    shape: ProofShape
    regime: Regime
    terms: dict[str, Term]

    @property
    def multiplicity(self) -> int | None:
        """The multiplicity m that was chosen; None in unique decoding."""
        return self.regime.multiplicity if isinstance(self.regime, Johnson) else None

    @property
    def bits_by_label(self) -> dict[str, int]:
        """floor(-log2 error) of each challenge."""
        return {label: term.bits for label, term in self.terms.items()}

    @property
    def error_by_round(self) -> dict[str, Fraction]:
        """The error of each message of the verifier: challenges sampled together add up."""
        errors: dict[str, Fraction] = {}
        for term in self.terms.values():
            errors[term.round_name] = errors.get(term.round_name, Fraction(0)) + term.error
        return errors

    @property
    def weakest_round(self) -> str:
        errors = self.error_by_round
        return max(errors, key=lambda name: errors[name])

    @property
    def weakest_label(self) -> str:
        """The challenge with the largest error of its own."""
        return max(self.terms, key=lambda label: self.terms[label].error)

    @property
    def error(self) -> Fraction:
        """The largest error of a round: round-by-round soundness."""
        return max(self.error_by_round.values())

    @property
    def security_bits(self) -> int:
        """floor(-log2 error): the figure to quote."""
        return floor_bits(self.error)

    @property
    def security_bits_float(self) -> float:
        return float_bits(self.error)

    @property
    def sum_of_rounds(self) -> Fraction:
        """The error of the interactive proof, all rounds added up."""
        return sum(self.error_by_round.values(), Fraction(0))

    @property
    def figures(self) -> AttackFigures:
        """Interactive, non-interactive, quantum bits and the digest's collision cap."""
        return attack_figures(self.error, self.shape.digest_bits)


def report_in(shape: ProofShape, regime: Regime) -> SecurityReport:
    """The figures in a given regime. Raises ConditionViolatedError where its bounds do not apply."""
    return SecurityReport(shape, regime, round_errors(shape, regime))


def best_multiplicity(shape: ProofShape, regime_of: Callable[[int], Regime] = Johnson) -> SecurityReport:
    """The report at the multiplicity m that makes the largest error smallest.

    The query error falls with m and every other error grows, so the best m stands where they cross.
    """
    crossing = first_false(
        lambda multiplicity: _queries_bind(report_in(shape, regime_of(multiplicity))),
        MINIMUM_MULTIPLICITY,
        MAXIMUM_MULTIPLICITY,
    )
    candidates = (max(MINIMUM_MULTIPLICITY, crossing - 1), crossing)
    return min((report_in(shape, regime_of(m)) for m in candidates), key=lambda report: report.error)


def first_false(holds: Callable[[int], bool], lower: int, upper: int) -> int:
    """The least integer in [lower, upper] at which a predicate that never becomes true again is false.

    `upper` where it is true throughout.
    """
    while lower < upper:
        middle = (lower + upper) // 2
        if holds(middle):
            lower = middle + 1
        else:
            upper = middle
    return lower


def _queries_bind(report: SecurityReport) -> bool:
    others = (error for name, error in report.error_by_round.items() if name != QUERIES)
    return report.terms[QUERIES].error > max(others)


def security(shape: ProofShape, cubic_line_bound: bool = False) -> SecurityReport:
    """The best of the proven regimes; `cubic_line_bound` admits the bound that is only derived for powers.

    Raises ConditionViolatedError when no regime applies, with the reason of unique decoding.
    """
    reports: list[SecurityReport] = []
    refusal: ConditionViolatedError | None = None
    analyses: list[Callable[[], SecurityReport]] = [
        lambda: best_multiplicity(shape),
        lambda: report_in(shape, UniqueDecoding()),
    ]
    if cubic_line_bound:
        analyses.append(lambda: best_multiplicity(shape, JohnsonCubic))
    for analyse in analyses:
        try:
            reports.append(analyse())
        except ConditionViolatedError as violated:
            refusal = violated
    if not reports:
        assert refusal is not None
        raise refusal
    return min(reports, key=lambda report: report.error)
