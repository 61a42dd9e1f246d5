"""`limpid soundcalc`: bits of security of a parameter set, a proof, or published configurations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from limpid.errors import DONE, FAILED
from limpid.reading.calculation import CalculationError, ProofSubject, SetSubject, Subject, subject_named
from limpid.reading.calculation_reports import Report, proof_report, set_report, set_search_report
from limpid.reading.published_reports import compatibility_report, system_report, systems_report
from limpid.reading.published_variants import comparison_report, search_report, sweep_report
from limpid.terminal.files import write_bytes
from limpid.terminal.report_output import FORMATS, json_of, write_plot, write_report
from soundcalc.errors import CalculatorError, ParameterError
from soundcalc.exact import float_bits, rounded_down
from soundcalc.protocol.proximity import CurveBound
from soundcalc.protocol.sets import SET_TARGETS
from soundcalc.published.export import exported, with_openings
from soundcalc.published.figures import Bounds
from soundcalc.published.format import configuration_of
from soundcalc.published.search import Target, smallest
from soundcalc.published.summary import SystemSummary, summarised
from soundcalc.published.sweep import proof_counts, swept
from soundcalc.published.system import PublishedConfiguration
from soundcalc.published.template import FAMILIES, template
from soundcalc.published.whatif import Change, axis, change, changed
from soundcalc.report.document import Block, Heading
from soundcalc.report.text import bounds_blocks, bounds_facts, schema_blocks, schema_facts

COMPARE = "compare"
"""As the first subject: the two others side by side."""


@dataclass(frozen=True)
class _Wishes:
    """The options, by what they are about."""

    compat: bool
    lenient: bool
    curve: CurveBound
    loss: bool
    target_bits: int | None
    segments: int | None
    changes: tuple[Change, ...]
    sweep: str | None
    plot: str | None
    plot_range: str | None
    proofs: tuple[str, ...]
    export: str | None
    rounds: bool

    @property
    def bounds(self) -> Bounds:
        """Of published systems."""
        if self.loss:
            return Bounds.LOSS
        return Bounds.CUBIC if self.curve is CurveBound.CUBIC else Bounds.PROVEN

    @property
    def are_about_files(self) -> bool:
        """Whether some of them mean nothing without a FILE.toml."""
        about = (self.changes, self.sweep, self.plot, self.proofs, self.export, self.loss)
        return any(about)


@click.command("soundcalc")
@click.argument("subjects", metavar="SET|PROOF|KEY|FILE.toml...|compare A.toml B.toml", nargs=-1)
@click.option("--compat", is_flag=True, help="Of a FILE.toml: the figures of the public calculator, nothing else.")
@click.option("--lenient", is_flag=True, help="Of a FILE.toml: list unknown keys and ignore them.")
@click.option("--set", "changes", multiple=True, metavar="KEY=VALUE", help="Of a FILE.toml: what if it had this value.")
@click.option("--sweep", metavar="KEY=LOW:HIGH:STEP", help="Of a FILE.toml: figures along these values, or KEY=A,B,C.")
@click.option("--plot", metavar="FILE.png", help="Draw the sweep.")
@click.option("--plot-range", metavar="LOW:HIGH", help="Of the bits in the plot; all curves by default.")
@click.option(
    "--proofs", multiple=True, metavar="[CIRCUIT=]N", help="Of a FILE.toml: so many proofs in a run, and its figures."
)
@click.option("--target-bits", type=click.IntRange(1, 256), metavar="BITS", help="Search parameters that reach them.")
@click.option(
    "--segments", type=click.IntRange(1, 1 << 20), metavar="N", help="The bits are for a run of so many proofs."
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
@click.option("--export", metavar="FILE.toml", help="Write the configuration, with its changes.")
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


def _wishes(options: dict[str, Any]) -> _Wishes:
    texts = options.pop("changes")
    try:
        changes = tuple(map(change, texts))
    except ParameterError as error:
        raise click.UsageError(f"--set {error}") from error
    return _Wishes(**{**options, "curve": CurveBound[options["curve"].upper()], "changes": changes})


def _report(subjects: tuple[str, ...], wishes: _Wishes) -> Report:
    if not subjects:
        raise click.UsageError("Missing argument: a parameter set, a proof, a key, or a FILE.toml")
    if subjects[0] == COMPARE:
        if len(subjects) != 3:
            raise click.UsageError("compare needs two FILE.toml")
        return comparison_report(*(_summary(name, wishes) for name in subjects[1:]))
    if len(subjects) > 1:
        return systems_report([_summary(name, wishes) for name in subjects])
    subject = subject_named(subjects[0], lenient=wishes.lenient, curve=wishes.curve)
    if isinstance(subject, PublishedConfiguration):
        return _published(subject, subjects[0], wishes)
    return _own(subject, wishes)


def _own(subject: SetSubject | ProofSubject, wishes: _Wishes) -> Report:
    if wishes.compat or wishes.lenient:
        raise click.UsageError("--compat and --lenient need a FILE.toml")
    if wishes.are_about_files:
        raise click.UsageError("--set, --sweep, --plot, --proofs, --export and --loss need a FILE.toml")
    if wishes.target_bits is not None:
        if not isinstance(subject, SetSubject) or subject.name not in SET_TARGETS:
            raise click.UsageError(f"--target-bits needs a FILE.toml or a parameter set: {', '.join(SET_TARGETS)}")
        return set_search_report(subject, wishes.target_bits, wishes.segments, wishes.curve)
    return set_report(subject) if isinstance(subject, SetSubject) else proof_report(subject)


def _summary(name: str, wishes: _Wishes) -> SystemSummary:
    subject: Subject = subject_named(name, lenient=wishes.lenient, curve=wishes.curve)
    if not isinstance(subject, PublishedConfiguration):
        raise click.UsageError(f"{name} is not a FILE.toml")
    configuration, _ = _with_changes(subject, name, wishes)
    return summarised(configuration, wishes.bounds, _counts(configuration, wishes))


def _published(subject: PublishedConfiguration, name: str, wishes: _Wishes) -> Report:
    configuration, notes = _with_changes(subject, name, wishes)
    if wishes.plot is not None and wishes.sweep is None:
        raise click.UsageError("--plot draws a sweep: give --sweep as well")
    if wishes.target_bits is not None:
        return _search(configuration, name, wishes)
    if wishes.export is not None:
        write_bytes(wishes.export, exported(configuration).encode())
    if wishes.compat:
        return compatibility_report(configuration)
    if wishes.sweep is not None:
        return _sweep(configuration, name, wishes)
    return system_report(configuration, wishes.bounds, _counts(configuration, wishes), notes, wishes.rounds)


def _search(configuration: PublishedConfiguration, name: str, wishes: _Wishes) -> Report:
    assert wishes.target_bits is not None
    target = Target(wishes.target_bits, wishes.segments or 1)
    found = [smallest(circuit, target, wishes.bounds) for circuit in configuration.circuits]
    if wishes.export is not None:
        document = with_openings(configuration, [result.circuit for result in found])
        written = configuration_of(document, Path(name).name, wishes.lenient)
        write_bytes(wishes.export, exported(written).encode())
    return search_report(configuration, found, target)


def _with_changes(
    configuration: PublishedConfiguration, name: str, wishes: _Wishes
) -> tuple[PublishedConfiguration, list[str]]:
    if not wishes.changes:
        return configuration, []
    try:
        document, notes = changed(configuration, wishes.changes)
    except ParameterError as error:
        raise click.UsageError(f"--set {error}") from error
    return configuration_of(document, Path(name).name, wishes.lenient), notes


def _counts(configuration: PublishedConfiguration, wishes: _Wishes) -> dict[str, int] | None:
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


def _sweep(configuration: PublishedConfiguration, name: str, wishes: _Wishes) -> Report:
    assert wishes.sweep is not None
    try:
        along = axis(wishes.sweep)
        points = swept(configuration, Path(name).name, along, (), wishes.bounds, _counts(configuration, wishes))
    except ParameterError as error:
        raise click.UsageError(f"--sweep {error}") from error
    if wishes.plot is not None:
        write_plot(configuration, along, points, wishes.plot, _range(wishes.plot_range))
    return sweep_report(configuration, along, points)


def _range(text: str | None) -> tuple[float, float] | None:
    """LOW:HIGH in bits."""
    if text is None:
        return None
    low, _, high = text.partition(":")
    if not (low.isascii() and low.isdigit() and high.isascii() and high.isdigit()) or not int(low) < int(high) < 10_000:
        raise click.UsageError(f"--plot-range {text} is not LOW:HIGH")
    return float(low), float(high)
