"""Subjects of `limpid soundcalc`: a parameter set, a proof, a key, a tree of proofs, or a published configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from limpid.errors import FileError, KeyFileError, LimpidError
from limpid.reading.inspection import forms_of
from limpid.terminal.files import file_name, read_file
from soundcalc.errors import CalculatorError, ConfigurationError, ConfigurationProblemsError
from soundcalc.own.format import is_own, own_of, own_system
from soundcalc.own.system import OwnSystem
from soundcalc.own.tree_format import TreeFile, is_tree, tree_of
from soundcalc.protocol.proximity import CurveBound
from soundcalc.protocol.runs import RunSecurity, expected_bytes, largest_reports, run_security
from soundcalc.protocol.security import ProofSecurity
from soundcalc.protocol.tree import TreeSecurity, proof_tree, tree_security
from soundcalc.published.format import configuration_of
from soundcalc.published.system import PublishedConfiguration
from soundcalc.published.toml_text import parsed
from spec.memory_map import DOUBLEWORD_BYTES, OUTPUT_CAPACITY_BYTES
from spec.parameters import PARAMETER_SETS, ParameterSet
from spec.protocol.key_encoding import KEY_MAGIC, decode_key
from spec.protocol.proof_encoding import PROOF_MAGIC, decode_proof, encode_run
from spec.protocol.recursion import most_segments
from spec.rejection import Rejected
from spec.rv64im.machine import RV64IM
from spec.rv64im.tokens import output_tokens
from spec.rv64im.tree import tree_design

MOST_OUTPUT_TOKENS = 1 + OUTPUT_CAPACITY_BYTES // DOUBLEWORD_BYTES
"""A claimed output is its length and its doublewords."""


class CalculationError(LimpidError):
    """Figures that the calculator refuses to give."""

    kind = "calculation"

    def __init__(self, error: CalculatorError) -> None:
        is_about_file = isinstance(error, ConfigurationError | ConfigurationProblemsError)
        next_step = "see every key and what it admits: limpid soundcalc --schema" if is_about_file else None
        super().__init__(str(error), next_step, {"refusal": type(error).__name__})


class SubjectError(LimpidError):
    """Something of which there are no figures."""

    kind = "subject"


@dataclass(frozen=True)
class SetSubject:
    """A parameter set, a key under it, or a file of one: the largest proofs that a verifier admits."""

    name: str
    about: str
    reports: Mapping[int, ProofSecurity]
    """By stacking height."""

    segments: int
    """The number of segments of the largest run."""

    @property
    def weakest(self) -> ProofSecurity:
        """The report whose errors sum to the most."""
        return max(self.reports.values(), key=lambda report: report.error)

    @property
    def system(self) -> OwnSystem:
        """What a file of it says."""
        shapes = {height: report.shape for height, report in self.reports.items()}
        return own_system(self.name, self.about, self.segments, shapes)


@dataclass(frozen=True)
class ProofSubject:
    """A proof at hand, not verified."""

    name: str
    about: str
    security: RunSecurity
    size_bytes: int
    expected_bytes: float

    @property
    def segments(self) -> int:
        return len(self.security.reports)


@dataclass(frozen=True)
class TreeSubject:
    """All proofs behind one final proof."""

    file: TreeFile
    security: TreeSecurity


Subject = SetSubject | ProofSubject | TreeSubject | PublishedConfiguration

TREE = "tree"
"""The name of the tree that a verifier knows."""


def subject_named(name: str, *, lenient: bool, curve: CurveBound) -> Subject:
    """A parameter set of this name, the tree, or else the content of this file.

    Raises FileError if a file cannot be read or written, KeyFileError if a key in it is damaged, SubjectError if there
    are no figures of it, and CalculatorError if no figures follow.
    """
    if name in PARAMETER_SETS:
        return _largest(name, f"the largest run that a verifier admits, {name}", PARAMETER_SETS[name], curve)
    if name == TREE:
        return largest_tree(most_segments(RV64IM), curve)
    sets = f"name a parameter set: {', '.join(PARAMETER_SETS)}; or {TREE}"
    try:
        content = read_file(name)
    except FileError as error:
        error.next_step = f"{error.next_step}; or {sets}"
        raise
    name = file_name(name)
    next_step = f"name a proof, a key or a TOML file; or {sets}"
    if not content.strip():
        raise SubjectError(f"{name}: is empty", next_step, {"path": name})
    try:
        if content.startswith(PROOF_MAGIC):
            return _proof(name, content, curve)
        if content.startswith(KEY_MAGIC):
            key = decode_key(content, RV64IM)
            about = f"the largest run of the program {key.program_id.hex()}, {key.parameters.name}"
            return _largest(Path(name).stem, about, key.parameters, curve)
    except Rejected as error:
        if content.startswith(KEY_MAGIC):
            raise KeyFileError(name, error) from error
        details = {"path": name, "reason": error.reason.name}
        raise SubjectError(f"{name}: {error}", "make it anew, or ask for it again", details) from error
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SubjectError(f"{name}: is no proof, no key and no TOML file", next_step, {"path": name}) from error
    document = parsed(text, Path(name).name)
    if is_own(document):
        return own_subject(own_of(document, Path(name).name), curve)
    if is_tree(document):
        return tree_subject(tree_of(document, Path(name).name), curve)
    return configuration_of(document, Path(name).name, lenient)


def own_subject(system: OwnSystem, curve: CurveBound) -> SetSubject:
    """The figures of a file of our own, or of changes to one. Raises CalculatorError if no figures follow."""
    return SetSubject(system.name, system.about, system.reports(curve), system.segments)


def largest_tree(segments: int, curve: CurveBound) -> TreeSubject:
    """The figures of a final proof of so many segments. Raises CalculatorError if no figures follow."""
    about = f"a final proof of {segments} segments, with the most proofs behind it that a verifier admits"
    return tree_subject(TreeFile(TREE, about, proof_tree(tree_design(), segments, MOST_OUTPUT_TOKENS)), curve)


def tree_subject(file: TreeFile, curve: CurveBound) -> TreeSubject:
    """The figures of a tree. Raises CalculatorError if no figures follow."""
    return TreeSubject(file, tree_security(file.tree, curve))


def _largest(name: str, about: str, parameters: ParameterSet, curve: CurveBound) -> SetSubject:
    reports = largest_reports(RV64IM, parameters, MOST_OUTPUT_TOKENS, curve)
    return SetSubject(name, about, reports, RV64IM.maximum_segments)


def _proof(name: str, content: bytes, curve: CurveBound) -> ProofSubject:
    proof = decode_proof(content, RV64IM)
    forms, tokens = forms_of(proof), len(output_tokens(proof.output))
    return ProofSubject(
        name=Path(name).stem,
        about=f"this proof, {proof.key.parameters.name}, not verified",
        security=run_security(forms, tokens, curve),
        size_bytes=len(content),
        expected_bytes=expected_bytes(forms, tokens) + len(encode_run(proof.key, proof.output, [])),
    )
