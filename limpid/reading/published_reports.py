"""What `limpid soundcalc` says of published systems: one, several, two side by side, along a row of values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from limpid.reading.calculation_reports import Report
from soundcalc.bounds import Bound
from soundcalc.exact import rounded_down
from soundcalc.published.comparison import kibibytes
from soundcalc.published.figures import Bounds, Figure, analysis_figures, public_levels
from soundcalc.published.rounds import TOTAL
from soundcalc.published.summary import CircuitSummary, Lines, SystemSummary, summarised, weakest_round
from soundcalc.published.system import PublishedConfiguration
from soundcalc.regimes.proximity import JOHNSON_LIST
from soundcalc.report.document import Block, Heading, Paragraph, Table, bold, table
from soundcalc.report.text import figures_facts, figures_table, levels_table

SHOWN_CIRCUITS = 8
"""Reports of more circuits show all rounds of the weakest one only, unless all are wanted."""

CIRCUIT_HEADER = (
    "circuit", "bits", "regime", "weakest round", "public calculator", "expected KiB", "worst KiB", "proof system",
    "field",
)  # fmt: skip


def compatibility_report(configuration: PublishedConfiguration) -> Report:
    """The public calculator's figures and nothing else."""
    levels = public_levels(configuration)
    refused = [
        f"the public calculator refuses circuit {circuit.name} in the regime {regime}"
        for circuit in configuration.circuits
        for regime in circuit.regimes
        if regime not in levels[circuit.name]
    ]
    return Report([levels_table(levels)], levels, (*_ignored(configuration), *refused), has_schema=False)


def system_report(
    configuration: PublishedConfiguration,
    bounds: Bounds,
    proofs: Mapping[str, int] | None,
    notes: Sequence[str] = (),
    is_whole: bool = False,
) -> Report:
    """The total first, then what it becomes outside of the protocol, then circuits, then every round."""
    summary = summarised(configuration, bounds, proofs)
    rows = [figure for entry in summary.circuits for figure in _figures(entry)]
    text, shown = _shown(summary, rows, is_whole)
    blocks: list[Block] = [
        Heading(title_of(configuration)),
        Paragraph(_verdict(summary)),
        *map(Paragraph, _lines_texts(summary)),
        *(
            []
            if bounds is Bounds.PROVEN
            else [Paragraph(f"These figures rest on a bound that is not proven for all of it: {bounds.value}")]
        ),
        _circuits_table(summary),
        Paragraph(text),
        figures_table(shown),
        Paragraph("What these figures rest on:"),
        _bounds_table(summary),
    ]
    facts = {
        "kind": "configuration",
        **system_facts(summary),
        "collision_cap_bits": configuration.digest_bits / 2,
        "bounds_used": bounds.value,
        "figures": figures_facts(rows),
        "ignored_keys": list(configuration.ignored_keys),
    }
    return Report(blocks, facts, (*_ignored(configuration), *notes), error=deciding_error(summary))


def _figures(entry: CircuitSummary) -> list[Figure]:
    return [figure for analysed in entry.analyses for figure in analysis_figures(analysed)]


def _shown(summary: SystemSummary, rows: Sequence[Figure], is_whole: bool) -> tuple[str, Sequence[Figure]]:
    """What to say of the rounds that are shown, and those: of many circuits all of the weakest one, and the totals."""
    columns = "as the public calculator has them, with its errors mended, and at their best"
    if is_whole or len(summary.circuits) <= SHOWN_CIRCUITS:
        return f"Bits of every round: {columns}.", rows
    worst = summary.weakest.circuit.name
    shown = [row for row in rows if row.circuit == worst or row.round_name == TOTAL]
    return f"Bits of every round of {worst}, and of every total (--rounds shows all): {columns}.", shown


def _bounds_table(summary: SystemSummary) -> Table:
    """The bounds behind our own figures, those of the regimes included."""
    used: dict[str, Bound] = {}
    for entry in summary.circuits:
        for analysed in entry.analyses:
            rounds = analysed.own if isinstance(analysed.own, tuple) else ()
            used |= {part.bound.key: part.bound for part in rounds}
            regimes = [bound for regime in analysed.regimes for bound in (regime.line_bound, regime.powers_bound)]
            used |= {bound.key: bound for bound in regimes}
            if any(regime.list_size(analysed.circuit.opening.rates[0]) != 1 for regime in analysed.regimes):
                used[JOHNSON_LIST.key] = JOHNSON_LIST
    rows = ((bound.key, bound.formula, bound.source, bound.status.value) for _, bound in sorted(used.items()))
    return table(("bound", "formula", "source", "status"), rows)


def title_of(configuration: PublishedConfiguration) -> str:
    return configuration.name if configuration.version is None else f"{configuration.name} {configuration.version}"


def _verdict(summary: SystemSummary) -> str:
    worst = summary.weakest
    public = "refuses a circuit" if summary.public_bits is None else f"has {summary.public_bits:g}"
    return (
        f"{bold(f'{rounded_down(summary.bits)} bits')} round by round: circuit {worst.circuit.name}, regime "
        f"{worst.best.regime}, round {weakest_round(worst)} (the public calculator {public})"
    )


