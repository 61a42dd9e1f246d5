"""The verdict on a proof shape: every term, their sums over a proof and over a run, and the lines beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from soundcalc.composition.claim import AttackFigures, Invocations, attack_figures, run_error
from soundcalc.errors import ParameterError
from soundcalc.exact import float_bits, floor_bits
from soundcalc.protocol.labels import messages
from soundcalc.protocol.multiplicity import best_regimes
from soundcalc.protocol.proximity import CurveBound
from soundcalc.protocol.shape import ProofShape
from soundcalc.protocol.term import Charge, Term
from soundcalc.protocol.terms import all_terms
from soundcalc.regimes.proximity import Regime

DIGEST_BITS = 256
"""SHA-256: what the hash's cap and the non-interactive figure rest on."""


@dataclass(frozen=True)
class ProofSecurity:
    """The terms of one proof in protocol order, in one regime for each iteration. Every sum is over these terms.

    Sums are made once: thousands of segments of a run may share one report.
    """

    shape: ProofShape
    curve: CurveBound
    regimes: tuple[Regime, ...]
    terms: tuple[Term, ...]

    @property
    def error(self) -> Fraction:
        """All terms together, those that a run pays once included: what the targets of parameter sets are about."""
        return self.proof_error + self.shared_error

    @cached_property
    def proof_error(self) -> Fraction:
        """What every proof of a run pays."""
        return self._charged(Charge.PROOF)

    @cached_property
    def shared_error(self) -> Fraction:
        """What a run pays once, however many segments it has."""
        return self._charged(Charge.RUN)

    def _charged(self, charge: Charge) -> Fraction:
        return sum((term.error for term in self.terms if term.charge is charge), Fraction(0))

    def run_error(self, segments: int) -> Fraction:
        """The error of a run of so many segments like this one, its continuations' pinning points included.

        Raises ParameterError unless 1 <= segments <= the number for which the global messages are counted.
        """
        if not 1 <= segments <= self.shape.argument.segments:
            raise ParameterError("segments", f"{segments} are not between 1 and {self.shape.argument.segments}")
        return run_error([Invocations("segment", segments, self.proof_error)], self.shared_error)

    @cached_property
    def error_by_message(self) -> dict[tuple[str, ...], Fraction]:
        """The error of each message of the verifier: challenges with nothing said between them add up."""
        by_label = {term.label: term.error for term in self.terms}
        return {labels: sum((by_label[label] for label in labels), Fraction(0)) for labels in messages(self.shape)}

    @cached_property
    def round_error(self) -> Fraction:
        """The largest error of a message: round-by-round soundness."""
        return max(self.error_by_message.values())

    @property
    def security_bits(self) -> int:
        """floor(-log2 error) round by round."""
        return floor_bits(self.round_error)

    @property
    def security_bits_float(self) -> float:
        return float_bits(self.round_error)

    @property
    def weakest_message(self) -> tuple[str, ...]:
        """The labels of the message with the largest error."""
        errors = self.error_by_message
        return max(errors, key=lambda labels: errors[labels])

    @property
    def figures(self) -> AttackFigures:
        """Interactive, non-interactive, quantum bits and the digest's cap, round by round."""
        return attack_figures(self.round_error, DIGEST_BITS)

    def run_figures(self, segments: int) -> AttackFigures:
        """The same lines for the sum over a run. Raises ParameterError as run_error does."""
        return attack_figures(self.run_error(segments), DIGEST_BITS)


def security(shape: ProofShape, curve: CurveBound = CurveBound.CORRECTED) -> ProofSecurity:
    """The report with the regimes that are best for the sum over a run.

    Raises ConditionViolatedError where no regime has a bound for the shape.
    """
    regimes = best_regimes(shape, curve)
    return ProofSecurity(shape, curve, regimes, all_terms(shape, regimes))


def segments_error(segments: Iterable[ProofSecurity]) -> Fraction:
    """The error of a run with one report per segment: the largest statement of what is shared is charged once.

    Raises ParameterError for a run without segments.
    """
    reports = list(segments)
    if not reports:
        raise ParameterError("segments", "a run has at least one")
    invocations = (Invocations("segment", 1, report.proof_error) for report in reports)
    return run_error(invocations, max(report.shared_error for report in reports))


def recursion_error(segments: Iterable[ProofSecurity], count: int, above: Iterable[Invocations]) -> Fraction:
    """The error of a run of `count` segments, each like one of these, whose proofs are verified by those above them.

    A union bound over all proofs; composition.RECURSION_IDEALISATION says what else it rests on. Raises
    ParameterError for a number of segments that the segments' reports do not cover, or fewer than no proofs.
    """
    reports = list(segments)
    covered = min((report.shape.argument.segments for report in reports), default=0)
    if not 1 <= count <= covered:
        raise ParameterError("segments", f"{count} are not between 1 and {covered}")
    proofs = [Invocations("segment", count, max(report.proof_error for report in reports)), *above]
    for invocations in proofs:
        if invocations.count < 0:
            raise ParameterError(invocations.kind, f"{invocations.count} proofs are fewer than none")
    return run_error(proofs, max(report.shared_error for report in reports))
