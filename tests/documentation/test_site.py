"""The site of all pages: complete, without a broken link, and without anything that a reader would have to fetch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

import limpid
from documentation import site
from documentation.chapters import ROOT
from documentation.site import SiteError, build_site, pages
from limpid.reading.programs import DEFAULT_PARAMETERS
from limpid.runs.backends import DEFAULT_BACKEND


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # As `make site` names it: from the current directory on.
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("site"))
        return build_site(Path("build/site")).parent


def test_every_page_of_the_repository_is_in_the_navigation_and_made(built: Path) -> None:
    listed = pages()
    assert len(set(listed)) == len(listed)
    assert {f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")} <= set(listed)
    made = {"README.md": "index.html", "guest/examples/README.md": "guest/examples/index.html"}
    for page in listed:
        assert (built / made.get(page, str(Path(page).with_suffix(".html")))).is_file()


def test_every_page_of_a_heading_is_listed_beside_the_others(built: Path) -> None:
    text = (built / "docs/guests.html").read_text()
    listed = text.partition('id="__nav_2_label"')[2].partition('id="__nav_3"')[0]
    assert re.findall(r'<a href="([^"#]+)" class="md-nav__link', listed) == [
        "for-developers.html",
        "guests.html",
        "accelerators.html",
        "porting.html",
        "ethereum.html",
        "ethereum-conformance.html",
        "ethereum-costs.html",
        "long-runs.html",
        "final-proofs.html",
        "service.html",
        "../guest/examples/index.html",
    ]


@pytest.mark.parametrize("page", pages())
def test_list_in_a_list_is_indented_by_four_so_that_mkdocs_keeps_it_inside(page: str) -> None:
    text = re.sub(r"^```.*?^```$", "", (ROOT / page).read_text(), flags=re.MULTILINE | re.DOTALL)
    assert re.findall(r"^ {1,3}(?:[-*]|\d+\.) .*", text, re.MULTILINE) == []


def test_sources_that_pages_link_to_are_shown(built: Path) -> None:
    for path in ("reference/verifier/run.py", "guest/examples/sha256.c", "LICENSE-MIT"):
        assert (built / path).read_bytes() == (ROOT / path).read_bytes()


def test_formulas_are_drawn_by_the_browser_itself(built: Path) -> None:
    text = (built / "spec/whitepaper/04-segment-proof.html").read_text()
    assert "<math" in text
    assert "arithmatex" not in text
    # Between dollars of its own line, inside a step of the verifier.
    assert text.count('display="block"') == (ROOT / "spec/whitepaper/04-segment-proof.md").read_text().count("$$") // 2


def test_dollars_of_formulas_are_not_shown(built: Path) -> None:
    for page in (built / "spec/whitepaper").glob("*.html"):
        assert re.search(r"\$<math|</math>\$", page.read_text()) is None, page


def test_steps_of_the_verifier_have_the_numbers_of_the_whitepaper(built: Path) -> None:
    text = (built / "spec/whitepaper/04-segment-proof.html").read_text()
    steps = text.partition('id="45-the-steps-of-a-segment"')[2].partition("<h2")[0]
    assert steps.count("<ol>") == 1
    assert re.sub(r"<ul>.*?</ul>", "", steps, flags=re.DOTALL).count("<li>") == 6


def test_a_page_fetches_nothing_from_elsewhere(built: Path) -> None:
    fetched = re.compile(r"<(?:script|img|iframe|link)[^>]*(?:src|href)=\"(?:https?:)?//")
    for page in built.rglob("*.html"):
        assert fetched.search(page.read_text()) is None, page


def test_the_python_interface_has_every_name_with_its_docstring(built: Path) -> None:
    text = (built / "docs/api.html").read_text()
    for name in limpid.__all__:
        assert re.search(rf'id="[a-z_.]+\.{name}"', text), name
    assert "Proves a run, whatever its exit code." in text


def test_the_python_interface_says_what_its_signatures_leave_to_names() -> None:
    text = (ROOT / "docs/api.md").read_text()
    for name, default in (("DEFAULT_PARAMETERS", DEFAULT_PARAMETERS), ("DEFAULT_BACKEND", DEFAULT_BACKEND)):
        assert f"`{name}` is `{default}`" in text


def test_the_example_of_the_python_interface_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/api.md").read_text(), re.DOTALL)
    exec(compile(example, "docs/api.md", "exec"), {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[nowhere](gone.md)", r"page.md links to gone.md, which is not there"),
        ("[a folder](docs)", r"a page links to the directory docs: link to a file in it"),
        ("[nothing](#gone)", r"mkdocs refuses the pages"),
        (r"$\begin{cases}$", r"page.html: no formula: \\begin{cases}"),
    ],
)
def test_what_does_not_hang_together_is_refused(
    text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text("# First\n")
    (tmp_path / "page.md").write_text(f"# Page\n\n{text}\n")
    navigation: Mapping[str, str] = {"First": "README.md", "Page": "page.md"}
    monkeypatch.setattr(site, "ROOT", tmp_path)
    monkeypatch.setattr(site, "NAVIGATION", navigation)
    with pytest.raises(SiteError, match=message):
        build_site(tmp_path / "site")
