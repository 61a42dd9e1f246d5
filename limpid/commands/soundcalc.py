"""`limpid soundcalc`: bits of security of a parameter set, a proof, or a published configuration."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import click

from limpid.reading.calculation import CalculationError, ProofSubject, SetSubject, subject_named
from limpid.terminal.output import json_text
from soundcalc.errors import CalculatorError
from soundcalc.exact import float_bits, floor_bits, rounded_down
from soundcalc.protocol.proof_size import proof_bytes
from soundcalc.protocol.proximity import CurveBound
from soundcalc.protocol.report import security_facts, security_markdown
from soundcalc.protocol.search import search
from soundcalc.protocol.sets import SET_TARGETS
from soundcalc.published.figures import figures, public_levels
from soundcalc.published.format import PublishedConfiguration
from soundcalc.report.text import (
    bounds_facts,
    bounds_markdown,
    figures_facts,
    figures_markdown,
    levels_markdown,
    markdown_table,
)


@dataclass(frozen=True)
class _Report:
    """For people Markdown, for programs one JSON object."""

    markdown: str
    facts: Mapping[str, object]
    notes: tuple[str, ...] = ()
    has_schema: bool = True
    """False where the keys are those of another program's format."""


@click.command("soundcalc")
@click.argument("subject", metavar="SET|PROOF|KEY|FILE.toml")
@click.option("--compat", is_flag=True, help="Of a FILE.toml: the figures of the public calculator, nothing else.")
@click.option("--lenient", is_flag=True, help="Of a FILE.toml: list unknown keys and ignore them.")
@click.option("--target-bits", type=click.IntRange(1, 256), metavar="BITS", help="Search schedules that reach them.")
@click.option(
    "--curve",
    type=click.Choice([curve.name.lower() for curve in CurveBound]),
    default=CurveBound.CORRECTED.name.lower(),
    show_default=True,
    help="The bound on mutual correlated agreement that folding and batching rest on.",
)
@click.option("--bounds", is_flag=True, help="Print every bound, its source and its status as well.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def soundcalc_command(
    subject: str,
    compat: bool,
    lenient: bool,
    target_bits: int | None,
    curve: str,
    bounds: bool,
    as_json: bool,
    debug: bool,
) -> None:
    """Bits of security of a parameter set by its name, of a proof, of a key, or of a published configuration.

    For a file that has the name of a parameter set write ./NAME.
    """
    del debug  # Whoever starts the command line reads it.
    try:
        report = _report(subject, compat, lenient, target_bits, CurveBound[curve.upper()])
    except CalculatorError as error:
        raise CalculationError(error) from error
    if bounds and report.has_schema:
        report = replace(
            report,
            markdown=f"{report.markdown}\n{bounds_markdown()}",
            facts={**report.facts, "bounds": bounds_facts()},
        )
    if not as_json:
        click.echo(report.markdown, nl=False)
    else:
        click.echo(json_text(report.facts) if report.has_schema else json.dumps(report.facts))
    for note in report.notes:
        click.echo(f"Note: {note}", err=True)


def _report(name: str, compat: bool, lenient: bool, target_bits: int | None, curve: CurveBound) -> _Report:
    subject = subject_named(name, lenient=lenient, curve=curve)
    if not isinstance(subject, PublishedConfiguration) and (compat or lenient):
        raise click.UsageError("--compat and --lenient need a FILE.toml")
    if target_bits is not None:
        if not isinstance(subject, SetSubject) or subject.name not in SET_TARGETS:
            raise click.UsageError(f"--target-bits needs a parameter set: {', '.join(SET_TARGETS)}")
        return _search(subject, target_bits, curve)
    match subject:
        case PublishedConfiguration():
            return _published(subject, compat)
        case SetSubject():
            return _set(subject)
        case ProofSubject():
            return _proof(subject)


