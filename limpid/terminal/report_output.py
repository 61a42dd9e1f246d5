"""Drawing a report: for a terminal, as Markdown, JSON, LaTeX or PDF, to standard output or into a file."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as DrawnTable
from rich.text import Text

from limpid.errors import LimpidError, MisuseError
from limpid.terminal.files import require_writable, write_bytes, write_text
from limpid.terminal.output import json_text
from soundcalc.bounds import SOURCES
from soundcalc.report.document import Block, Heading, Paragraph, Table, runs, table
from soundcalc.report.latex import latex
from soundcalc.report.markdown import markdown
from soundcalc.report.plot import Picture, drawn_png
from soundcalc.report.typst import typst

if TYPE_CHECKING:
    # A report comes with the machine; its drawing needs nothing of that.
    from limpid.reading.calculation_reports import Report

UNKNOWN_WIDTH = 200
"""Columns where no terminal says how many it has."""


class PlotError(LimpidError):
    """The library that draws plots is not installed."""

    kind = "plot"


class PdfError(LimpidError):
    """The library that makes PDFs is not installed."""

    kind = "pdf"


def drawn(blocks: Iterable[Block], width: int | None = None) -> str:
    """The report for a terminal of this width, that at hand by default: tables drawn, without colours."""
    columns = width or shutil.get_terminal_size((UNKNOWN_WIDTH, 0)).columns
    buffer = io.StringIO()
    console = Console(file=buffer, width=columns, force_terminal=False, color_system=None, highlight=False)
    for block in blocks:
        match block:
            case Heading(text):
                console.print(f"\n{text}\n{'=' * len(text)}", markup=False)
            case Paragraph(text):
                console.print(_text(text))
            case Table(header, rows):
                console.print(_drawn_table(header, rows))
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"


def _drawn_table(header: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> DrawnTable:
    drawn_table = DrawnTable(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for number, title in enumerate(header):
        cells = [row[number] for row in rows]
        is_numeric = bool(cells) and all(cell[:1].isdigit() or cell[:1] in "-*" or not cell for cell in cells)
        drawn_table.add_column(title, justify="right" if is_numeric else "left", overflow="fold")
    for row in rows:
        drawn_table.add_row(*map(_text, row))
    return drawn_table


def _text(text: str) -> Text:
    """A terminal without colours still shows what is bold, by the stars."""
    return Text.assemble(*(f"**{piece}**" if is_bold else piece for piece, is_bold in runs(text)))


def json_of(report: Report) -> str:
    """One JSON object, with its schema unless the keys are another program's."""
    return json_text(report.facts) if report.has_schema else json.dumps(report.facts)


FORMATS: Mapping[str, Callable[[Report], str]] = {
    "table": lambda report: drawn(report.blocks),
    "markdown": lambda report: markdown([*report.blocks, *_cited_blocks(report)]),
    "latex": lambda report: latex(report.blocks, _cited(report)),
    "json": lambda report: f"{json_of(report)}\n",
}
"""What standard output can hold."""

ENDINGS: Mapping[str, str] = {".md": "markdown", ".json": "json", ".tex": "latex", ".txt": "table"}
"""The endings of files and the format that each one means; .pdf besides."""


def write_report(report: Report, path: str) -> None:
    """The report in the format that the file's ending says.

    Raises MisuseError for an ending that says none, FileError, PdfError.
    """
    ending = Path(path).suffix.lower()
    if ending == ".pdf":
        write_bytes(path, _pdf(report))
    elif ending in ENDINGS:
        write_text(path, FORMATS[ENDINGS[ending]](report))
    else:
        raise MisuseError(f"{path}: a report ends in {', '.join((*ENDINGS, '.pdf'))}", "name another file")


def write_plot(shown: Picture, path: str, bits_range: tuple[float, float] | None) -> None:
    """The picture of a sweep. Raises MisuseError for another ending than .png, FileError, PlotError."""
    if Path(path).suffix.lower() != ".png":
        raise MisuseError(f"{path}: a plot ends in .png", "name another file")
    require_writable(path)
    try:
        png = drawn_png(shown, bits_range)
    except ImportError as error:
        raise PlotError("plots need matplotlib, which is not installed", "pip install 'limpid[plots]'") from error
    write_bytes(path, png)


def _pdf(report: Report) -> bytes:
    try:
        import typst as compiler
    except ImportError as error:
        raise PdfError("PDF needs typst, which is not installed", "pip install 'limpid[reports]'") from error
    pdf: bytes = compiler.compile(typst(report.blocks, _cited(report)).encode())
    return pdf


def _cited_blocks(report: Report) -> list[Block]:
    cited = _cited(report)
    return [Heading("Cited"), table(("ePrint", "title"), cited.items())] if cited else []


def _cited(report: Report) -> dict[str, str]:
    """The papers whose numbers the report names."""
    text = markdown(report.blocks)
    return {number: title for number, title in SOURCES.items() if number in text}
