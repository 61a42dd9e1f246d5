"""Reports as LaTeX: a document of its own, with the cited papers as its bibliography."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from soundcalc.report.document import Block, Heading, Paragraph, Table, runs

_SPECIAL: Mapping[str, str] = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "≠": r"$\neq$",
}

_PREAMBLE = r"""\documentclass{article}
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage[a4paper,landscape,margin=15mm]{geometry}
\usepackage{longtable,booktabs}
\setlength{\parindent}{0pt}
\begin{document}
"""


def latex(blocks: Iterable[Block], citations: Mapping[str, str]) -> str:
    """The report; `citations` are titles by ePrint number."""
    body = "\n".join(_block(block) for block in blocks)
    items = "\n".join(
        rf"\bibitem{{{number}}} {_text(title)}. Cryptology ePrint Archive, {number}."
        for number, title in citations.items()
    )
    bibliography = f"\\begin{{thebibliography}}{{99}}\n{items}\n\\end{{thebibliography}}\n" if citations else ""
    return f"{_PREAMBLE}{body}\n{bibliography}\\end{{document}}\n"


def _block(block: Block) -> str:
    match block:
        case Heading(text):
            return rf"\section*{{{_text(text)}}}" + "\n"
        case Paragraph(text):
            return f"{_text(text)}\n"
        case Table(header, rows):
            # The last column holds reasons, which wrap.
            columns = "l" * (len(header) - 1) + "p{90mm}"
            lines = [" & ".join(map(_text, row)) + r" \\" for row in rows]
            head = " & ".join(map(_text, header)) + r" \\"
            body = "\n".join([r"\toprule", head, r"\midrule", r"\endhead", *lines, r"\bottomrule"])
            return f"{{\\small\n\\begin{{longtable}}{{{columns}}}\n{body}\n\\end{{longtable}}}}\n"


def _text(text: str) -> str:
    return "".join(rf"\textbf{{{_escaped(piece)}}}" if is_bold else _escaped(piece) for piece, is_bold in runs(text))


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(character, character) for character in text)
