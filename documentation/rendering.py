"""HTML and PDF of the document, by pandoc and typst: both come from the package index and need nothing else."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pypandoc
import typst

from documentation.chapters import WHITEPAPER, appendix_path, chapter_paths
from documentation.chip_families import chip_families

TITLE = "Limpid: architecture of a zkVM for RV64IM"

_STYLE = """<style>
body { max-width: 62rem; font-family: sans-serif; line-height: 1.45; }
table { font-size: 0.85rem; border-collapse: collapse; }
td, th { border-bottom: 1px solid #ccd; padding: 0.2rem 0.5rem; vertical-align: top; }
code { font-size: 0.85em; overflow-wrap: anywhere; white-space: normal; }
img { max-width: 100%; }
</style>
"""

_TYPST_HEADER = """#set text(size: 9.5pt)
#show raw: set text(size: 7.5pt)
#let breakable(found) = found.text + sym.zws
#let places = regex("[_/,(]|[0-9a-f]{16}")
#show raw.where(block: false): it => text(font: "DejaVu Sans Mono", it.text.replace(places, breakable))
#show raw.where(block: true): set text(size: 6pt)
#show table: set text(size: 8pt)
#show table: set par(justify: false)
#show table: it => { show raw: set text(size: 6.4pt); it }
#set table(stroke: (x, y) => (bottom: 0.3pt + rgb("#b0b8c4")), inset: 3pt)
#show figure: set block(breakable: true)
#show heading: it => { show raw: set text(size: 11pt); it }
#show outline.entry: set text(size: 7.5pt)
#let horizontalrule = line(length: 100%)
"""

_SYMBOLS = {"times.circle": "times.o"}
"""Names of symbols that pandoc writes, and what typst calls them."""

_PICTURE_WIDTHS = {"topology": "58%", "rounds": "72%", "memory-map": "62%"}
"""The width of each picture that would fill a page at its own size: the first page ends with what stands on it."""

_CONTENTS = "#columns(2, outline(depth: 2, indent: 1em))\n"
_NEW_PAGE = "\n#pagebreak(weak: true)\n"


def typeset(text: str) -> str:
    """What pandoc wrote, as typst takes it: with known symbols, pictures that fit, the contents behind the first page.

    Every chapter but the first begins a page. Raises ValueError where a picture or the second chapter is not found.
    """
    for written, known in _SYMBOLS.items():
        text = text.replace(written, known)
    for name, width in _PICTURE_WIDTHS.items():
        place = f'"pictures/{name}.svg"'
        if place not in text:
            raise ValueError(f"the document has no picture {name}")
        text = text.replace(place, f"{place}, width: {width}")
    start, *chapters = text.split("\n= ")
    if len(chapters) <= 1:
        raise ValueError("the document has no second chapter")
    first, *others = chapters
    return f"{start}\n= {first}{_NEW_PAGE}{_CONTENTS}" + "".join(f"{_NEW_PAGE}= {chapter}" for chapter in others)


def _sources() -> list[Path]:
    return [*chapter_paths(), *(appendix_path(family) for family in chip_families())]


def _pandoc(arguments: list[str]) -> None:
    command = [
        pypandoc.get_pandoc_path(),
        "--from",
        "markdown-implicit_figures-superscript-subscript",
        "--standalone",
        *arguments,
    ]
    subprocess.run([*command, *map(str, _sources())], check=True)


def render(directory: Path) -> list[Path]:
    """Makes whitepaper.html and whitepaper.pdf in the directory.

    Raises CalledProcessError if the converter fails, and TypstError if Typst refuses the text.
    """
    directory.mkdir(parents=True, exist_ok=True)
    html, pdf = directory / "whitepaper.html", directory / "whitepaper.pdf"
    style, header, typst_source = directory / "style.html", directory / "header.typ", directory / "whitepaper.typ"
    style.write_text(_STYLE)
    header.write_text(_TYPST_HEADER)
    common = ["--metadata", f"title={TITLE}", "--resource-path", str(WHITEPAPER)]
    _pandoc(
        [
            *common,
            "--toc",
            "--toc-depth=2",
            "--mathml",
            "--embed-resources",
            "--include-in-header",
            str(style),
            "-o",
            str(html),
        ]
    )
    shutil.copytree(WHITEPAPER / "pictures", directory / "pictures", dirs_exist_ok=True)
    _pandoc(
        [
            *common,
            "--to=typst",
            "--variable=papersize:a4",
            "--include-before-body",
            str(header),
            "-o",
            str(typst_source),
        ]
    )
    typst_source.write_text(typeset(typst_source.read_text()))
    typst.compile(str(typst_source), output=str(pdf))
    for temporary in (style, header):
        temporary.unlink()
    return [html, pdf]
