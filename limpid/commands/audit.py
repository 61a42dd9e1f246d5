"""`limpid audit`: Z3 proves that the constraints mean the instructions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from limpid.commands.audit_mutants import mutants_answer
from limpid.errors import DONE, FAILED, FileError, SecondSolverError
from limpid.reading.picus_files import assumptions_named, obligations_of_file
from limpid.terminal.files import STANDARD_STREAM, cause_of, require_writable, write_bytes
from limpid.terminal.output import Answer, answering, json_text
from limpid.terminal.progress import showing
from proofs_of_constraints.audit import instructions_about, run, selected
from proofs_of_constraints.circuit_machine import CIRCUIT_AUDIT
from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.mutation.record import fate_counts, stored_record
from proofs_of_constraints.obligations.assumptions import ASSUMPTIONS
from proofs_of_constraints.obligations.obligation import DEFAULT_TIMEOUT_SECONDS, Kind, Result, Verdict
from proofs_of_constraints.obligations.second_solver import (
    DEFAULT_SECOND_SOLVER_SECONDS,
    Agreement,
    SecondSolverMissingError,
    require_second_solver,
)
from proofs_of_constraints.report.page import html_page
from proofs_of_constraints.report.results import facts_of, result_lines, verdict_counts
from proofs_of_constraints.rv64im import RV64IM_AUDIT

AUDITS: dict[str, AuditedMachine] = {"rv64im": RV64IM_AUDIT, "circuit": CIRCUIT_AUDIT}
"""By the name that the option takes."""

DEFAULT_MACHINE = "rv64im"

INDENTED = "\n    "


@click.command("audit")
@click.argument("file", metavar="[FILE.picus]", required=False)
@click.option(
    "--machine",
    "machine_name",
    type=click.Choice(sorted(AUDITS)),
    default=DEFAULT_MACHINE,
    show_default=True,
    help="The machine of guests, or that of the circuits that verify proofs.",
)
@click.option("--instruction", metavar="NAME", help="Only what concerns this instruction.")
@click.option("--chip", metavar="NAME", help="Only what concerns this chip.")
@click.option(
    "--kind",
    "kind_names",
    type=click.Choice([kind.value for kind in Kind]),
    multiple=True,
    help="Only obligations of this kind; may be given several times.",
)
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Processes that prove at once.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=DEFAULT_TIMEOUT_SECONDS,
    show_default=True,
    help="Seconds for one query; no answer in time is a failure.",
)
@click.option("--smt2", metavar="DIRECTORY", help="Write every query as an SMT-LIB file.")
@click.option("--html", metavar="FILE", help="Write a page with the coverage of every instruction.")
@click.option("--trace", metavar="FILE", help="Write the rows of all counterexamples as JSON.")
@click.option("--second-solver", is_flag=True, help="Let cvc5 answer every query again; a contradiction is a failure.")
@click.option(
    "--second-solver-timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=DEFAULT_SECOND_SOLVER_SECONDS,
    show_default=True,
    help="Seconds of the second solver for one obligation; no answer in time is no failure.",
)
@click.option("--mutants", is_flag=True, help="Change the chips in one place at a time: somebody must notice.")
@click.option("--keep", is_flag=True, help="With --mutants: what is found becomes the record.")
@click.option(
    "--assume",
    "assumed",
    metavar="NAME=CONDITION",
    multiple=True,
    help="What buses ensure of the variables of FILE.picus, such as 'byte=(<= x 255)'; may be given several times.",
)
@answering
def audit_command(
    file: str | None,
    machine_name: str,
    instruction: str | None,
    chip: str | None,
    kind_names: tuple[str, ...],
    jobs: int,
    timeout: float,
    smt2: str | None,
    html: str | None,
    trace: str | None,
    second_solver: bool,
    second_solver_timeout: float,
    mutants: bool,
    keep: bool,
    assumed: tuple[str, ...],
) -> Answer:
    """Prove with Z3 that every chip's constraints mean its instructions, at full width.

    Of the machine of circuits: that they mean the circuit's operations.
    With a file of Picus constraints: prove that the inputs of each of its modules determine the outputs.

    Exit status 1 if an obligation is refuted or not decided in time, if the second solver contradicts Z3, or if a
    mutant's fate is not the recorded one or has no reviewed reason.
    """
    audited = AUDITS[machine_name]
    if machine_name != DEFAULT_MACHINE and (file is not None or mutants or html):
        raise click.UsageError(
            "--machine goes with --chip, --kind, --jobs, --timeout, --smt2, --trace and a second solver"
        )
    if file is not None and (instruction or chip or kind_names or mutants or jobs > 1):
        raise click.UsageError("a file goes with --assume, --timeout, --smt2, --html, --trace and --second-solver only")
    if assumed and file is None:
        raise click.UsageError("--assume is about a file of Picus constraints")
    if mutants:
        if instruction or kind_names or smt2 or html or trace or second_solver:
            raise click.UsageError("--mutants goes with --chip, --jobs and --keep only")
        return mutants_answer(chip, jobs, keep)
    if keep:
        raise click.UsageError("--keep goes with --mutants")
    explained: Mapping[str, str] = ASSUMPTIONS
    if file is not None:
        explained = assumptions_named(assumed)
        obligations = obligations_of_file(file, explained)
    else:
        try:
            obligations = selected(instruction, chip, {Kind(name) for name in kind_names} or set(Kind), audited)
        except KeyError as unknown:
            raise click.UsageError(str(unknown.args[0])) from None
    if html == trace == STANDARD_STREAM:
        raise click.UsageError("--html and --trace are both the standard stream")
    for path in (html, trace):
        if path is not None:
            require_writable(path)
    folder = None if smt2 is None else _folder(smt2)
    if second_solver:
        _require_second_solver()
    with showing(f"proving {len(obligations)} obligations"):
        second = second_solver_timeout if second_solver else None
        results = list(run(obligations, jobs, timeout, folder, second, audited))
    if html is not None:
        about = {result.chip for result in results} if file is None else set()
        mutants_of = {name: counts for name, counts in fate_counts(stored_record()).items() if name in about}
        write_bytes(html, html_page(results, mutants_of).encode())
    if trace is not None:
        rows = [facts_of(result) for result in results if result.outcome.counterexample is not None]
        write_bytes(trace, f"{json_text({'counterexamples': rows})}\n".encode())
    return replace(_answer(results, explained, audited), to_error=STANDARD_STREAM in (html, trace))


def _folder(path: str) -> Path:
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise FileError(path, f"cannot be a directory of queries: {cause_of(error)}") from error
    require_writable(str(Path(path) / "query"))
    return Path(path)


def _require_second_solver() -> None:
    try:
        require_second_solver()
    except SecondSolverMissingError as missing:
        raise SecondSolverError(str(missing), "install it with: pip install 'limpid[second-solver]'") from None


def _answer(results: list[Result], explained: Mapping[str, str], audited: AuditedMachine) -> Answer:
    counts = verdict_counts(results)
    unproven = [result for result in results if result.outcome.verdict is not Verdict.PROVEN]
    opinions = Counter(result.second.agreement for result in results if result.second is not None)
    used = {name for result in results for name in result.assumptions}
    facts: dict[str, object] = {
        "proven": not unproven,
        "obligations": [facts_of(result) for result in results],
        "assumptions": {name: text for name, text in explained.items() if name in used},
    }
    lines: dict[str, object] = {"audit": "everything proven" if not unproven else "NOT PROVEN"}
    lines |= {verdict.value: counts[verdict] for verdict in Verdict}
    lines["queries"] = sum(result.queries for result in results)
    lines["seconds"] = f"{sum(result.seconds for result in results):.1f}"
    if opinions:
        facts["second_solver"] = {agreement.value: opinions[agreement] for agreement in Agreement}
        verdicts = ", ".join(f"{agreement.value} {opinions[agreement]}" for agreement in Agreement)
        lines["second solver"] = f"of {opinions.total()} obligations: {verdicts}"
    for result in unproven:
        about = ", ".join(instructions_about(result, audited))
        lines[result.identity] = INDENTED.join([*result_lines(result), *([f"about: {about}"] if about else [])])
    for result in results:
        if result.second is not None and result.second.agreement is not Agreement.AGREES:
            lines[f"second solver on {result.identity}"] = f"{result.second.agreement.value}: {result.second.detail}"
    failed = bool(unproven) or opinions[Agreement.DISAGREES] > 0
    return Answer(facts, lines, FAILED if failed else DONE)
