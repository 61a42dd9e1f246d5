from __future__ import annotations

import pytest

from soundcalc.bounds import REGISTRY
from soundcalc.published.figures import Figure
from soundcalc.published.schema import CIRCUITS
from soundcalc.report.document import Block, Heading, Paragraph, Table, table
from soundcalc.report.latex import latex
from soundcalc.report.markdown import markdown, markdown_table
from soundcalc.report.text import bounds_blocks, figures_facts, figures_table, schema_facts
from soundcalc.report.typst import typst

SAME = Figure("main", "UDR", "ALI", 100, 100, 100, 100, 100.5, 100.5, "")
DIFFERENT = Figure("main", "UDR", "range", 90, 90, 88, 89, 89.25, 88.1, "why")
REFUSED = Figure("main", "JBR", "total", None, None, None, None, None, None, "no slack")

ABSENT = Figure("main", "UDR", "OOD(i=1)", 0, 0, None, None, None, None, "none")


def test_table_escapes_bars() -> None:
    assert markdown_table(("a", "b"), [("|F|", "1")]) == "| a | b |\n| --- | --- |\n| \\|F\\| | 1 |\n"


def test_row_that_does_not_fit_its_header_is_refused() -> None:
    with pytest.raises(ValueError, match="a row of 1 cells under a header of 2"):
        table(("a", "b"), [("1",)])


def test_figures_table_shows_all_three_and_marks_what_differs() -> None:
    assert figures_table([SAME, DIFFERENT, REFUSED, ABSENT]).rows == (
        ("main", "UDR", "ALI", "100", "100.50", "100.50", ""),
        ("main", "UDR", "range", "90", "88.10", "**89.25**", "why"),
        ("main", "JBR", "total", "refused", "refused", "refused", "no slack"),
        ("main", "UDR", "OOD(i=1)", "0", "-", "-", "none"),
    )


def test_bounds_list_every_bound() -> None:
    bounds = bounds_blocks()[0]
    assert isinstance(bounds, Table)
    assert [row[0] for row in bounds.rows] == list(REGISTRY)


def test_figures_facts_hold_all_values() -> None:
    assert figures_facts([DIFFERENT]) == [
        {
            "circuit": "main",
            "regime": "UDR",
            "round_name": "range",
            "public_bits": 90,
            "public_bits_floor": 90,
            "corrected_bits": 88,
            "own_bits": 89,
            "own_bits_rounded": 89.25,
            "corrected_bits_rounded": 88.1,
            "reason": "why",
        }
    ]


def test_schema_facts_name_every_key_of_every_table() -> None:
    facts = schema_facts()
    for (family, opened), keys in CIRCUITS.items():
        title = f"[[circuits]], {family.value} over {opened}"
        assert [fact["key"] for fact in facts if fact["table"] == title] == list(keys)


BLOCKS: list[Block] = [Heading("A_1"), Paragraph("50% of **|F|** & 2^3"), Table(("x", "y"), (("#1", "{~}"),))]


def test_latex_escapes_what_it_would_take_for_markup() -> None:
    text = latex(BLOCKS, {"2025/2055": "On Proximity Gaps"})
    assert r"\section*{A\_1}" in text
    assert r"50\% of \textbf{\textbar{}F\textbar{}} \& 2\textasciicircum{}3" in text
    assert r"\#1 & \{\textasciitilde{}\} \\" in text
    assert r"\bibitem{2025/2055} On Proximity Gaps. Cryptology ePrint Archive, 2025/2055." in text


def test_typst_holds_every_text_as_a_string() -> None:
    text = typst(BLOCKS, {})
    assert '= #"A_1"\n#"50% of "#strong("|F|")#" & 2^3"\n' in text.replace("\n\n", "\n")
    assert '[#"#1"],\n[#"{~}"]' in text


def test_markdown_separates_blocks() -> None:
    assert markdown(BLOCKS) == "## A_1\n\n50% of **|F|** & 2^3\n\n| x | y |\n| --- | --- |\n| #1 | {~} |\n"
