"""Reports for people and for programs: Markdown and JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict

from soundcalc.bounds import REGISTRY, SOURCES
from soundcalc.published.figures import Figure, Levels


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells are escaped where they hold a bar."""
    lines = [list(header), ["---"] * len(header), *(list(row) for row in rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


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
