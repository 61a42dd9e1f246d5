"""`limpid audit`: the obligations of a machine, or of a file of Picus constraints, and what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import click

from limpid.errors import DONE, FAILED, SecondSolverError
from limpid.reading.picus_files import assumptions_named, obligations_of_file
from limpid.terminal.files import STANDARD_STREAM, empty_directory, require_writable, write_text
from limpid.terminal.output import Answer, json_text
from limpid.terminal.progress import showing
from proofs_of_constraints.audit import instructions_about, machine_obligation_list, run, selected
from proofs_of_constraints.certificates.certifying import CertificateSolverMissingError, require_certificate_solver
from proofs_of_constraints.circuit_machine import CIRCUIT_AUDIT
from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.mutation.record import chips_to_be_swept, fate_counts, stored_record
from proofs_of_constraints.obligations.assumptions import ASSUMPTIONS
from proofs_of_constraints.obligations.obligation import Kind, Obligation, Result, Verdict
from proofs_of_constraints.obligations.second_solver import Agreement, SecondSolverMissingError, require_second_solver
from proofs_of_constraints.report.page import Audit, html_page
from proofs_of_constraints.report.resting import resting, resting_text
from proofs_of_constraints.report.results import NOT_COVERED, facts_of, result_lines, verdict_counts
from proofs_of_constraints.rv64im import RV64IM_AUDIT

AUDITS: dict[str, AuditedMachine] = {"rv64im": RV64IM_AUDIT, "circuit": CIRCUIT_AUDIT}
"""By the name that the option takes."""

INDENTED = "\n    "

SHOWN_DIGITS = 16
"""So many digits of a digest are shown."""

MOST_RESTING = 10
"""A refuted obligation on which much rests need not be named for each of them: JSON and the page have them all."""


@dataclass(frozen=True)
class Subject:
    """What is audited: a file of constraints, or what is selected of a machine."""

    file: str | None
    assumed: Sequence[str]
    """About the file: NAME=CONDITION."""

    machine_name: str
    instruction: str | None
    chip: str | None
    kinds: Sequence[Kind]
    """All where none is named."""

    @property
    def audited(self) -> AuditedMachine:
        return AUDITS[self.machine_name]


@dataclass(frozen=True)
class Proving:
    """How obligations are proven, and what is written besides."""

    jobs: int
    timeout: float
    total_timeout: float | None
    """For all obligations together; None: without limit."""

    second_solver_timeout: float | None
    """None: Z3 alone."""

    smt2: str | None
    certificates: str | None
    html: str | None
    trace: str | None


def obligations_answer(subject: Subject, proving: Proving) -> Answer:
    """Proves what is asked about. Raises UsageError and errors of files."""
    obligations, explained = _obligations(subject)
    for path in (proving.html, proving.trace):
        if path is not None:
            require_writable(path)
    if proving.second_solver_timeout is not None:
        _require_installed(require_second_solver)
    if proving.certificates is not None:
        _require_installed(require_certificate_solver)
    folder = None if proving.smt2 is None else empty_directory(proving.smt2, "queries")
    certificates = None if proving.certificates is None else empty_directory(proving.certificates, "certificates")
    with showing(f"proving {len(obligations)} obligations"):
        results = list(
            run(
                obligations,
                proving.jobs,
                proving.timeout,
                folder,
                proving.second_solver_timeout,
                subject.audited,
                proving.total_timeout,
                certificates,
            )
        )
    if proving.html is not None:
        about = {result.chip for result in results} if subject.file is None else set()
        mutants_of = {name: counts for name, counts in fate_counts(stored_record()).items() if name in about}
        write_text(proving.html, html_page(results, mutants_of, _audit_of(subject, results)))
    if proving.trace is not None:
        rests = resting(results)
        rows = [
            facts_of(result, rests.get(result.identity, ()))
            for result in results
            if result.outcome.counterexample is not None
        ]
        write_text(proving.trace, f"{json_text({'counterexamples': rows})}\n")
    answer = _answer(results, explained, subject)
    return replace(answer, to_error=STANDARD_STREAM in (proving.html, proving.trace))


def _obligations(subject: Subject) -> tuple[Sequence[Obligation], Mapping[str, str]]:
    """What has to be proven, and every assumption by its name."""
    if subject.file is not None:
        return obligations_of_file(subject.file, assumptions_named(subject.assumed))
    try:
        kinds = set(subject.kinds) or set(Kind)
        return selected(subject.instruction, subject.chip, kinds, subject.audited), ASSUMPTIONS
    except KeyError as unknown:
        raise click.UsageError(str(unknown.args[0])) from None


def _require_installed(require_solver: Callable[[], object]) -> None:
    """Raises SecondSolverError if `require_solver` finds that its solver is missing."""
    try:
        require_solver()
    except (SecondSolverMissingError, CertificateSolverMissingError) as missing:
        raise SecondSolverError(str(missing), "install it with: pip install 'limpid[second-solver]'") from None


def _scope(subject: Subject, results: Sequence[Result]) -> str:
    """How much of its subject an audit is about."""
    if subject.file is not None:
        return f"{len(results)} obligations of {subject.file}"
    every = len(machine_obligation_list(subject.audited))
    asked = [f"{what} {name}" for what, name in (("instruction", subject.instruction), ("chip", subject.chip)) if name]
    asked += [f"kind {kind.value}" for kind in subject.kinds]
    only = f", only {' and '.join(asked)}" if asked else ""
    return f"{len(results)} of {every} obligations of {subject.machine_name}{only}"


def _audit_of(subject: Subject, results: Sequence[Result]) -> Audit:
    """What stands at the head of a page."""
    date = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    scope = _scope(subject, results)
    if subject.file is not None:
        return Audit(date, f"Picus constraints of {subject.file}", scope, is_of_a_machine=False)
    machine = subject.audited.machine
    stale = frozenset(chip.name for chip in chips_to_be_swept(stored_record(), machine.chips))
    return Audit(date, f"Machine {machine.name} with the digest {machine.digest.hex()}", scope, stale)


def _answer(results: list[Result], explained: Mapping[str, str], subject: Subject) -> Answer:
    counts = verdict_counts(results)
    unproven = [result for result in results if result.outcome.verdict is not Verdict.PROVEN]
    opinions = Counter(result.second.agreement for result in results if result.second is not None)
    used = {name for result in results for name in result.assumptions}
    rests = resting(results)
    facts: dict[str, object] = {
        "proven": not unproven,
        "obligations": [facts_of(result, rests.get(result.identity, ())) for result in results],
        "assumptions": {name: text for name, text in explained.items() if name in used},
    }
    lines: dict[str, object] = {"audit": "everything proven" if not unproven else "NOT PROVEN"}
    lines |= {verdict.value: counts[verdict] for verdict in Verdict}
    lines["queries"] = sum(result.queries for result in results)
    lines["seconds"] = f"{sum(result.seconds for result in results):.1f}"
    if subject.file is None:
        machine = subject.audited.machine
        facts |= {"machine": machine.digest.hex(), "scope": _scope(subject, results), "not_covered": list(NOT_COVERED)}
        lines["scope"] = f"{facts['scope']}, digest {machine.digest.hex()[:SHOWN_DIGITS]}"
        lines["not covered"] = INDENTED.join(("", *NOT_COVERED))
    if rests:
        lines["resting"] = f"{len(rests)} of the proven rest on what is not proven"
    if opinions:
        facts["second_solver"] = {agreement.value: opinions[agreement] for agreement in Agreement}
        verdicts = ", ".join(f"{agreement.value} {opinions[agreement]}" for agreement in Agreement)
        lines["second solver"] = f"of {opinions.total()} obligations: {verdicts}"
    certified = [result.certified for result in results if result.certified is not None]
    refused = [name for one in certified for name in one.wrong]
    if certified:
        counts_of_queries = {
            "certified": sum(one.certified for one in certified),
            "decided by rewriting": sum(one.rewritten for one in certified),
            "about integers": sum(one.about_integers for one in certified),
            "given up": sum(len(one.given_up) for one in certified),
            "refused": len(refused),
        }
        facts["certificates"] = {name.replace(" ", "_"): count for name, count in counts_of_queries.items()}
        lines["certificates"] = ", ".join(f"{name} {count}" for name, count in counts_of_queries.items())
        lines |= {f"certificate {number}": text for number, text in enumerate(refused)}
    for result in unproven:
        about = ", ".join(instructions_about(result, subject.audited))
        lines[result.identity] = INDENTED.join([*result_lines(result), *([f"about: {about}"] if about else [])])
    lines |= {identity: resting_text(roots) for identity, roots in list(rests.items())[:MOST_RESTING]}
    for result in results:
        if result.second is not None and result.second.agreement is not Agreement.AGREES:
            lines[f"second solver on {result.identity}"] = f"{result.second.agreement.value}: {result.second.detail}"
    failed = bool(unproven) or opinions[Agreement.DISAGREES] > 0 or bool(refused)
    return Answer(facts, lines, FAILED if failed else DONE)
