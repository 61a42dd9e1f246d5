"""`limpid soundcalc`: bits of security of a parameter set, a proof, or a published configuration."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import click

from limpid.calculation import CalculationError, OwnSubject, all_reports, subject_named
from limpid.errors import FileError
from limpid.files import require_writable, write_bytes
from limpid.output import json_text
from soundcalc.commitments.size import proof_size
from soundcalc.errors import CalculatorError, MissingExtraError
from soundcalc.published.export import export_configuration
from soundcalc.published.figures import figures, public_levels
from soundcalc.published.format import PublishedConfiguration
from soundcalc.report.plot import PLOT_SUFFIXES, plot_sweep
from soundcalc.report.sweep import SWEEPABLE, sweep, sweep_facts, sweep_markdown
from soundcalc.report.text import (
    attack_facts,
    bounds_facts,
    bounds_markdown,
    candidate_facts,
    candidate_markdown,
    figures_facts,
    figures_markdown,
    levels_markdown,
    run_figures,
    run_markdown,
    security_facts,
    security_markdown,
    size_markdown,
    tree_figures,
    tree_markdown,
)
from soundcalc.search.candidates import Goal, search

RECURSION_LEAVES = 2**10
"""The largest number of segments that a recursion tree may have."""


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
@click.option("--target-bits", type=click.IntRange(1, 256), metavar="BITS", help="Search parameters that reach them.")
@click.option(
    "--minimize", type=click.Choice([goal.value for goal in Goal]), help="What the search makes small; default size."
)
@click.option("--sweep", "swept", metavar="NAME[,NAME]", help=f"Vary one or two of {', '.join(SWEEPABLE)}.")
@click.option("--plot", "plots", multiple=True, metavar="FILE", help="Draw the sweep as .png or .svg; may be repeated.")
@click.option("--bounds", is_flag=True, help="Print every bound, its source and its status as well.")
@click.option("--export", "exported", metavar="FILE.toml", help="Write the subject in the format that teams publish.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def soundcalc_command(
    subject: str,
    compat: bool,
    lenient: bool,
    target_bits: int | None,
    minimize: str | None,
    swept: str | None,
    plots: tuple[str, ...],
    bounds: bool,
    exported: str | None,
    as_json: bool,
    debug: bool,
) -> None:
    """Bits of security of a parameter set by its name, of a proof, of a key, or of a published configuration.

    For a file that has the name of a parameter set write ./NAME. A sweep draws NAME-sweep.png unless --plot names
    other files.
    """
    del debug  # Whoever starts the command line reads it.
    if minimize is not None and target_bits is None:
        raise click.UsageError("--minimize belongs to --target-bits")
    if plots and swept is None:
        raise click.UsageError("--plot belongs to --sweep")
    if (target_bits is not None) + (swept is not None) + (exported is not None) > 1:
        raise click.UsageError("--target-bits, --sweep and --export exclude one another")
    try:
        report = _report(
            subject, compat, lenient, target_bits, Goal(minimize or Goal.SIZE.value), swept, plots, exported
        )
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


def _report(
    name: str,
    compat: bool,
    lenient: bool,
    target_bits: int | None,
    goal: Goal,
    swept: str | None,
    plots: tuple[str, ...],
    exported: str | None,
) -> _Report:
    subject = subject_named(name, lenient=lenient)
    if isinstance(subject, PublishedConfiguration):
        if target_bits is not None or swept is not None or exported is not None:
            raise click.UsageError("--target-bits, --sweep and --export need a parameter set, a proof or a key")
        return _published(subject, compat)
    if compat or lenient:
        raise click.UsageError("--compat and --lenient need a FILE.toml")
    if target_bits is not None:
        return _search(subject, target_bits, goal)
    if swept is not None:
        return _sweep(subject, swept, plots)
    if exported is not None:
        return _export(subject, exported)
    return _own(subject)


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
    head = f"{configuration.name}: {configuration.digest_bits / 2:.1f} bits at most, by collisions of the hash\n\n"
    return _Report(head + figures_markdown(rows), facts, notes)


def _own(subject: OwnSubject) -> _Report:
    worst, reports = subject.weakest, all_reports(subject)
    size = proof_size(subject.compared)
    parts = [
        f"{subject.name}: {subject.about}\n",
        security_markdown(worst),
        f"Whole run:\n\n{run_markdown(reports)}",
        f"Recursion, every node as weak as this proof:\n\n{tree_markdown(worst, RECURSION_LEAVES)}",
        _size_markdown(subject, size_markdown(size)),
    ]
    facts = {
        "kind": "proofs",
        "name": subject.name,
        "about": subject.about,
        **security_facts(worst),
        "run": {"segments": subject.segments, **attack_facts(run_figures(reports))},
        "recursion_tree": {"segments": RECURSION_LEAVES, **attack_facts(tree_figures(worst, RECURSION_LEAVES))},
        "size_bytes": subject.size_bytes,
        "expected_size_bytes": round(size.total_bytes if subject.estimated_bytes is None else subject.estimated_bytes),
    }
    return _Report("\n".join(parts), facts)


def _size_markdown(subject: OwnSubject, parts: str) -> str:
    if subject.size_bytes is None or subject.estimated_bytes is None:
        tallest = subject.compared.tallest_log2
        return f"Size of a segment's proof with every table, none above 2^{tallest} rows:\n\n{parts}"
    return (
        f"Size: {subject.size_bytes:,} bytes; expected of such a proof: {subject.estimated_bytes:,.0f}. "
        f"Of its first segment:\n\n{parts}"
    )


def _search(subject: OwnSubject, target_bits: int, goal: Goal) -> _Report:
    candidate = search(subject.compared, target_bits, goal)
    tables = f"for tables of at most 2^{subject.compared.tallest_log2} rows"
    head = f"{target_bits} bits with the least {goal.value}, {tables}\n\n"
    facts = {
        "kind": "search",
        "target_bits": target_bits,
        "minimized": goal.value,
        "tallest_table_rows": 1 << subject.compared.tallest_log2,
        **candidate_facts(candidate),
    }
    return _Report(head + candidate_markdown(candidate), facts)


def _sweep(subject: OwnSubject, swept: str, plots: tuple[str, ...]) -> _Report:
    for path in plots:
        if Path(path).suffix not in PLOT_SUFFIXES:
            raise FileError(path, f"a plot ends in {' or '.join(PLOT_SUFFIXES)}")
        require_writable(path)
    points = sweep(subject.compared, swept.split(","))
    tallest = subject.compared.tallest_log2
    title = f"{subject.name}, tables of at most 2^{tallest} rows"
    notes: tuple[str, ...] = ()
    drawn = list(plots)
    for path in plots or (f"{subject.name}-sweep.png",):
        try:
            plot_sweep(title, points, Path(path))
        except MissingExtraError as error:
            if plots:
                raise
            notes = (f"nothing was drawn: {error}",)
            continue
        drawn = list(dict.fromkeys([*drawn, path]))
    facts = {"kind": "sweep", "name": subject.name, "points": sweep_facts(points), "plots": drawn}
    written = "".join(f"\nwritten: {path}\n" for path in drawn)
    return _Report(f"{title}\n\n{sweep_markdown(points)}{written}", facts, notes)


def _export(subject: OwnSubject, path: str) -> _Report:
    require_writable(path)
    text = export_configuration(subject.weakest.shape, "Limpid", subject.name)
    write_bytes(path, text.encode())
    return _Report(f"written: {path}\n", {"kind": "export", "name": subject.name, "file": path})
