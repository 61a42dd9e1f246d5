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
#show raw: it => { show regex("[_/,(]"): found => found + sym.zws; it }
#show table: set text(size: 8pt)
#show table: set par(justify: false)
#show table: it => { show raw: set text(size: 6.4pt); it }
#set table(stroke: (x, y) => (bottom: 0.3pt + rgb("#b0b8c4")), inset: 3pt)
#show figure: set block(breakable: true)
#show heading: it => { show raw: set text(size: 11pt); it }
#show heading.where(level: 1): it => { pagebreak(weak: true); it }
#let horizontalrule = line(length: 100%)
"""


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
    """Makes whitepaper.html and whitepaper.pdf in the directory. Raises CalledProcessError, TypstError."""
    directory.mkdir(parents=True, exist_ok=True)
    html, pdf = directory / "whitepaper.html", directory / "whitepaper.pdf"
    style, header, typst_source = directory / "style.html", directory / "header.typ", directory / "whitepaper.typ"
    style.write_text(_STYLE)
    header.write_text(_TYPST_HEADER)
    common = ["--toc", "--metadata", f"title={TITLE}", "--resource-path", str(WHITEPAPER)]
    _pandoc(
        [*common, "--toc-depth=2", "--mathml", "--embed-resources", "--include-in-header", str(style), "-o", str(html)]
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
    typst.compile(str(typst_source), output=str(pdf))
    for temporary in (style, header):
        temporary.unlink()
    return [html, pdf]