def _published(configuration: PublishedConfiguration, compat: bool) -> _Report:
    notes = tuple(f"ignored the unknown key {key}" for key in configuration.ignored_keys)
    if compat:
        levels = public_levels(configuration)
        return _Report(levels_markdown(levels), levels, notes, has_schema=False)
    rows = figures(configuration)
    facts = {
        "kind": "configuration",
        "name": configuration.name,
        "collision_cap_bits": configuration.digest_bits / 2,
        "figures": figures_facts(rows),
        "ignored_keys": list(configuration.ignored_keys),
    }
    cap = rounded_down(configuration.digest_bits / 2, 1)
    head = f"{configuration.name}: {cap} bits at most, by collisions of the hash\n\n"
    return _Report(head + figures_markdown(rows), facts, notes)


def _set(subject: SetSubject) -> _Report:
    worst, segments = subject.weakest, subject.segments
    rows = [
        (
            f"2^{height}",
            str(rounded_down(float_bits(report.error))),
            str(rounded_down(report.security_bits_float)),
            str(rounded_down(float_bits(report.run_error(segments)))),
        )
        for height, report in subject.reports.items()
    ]
    header = ("stacking height", "bits of a proof, summed", "round by round", f"bits of a run of {segments}, summed")
    parts = [
        f"{subject.name}: {subject.about}\n",
        markdown_table(header, rows),
        f"The weakest, stacked to 2^{worst.shape.schedule.height_log2}:\n\n{security_markdown(worst, segments)}",
    ]
    facts = {
        "kind": "parameter set",
        "name": subject.name,
        "about": subject.about,
        **security_facts(worst, segments),
        "heights": {
            str(height): {
                "proof_sum_bits": floor_bits(report.error),
                "run_sum_bits": floor_bits(report.run_error(segments)),
            }
            for height, report in subject.reports.items()
        },
    }
    return _Report("\n".join(parts), facts)


def _proof(subject: ProofSubject) -> _Report:
    security = subject.security
    size = f"Size: {subject.size_bytes:,} bytes; expected of such a proof: {subject.expected_bytes:,.0f}.\n"
    bits = rounded_down(security.run_figures.interactive)
    run = f"Whole run of {subject.segments}: {bits} bits, all rounds added up.\n"
    parts = [f"{subject.name}: {subject.about}\n", security_markdown(security.weakest, subject.segments), run, size]
    facts = {
        "kind": "proof",
        "name": subject.name,
        "about": subject.about,
        **security_facts(security.weakest, subject.segments),
        "whole_run_bits": security.whole_run_bits,
        "size_bytes": subject.size_bytes,
        "expected_size_bytes": round(subject.expected_bytes),
    }
    return _Report("\n".join(parts), facts)


def _search(subject: SetSubject, target_bits: int, curve: CurveBound) -> _Report:
    target = SET_TARGETS[subject.name]
    rows, found_facts = [], {}
    for height in target.parameters.heights_log2:
        problem = replace(target.problem(height), target=Fraction(1, 1 << target_bits), curve=curve)
        found = search(problem)
        schedule = found.schedule
        size = proof_bytes(problem.usual_shape(schedule)).total_bytes
        bits = float_bits(found.report.error)
        numbers = [" ".join(map(str, part)) for part in (schedule.folds, schedule.queries)]
        work = [str(schedule.column_batching_grinding_bits)]
        work += [" ".join(map(str, part)) for part in (schedule.folding_grinding_bits, schedule.query_grinding_bits)]
        rows.append((f"2^{height}", *numbers, *work, str(rounded_down(bits)), f"{size / 1024:.0f}"))
        found_facts[str(height)] = {
            "folds": list(schedule.folds),
            "queries": list(schedule.queries),
            "column_batching_grinding_bits": schedule.column_batching_grinding_bits,
            "folding_grinding_bits": list(schedule.folding_grinding_bits),
            "query_grinding_bits": list(schedule.query_grinding_bits),
            "proof_sum_bits": floor_bits(found.report.error),
            "usual_proof_bytes": round(size),
        }
    header = ("height", "folds", "queries", "work before delta", "before folds", "before queries", "bits", "usual KiB")
    head = f"{target_bits} bits summed over a proof, with the least {target.goal.value}\n\n"
    facts = {"kind": "search", "name": subject.name, "target_bits": target_bits, "heights": found_facts}
    return _Report(head + markdown_table(header, rows), facts)
