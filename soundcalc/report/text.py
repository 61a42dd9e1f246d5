"""What reports say of published systems and of bounds: as blocks for people, as objects for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict

from soundcalc.bounds import REGISTRY, SOURCES
from soundcalc.own.format import TABLES as OWN_TABLES
from soundcalc.own.tree_format import TABLES as TREE_TABLES
from soundcalc.published.export import toml_value
from soundcalc.published.figures import Figure, Levels
from soundcalc.published.keys import Key
from soundcalc.published.rounds import TOTAL
from soundcalc.published.schema import CIRCUITS, HEADER, LOOKUP, SWIRL_LOGUP
from soundcalc.report.document import Block, Heading, Table, bold, table

REFUSED = "refused"


def figures_table(figures: Iterable[Figure]) -> Table:
    """One row for each figure: the three values, what differs from the one before it, and the reason."""
    return table(
        ("circuit", "regime", "round", "public calculator", "corrected", "Limpid", "reason"),
        (
            (
                figure.circuit,
                figure.regime,
                figure.round_name,
                _absent(figure) if figure.public_bits is None else f"{figure.public_bits:g}",
                _absent(figure) if figure.corrected_bits_rounded is None else f"{figure.corrected_bits_rounded:.2f}",
                _absent(figure) if figure.own_bits_rounded is None else _own(figure),
                figure.reason,
            )
            for figure in figures
        ),
    )


def _absent(figure: Figure) -> str:
    """A regime that is refused has no total; a round may have no counterpart."""
    return REFUSED if figure.round_name == TOTAL else "-"


def _own(figure: Figure) -> str:
    text = f"{figure.own_bits_rounded:.2f}"
    return bold(text) if figure.differs else text


def figures_facts(figures: Iterable[Figure]) -> list[dict[str, object]]:
    """The same as objects, with all values everywhere."""
    return [asdict(figure) for figure in figures]


def levels_table(levels: Mapping[str, Levels]) -> Table:
    """Compatibility mode: one row for each circuit and regime and round."""
    return table(
        ("circuit", "regime", "round", "bits"),
        (
            (circuit, regime, name, f"{bits:g}")
            for circuit, regimes in levels.items()
            for regime, rounds in regimes.items()
            for name, bits in rounds.items()
        ),
    )


def bounds_blocks() -> list[Block]:
    """The registry of bounds, and the titles of the papers it cites."""
    bounds = table(
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
    return [bounds, table(("ePrint", "title"), SOURCES.items())]


def bounds_facts() -> list[dict[str, object]]:
    """The registry of bounds as objects."""
    return [{**asdict(bound), "status": bound.status.value} for bound in REGISTRY.values()]


def schema_blocks() -> list[Block]:
    """Every key of a configuration file, table by table."""
    blocks: list[Block] = []
    for title, keys in _schema_tables().items():
        blocks.append(Heading(title))
        blocks.append(
            table(
                ("key", "is", "values", "default", "meaning"),
                ((key.name, key.kind.value, key.bounds, _default(key), key.meaning) for key in keys.values()),
            )
        )
    return blocks


def _default(key: Key) -> str:
    if key.required:
        return "required"
    return "" if key.default is None else toml_value(key.default)


def schema_facts() -> list[dict[str, object]]:
    """The same as objects."""
    return [
        {
            "table": title,
            "key": key.name,
            "kind": key.kind.value,
            "required": key.required,
            "values": key.bounds,
            "default": key.default,
            "meaning": key.meaning,
        }
        for title, keys in _schema_tables().items()
        for key in keys.values()
    ]


def _schema_tables() -> dict[str, Mapping[str, Key]]:
    circuits = {f"[[circuits]], {family.value} over {opened}": keys for (family, opened), keys in CIRCUITS.items()}
    return {
        "[zkevm]": HEADER,
        "[swirl]": SWIRL_LOGUP,
        **circuits,
        "[[circuits.lookups]]": LOOKUP,
        **OWN_TABLES,
        **TREE_TABLES,
    }
