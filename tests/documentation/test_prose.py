"""Numbers in prose."""

from __future__ import annotations

import pytest

from documentation.prose import forbidden_numbers, section_numbers, stated_results

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


def test_lemma_that_is_stated_may_be_cited_and_no_other() -> None:
    results = stated_results(["**Lemma 3, pinning** (new). *Let*\n\n**Theorem 4.** *In*\n"])
    allowed = "by Lemma 3 and Theorem 4, and Lemmas 1 and 3"
    assert forbidden_numbers(allowed, "page.md", SECTIONS, results | {("Lemma", "1")}) == []
    for line, found in (("by Lemma 5", "5"), ("by Theorem 3", "3"), ("Lemmas 3 to 9", "9")):
        assert found in [entry.rsplit(" ", 1)[1] for entry in forbidden_numbers(line, "page.md", SECTIONS, results)]
