"""Reports for people and for programs: Markdown and JSON. Here, and only here, numbers are rounded."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from soundcalc.bounds import REGISTRY, SOURCES
from soundcalc.commitments.size import ProofSize
from soundcalc.composition.claim import (
    RECURSION_IDEALISATION,
    AttackFigures,
    attack_figures,
    run_error,
    tree_invocations,
)
from soundcalc.composition.security import SecurityReport, whole_run_error
from soundcalc.published.figures import Figure, Levels
from soundcalc.search.candidates import Candidate


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells are escaped where they hold a bar."""
    lines = [list(header), ["---"] * len(header), *(list(row) for row in rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def security_markdown(report: SecurityReport) -> str:
    """The verdict, then the terms of all challenges, then the lines beside it."""
    figures = report.figures
    verdict = (
        f"**{report.security_bits} bits**, round by round ({report.regime.name}); "
        f"weakest round: {report.weakest_round}\n"
    )
    terms = markdown_table(
        ("challenge", "bits", "grinding", "bound", "status"),
        (
            (term.label, f"{term.bits_float:.2f}", str(term.grinding_bits), term.bound.formula, term.bound.status.value)
            for term in report.terms.values()
        ),
    )
    beside = _attack_markdown("interactive, round by round", figures)
    line, powers = report.proximity_bounds
    basis = f"Proximity: {line.source} ({line.status.value}); powers: {powers.source} ({powers.status.value})\n"
    return f"{verdict}\n{basis}\n{terms}\n{beside}"


def _attack_markdown(interactive: str, figures: AttackFigures) -> str:
    return markdown_table(
        ("figure", "bits"),
        (
            (interactive, f"{figures.interactive:.2f}"),
            ("non-interactive", f"{figures.non_interactive:.2f}"),
            ("quantum, order of magnitude", f"{figures.quantum:.2f}"),
            ("cap by collisions of the hash", f"{figures.collision_cap:.2f}"),
        ),
    )


def run_markdown(segments: Sequence[SecurityReport]) -> str:
    """The same lines for a run, given one report per segment. Raises ParameterError for none."""
    return _attack_markdown(f"interactive, sum over all rounds of {len(segments)} segments", run_figures(segments))


def run_figures(segments: Sequence[SecurityReport]) -> AttackFigures:
    """The lines for a run, given one report per segment. Raises ParameterError for none."""
    return attack_figures(whole_run_error(segments), segments[0].shape.digest_bits)


def tree_markdown(leaf: SecurityReport, leaves: int) -> str:
    """The figures of a binary recursion tree whose nodes are all as weak as its leaves, and what they rest on."""
    figures = tree_figures(leaf, leaves)
    table = _attack_markdown(f"interactive, sum over a tree on {leaves} segments", figures)
    return f"{table}\nIdealisation: {RECURSION_IDEALISATION}.\n"


def tree_figures(leaf: SecurityReport, leaves: int) -> AttackFigures:
    """The lines for a binary recursion tree whose nodes are all as weak as its leaves."""
    invocations = tree_invocations(leaves, leaf.segment_error, leaf.segment_error)
    return attack_figures(run_error(invocations, leaf.global_error), leaf.shape.digest_bits)


def security_facts(report: SecurityReport) -> dict[str, object]:
    """The same as a JSON object; `bits` are floors decided exactly, `bits_rounded` two decimals."""
    return {
        "security_bits": report.security_bits,
        "regime": report.regime.name,
        "multiplicity": report.multiplicity,
        "weakest_round": report.weakest_round,
        "terms": {
            label: {
                "bits": term.bits,
                "bits_rounded": round(term.bits_float, 2),
                "grinding_bits": term.grinding_bits,
                "bound": term.bound.key,
                "status": term.bound.status.value,
            }
            for label, term in report.terms.items()
        },
        **attack_facts(report.figures),
    }


def attack_facts(figures: AttackFigures) -> dict[str, object]:
    """The lines beside a verdict, rounded to two decimals."""
    return {
        "interactive_bits_rounded": round(figures.interactive, 2),
        "non_interactive_bits_rounded": round(figures.non_interactive, 2),
        "quantum_bits_rounded": round(figures.quantum, 2),
        "collision_cap_bits_rounded": round(figures.collision_cap, 2),
    }


def security_json(report: SecurityReport) -> str:
    """The same as JSON text."""
    return json.dumps(security_facts(report), indent=2)


def figures_markdown(figures: Iterable[Figure]) -> str:
    """Published configurations: one row for each figure, both values where they differ, and the reason."""
    return markdown_table(
        ("circuit", "regime", "round", "public calculator", "Limpid", "reason"),
        (
            (
                figure.circuit,
                figure.regime,
                figure.round_name,
                str(figure.public_bits),
                str(figure.own_bits) if figure.differs else "same",
                figure.reason,
            )
            for figure in figures
        ),
    )


def figures_facts(figures: Iterable[Figure]) -> list[dict[str, object]]:
    """The same as objects, with both values everywhere."""
    return [asdict(figure) for figure in figures]


def figures_json(figures: Iterable[Figure]) -> str:
    """The same as a JSON array."""
    return json.dumps(figures_facts(figures), indent=2)


def levels_markdown(levels: Mapping[str, Levels]) -> str:
    """Compatibility mode: one row for each circuit and regime and round."""
    return markdown_table(
        ("circuit", "regime", "round", "bits"),
        (
            (circuit, regime, name, str(bits))
            for circuit, regimes in levels.items()
            for regime, rounds in regimes.items()
            for name, bits in rounds.items()
        ),
    )


def bounds_markdown() -> str:
    """The registry of bounds, and the titles of the papers it cites."""
    bounds = markdown_table(
        ("bound", "formula", "source", "status", "conditions", "note"),
        (
            (
                bound.key,
                bound.formula,
                bound.source,
                bound.status.value,
                "; ".join(bound.conditions.values()),
                bound.note,
            )
            for bound in REGISTRY.values()
        ),
    )
    return f"{bounds}\n" + markdown_table(("ePrint", "title"), SOURCES.items())


def bounds_facts() -> list[dict[str, object]]:
    """The registry of bounds as objects."""
    return [{**asdict(bound), "status": bound.status.value} for bound in REGISTRY.values()]


def candidate_markdown(candidate: Candidate) -> str:
    """The parameters that a search found."""
    shape = candidate.shape
    rows = [
        ("rate", str(shape.rate)),
        ("queries", str(shape.queries)),
        ("folding arities", " ".join(str(1 << layer.arity_log2) for layer in shape.folding)),
        ("coefficients of the final polynomial", str(1 << shape.final_height_log2)),
        *((f"grinding before {label}, bits", str(bits)) for label, bits in shape.grinding_bits.items()),
        ("security, bits", f"{candidate.report.security_bits_float:.2f}"),
        ("regime", candidate.report.regime.name),
        ("proof size, KiB", f"{candidate.size.total_bytes / 1024:.0f}"),
        ("prover, relative seconds", f"{candidate.prover_seconds:.1f}"),
    ]
    return markdown_table(("parameter", "value"), rows)


def candidate_facts(candidate: Candidate) -> dict[str, object]:
    """The same as an object."""
    shape = candidate.shape
    return {
        "rate_log2": -shape.blowup_log2,
        "queries": shape.queries,
        "folding_arities": [1 << layer.arity_log2 for layer in shape.folding],
        "final_coefficients": 1 << shape.final_height_log2,
        "grinding_bits": dict(shape.grinding_bits),
        "security_bits": candidate.report.security_bits,
        "regime": candidate.report.regime.name,
        "size_bytes": round(candidate.size.total_bytes),
        "prover_relative_seconds": round(candidate.prover_seconds, 1),
    }


def candidate_json(candidate: Candidate) -> str:
    """The same as JSON text."""
    return json.dumps(candidate_facts(candidate), indent=2)


def size_markdown(size: ProofSize) -> str:
    """The parts of a proof's expected size."""
    rows = [(name, f"{size_bytes / 1024:.1f}") for name, size_bytes in size.parts.items()]
    return markdown_table(("part", "KiB, expected"), [*rows, ("all", f"{size.total_bytes / 1024:.1f}")])
