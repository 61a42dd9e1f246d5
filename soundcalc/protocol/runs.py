"""The security of runs as a verifier sees them: from the heights of their tables, or the largest that it admits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache

from soundcalc.composition.claim import AttackFigures, attack_figures
from soundcalc.exact import floor_bits
from soundcalc.protocol.machine import argument_size, largest_argument, limits_of, run_arguments
from soundcalc.protocol.openings import ELEMENT_BYTES
from soundcalc.protocol.proof_size import proof_bytes
from soundcalc.protocol.proximity import CurveBound
from soundcalc.protocol.security import DIGEST_BITS, ProofSecurity, security, segments_error
from soundcalc.protocol.shape import ArgumentSize, ProofShape, shape_under
from spec.air.machine import Machine
from spec.parameters import ParameterSet
from spec.protocol.form import SegmentForm

_security = lru_cache(maxsize=256)(security)
"""Segments of a run often have the same shape."""


@dataclass(frozen=True)
class RunSecurity:
    """The security of one run: of each of its segments' proofs, and of all of them together."""

    reports: tuple[ProofSecurity, ...]
    """By segment."""

    @cached_property
    def error(self) -> Fraction:
        """All errors of all segments added up."""
        return segments_error(self.reports)

    @cached_property
    def weakest(self) -> ProofSecurity:
        """The report with the largest error of a message."""
        return max(self.reports, key=lambda report: report.round_error)

    @property
    def security_bits(self) -> int:
        """The minimum over all messages of all segments."""
        return self.weakest.security_bits

    @property
    def whole_run_bits(self) -> int:
        """All errors of all segments added up."""
        return floor_bits(self.error)

    @property
    def figures(self) -> AttackFigures:
        """The lines beside the weakest message."""
        return self.weakest.figures

    @property
    def run_figures(self) -> AttackFigures:
        """The same lines for the sum over the run."""
        return attack_figures(self.error, DIGEST_BITS)


def run_shapes(forms: Sequence[SegmentForm], global_tokens: int) -> tuple[ProofShape, ...]:
    """The shapes of the proofs of a run's segments; the output has so many tokens.

    Raises Rejected at the first check that fails, and ParameterError for a number that no proof system can have.
    """
    arguments = run_arguments([form_argument(form) for form in forms], global_tokens)
    return tuple(form_shape(form, argument) for form, argument in zip(forms, arguments, strict=True))


def form_argument(form: SegmentForm) -> ArgumentSize:
    """The counts of a segment of this form, in a run of its own without tokens.

    Raises Rejected at the first check that fails.
    """
    tables = [(table.chip, table.height_log2) for table in form.shape.tables]
    return argument_size(tables, form.height_log2, len(form.shape.machine.tokens))


def form_shape(form: SegmentForm, argument: ArgumentSize) -> ProofShape:
    """The shape of a proof of this form with these counts. Raises Rejected at the first check that fails."""
    return shape_under(argument, form.parameters, form.height_log2)


def run_security(
    forms: Sequence[SegmentForm], global_tokens: int, curve: CurveBound = CurveBound.CORRECTED
) -> RunSecurity:
    """The security of a run whose segments have these forms.

    Raises ConditionViolatedError where no regime has a bound, Rejected, ParameterError.
    """
    return RunSecurity(tuple(_security(shape, curve) for shape in run_shapes(forms, global_tokens)))


def largest_reports(
    machine: Machine, parameters: ParameterSet, global_tokens: int, curve: CurveBound = CurveBound.CORRECTED
) -> dict[int, ProofSecurity]:
    """By listed stacking height that holds the machine's tables that every segment has, the security of counts that no
    proof exceeds."""
    limits = limits_of(machine, global_tokens)
    return {
        height: _security(
            shape_under(largest_argument(machine.chips, limits, parameters, height), parameters, height), curve
        )
        for height in parameters.heights_log2
        if height >= limits.least_height_log2
    }


def expected_bytes(forms: Sequence[SegmentForm], global_tokens: int) -> float:
    """The expected size of the proofs of a run's segments, with public values and heights, without key and output."""
    stated = sum(ELEMENT_BYTES * len(form.shape.machine.public_values) + len(form.shape.numbers()) for form in forms)
    return stated + sum(proof_bytes(shape).total_bytes for shape in run_shapes(forms, global_tokens))
