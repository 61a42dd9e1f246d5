"""`limpid audit`: Z3 proves that the constraints mean the instructions."""

from __future__ import annotations

from pathlib import Path

import click

from limpid.errors import DONE, FAILED
from limpid.files import require_writable, write_bytes
from limpid.output import Answer, answering
from limpid.progress import showing
from proofs_of_constraints.audit import run, selected
from proofs_of_constraints.obligation import DEFAULT_TIMEOUT_SECONDS, Result, Verdict
from proofs_of_constraints.report import EVERY_ASSUMPTION, counterexample_lines, facts_of, html_page, verdict_counts


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
@answering
def audit_command(
    instruction: str | None, chip: str | None, jobs: int, timeout: float, smt2: str | None, html: str | None
) -> Answer:
    """Prove with Z3 that every chip's constraints mean its instructions, at full width.

    Exit status 1 if an obligation is refuted or not decided in time.
    """
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
