"""Reports as Typst, from which a PDF is made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from soundcalc.report.document import Block, Heading, Paragraph, Table, runs

_PREAMBLE = """#set page(paper: "a4", flipped: true, margin: 15mm, numbering: "1")
#set text(size: 9pt)
#set table(stroke: (_, y) => if y == 0 { (bottom: 0.7pt) } else { (bottom: 0.2pt) }, inset: 3pt, align: left)
"""


def typst(blocks: Iterable[Block], citations: Mapping[str, str]) -> str:
    """The report; `citations` are titles by ePrint number."""
    parts = [_block(block) for block in blocks]
    if citations:
        parts.append("= Cited\n")
        parts.append(_block(Table(("ePrint", "title"), tuple(citations.items()))))
    return _PREAMBLE + "\n".join(parts)


def _block(block: Block) -> str:
    match block:
        case Heading(text):
            return f"= {_text(text)}\n"
        case Paragraph(text):
            return f"{_text(text)}\n"
        case Table(header, rows):
            # Of many columns all but the last take the room that they need, and reasons the rest.
            columns = ", ".join(["auto"] * (len(header) - 1) + ["1fr"])
            cells = ",\n".join(f"[{_text(cell)}]" for row in rows for cell in row)
            head = ", ".join(f"[{_text(cell)}]" for cell in header)
            return f"#table(columns: ({columns}), table.header({head}),\n{cells}\n)\n"


def _text(text: str) -> str:
    """As string literals, in which nothing is markup."""
    return "".join(f"#strong({_string(piece)})" if is_bold else f"#{_string(piece)}" for piece, is_bold in runs(text))


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
