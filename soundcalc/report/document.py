"""A report as data: headings, paragraphs and tables, which every output format draws in its own way.

In a text, `**` begins and ends what is to be bold; nothing else is markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

BOLD = "**"


@dataclass(frozen=True)
class Heading:
    """The title of what follows."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """A piece of prose."""

    text: str


@dataclass(frozen=True)
class Table:
    """Rows under a header; every row has as many cells as the header. Raises ValueError for one that has not."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.header):
                raise ValueError(f"a row of {len(row)} cells under a header of {len(self.header)}")


Block = Heading | Paragraph | Table


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A table of anything that can be written."""
    return Table(tuple(header), tuple(tuple(map(str, row)) for row in rows))


def bold(text: str) -> str:
    """The text, to be drawn bold."""
    return f"{BOLD}{text}{BOLD}"


def runs(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is bold."""
    for number, piece in enumerate(text.split(BOLD)):
        if piece:
            yield piece, number % 2 == 1


def plain(text: str) -> str:
    """The text without markup."""
    return text.replace(BOLD, "")
