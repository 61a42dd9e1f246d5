"""HTML and PDF of the document."""

from __future__ import annotations

from pathlib import Path

import pytest

from documentation.chip_families import chip_families


@pytest.mark.slow
def test_document_rendered_is_a_page_with_pictures_and_a_pdf(tmp_path: Path) -> None:
    pytest.importorskip("pypandoc", reason="needs the extra `documentation`")
    pytest.importorskip("typst", reason="needs the extra `documentation`")
    from documentation.rendering import render

    html, pdf = render(tmp_path)
    text = html.read_text()
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert "<math" in text
    assert text.count("data:image/svg+xml") + text.count("<svg") >= 5
    for family in chip_families():
        for chip in family.chips:
            assert f"<code>{chip.name}</code></h2>" in text


SOURCE = """before
= First
text #image("pictures/topology.svg")
= Second
#image("pictures/rounds.svg") #image("pictures/memory-map.svg")
= Third
"""


def test_first_chapter_stands_before_the_contents_and_every_other_begins_a_page() -> None:
    rendering = pytest.importorskip("documentation.rendering", reason="needs the extra `documentation`")
    text = rendering.typeset(SOURCE)
    parts = [part.strip().splitlines()[0] for part in text.split("#pagebreak(weak: true)")]
    assert parts == ["before", "#columns(2, outline(depth: 2, indent: 1em))", "= Second", "= Third"]
    assert text.count("width:") == 3


@pytest.mark.parametrize(("lost", "named"), [("pictures/rounds.svg", "rounds"), ("\n= ", "second chapter")])
def test_source_without_what_is_placed_is_refused(lost: str, named: str) -> None:
    rendering = pytest.importorskip("documentation.rendering", reason="needs the extra `documentation`")
    with pytest.raises(ValueError, match=named):
        rendering.typeset(SOURCE.replace(lost, ""))
