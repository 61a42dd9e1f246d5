"""What the pages about soundcalc generate: the registry of bounds, and the keys of published files."""

from __future__ import annotations

from documentation.markdown import code, table
from soundcalc.bounds import REGISTRY, SOURCES
from soundcalc.report.document import Heading, Table
from soundcalc.report.text import schema_blocks


def bounds_registry() -> str:
    """Every bound, with what it was taken from."""
    rows = [
        (code(bound.key), bound.formula, bound.source, bound.status.value, bound.note) for bound in REGISTRY.values()
    ]
    return table(("bound", "formula", "source", "status", "read, or taken from"), rows)


def bounds_papers() -> str:
    """The papers that bounds cite."""
    return table(("ePrint", "title"), SOURCES.items())


def published_schema() -> str:
    """The keys of every table, family by family."""
    parts = []
    for block in schema_blocks():
        if isinstance(block, Heading):
            parts.append(f"### `{block.text}`\n")
        elif isinstance(block, Table):
            parts.append(f"{table(block.header, [(code(key), *cells) for key, *cells in block.rows])}\n")
    return "\n".join(parts)
