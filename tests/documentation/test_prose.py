"""Numbers in prose."""

from __future__ import annotations

import pytest

from documentation.prose import forbidden_numbers, section_numbers

SECTIONS = section_numbers(["# 4. Proof\n\n## 4.1 Relation\n"])


@pytest.mark.parametrize(
    "line",
    [
        "one of 2 rows, `rs1` of RV64IM, $2^K - 1$ and $x_3$",
        "see Section 4.1 and Chapter 4",
        "## 4.1 Relation",
        "3. the third point",
        "SHA-256 in a tree of RFC 6962 [ePrint 2022/1530]",
        "<!-- generated: x -->\n\n57 chips\n\n<!-- end of generated -->",
    ],
)
def test_prose_without_counts_is_allowed(line: str) -> None:
    assert forbidden_numbers(line, "page.md", SECTIONS) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("57 chips", "57"),
        ("limbs of 16 bits", "16"),
        ("four limbs", "four"),
        ("below $2^{29}$", "29"),
        ("see Section 4.2", "4.2"),
        ("see Chapter 5", "5"),
    ],
)
def test_count_or_missing_section_planted_is_reported(line: str, found: str) -> None:
    assert forbidden_numbers(line, "page.md", SECTIONS) == [f"page.md, line 1: {found}"]
