"""Whoever waits hears of every item before its turn."""

from __future__ import annotations

from soundcalc.progress import reported


def test_items_are_reported_by_name_before_their_turn() -> None:
    heard: list[object] = []
    for item in reported([3, 5], lambda step, fraction: heard.append((step, fraction)), lambda number: f"2^{number}"):
        heard.append(item)
    assert heard == [("2^3", 0.0), 3, ("2^5", 0.5), 5]
