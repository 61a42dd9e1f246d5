"""A configuration as TOML text, which reads back to the same figures, here and in the public calculator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from soundcalc.published.system import PublishedConfiguration

HEADER_COMMENT = """\
# Written by limpid soundcalc. The keys are those of the public calculator, ethereum/soundcalc, which reads the file as
# soundcalc/zkvms/NAME/NAME.toml. Its releases before July 2026 want one protocol_family, in [zkevm]; later ones want it
# in every circuit, and then take the degree of SWIRL's constraints from constraint_degree.
"""


def exported(configuration: PublishedConfiguration) -> str:
    """The document of a configuration: every key with its name and its value, and none besides."""
    document = configuration.document
    parts = [HEADER_COMMENT]
    for title, tables in document.items():
        if isinstance(tables, list):
            parts += [part for table in tables for part in _tables(f"[[{title}]]", table)]
        elif isinstance(tables, dict):
            parts.append(_section(f"[{title}]", tables))
    return "\n".join(parts)


def _tables(title: str, table: Mapping[str, Any]) -> list[str]:
    """A circuit, and its lookups after it."""
    entries = {key: value for key, value in table.items() if key != "lookups"}
    lookups = table.get("lookups", [])
    return [_section(title, entries), *(_section(f"{title[:-2]}.lookups]]", lookup) for lookup in lookups)]


def _section(title: str, entries: Mapping[str, Any]) -> str:
    return "\n".join([title, *(f"{_key(key)} = {toml_value(value)}" for key, value in entries.items()), ""])


def _key(key: str) -> str:
    is_bare = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if is_bare else json.dumps(key)


def toml_value(value: object) -> str:
    """A value as TOML: numbers as the file has them."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            # JSON leaves one control character alone that TOML wants escaped.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case list():
            return f"[{', '.join(map(toml_value, value))}]"
        case dict():
            return "{" + ", ".join(f"{_key(key)} = {toml_value(inner)}" for key, inner in value.items()) + "}"
        case _:
            return str(value)
