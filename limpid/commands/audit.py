"""`limpid audit`: Z3 proves that the constraints mean the instructions."""

from __future__ import annotations

from pathlib import Path

import click

from limpid.errors import DONE, FAILED
from limpid.files import require_writable, write_bytes
from limpid.output import Answer, answering
from limpid.progress import showing
from proofs_of_constraints.audit import run, selected
from proofs_of_constraints.mutant_verdicts import expected_fate
from proofs_of_constraints.mutants import Fate, run_mutants
from proofs_of_constraints.obligation import DEFAULT_TIMEOUT_SECONDS, Result, Verdict
from proofs_of_constraints.report import EVERY_ASSUMPTION, counterexample_lines, facts_of, html_page, verdict_counts
from spec.air.machine import CHIPS


@click.command("audit")
@click.option("--instruction", metavar="NAME", help="Only what concerns this instruction.")
@click.option("--chip", metavar="NAME", help="Only what concerns this chip.")
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Processes that prove at once.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=DEFAULT_TIMEOUT_SECONDS,
    show_default=True,
    help="Seconds for one query; no answer in time is a failure.",
)
@click.option("--smt2", metavar="DIRECTORY", help="Write every query as an SMT-LIB file, for a second solver.")
@click.option("--html", metavar="FILE", help="Write a page with the coverage of every instruction.")
@click.option("--mutants", is_flag=True, help="Weaken the chips one thing at a time: the proofs must notice.")
@answering
def audit_command(
    instruction: str | None,
    chip: str | None,
    jobs: int,
    timeout: float,
    smt2: str | None,
    html: str | None,
    mutants: bool,
) -> Answer:
    """Prove with Z3 that every chip's constraints mean its instructions, at full width.

    Exit status 1 if an obligation is refuted or not decided in time, or a mutant's fate is not the reviewed one.
    """
    if mutants:
        if instruction or smt2 or html:
            raise click.UsageError("--mutants goes with --chip only")
        return _mutants_answer(chip)
    try:
        obligations = selected(instruction, chip)
    except KeyError as unknown:
        raise click.UsageError(str(unknown.args[0])) from None
    if html is not None:
        require_writable(html)
    folder = None if smt2 is None else Path(smt2)
    with showing(f"proving {len(obligations)} obligations"):
        results = list(run(obligations, jobs, timeout, folder))
    if html is not None:
        write_bytes(html, html_page(results).encode())
    return _answer(results)


def _mutants_answer(chip: str | None) -> Answer:
    chips = [c for c in CHIPS if chip in (None, c.name)]
    if not chips:
        raise click.UsageError(f"there is no chip {chip}")
    with showing("proving mutants"):
        results = list(run_mutants(chips))
    surprises = [r for r in results if r.fate is not expected_fate(r.mutant.name)]
    facts = {
        "as_reviewed": not surprises,
        "mutants": [
            {
                "mutant": r.mutant.name,
                "fate": r.fate.value,
                "reviewed": expected_fate(r.mutant.name).value,
                "by": None if r.by is None else facts_of(r.by),
            }
            for r in results
        ],
    }
    lines: dict[str, object] = {"mutants": len(results)}
    lines |= {fate.value: sum(r.fate is fate for r in results) for fate in Fate}
    lines |= {r.mutant.name: f"{r.fate.value}, reviewed as {expected_fate(r.mutant.name).value}" for r in surprises}
    return Answer(facts, lines, FAILED if surprises else DONE)


def _answer(results: list[Result]) -> Answer:
    counts = verdict_counts(results)
    failed = [result for result in results if result.outcome.verdict is not Verdict.PROVEN]
    used = {name for result in results for name in result.assumptions}
    facts = {
        "proven": not failed,
        "obligations": [facts_of(result) for result in results],
        "assumptions": {name: text for name, text in EVERY_ASSUMPTION.items() if name in used},
    }
    lines: dict[str, object] = {"audit": "everything proven" if not failed else "NOT PROVEN"}
    lines |= {verdict.value: counts[verdict] for verdict in Verdict}
    lines["queries"] = sum(result.queries for result in results)
    lines["seconds"] = f"{sum(result.seconds for result in results):.1f}"
    for result in failed:
        lines[result.identity] = f"{result.outcome.verdict.value}: {result.outcome.detail}"
        if result.outcome.counterexample is not None:
            for i, line in enumerate(counterexample_lines(result.outcome.counterexample), start=1):
                lines[f"  {result.identity} {i}"] = line
    return Answer(facts, lines, FAILED if failed else DONE)
