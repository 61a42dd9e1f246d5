"""Long lists shown by kind: of entries whose names differ in numbers alone, the first one, and how many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from spec.air.chip import Chip, kind_of

Entry = TypeVar("Entry")

MOST_COLUMNS = 400
"""What a chip of more columns has is shown by kind."""


def by_kind(entries: Iterable[Entry], name: Callable[[Entry], str]) -> list[tuple[Entry, int]]:
    """The first entry of each kind, in order, and how many are of its kind."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(kind_of(name(entry)), []).append(entry)
    return [(of_kind[0], len(of_kind)) for of_kind in found.values()]


def shown(chip: Chip, entries: Iterable[Entry], name: Callable[[Entry], str]) -> list[tuple[Entry, int]]:
    """Every entry of a chip's list, of a wide chip's the first of each kind, with how many it stands for."""
    return by_kind(entries, name) if is_wide(chip) else [(entry, 1) for entry in entries]


def is_wide(chip: Chip) -> bool:
    return len(chip.columns) > MOST_COLUMNS