def _lines_texts(summary: SystemSummary) -> list[str]:
    one = summary.proof_lines
    texts = [f"One proof: {_line(one)}; {rounded_down(one.collision_cap, 1)} at most, by collisions of the hash"]
    run = summary.run_lines
    if run is not None:
        counts = [f"{summary.proofs.get(entry.circuit.name, 1)} of {entry.circuit.name}" for entry in summary.circuits]
        texts.append(
            f"A run of {', '.join(counts)}, all rounds added up: {rounded_down(run.interactive)}; {_line(run)}"
        )
    return texts


def _line(lines: Lines) -> str:
    return (
        f"{rounded_down(lines.non_interactive)} bits non-interactive, {rounded_down(lines.quantum)} against a quantum "
        "attacker (2025/2166, derived)"
    )


def _circuits_table(summary: SystemSummary) -> Table:
    worst = summary.weakest.circuit.name
    entries = sorted(summary.circuits, key=lambda entry: -entry.best.error)
    return table(CIRCUIT_HEADER, (_circuit_row(entry, entry.circuit.name == worst) for entry in entries))


def _circuit_row(entry: CircuitSummary, is_worst: bool) -> tuple[str, ...]:
    bits = str(rounded_down(entry.bits))
    return (
        entry.circuit.name,
        bold(bits) if is_worst else bits,
        entry.best.regime,
        weakest_round(entry),
        "refused" if entry.public_bits is None else f"{entry.public_bits:g}",
        kibibytes(entry.size_expected_bits),
        kibibytes(entry.size_worst_bits),
        entry.circuit.proof_system,
        str(entry.circuit.field),
    )


def system_facts(summary: SystemSummary) -> dict[str, object]:
    """A summary as an object."""
    configuration, worst = summary.configuration, summary.weakest
    facts: dict[str, object] = {
        "name": configuration.name,
        "version": configuration.version,
        "bits": float(rounded_down(summary.bits)),
        "public_bits": summary.public_bits,
        "weakest_circuit": worst.circuit.name,
        "weakest_round": weakest_round(worst),
        "best_regime": worst.best.regime,
        "proof": _lines_facts(summary.proof_lines),
        "circuits": [
            {
                "name": entry.circuit.name,
                "bits": float(rounded_down(entry.bits)),
                "public_bits": entry.public_bits,
                "best_regime": entry.best.regime,
                "regimes": [regime.name for regime in entry.best.regimes],
                "weakest_round": weakest_round(entry),
                "expected_bytes": entry.size_expected_bits // 8,
                "worst_bytes": entry.size_worst_bits // 8,
                "proof_system": entry.circuit.proof_system,
                "field": str(entry.circuit.field),
            }
            for entry in summary.circuits
        ],
    }
    if summary.run_lines is not None:
        facts["run"] = {"proofs": dict(summary.proofs), **_lines_facts(summary.run_lines)}
    return facts


def _lines_facts(lines: Lines) -> dict[str, object]:
    return {
        "interactive_bits": float(rounded_down(lines.interactive)),
        "non_interactive_bits": float(rounded_down(lines.non_interactive)),
        "quantum_bits": float(rounded_down(lines.quantum)),
        "collision_cap_bits": lines.collision_cap,
    }


def deciding_error(summary: SystemSummary) -> Fraction:
    """The error of a run where its proofs are counted, or else the largest of a round."""
    if not summary.proofs:
        return summary.weakest.best.error
    counts = summary.proofs
    return sum((counts.get(entry.circuit.name, 1) * entry.proof_error for entry in summary.circuits), Fraction(0))


def systems_report(summaries: Sequence[SystemSummary]) -> Report:
    """One row for each system, the weakest first."""
    ordered = sorted(summaries, key=lambda summary: -summary.weakest.best.error)
    header = (
        "system", "version", "bits", "regime", "weakest circuit", "weakest round", "non-interactive", "quantum", "cap",
        "public calculator", "final proof, expected KiB", "worst KiB", "proof system", "circuits",
    )  # fmt: skip
    rows = [
        (
            summary.configuration.name,
            summary.configuration.version or "",
            rounded_down(summary.bits),
            summary.weakest.best.regime,
            summary.weakest.circuit.name,
            weakest_round(summary.weakest),
            rounded_down(summary.proof_lines.non_interactive),
            rounded_down(summary.proof_lines.quantum),
            rounded_down(summary.proof_lines.collision_cap, 1),
            "refused" if summary.public_bits is None else f"{summary.public_bits:g}",
            kibibytes(summary.final.size_expected_bits),
            kibibytes(summary.final.size_worst_bits),
            summary.final.circuit.proof_system,
            len(summary.circuits),
        )
        for summary in ordered
    ]
    notes = tuple(note for summary in summaries for note in _ignored(summary.configuration))
    facts = {"kind": "systems", "systems": [system_facts(summary) for summary in ordered]}
    error = max(deciding_error(summary) for summary in summaries)
    return Report([table(header, rows)], facts, notes, error=error)


def _ignored(configuration: PublishedConfiguration) -> tuple[str, ...]:
    return tuple(f"ignored the unknown key {key}" for key in configuration.ignored_keys)
