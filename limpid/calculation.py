"""What `limpid soundcalc` is asked about: a parameter set, a proof, a key, or a published configuration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from limpid.errors import LimpidError
from limpid.files import read_file_or_standard_input
from soundcalc.composition.security import SecurityReport, security
from soundcalc.errors import CalculatorError
from soundcalc.machine.largest_run import compared_proof, largest_proof
from soundcalc.machine.run_size import run_size
from soundcalc.machine.shapes import proof_shapes, run_security
from soundcalc.parameters import ProofShape
from soundcalc.published.format import PublishedConfiguration, parse_configuration
from spec.parameters import PARAMETER_SETS, ParameterSet
from spec.protocol.key_encoding import KEY_MAGIC, decode_key
from spec.protocol.proof_encoding import PROOF_MAGIC, decode_proof
from spec.rejection import Rejected
from spec.rv64im.machine import RV64IM


class CalculationError(LimpidError):
    """Figures that the calculator refuses to give."""

    kind = "calculation"

    def __init__(self, error: CalculatorError) -> None:
        super().__init__(str(error), details={"refusal": type(error).__name__})


class SubjectError(LimpidError):
    """Something of which there are no figures."""

    kind = "subject"


@dataclass(frozen=True)
class OwnSubject:
    """Proofs of our own machine."""

    name: str
    about: str
    reports: tuple[SecurityReport, ...]
    """One for each segment of the run; a single one that stands for all where there is no proof yet."""

    segments: int
    compared: ProofShape
    """The tables on which rates are compared and parameters are searched."""

    size_bytes: int | None
    """Of the proof at hand."""

    estimated_bytes: float | None

    @property
    def weakest(self) -> SecurityReport:
        """The report with the largest error of a round."""
        return max(self.reports, key=lambda report: report.error)


Subject = OwnSubject | PublishedConfiguration


def subject_named(name: str, *, lenient: bool) -> Subject:
    """A parameter set of this name, or else the content of this file.

    Raises FileError, SubjectError, CalculatorError.
    """
    if name in PARAMETER_SETS:
        return _parameter_set(PARAMETER_SETS[name])
    content = read_file_or_standard_input(name)
    try:
        if content.startswith(PROOF_MAGIC):
            return _proof(name, content)
        if content.startswith(KEY_MAGIC):
            key = decode_key(content, RV64IM)
            program_heights = key.heights_by_chip()
            about = f"the largest run of the program {key.program_id.hex()}"
            return _largest(Path(name).stem, key.parameters, about, program_heights)
    except Rejected as error:
        details = {"path": name, "reason": error.reason.name}
        raise SubjectError(f"{name}: {error}", "make it anew, or ask for it again", details) from error
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        known = ", ".join(PARAMETER_SETS)
        next_step = f"name one of those, or a parameter set: {known}"
        raise SubjectError(f"{name}: is no proof, no key and no TOML file", next_step, {"path": name}) from error
    return parse_configuration(text, Path(name).name, lenient)


def _parameter_set(parameters: ParameterSet) -> OwnSubject:
    return _largest(parameters.name, parameters, "the largest run that a verifier admits", {})


def _largest(name: str, parameters: ParameterSet, about: str, program_heights: dict[str, int]) -> OwnSubject:
    compared = compared_proof(parameters, program_heights)
    report = security(largest_proof(parameters, program_heights))
    return OwnSubject(name, f"{about}, {parameters.name}", (report,), RV64IM.maximum_segments, compared, None, None)


def _proof(name: str, content: bytes) -> OwnSubject:
    proof = decode_proof(content, RV64IM)
    parameters = proof.key.parameters
    shapes = [segment.shape for segment in proof.segments]
    reports = run_security(shapes, parameters, proof.output).reports
    return OwnSubject(
        name=Path(name).stem,
        about=f"this proof, {parameters.name}, not verified",
        reports=reports,
        segments=len(shapes),
        compared=proof_shapes(shapes, parameters, proof.output)[0],
        size_bytes=len(content),
        estimated_bytes=run_size(shapes, parameters, proof.output).total_bytes,
    )


def all_reports(subject: OwnSubject) -> Sequence[SecurityReport]:
    """One report for each segment of the run."""
    return subject.reports if len(subject.reports) == subject.segments else subject.reports * subject.segments
