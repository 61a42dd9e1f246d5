"""The parameter sets, and what soundcalc says of them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from documentation import formulas
from documentation.error_terms import admitted_runs, families, meant_runs, reports, used_bounds, weakest_reports
from documentation.markdown import code, number, table
from soundcalc.exact import float_bits, rounded_down
from soundcalc.protocol.report import GOAL_BITS
from soundcalc.protocol.sets import MAXIMUM_SEGMENTS, SET_TARGETS
from spec.parameters import PARAMETER_SETS

MOST_ADMITTED = "segments that a verifier admits at most, under any set"


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


def security_figures() -> str:
    """Bits of the terms of the largest proofs under each secure set, and the lines beside them."""
    every = weakest_reports()
    names = list(dict.fromkeys(name for report in every.values() for name in families(report)))
    rows: list[tuple[str, ...]] = []
    for name in names:
        found = [families(report).get(name) for report in every.values()]
        rows.append((code(name), *("-" if family is None else str(rounded_down(family.bits)) for family in found)))
    rows += [
        ("**one proof, all rounds added**", *(_stated(float_bits(r.error)) for r in every.values())),
        ("one proof, round by round", *(str(r.security_bits) for r in every.values())),
        ("weakest message", *(", ".join(map(_label, r.weakest_message)) for r in every.values())),
        ("one proof, non-interactive", *(_stated(r.figures.non_interactive) for r in every.values())),
    ]
    for what, runs in (("segments that the set is meant for", meant_runs()), (MOST_ADMITTED, admitted_runs())):
        rows += [
            (what, *(number(run.segments) for run in runs.values())),
            ("**such a run, all rounds added**", *(_stated(run.figures.interactive) for run in runs.values())),
            ("such a run, non-interactive", *(_stated(run.figures.non_interactive) for run in runs.values())),
        ]
    rows += [
        ("quantum, one proof, order of magnitude", *(str(rounded_down(r.figures.quantum, 1)) for r in every.values())),
        ("cap by collisions of the hash", *(str(rounded_down(r.figures.collision_cap, 0)) for r in every.values())),
    ]
    heads = (f"{code(name)} at $2^{{{r.shape.schedule.height_log2}}}$" for name, r in every.items())
    return table(("term, or figure", *heads), rows)


def _label(text: str) -> str:
    """A label and, beside it, its indices: the two are told apart as in a message's header."""
    name, indices = re.fullmatch(r"(.*?)((?:_\d+)*)", text).groups()  # type: ignore[union-attr]
    return code(name) + (f" ({', '.join(indices.strip('_').split('_'))})" if indices else "")


def _stated(bits: float) -> str:
    """A figure of a claim: one below the goal is seen to be."""
    return f"**{rounded_down(bits)} < {GOAL_BITS}**" if bits < GOAL_BITS else str(rounded_down(bits))


def security_claim() -> str:
    """The figures to quote, for the secure sets: of a run that the set is meant for, and of the longest admitted."""
    meant, admitted = meant_runs(), admitted_runs()
    rows = []
    for name, report in weakest_reports().items():
        rows.append(
            (
                code(name),
                str(rounded_down(float_bits(report.error))),
                str(report.security_bits),
                _stated(report.figures.non_interactive),
                number(meant[name].segments),
                _stated(meant[name].figures.interactive),
                _stated(meant[name].figures.non_interactive),
                _stated(admitted[name].figures.interactive),
                _stated(admitted[name].figures.non_interactive),
            )
        )
    header = (
        "set",
        "one proof",
        "round by round",
        "non-interactive",
        "segments that the set is meant for",
        "such a run",
        "such a run, non-interactive",
        f"run of {number(MAXIMUM_SEGMENTS)} segments, the most admitted",
        "that run, non-interactive",
    )
    return table(header, rows)


def security_by_height() -> str:
    """The sums for every listed stacking height."""
    rows = [
        (
            code(name),
            f"$2^{{{height}}}$",
            str(rounded_down(float_bits(report.error))),
            _stated(float_bits(report.run_error(SET_TARGETS[name].segments))),
            _stated(float_bits(report.run_error(MAXIMUM_SEGMENTS))),
            ", ".join(str(getattr(regime, "multiplicity", "unique decoding")) for regime in report.regimes),
        )
        for name, by_height in reports().items()
        for height, report in by_height.items()
    ]
    header = (
        "set",
        "stacking height",
        "bits of one proof",
        "bits of a run that the set is meant for",
        f"of a run of {number(MAXIMUM_SEGMENTS)} segments",
        "multiplicity by iteration",
    )
    return table(header, rows)


def bounds() -> str:
    """The bounds behind the figures: formula, source, status, conditions."""
    rows = [
        (
            code(bound.key),
            formulas.ERRORS[bound.formula],
            bound.source,
            bound.status.value,
            "; ".join(bound.conditions.values()) or "-",
        )
        for bound in used_bounds().values()
    ]
    return table(("bound", "formula", "source", "status", "conditions"), rows, (26, 30, 26, 8, 18))
