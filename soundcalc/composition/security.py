"""The verdict on a proof shape: the best proven regime, bits round by round, and the lines beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from soundcalc.bounds import REGISTRY, Bound, usable
from soundcalc.composition.claim import AttackFigures, attack_figures
from soundcalc.composition.rounds import Term, round_errors
from soundcalc.errors import ConditionViolatedError, ParameterError
from soundcalc.exact import float_bits, floor_bits, round_up
from soundcalc.parameters import GLOBAL_LABELS, QUERIES, ProofShape
from soundcalc.regimes.proximity import JOHNSON_POWERS_CUBIC, Johnson, JohnsonCubic, Regime, UniqueDecoding

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
    def proximity_bounds(self) -> tuple[Bound, Bound]:
        """What the regime rests on: the bound for a line, and its extension to batching by powers."""
        return self.regime.line_bound, self.regime.powers_bound

    @property
    def segment_error(self) -> Fraction:
        """The error of the interactive proof of one segment: its own rounds added up."""
        return self._sum(label for label in self.terms if label not in GLOBAL_LABELS)

    @property
    def global_error(self) -> Fraction:
        """The error of the memory argument, which is charged once per run; 0 without one."""
        return self._sum(label for label in self.terms if label in GLOBAL_LABELS)

    def _sum(self, labels: Iterable[str]) -> Fraction:
        return sum((self.terms[label].error for label in labels), Fraction(0))

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


def security(shape: ProofShape, additional_bounds: Iterable[str] = ()) -> SecurityReport:
    """The best of the proven regimes, and of those that rest on the additional bounds, given by their keys.

    Raises ConditionViolatedError when no regime applies, with the reason of the last; RefutedBoundError for a
    bound that is known to be false; ParameterError for a key that names no regime's bound.
    """
    analyses: list[Callable[[], SecurityReport]] = [
        lambda: best_multiplicity(shape),
        lambda: report_in(shape, UniqueDecoding()),
    ]
    for key in additional_bounds:
        if key not in REGISTRY or usable(key) is not JOHNSON_POWERS_CUBIC:
            raise ParameterError("additional_bounds", f"{key} is not the bound of an optional regime")
        analyses.append(lambda: best_multiplicity(shape, JohnsonCubic))
    reports: list[SecurityReport] = []
    refusals: list[ConditionViolatedError] = []
    for analyse in analyses:
        try:
            reports.append(analyse())
        except ConditionViolatedError as violated:
            refusals.append(violated)
    if not reports:
        raise refusals[-1]
    return min(reports, key=lambda report: report.error)


def whole_run_error(segments: Sequence[SecurityReport]) -> Fraction:
    """The error of a run with one report per segment: all their rounds, and the memory argument once.

    Each report states the memory argument of the whole run; the largest statement is charged.
    Raises ParameterError for a run without segments.
    """
    if not segments:
        raise ParameterError("segments", "a run has at least one")
    # Segments of equal shape share one report, which is added up once.
    distinct = {id(report): report for report in segments}
    counts = Counter(map(id, segments))
    own = sum((counts[key] * report.segment_error for key, report in distinct.items()), Fraction(0))
    return round_up(own + max(report.global_error for report in distinct.values()))
