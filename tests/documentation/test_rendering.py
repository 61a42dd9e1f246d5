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
