"""What `limpid soundcalc` says of variants of our own parameter sets: along a row of values, and beside others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from limpid.reading.calculation import SetSubject
from limpid.reading.calculation_reports import Report
from soundcalc.exact import float_bits, floor_bits, rounded_down
from soundcalc.own.variants import OwnPoint
from soundcalc.protocol.proof_size import proof_bytes
from soundcalc.published.comparison import Side
from soundcalc.published.export import toml_value
from soundcalc.published.whatif import Axis
from soundcalc.regimes.proximity import UniqueDecoding
from soundcalc.report.document import Heading, table
from soundcalc.report.plot import Curve, Picture, changes_of, weakest_kinds


def own_sweep_report(name: str, along: Axis, points: Sequence[OwnPoint]) -> Report:
    """One row for each value: the height whose run has most errors."""
    header = (
        along.name, "bits of a proof, summed", "round by round", "segments", "bits of the run", "run, non-interactive",
        "height", "weakest message", "KiB of that proof",
    )  # fmt: skip
    rows = [(str(point.value), *_cells(point)) for point in points]
    facts = {"kind": "sweep", "name": name, "axis": along.name, "points": [_facts(point) for point in points]}
    notes = tuple(f"{along.name} = {point.value}: {point.reason}" for point in points if point.reason)
    error = max(point.run_error for point in points)
    return Report([Heading(f"{name} along {along.name}"), table(header, rows)], facts, notes, error=error)


def _cells(point: OwnPoint) -> tuple[str, ...]:
    report = point.report
    if report is None:
        return ("refused", *[""] * 7)
    run = report.run_figures(point.segments)
    return (
        str(rounded_down(float_bits(report.error))),
        str(rounded_down(report.security_bits_float)),
        str(point.segments),
        str(rounded_down(run.interactive)),
        str(rounded_down(run.non_interactive)),
        f"2^{report.shape.schedule.height_log2}",
        ", ".join(report.weakest_message),
        f"{point.size_bytes / 1024:.0f}",
    )


def _facts(point: OwnPoint) -> dict[str, object]:
    report = point.report
    if report is None:
        return {"value": str(point.value), "refused": point.reason}
    run = report.run_figures(point.segments)
    return {
        "value": str(point.value),
        "proof_sum_bits": floor_bits(report.error),
        "proof_sum_bits_rounded": float(rounded_down(float_bits(report.error))),
        "round_by_round_bits_rounded": float(rounded_down(report.security_bits_float)),
        "segments": point.segments,
        "run_sum_bits_rounded": float(rounded_down(run.interactive)),
        "run_non_interactive_bits_rounded": float(rounded_down(run.non_interactive)),
        "height_log2": report.shape.schedule.height_log2,
        "weakest_message": list(report.weakest_message),
        "proof_bytes": round(point.size_bytes),
        "by_family": {name: float(rounded_down(bits)) for name, bits in point.by_family.items()},
    }


def own_picture(name: str, along: Axis, points: Sequence[OwnPoint]) -> Picture:
    """The sums, and the families of challenges that are weakest somewhere."""

    def along_points(figure: Mapping[int, float]) -> tuple[float | None, ...]:
        return tuple(figure.get(place) for place in range(len(points)))

    reports = {place: (point.report, point.segments) for place, point in enumerate(points) if point.report is not None}
    runs = {place: report.run_figures(segments) for place, (report, segments) in reports.items()}
    lines = {
        "a proof, all rounds added up": {place: float_bits(report.error) for place, (report, _) in reports.items()},
        "a proof, round by round": {place: report.security_bits_float for place, (report, _) in reports.items()},
        "the run, all rounds added up": {place: run.interactive for place, run in runs.items()},
        "the run, non-interactive": {place: run.non_interactive for place, run in runs.items()},
    }
    regimes = [None if point.report is None else _kind(point) for point in points]
    return Picture(
        title=name,
        axis=along.name,
        values=tuple(point.value for point in points),
        curves=(
            *(Curve(title, along_points(figure)) for title, figure in lines.items()),
            *weakest_kinds("challenges", [point.by_family for point in points]),
        ),
        refused=tuple(point.report is None for point in points),
        switches=tuple(changes_of(regimes)),
    )


def _kind(point: OwnPoint) -> str:
    """What the first iteration is decoded by, without its multiplicity, and the height that decides."""
    assert point.report is not None
    decoding = "unique" if isinstance(point.report.regimes[0], UniqueDecoding) else "Johnson"
    return f"{decoding}, 2^{point.report.shape.schedule.height_log2}"


def own_side(subject: SetSubject) -> Side:
    """A set for a comparison."""
    worst, segments = subject.weakest, subject.segments
    proof, run = worst.figures, worst.run_figures(segments)
    facts = {
        "name": subject.name,
        "bits": str(rounded_down(proof.interactive)),
        "weakest round": ", ".join(worst.weakest_message),
        "non-interactive bits": str(rounded_down(proof.non_interactive)),
        "collision cap": str(rounded_down(proof.collision_cap)),
        "bits of a run": str(rounded_down(run.interactive)),
        "non-interactive bits of a run": str(rounded_down(run.non_interactive)),
        "proofs of a run": str(segments),
    }
    system = subject.system
    facts |= {key: toml_value(system.document["limpid"][key]) for key in ("rate_log2", "cap_log2")}
    parts = {}
    for table_of, (height, report) in zip(system.document["heights"], subject.reports.items(), strict=True):
        parts[f"2^{height}"] = {
            "bits of a proof, summed": str(rounded_down(float_bits(report.error))),
            "bits of a run": str(rounded_down(float_bits(report.run_error(segments)))),
            "expected KiB": f"{proof_bytes(report.shape).total_bytes / 1024:.0f}",
            **{key: toml_value(value) for key, value in table_of.items()},
        }
    return Side(subject.name, facts, parts)
