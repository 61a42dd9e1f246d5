"""Work in named steps, for whoever waits and wants to know how far it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Report = Callable[[str, float], None]
"""Hears what is done next, and the fraction that is done."""


def run_steps(report: Report, steps: Sequence[tuple[str, Callable[[], object]]]) -> None:
    """Takes named steps one after the other; the last report has no name and the fraction 1."""
    for done, (name, step) in enumerate(steps):
        report(name, done / len(steps))
        step()
    report("", 1.0)
