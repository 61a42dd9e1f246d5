"""`limpid soundcalc`: the report on its subjects, under the options that were given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from limpid.reading.calculation import (
    TREE,
    CalculationError,
    SetSubject,
    Subject,
    TreeSubject,
    largest_tree,
    own_subject,
    subject_named,
)
from limpid.reading.calculation_reports import Report, proof_report, set_report, set_search_report, tree_report
from limpid.reading.calculation_wishes import (
    ABOUT_FILES,
    ABOUT_PROOFS,
    ABOUT_SETS,
    ABOUT_SEVERAL,
    ABOUT_TREES,
    Wishes,
    bits_range,
)
from limpid.reading.own_variants import own_picture, own_side, own_sweep_report
from limpid.reading.published_reports import (
    compatibility_report,
    deciding_error,
    system_facts,
    system_report,
    systems_report,
)
from limpid.reading.published_variants import comparison_report, search_report, sweep_report
from limpid.terminal.files import write_text
from limpid.terminal.progress import stepping
from limpid.terminal.report_output import write_plot
from soundcalc.errors import CalculatorError, ParameterError
from soundcalc.own.format import exported_own, own_of
from soundcalc.own.search import schedules_of_counts, schedules_of_set, with_schedules
from soundcalc.own.system import OwnSystem
from soundcalc.own.tree_format import exported_tree
from soundcalc.own.variants import changed as changed_own
from soundcalc.own.variants import swept_own
from soundcalc.progress import reported
from soundcalc.protocol.proximity import CurveBound
from soundcalc.protocol.sets import SET_TARGETS
from soundcalc.published.comparison import Side, side
from soundcalc.published.export import exported, with_openings
from soundcalc.published.format import configuration_of
from soundcalc.published.search import Target, smallest
from soundcalc.published.summary import SystemSummary, summarised
from soundcalc.published.sweep import proof_counts, swept
from soundcalc.published.system import PublishedConfiguration
from soundcalc.published.whatif import Change, axis, change, changed
from soundcalc.report.document import Block, Heading
from soundcalc.report.plot import picture
from soundcalc.report.text import bounds_blocks, bounds_facts, schema_blocks, schema_facts

SWEEPING, SEARCHING = "sweeping", "searching"
"""What a terminal shows meanwhile."""

COMPARE = "compare"
"""As the first subject: the two others side by side."""


def report_on(subjects: tuple[str, ...], wishes: Wishes) -> Report:
    """The report on these subjects.

    Raises UsageError if an option does not go with the subjects, CalculationError if the calculator refuses to give
    one, SubjectError if there are no figures of it, FileError if a file cannot be read or written, KeyFileError if a
    key in it is damaged, PlotError if the library that draws is not installed, and MisuseError if an argument makes no
    sense.
    """
    try:
        return _report(subjects, wishes)
    except CalculatorError as error:
        raise CalculationError(error) from error


def schema_report() -> Report:
    """Every key of a FILE.toml."""
    return Report(schema_blocks(), {"kind": "schema", "tables": schema_facts()})


def with_bounds(report: Report) -> Report:
    """The same, and every bound with its source and status."""
    blocks: list[Block] = [*report.blocks, Heading("Bounds"), *bounds_blocks()]
    return replace(report, blocks=blocks, facts={**report.facts, "bounds": bounds_facts()})


def wishes_of(options: Mapping[str, Any]) -> Wishes:
    """The options of `Wishes`, by name, as the command line has them.

    Raises UsageError if options exclude each other.
    """
    try:
        changes = tuple(map(change, options["changes"]))
    except ParameterError as error:
        raise click.UsageError(f"--set {error}") from error
    wishes = Wishes(**{**options, "curve": CurveBound[options["curve"].upper()], "changes": changes})
    wishes.check()
    return wishes


def _report(subjects: tuple[str, ...], wishes: Wishes) -> Report:
    if not subjects:
        raise click.UsageError("Missing argument: a parameter set, tree, a proof, a key, or a FILE.toml")
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
        case TreeSubject():
            wishes.check_kind("a tree of proofs", ABOUT_TREES)
            return _tree(subject, subjects[0], wishes)
        case _:
            wishes.check_kind("a proof", ABOUT_PROOFS)
            return proof_report(subject)


def _tree(subject: TreeSubject, name: str, wishes: Wishes) -> Report:
    if wishes.segments is not None:
        if name != TREE:
            raise click.UsageError("--segments says nothing about a file of a tree: its counts are those of its run")
        subject = largest_tree(wishes.segments, wishes.curve)
    if wishes.export is not None:
        write_text(wishes.export, exported_tree(subject.file))
    return tree_report(subject)


def _set(subject: SetSubject, name: str, wishes: Wishes) -> Report:
    subject = _set_with_changes(subject, name, wishes)
    if wishes.target_bits is not None:
        return _set_search(subject.system, name, wishes, wishes.target_bits)
    if wishes.export is not None:
        write_text(wishes.export, exported_own(subject.system))
    if wishes.sweep is None:
        return set_report(subject)
    try:
        along = axis(wishes.sweep)
        with stepping(SWEEPING) as report:
            points = swept_own(subject.system, Path(name).name, along, wishes.curve, report=report)
    except ParameterError as error:
        raise click.UsageError(f"--sweep {error}") from error
    if wishes.plot is not None:
        write_plot(own_picture(subject.name, along, points), wishes.plot, bits_range(wishes.plot_range))
    return own_sweep_report(subject.name, along, points)


def _set_search(system: OwnSystem, name: str, wishes: Wishes, target_bits: int) -> Report:
    """One of the project's sets as it was found, anything else by the counts that it has."""
    error = Fraction(1, (wishes.segments or 1) << target_bits)
    is_as_found = name in SET_TARGETS and not wishes.changes
    with stepping(SEARCHING) as report:
        if is_as_found:
            found = schedules_of_set(SET_TARGETS[name], error, wishes.curve, report)
        else:
            found = schedules_of_counts(system, error, wishes.curve, report)
    if wishes.export is not None:
        write_text(wishes.export, exported_own(with_schedules(system, found)))
    sizes = "usual" if is_as_found else "largest"
    return set_search_report(system.name, target_bits, wishes.segments, found, sizes)


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
    """Compares published systems, parameter sets of ours, or one of each."""
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
                raise click.UsageError(f"{name} is a proof or a tree: compare keys, parameter sets or FILE.toml")
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
        write_text(wishes.export, exported(configuration))
    if wishes.compat:
        return compatibility_report(configuration)
    if wishes.sweep is not None:
        return _sweep(configuration, name, wishes)
    return system_report(configuration, wishes.bounds, _counts(configuration, wishes), notes, wishes.rounds)


def _search(configuration: PublishedConfiguration, name: str, wishes: Wishes) -> Report:
    assert wishes.target_bits is not None
    target = Target(wishes.target_bits, wishes.segments or 1)
    with stepping(SEARCHING) as report:
        circuits = reported(configuration.circuits, report, lambda circuit: circuit.name)
        found = [smallest(circuit, target, wishes.bounds) for circuit in circuits]
    if wishes.export is not None:
        document = with_openings(configuration, [result.circuit for result in found])
        written = configuration_of(document, Path(name).name, wishes.lenient)
        write_text(wishes.export, exported(written))
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
        circuit, equals, number = text.rpartition("=")
        if bool(equals) != bool(circuit) or not (number.isascii() and number.isdigit()) or len(number) > 15:
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
        counts = _counts(configuration, wishes)
        with stepping(SWEEPING) as report:
            points = swept(configuration, Path(name).name, along, (), wishes.bounds, counts, report)
    except ParameterError as error:
        raise click.UsageError(f"--sweep {error}") from error
    if wishes.plot is not None:
        write_plot(picture(configuration.name, along.name, points), wishes.plot, bits_range(wishes.plot_range))
    return sweep_report(configuration, along, points)
