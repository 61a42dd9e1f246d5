from __future__ import annotations

from soundcalc.bounds import REGISTRY
from soundcalc.published.figures import Figure
from soundcalc.report.text import (
    bounds_markdown,
    figures_facts,
    figures_markdown,
    markdown_table,
)


def test_table_escapes_bars() -> None:
    assert markdown_table(("a", "b"), [("|F|", "1")]) == "| a | b |\n| --- | --- |\n| \\|F\\| | 1 |\n"


def test_figures_markdown_shows_both_figures_only_where_they_differ() -> None:
    rows = [Figure("main", "UDR", "ALI", 100, 100, ""), Figure("main", "UDR", "range", 90, 88, "why")]
    assert figures_markdown(rows).splitlines()[2:] == [
        "| main | UDR | ALI | 100 | same |  |",
        "| main | UDR | range | 90 | 88 | why |",
    ]


def test_bounds_markdown_lists_every_bound() -> None:
    lines = bounds_markdown().splitlines()
    assert all(any(line.startswith(f"| {key} |") for line in lines) for key in REGISTRY)


def test_figures_facts_hold_both_values() -> None:
    document = figures_facts([Figure("main", "UDR", "range", 90, 88, "why")])
    assert document == [
        {
            "circuit": "main",
            "regime": "UDR",
            "round_name": "range",
            "public_bits": 90,
            "own_bits": 88,
            "reason": "why",
        }
    ]
