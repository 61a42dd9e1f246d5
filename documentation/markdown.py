"""Markdown pieces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def code(text: object) -> str:
    """An inline code span; backticks do not occur in declarations."""
    return f"`{text}`"


def codes(texts: Iterable[object], separator: str = ", ") -> str:
    """Code spans in a row; a dash for none."""
    return separator.join(map(code, texts)) or "-"


def table(header: Sequence[str], rows: Iterable[Sequence[object]], widths: Sequence[int] | None = None) -> str:
    """A pipe table; `widths` gives the relative widths of columns where cells are long."""
    dashes = [":" + "-" * (width - 1) for width in (widths or [4] * len(header))]
    lines = [list(header), dashes, *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(cell: object) -> str:
    return str(cell).replace("|", "\\|").replace("\n", " ")


def sentence(name: str) -> str:
    """A declaration's name as words."""
    return name.replace("_", " ")


def capitalised(text: str) -> str:
    """The text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def number(value: int) -> str:
    """A number in decimal with thin grouping, or near a power of two as that."""
    if value >= 1 << 16:
        exponent = value.bit_length()
        for power in (exponent - 1, exponent):
            distance = value - (1 << power)
            if abs(distance) <= 4:
                return f"$2^{{{power}}}{f'{distance:+d}' if distance else ''}$"
    return f"{value:,}".replace(",", " ")
