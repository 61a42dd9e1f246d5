"""Marked blocks of Markdown."""

from __future__ import annotations

import pytest

from documentation.blocks import BlockError, filled, prose_lines

TEXT = "before\n\n<!-- generated: count -->\n\nstale\n\n<!-- end of generated -->\n\nafter\n"


def test_block_with_stale_text_is_filled_anew_and_prose_is_kept() -> None:
    expected = TEXT.replace("stale", "fresh")
    assert filled(TEXT, "page.md", {"count": lambda: "fresh\n"}) == expected
    assert filled(expected, "page.md", {"count": lambda: "fresh"}) == expected


def test_prose_lines_of_a_page_with_a_block_leave_the_block_out() -> None:
    assert prose_lines(TEXT) == [(1, "before"), (2, ""), (8, ""), (9, "after")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<!-- generated: other -->\n<!-- end of generated -->\n", "page.md, line 1: nothing generates other"),
        ("<!-- generated: count -->\n", "page.md: block count does not end"),
        ("x\n<!-- end of generated -->\n", "page.md, line 2: no block has begun"),
        ("<!-- generated: count -->\n<!-- generated: count -->\n", "page.md, line 2: block count has not ended"),
    ],
)
def test_marks_that_do_not_pair_up_are_refused(text: str, message: str) -> None:
    with pytest.raises(BlockError) as caught:
        filled(text, "page.md", {"count": lambda: "fresh"})
    assert str(caught.value) == message
