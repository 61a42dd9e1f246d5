"""Reports as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from soundcalc.report.document import Block, Heading, Paragraph, Table


def markdown(blocks: Iterable[Block]) -> str:
    """The report, one empty line between blocks."""
    return "\n".join(_block(block) for block in blocks)


def _block(block: Block) -> str:
    match block:
        case Heading(text):
            return f"## {text}\n"
        case Paragraph(text):
            return f"{text}\n"
        case Table(header, rows):
            return markdown_table(header, rows)


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells are escaped where they hold a bar."""
    lines = [list(header), ["---"] * len(header), *(list(row) for row in rows)]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
