"""The parameter sets, and what soundcalc says of them."""

from __future__ import annotations

import math
from collections.abc import Iterable

from documentation.error_terms import families, reports, segments_of, used_bounds, weakest_reports
from documentation.markdown import code, number, table
from soundcalc.exact import float_bits
from spec.parameters import PARAMETER_SETS


def parameter_sets() -> str:
    """What belongs to a set as a whole."""
    sets = PARAMETER_SETS.values()
    rows: list[tuple[str, ...]] = [
        ("rate", *(f"$2^{{-{s.rate_log2}}}$" for s in sets)),
        ("stacking heights", *(", ".join(f"$2^{{{height}}}$" for height in s.heights_log2) for s in sets)),
        ("digests in a cap", *(number(1 << s.cap_log2) for s in sets)),
        ("segments have listed shapes", *("yes" if s.listed_shapes else "no" for s in sets)),
        ("admitted by default", *("yes" if s.secure else "no, for tests" for s in sets)),
    ]
    return table(("parameter", *map(code, PARAMETER_SETS)), rows)


def schedules() -> str:
    """What belongs to a stacking height of a set: numbers by iteration, from the first to the last."""
    rows = []
    for name, parameters in PARAMETER_SETS.items():
        for height, schedule in parameters.schedules.items():
            rows.append(
                (
                    code(name),
                    f"$2^{{{height}}}$",
                    _listed(schedule.folds),
                    _listed(schedule.queries),
                    number(1 << schedule.final_log2),
                    str(schedule.column_batching_grinding_bits),
                    _listed(schedule.folding_grinding_bits),
                    _listed(schedule.query_grinding_bits),
                )
            )
    header = (
        "set",
        "stacking height",
        "coordinates bound",
        "queries",
        "entries of the last vector",
        "work before `column_batching`",
        "before `folding`",
        "before `queries`",
    )
    return table(header, rows, (12, 10, 14, 18, 10, 10, 14, 14))


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


def _floored(bits: float) -> str:
    """Rounded down, so that no figure says more than there is."""
    return f"{math.floor(bits * 100) / 100:.2f}"


def security_figures() -> str:
    """Bits of the terms of the largest proofs under each secure set, and the lines beside them."""
    every = weakest_reports()
    names = list(dict.fromkeys(name for report in every.values() for name in families(report)))
    rows: list[tuple[str, ...]] = []
    for name in names:
        found = [families(report).get(name) for report in every.values()]
        rows.append((code(name), *("-" if family is None else _floored(family.bits) for family in found)))
    of_run = [(report.run_error(segments_of(report)), report) for report in every.values()]
    rows += [
        ("**one proof, all rounds added**", *(f"**{_floored(float_bits(r.error))}**" for r in every.values())),
        ("one proof, round by round", *(str(r.security_bits) for r in every.values())),
        ("weakest message", *(", ".join(map(code, r.weakest_message)) for r in every.values())),
        ("one proof, non-interactive", *(_floored(r.figures.non_interactive) for r in every.values())),
        ("most segments of a run", *(number(segments_of(r)) for r in every.values())),
        ("**such a run, all rounds added**", *(f"**{_floored(float_bits(error))}**" for error, _ in of_run)),
        (
            "such a run, non-interactive",
            *(_floored(r.run_figures(segments_of(r)).non_interactive) for r in every.values()),
        ),
        ("quantum, one proof, order of magnitude", *(f"{r.figures.quantum:.1f}" for r in every.values())),
        ("cap by collisions of the hash", *(f"{r.figures.collision_cap:.0f}" for r in every.values())),
    ]
    heads = (f"{code(name)} at $2^{{{r.shape.schedule.height_log2}}}$" for name, r in every.items())
    return table(("term, or figure", *heads), rows)


def security_claim() -> str:
    """The figures to quote, for the secure sets."""
    rows = [
        (
            code(name),
            _floored(float_bits(report.error)),
            str(report.security_bits),
            _floored(report.figures.non_interactive),
            number(segments_of(report)),
            _floored(float_bits(report.run_error(segments_of(report)))),
            _floored(report.run_figures(segments_of(report)).non_interactive),
        )
        for name, report in weakest_reports().items()
    ]
    header = (
        "set",
        "one proof",
        "round by round",
        "non-interactive",
        "segments of a run",
        "the run",
        "the run, non-interactive",
    )
    return table(header, rows)


def security_by_height() -> str:
    """The sums for every listed stacking height."""
    rows = [
        (
            code(name),
            f"$2^{{{height}}}$",
            _floored(float_bits(report.error)),
            _floored(float_bits(report.run_error(segments_of(report)))),
            ", ".join(str(getattr(regime, "multiplicity", "unique decoding")) for regime in report.regimes),
        )
        for name, by_height in reports().items()
        for height, report in by_height.items()
    ]
    header = ("set", "stacking height", "bits of one proof", "bits of a run", "multiplicity by iteration")
    return table(header, rows)


def bounds() -> str:
    """The bounds behind the figures: formula, source, status, conditions."""
    rows = [
        (code(bound.key), bound.formula, bound.source, bound.status.value, "; ".join(bound.conditions.values()) or "-")
        for bound in used_bounds().values()
    ]
    return table(("bound", "formula", "source", "status", "conditions"), rows, (14, 36, 34, 8, 22))
