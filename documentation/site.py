"""The documentation as a site to click through: the pages of the repository in their places, made by mkdocs.

The tree of pages mirrors the repository, so that a link that works in one works in the other. What a page links to that
is no page, such as a source file, is shown as it is. A reader fetches nothing from elsewhere: no fonts, no scripts.
"""

from __future__ import annotations

import json
import posixpath
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from pathlib import Path
from typing import Any

from latex2mathml.converter import convert
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from documentation.chapters import ROOT, appendix_path, chapter_paths
from documentation.chip_families import chip_families

NAVIGATION: Mapping[str, str | Sequence[str]] = {
    "Limpid": "README.md",
    "Application developers": (
        "docs/for-developers.md",
        "docs/guests.md",
        "docs/accelerators.md",
        "docs/porting.md",
        "docs/ethereum.md",
        "docs/ethereum-conformance.md",
        "docs/ethereum-costs.md",
        "docs/long-runs.md",
        "docs/final-proofs.md",
        "docs/service.md",
        "guest/examples/README.md",
    ),
    "Auditors": (
        "docs/for-auditors.md",
        "docs/auditing.md",
        "docs/exploits.md",
        "docs/foreign-circuits.md",
        "docs/instruction-path.md",
        "docs/output.md",
        "docs/published-bugs.md",
    ),
    "Cryptographers": (
        "docs/for-cryptographers.md",
        "docs/soundcalc.md",
        "docs/bounds.md",
        "docs/published-systems.md",
    ),
    "Python": "docs/api.md",
    "Whitepaper": tuple(
        str(path.relative_to(ROOT)) for path in (*chapter_paths(), *(appendix_path(f) for f in chip_families()))
    ),
    "Security": ("SECURITY.md", "docs/threat-model.md", "docs/licences.md", "docs/crates.md"),
    "Contributing": "CONTRIBUTING.md",
}
"""By heading, a page or pages, as paths of the repository."""

_LINK = re.compile(r"\]\((?P<target>[^)#\s]+)(?:#[^)\s]*)?\)")
_EXTERNAL = re.compile(r"[a-z]+:")
_MATHEMATICS = re.compile(
    r'(?P<dollar>\$?)<(?P<tag>span|div) class="arithmatex">\\[(\[](?P<formula>.*?)\\[)\]]</(?P=tag)>(?P=dollar)',
    re.DOTALL,
)
"""A formula on a line of its own inside a paragraph, as in a list, is taken for one in the text between two dollars."""

_EXTENSIONS: Sequence[Any] = (
    "admonition",
    "attr_list",
    "tables",
    {"toc": {"permalink": True}},
    {"pymdownx.arithmatex": {"generic": True}},
    "pymdownx.highlight",
    "pymdownx.superfences",
)


_STYLE_NAME = "site.css"
_STYLE = """
.md-grid { max-width: 86rem; }
.md-typeset pre > code { font-size: 0.62rem; }
.md-typeset table:not([class]) { font-size: 0.62rem; }
"""


class SiteError(ValueError):
    """Pages that do not hang together; the message says which link of which page."""


def pages() -> list[str]:
    """The pages that the navigation names, in order."""
    return [page for entry in NAVIGATION.values() for page in ([entry] if isinstance(entry, str) else entry)]


def build_site(directory: Path) -> Path:
    """Makes the site in the directory, which is emptied first; returns its first page.

    Raises SiteError if a link of a page leads nowhere.
    """
    # What is not absolute, mkdocs takes from the folder of its settings on.
    source, target = directory.absolute() / "pages", directory.absolute() / "html"
    for made in (source, target):
        shutil.rmtree(made, ignore_errors=True)
    _collect(source)
    (source / _STYLE_NAME).write_text(_STYLE)
    settings = directory / "mkdocs.json"
    settings.write_text(json.dumps(_settings(source, target)))
    try:
        build(load_config(str(settings)))
    except Abort as error:
        raise SiteError("mkdocs refuses the pages: what it said stands above") from error
    for page in target.rglob("*.html"):
        page.write_text(_with_mathematics(page.read_text(), page.name))
    return target / "index.html"


def _settings(source: Path, target: Path) -> dict[str, Any]:
    return {
        "site_name": "Limpid",
        "docs_dir": str(source),
        "site_dir": str(target),
        # Every link ends in a file's name: the site can be read without a server.
        "use_directory_urls": False,
        "strict": True,
        "theme": {"name": "material", "font": False, "features": ["navigation.tabs"]},
        "extra_css": [_STYLE_NAME],
        "plugins": [
            "material/search",
            {
                "mkdocstrings": {
                    "handlers": {
                        "python": {
                            "paths": [str(ROOT)],
                            "options": {
                                "docstring_style": None,
                                "heading_level": 3,
                                "members_order": "source",
                                "separate_signature": True,
                                "show_root_full_path": False,
                                "show_root_heading": True,
                                "show_signature_annotations": True,
                                "show_source": False,
                            },
                        }
                    }
                }
            },
        ],
        "markdown_extensions": _EXTENSIONS,
        "nav": [{heading: entry if isinstance(entry, str) else list(entry)} for heading, entry in NAVIGATION.items()],
        "validation": {
            "nav": {"omitted_files": "ignore", "not_found": "warn", "absolute_links": "warn"},
            "links": {"not_found": "warn", "anchors": "warn", "absolute_links": "warn", "unrecognized_links": "warn"},
        },
    }


def _collect(source: Path) -> None:
    """Copies the pages, and whatever they link to, to the same places below `source`.

    Raises SiteError if a link of a page leads nowhere.
    """
    waiting, known = pages(), set[str]()
    while waiting:
        place = waiting.pop()
        if place in known:
            continue
        known.add(place)
        origin = ROOT / place
        copy = source / place
        copy.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            raise SiteError(f"a page links to the directory {place}: link to a file in it")
        shutil.copyfile(origin, copy)
        if origin.suffix == ".md":
            waiting += _targets(place, origin.read_text())


def _targets(page: str, text: str) -> Iterator[str]:
    """The files of the repository that a page links to. Raises SiteError for one that is not there."""
    for link in _LINK.finditer(text):
        target = link["target"]
        if _EXTERNAL.match(target):
            continue
        place = posixpath.normpath(posixpath.join(posixpath.dirname(page), target))
        if not (ROOT / place).exists():
            raise SiteError(f"{page} links to {target}, which is not there")
        yield place


def _with_mathematics(html: str, page: str) -> str:
    """Formulas as MathML, which browsers draw themselves. Raises SiteError if one is no LaTeX."""

    def drawn(found: re.Match[str]) -> str:
        formula = unescape(found["formula"])
        is_displayed = found["tag"] == "div" or found["dollar"]
        try:
            return str(convert(formula, display="block" if is_displayed else "inline"))
        except Exception as error:
            raise SiteError(f"{page}: no formula: {formula}") from error

    return _MATHEMATICS.sub(drawn, html)
