"""A file to fill in, made of the schema: every key with an example value and what it means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from soundcalc.published.keys import Key, ValueKind
from soundcalc.published.schema import CIRCUITS, HEADER, LOOKUP, SWIRL_LOGUP, Family

FAMILIES: Mapping[str, tuple[Family, str]] = {
    "fri": (Family.FRI_STARK, "fri"),
    "whir": (Family.WHIR, "whir"),
    "jagged": (Family.JAGGED, "fri"),
    "jagged-whir": (Family.JAGGED, "whir"),
    "swirl": (Family.SWIRL, "whir"),
}
"""Kinds of templates, by name."""


def template(kind: str) -> str:
    """The file, which is valid as it stands. Raises KeyError for a kind that is none."""
    family, opened_by = FAMILIES[kind]
    parts = [
        "# Parameters for limpid soundcalc. What stands behind a # is optional, or says what a key means.\n",
        _section("[zkevm]", HEADER.values(), {"protocol_family": f'"{family.value}"'}),
    ]
    if family is Family.SWIRL:
        parts.append(_section("[swirl]", SWIRL_LOGUP.values(), {}))
    given = {"dense_pcs": '"whir"'} if (family, opened_by) == (Family.JAGGED, "whir") else {}
    keys = CIRCUITS[family, opened_by]
    parts.append(_section("[[circuits]]", keys.values(), given))
    if "lookups" in keys:
        parts.append(_section("[[circuits.lookups]]", LOOKUP.values(), {}))
    return "\n".join(parts)


def _section(title: str, keys: Iterable[Key], given: Mapping[str, str]) -> str:
    return "\n".join(
        [title, *(_line(key, given) for key in keys if key.kind not in (ValueKind.ANY, ValueKind.TABLES)), ""]
    )


def _line(key: Key, given: Mapping[str, str]) -> str:
    example = given.get(key.name, key.example or _example(key))
    mark = "" if key.required or key.name in given else "# "
    return f"{mark}{key.name} = {example}  # {key.meaning}"


def _example(key: Key) -> str:
    return f'"{key.choices[0]}"' if key.choices else '""'
