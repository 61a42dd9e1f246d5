"""`limpid soundcalc`: bits of security of a parameter set, a proof, or published configurations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from limpid.errors import DONE, FAILED
from limpid.reading.calculation import CalculationError, SetSubject, Subject, own_subject, subject_named
from limpid.reading.calculation_reports import Report, proof_report, set_report, set_search_report
from limpid.reading.calculation_wishes import ABOUT_FILES, ABOUT_PROOFS, ABOUT_SETS, ABOUT_SEVERAL, Wishes, bits_range
from limpid.reading.own_variants import own_picture, own_side, own_sweep_report
from limpid.reading.published_reports import (
    compatibility_report,
    deciding_error,
    system_facts,
    system_report,
    systems_report,
)
from limpid.reading.published_variants import comparison_report, search_report, sweep_report
from limpid.terminal.files import write_bytes
from limpid.terminal.report_output import FORMATS, json_of, write_plot, write_report
from soundcalc.errors import CalculatorError, ParameterError
from soundcalc.exact import float_bits, rounded_down
from soundcalc.own.format import exported_own, own_of
from soundcalc.own.variants import changed as changed_own
from soundcalc.own.variants import swept_own
from soundcalc.protocol.proximity import CurveBound
from soundcalc.protocol.sets import SET_TARGETS
from soundcalc.published.comparison import Side, side
from soundcalc.published.export import exported, with_openings
from soundcalc.published.format import configuration_of
from soundcalc.published.search import Target, smallest
from soundcalc.published.summary import SystemSummary, summarised
from soundcalc.published.sweep import proof_counts, swept
from soundcalc.published.system import PublishedConfiguration
from soundcalc.published.template import FAMILIES, template
from soundcalc.published.whatif import Change, axis, change, changed
from soundcalc.report.document import Block, Heading
from soundcalc.report.plot import picture
from soundcalc.report.text import bounds_blocks, bounds_facts, schema_blocks, schema_facts

COMPARE = "compare"
"""As the first subject: the two others side by side."""


@click.command("soundcalc")
@click.argument("subjects", metavar="SET|PROOF|KEY|FILE.toml...|compare A B", nargs=-1)
@click.option("--compat", is_flag=True, help="Of a FILE.toml: the figures of the public calculator, nothing else.")
@click.option("--lenient", is_flag=True, help="Of a FILE.toml: list unknown keys and ignore them.")
@click.option(
    "--set", "changes", multiple=True, metavar="KEY=VALUE", help="What if a FILE.toml, or a set, had this value."
)
@click.option("--sweep", metavar="KEY=LOW:HIGH:STEP", help="Figures along these values, or KEY=A,B,C.")
@click.option("--plot", metavar="FILE.png", help="Draw the sweep.")
@click.option("--plot-range", metavar="LOW:HIGH", help="Of the bits in the plot; all curves by default.")
@click.option(
    "--proofs", multiple=True, metavar="[CIRCUIT=]N", help="Of a FILE.toml: so many proofs in a run, and its figures."
)
@click.option("--target-bits", type=click.IntRange(1, 256), metavar="BITS", help="Search parameters that reach them.")
@click.option(
    "--segments",
    type=click.IntRange(1, 1 << 20),
    metavar="N",
    help="Of a run of so many proofs.",
)
@click.option(
    "--curve",
    type=click.Choice([curve.name.lower() for curve in CurveBound]),
    default=CurveBound.CORRECTED.name.lower(),
    show_default=True,
    help="The bound on (mutual) correlated agreement that folding and batching rest on.",
)
@click.option("--loss", is_flag=True, help="Of a FILE.toml: unique decoding with proximity loss, derived for folds.")
@click.option("--rounds", is_flag=True, help="Of a FILE.toml: every round of every circuit, however many there are.")
@click.option("--fail-below", type=click.IntRange(1, 256), metavar="BITS", help="Exit with 1 where there are fewer.")
@click.option("--bounds", is_flag=True, help="Print every bound, its source and its status as well.")
@click.option("--export", metavar="FILE.toml", help="Write the configuration or the set, with its changes.")
@click.option("--template", "kind", type=click.Choice(list(FAMILIES)), help="Print a FILE.toml to fill in.")
@click.option("--schema", is_flag=True, help="Print every key of a FILE.toml.")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="table", help="Of standard output.")
@click.option("--report", metavar="FILE", help="Write the report as well, as its ending says: .md .json .tex .pdf .txt")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def soundcalc_command(
    subjects: tuple[str, ...],
    bounds: bool,
    fail_below: int | None,
    kind: str | None,
    schema: bool,
    form: str,
    report: str | None,
    as_json: bool,
    debug: bool,
    **options: Any,
) -> int:
    """Bits of security of a parameter set by its name, of a proof, of a key, or of published configurations.

    Several files are summed up in one table. For a file that has the name of a parameter set write ./NAME.
    """
    del debug  # Whoever starts the command line reads it.
    try:
        if kind is not None:
            click.echo(template(kind), nl=False)
            return DONE
        if schema:
            made = Report(schema_blocks(), {"kind": "schema", "tables": schema_facts()})
        else:
            wishes = _wishes(options)
            made = _report(subjects, wishes)
    except CalculatorError as error:
        raise CalculationError(error) from error
    if bounds and made.has_schema:
        blocks: list[Block] = [*made.blocks, Heading("Bounds"), *bounds_blocks()]
        made = replace(made, blocks=blocks, facts={**made.facts, "bounds": bounds_facts()})
    if report is not None:
        write_report(made, report)
    click.echo(f"{json_of(made)}\n" if as_json else FORMATS[form](made), nl=False)
    for note in made.notes:
        click.echo(f"Note: {note}", err=True)
    return _status(made, fail_below)


def _status(made: Report, fail_below: int | None) -> int:
    if fail_below is None:
        return DONE
    if made.error is None:
        raise click.UsageError("--fail-below needs a subject with figures of its own")
    if made.error <= Fraction(1, 1 << fail_below):
        return DONE
    click.echo(f"Error: {rounded_down(float_bits(made.error))} bits are below {fail_below}", err=True)
    return FAILED


def _wishes(options: dict[str, Any]) -> Wishes:
    texts = options.pop("changes")
    try:
        changes = tuple(map(change, texts))
    except ParameterError as error:
        raise click.UsageError(f"--set {error}") from error
    wishes = Wishes(**{**options, "curve": CurveBound[options["curve"].upper()], "changes": changes})
    wishes.check()
    return wishes


def _report(subjects: tuple[str, ...], wishes: Wishes) -> Report:
    if not subjects:
        raise click.UsageError("Missing argument: a parameter set, a proof, a key, or a FILE.toml")
    if subjects[0] == COMPARE:
        if len(subjects) != 3:
            raise click.UsageError("compare needs two FILE.toml, parameter sets or keys")
        wishes.check_kind("a comparison", ABOUT_SEVERAL)
        return _comparison(subjects[1:], wishes)
    if len(subjects) > 1:
        wishes.check_kind("several files", ABOUT_SEVERAL)
        return systems_report([_summary(name, wishes) for name in subjects])
    subject = subject_named(subjects[0], lenient=wishes.lenient, curve=wishes.curve)
    match subject:
        case PublishedConfiguration():
            wishes.check_kind("a FILE.toml", ABOUT_FILES)
            return _published(subject, subjects[0], wishes)
        case SetSubject():
            wishes.check_kind("a parameter set", ABOUT_SETS)
            return _set(subject, subjects[0], wishes)
        case _:
            wishes.check_kind("a proof", ABOUT_PROOFS)
            return proof_report(subject)


def _set(subject: SetSubject, name: str, wishes: Wishes) -> Report:
    if wishes.target_bits is not None:
        if name not in SET_TARGETS:
            raise click.UsageError(f"--target-bits needs a FILE.toml or a parameter set: {', '.join(SET_TARGETS)}")
        wishes.check_kind("a search for schedules", frozenset({"--target-bits", "--segments", "--curve"}))
        return set_search_report(name, wishes.target_bits, wishes.segments, wishes.curve)
    subject = _set_with_changes(subject, name, wishes)
    if wishes.export is not None:
        write_bytes(wishes.export, exported_own(subject.system).encode())
    if wishes.sweep is None:
        return set_report(subject)
    try:
        along = axis(wishes.sweep)
        points = swept_own(subject.system, Path(name).name, along, wishes.curve)
    except ParameterError as error:
        raise click.UsageError(f"--sweep {error}") from error
    if wishes.plot is not None:
        write_plot(own_picture(subject.name, along, points), wishes.plot, bits_range(wishes.plot_range))
    return own_sweep_report(subject.name, along, points)


def _set_with_changes(subject: SetSubject, name: str, wishes: Wishes) -> SetSubject:
    """--set, and --segments for the run that is reported."""
    changes = list(wishes.changes)
    if wishes.segments is not None:
        changes.append(Change("", "segments", None, wishes.segments))
    if not changes:
        return subject
    try:
        document = changed_own(subject.system, changes)
    except ParameterError as error:
        raise click.UsageError(f"--set {error}") from error
    return own_subject(own_of(document, Path(name).name), wishes.curve)


def _comparison(names: Sequence[str], wishes: Wishes) -> Report:
    """Of published systems, of sets of our own, or of one of each."""
    sides: list[Side] = []
    facts: list[Mapping[str, object]] = []
    errors: list[Fraction] = []
    for name in names:
        subject = subject_named(name, lenient=wishes.lenient, curve=wishes.curve)
        match subject:
            case PublishedConfiguration():
                summary = _summarised(subject, name, wishes)
                sides.append(side(summary))
                facts.append(system_facts(summary))
                errors.append(deciding_error(summary))
            case SetSubject():
                wishes.check_kind("a parameter set", frozenset({"--curve", "--set"}))
                subject = _set_with_changes(subject, name, wishes)
                sides.append(own_side(subject))
                facts.append(set_report(subject).facts)
                errors.append(subject.weakest.run_error(subject.segments))
            case _:
                raise click.UsageError(f"{name} is a proof: compare keys, parameter sets or FILE.toml")
    return comparison_report(sides[0], sides[1], facts, max(errors))


def _summary(name: str, wishes: Wishes) -> SystemSummary:
    subject: Subject = subject_named(name, lenient=wishes.lenient, curve=wishes.curve)
    if not isinstance(subject, PublishedConfiguration):
        raise click.UsageError(f"{name} is not a FILE.toml of a published system")
    return _summarised(subject, name, wishes)


def _summarised(subject: PublishedConfiguration, name: str, wishes: Wishes) -> SystemSummary:
    _check_curve(wishes)
    configuration, _ = _with_changes(subject, name, wishes)
    return summarised(configuration, wishes.bounds, _counts(configuration, wishes))


def _check_curve(wishes: Wishes) -> None:
    if wishes.curve is CurveBound.PRINTED:
        raise click.UsageError("--curve printed is about mutual agreement in parameter sets, not about a FILE.toml")


def _published(subject: PublishedConfiguration, name: str, wishes: Wishes) -> Report:
    _check_curve(wishes)
    configuration, notes = _with_changes(subject, name, wishes)
    if wishes.target_bits is not None:
        return _search(configuration, name, wishes)
    if wishes.segments is not None:
        raise click.UsageError("--segments of a FILE.toml goes with --target-bits; --proofs N counts proofs of a run")
    if wishes.export is not None:
        write_bytes(wishes.export, exported(configuration).encode())
    if wishes.compat:
        return compatibility_report(configuration)
    if wishes.sweep is not None:
        return _sweep(configuration, name, wishes)
    return system_report(configuration, wishes.bounds, _counts(configuration, wishes), notes, wishes.rounds)


def _search(configuration: PublishedConfiguration, name: str, wishes: Wishes) -> Report:
    assert wishes.target_bits is not None
    target = Target(wishes.target_bits, wishes.segments or 1)
    found = [smallest(circuit, target, wishes.bounds) for circuit in configuration.circuits]
    if wishes.export is not None:
        document = with_openings(configuration, [result.circuit for result in found])
        written = configuration_of(document, Path(name).name, wishes.lenient)
        write_bytes(wishes.export, exported(written).encode())
    return search_report(configuration, found, target)


def _with_changes(
    configuration: PublishedConfiguration, name: str, wishes: Wishes
) -> tuple[PublishedConfiguration, list[str]]:
    if not wishes.changes:
        return configuration, []
    try:
        document, notes = changed(configuration, wishes.changes)
    except ParameterError as error:
        raise click.UsageError(f"--set {error}") from error
    return configuration_of(document, Path(name).name, wishes.lenient), notes


def _counts(configuration: PublishedConfiguration, wishes: Wishes) -> dict[str, int] | None:
    """--proofs N for every circuit, --proofs CIRCUIT=N for one."""
    counts: dict[str, int] = {}
    for text in wishes.proofs:
        circuit, _, number = text.rpartition("=")
        if not (number.isascii() and number.isdigit()) or len(number) > 15:
            raise click.UsageError(f"--proofs {text} is not N or CIRCUIT=N")
        try:
            counts |= proof_counts(configuration, circuit, int(number))
        except ParameterError as error:
            raise click.UsageError(f"--proofs {text}: {error.reason}") from error
    return counts or None


def _sweep(configuration: PublishedConfiguration, name: str, wishes: Wishes) -> Report:
    assert wishes.sweep is not None
    try:
        along = axis(wishes.sweep)
        points = swept(configuration, Path(name).name, along, (), wishes.bounds, _counts(configuration, wishes))
    except ParameterError as error:
        raise click.UsageError(f"--sweep {error}") from error
    if wishes.plot is not None:
        write_plot(picture(configuration.name, along.name, points), wishes.plot, bits_range(wishes.plot_range))
    return sweep_report(configuration, along, points)
