"""What `limpid soundcalc` says of variants of published systems: side by side, along a row of values, searched for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from limpid.reading.calculation_reports import Report
from limpid.reading.published_reports import deciding_error, system_facts, title_of
from soundcalc.exact import float_bits, rounded_down
from soundcalc.published.comparison import Side, compared, kibibytes
from soundcalc.published.fri import FriOpening
from soundcalc.published.search import Found, Target
from soundcalc.published.summary import weakest_round
from soundcalc.published.sweep import Point
from soundcalc.published.system import PublishedConfiguration
from soundcalc.published.whatif import Axis
from soundcalc.published.whir import WhirOpening
from soundcalc.report.document import Heading, bold, table


def comparison_report(left: Side, right: Side, systems: Sequence[Mapping[str, object]], error: Fraction) -> Report:
    """Two systems side by side; what differs is bold and marked. `systems` says of each what a report would."""
    rows = compared(left, right)
    names = [left.name, right.name]
    cells = [
        (row.circuit, row.what, *((bold(row.left), bold(row.right), "≠") if row.differs else (row.left, row.right, "")))
        for row in rows
    ]
    facts = {
        "kind": "comparison",
        "systems": list(systems),
        "rows": [
            {"circuit": row.circuit, "what": row.what, "left": row.left, "right": row.right, "differs": row.differs}
            for row in rows
        ],
    }
    return Report([table(("circuit", "what", *names, "differs"), cells)], facts, error=error)


def sweep_report(configuration: PublishedConfiguration, along: Axis, points: Sequence[Point]) -> Report:
    """One row for each value."""
    regimes = list(dict.fromkeys(regime for point in points for regime in point.by_regime))
    rows = [(str(point.value), *_point_cells(point, regimes)) for point in points]
    name = along.name
    header = (
        name, "bits", *regimes, "non-interactive", "run", "weakest circuit", "weakest round", "expected KiB",
        "worst KiB",
    )  # fmt: skip
    facts = {
        "kind": "sweep",
        "name": configuration.name,
        "axis": name,
        "points": [
            {"value": str(point.value), "refused": point.reason}
            if point.summary is None
            else {
                "value": str(point.value),
                "by_regime": {regime: float(rounded_down(bits)) for regime, bits in point.by_regime.items()},
                "by_step": {step.value: float(rounded_down(bits)) for step, bits in point.by_step.items()},
                **system_facts(point.summary),
            }
            for point in points
        ],
    }
    notes = tuple(f"{name} = {point.value}: {point.reason}" for point in points if point.reason)
    errors = [deciding_error(point.summary) for point in points if point.summary is not None]
    return Report(
        [Heading(f"{title_of(configuration)} along {name}"), table(header, rows)],
        facts,
        notes,
        error=max(errors, default=Fraction(1)),
    )


def _point_cells(point: Point, regimes: Sequence[str]) -> tuple[str, ...]:
    summary = point.summary
    if summary is None:
        return ("refused", *[""] * (len(regimes) + 6))
    run = summary.run_lines
    return (
        str(rounded_down(summary.bits)),
        *(str(rounded_down(point.by_regime[regime])) if regime in point.by_regime else "" for regime in regimes),
        str(rounded_down(summary.proof_lines.non_interactive)),
        "" if run is None else str(rounded_down(run.interactive)),
        summary.weakest.circuit.name,
        weakest_round(summary.weakest),
        kibibytes(summary.final.size_expected_bits),
        kibibytes(summary.final.size_worst_bits),
    )


def search_report(configuration: PublishedConfiguration, found: Sequence[Found], target: Target) -> Report:
    """The smallest openings of all circuits."""
    rows, facts = [], []
    for circuit, result in zip(configuration.circuits, found, strict=True):
        bits = rounded_down(float_bits(result.proof_error))
        before, after = circuit.size_bits(is_expected=True), result.size_bits
        opening = _opening_facts(result)
        cells = [" ".join(map(str, value)) if isinstance(value, list) else str(value) for value in opening.values()]
        rows.append((circuit.name, *cells, result.regime, bits, kibibytes(after), kibibytes(before)))
        facts.append(
            {
                "circuit": circuit.name,
                **opening,
                "regime": result.regime,
                "proof_sum_bits": float(bits),
                "expected_bytes": after // 8,
                "expected_bytes_before": before // 8,
            }
        )
    title = f"{target.bits} bits over a run of {target.proofs} proofs of each circuit, the smallest expected proofs"
    header = (
        "circuit", "rates", "folds", "queries", "last length", "work before batching", "before folds", "before queries",
        "regime", "bits of a proof, summed", "expected KiB", "KiB before",
    )  # fmt: skip
    answer = {"kind": "search", "target_bits": target.bits, "proofs": target.proofs, "circuits": facts}
    error = max(target.proofs * result.proof_error for result in found)
    return Report([Heading(title), table(header, rows)], answer, error=error)


def _opening_facts(found: Found) -> dict[str, object]:
    match found.circuit.opening:
        case FriOpening() as fri:
            last = int(fri.final_domain_size * fri.rate)
            folds, queries, rates = list(fri.folding_factors), [fri.queries], [str(fri.rate)]
            folding, asking, batching = [fri.grinding_commit], [fri.grinding_query], fri.grinding_batching
        case WhirOpening() as whir:
            last = 1 << whir.heights_log2[-1]
            folds, queries = [1 << fold for fold in whir.folds], list(whir.queries)
            rates = [str(rate) for rate in whir.rates]
            folding, asking = [max(bits) for bits in whir.grinding_folding], list(whir.grinding_queries)
            batching = whir.grinding_batching
        case _:
            return {}
    return {
        "rates": rates,
        "folds": folds,
        "queries": queries,
        "last_length": last,
        "batching_grinding_bits": batching,
        "fold_grinding_bits": folding,
        "query_grinding_bits": asking,
    }
