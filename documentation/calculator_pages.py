"""What the pages about soundcalc generate: the registry of bounds, and the keys of published files."""

from __future__ import annotations

import importlib
import pkgutil

import soundcalc
from documentation.markdown import code, table
from soundcalc.bounds import REGISTRY, SOURCES
from soundcalc.report.document import Heading, Table
from soundcalc.report.text import schema_blocks


def bounds_registry() -> str:
    """Every bound, with what it was taken from."""
    _import_all()
    rows = [
        (code(bound.key), bound.formula, bound.source, bound.status.value, bound.note)
        for _, bound in sorted(REGISTRY.items())
    ]
    return table(("bound", "formula", "source", "status", "read, or taken from"), rows)


def bounds_papers() -> str:
    """The papers that bounds cite."""
    _import_all()
    return table(("ePrint", "title"), sorted(SOURCES.items()))


def _import_all() -> None:
    """A bound registers itself when its module is imported: the page has those of all modules."""
    for module in pkgutil.walk_packages(soundcalc.__path__, f"{soundcalc.__name__}."):
        importlib.import_module(module.name)


def published_schema() -> str:
    """The keys of every table, family by family."""
    parts = []
    for block in schema_blocks():
        if isinstance(block, Heading):
            parts.append(f"### `{block.text}`\n")
        elif isinstance(block, Table):
            parts.append(f"{table(block.header, [(code(key), *cells) for key, *cells in block.rows])}\n")
    return "\n".join(parts)
