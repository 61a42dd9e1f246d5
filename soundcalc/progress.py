"""How far a row of computations is, for whoever waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Report = Callable[[str, float], None]
"""Hears what is computed next, and the fraction that is done."""

Item = TypeVar("Item")


def unheard(step: str, fraction: float) -> None:
    """The report of a computation for which nobody waits."""


def reported(items: Sequence[Item], report: Report, name: Callable[[Item], str] = str) -> Iterator[Item]:
    """The items one after the other, each reported before its turn by its name."""
    for done, item in enumerate(items):
        report(name(item), done / len(items))
        yield item
