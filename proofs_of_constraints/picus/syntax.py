"""The text of a Picus file as nested lists of words, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass

CLOSING = {"(": ")", "[": "]"}

MAXIMUM_DEPTH = 300
"""Expressions are walked by functions that call themselves, twice for a level: three hundred leave Python room."""

MAXIMUM_WORDS = 1 << 17
"""Words, parentheses and brackets of a file, and of its modules with all calls and powers written out."""

_TOKEN = re.compile(r"(?P<blank>[\s,]+|;[^\n]*)|(?P<bracket>[()\[\]])|(?P<word>[^\s,;()\[\]]+)")


@dataclass(frozen=True)
class Place:
    """Line and column, from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}"


class PicusError(ValueError):
    """A file that is not one, with the place of what is wrong."""

    def __init__(self, place: Place, cause: str) -> None:
        super().__init__(f"{place}: {cause}")
        self.place = place
        self.cause = cause


@dataclass(frozen=True)
class Word:
    """A name, number or operator."""

    text: str
    place: Place


@dataclass(frozen=True)
class Form:
    """A list in parentheses or, where `bracket` is `[`, in brackets."""

    bracket: str
    parts: tuple[Node, ...]
    place: Place


Node = Word | Form


def forms_of(text: str) -> list[Form]:
    """The forms of a file, in order. Raises PicusError if the text is not in the format."""
    open_forms: list[tuple[str, Place, list[Node]]] = []
    found: list[Form] = []
    for word in _words(text):
        if word.text in CLOSING:
            if len(open_forms) == MAXIMUM_DEPTH:
                raise PicusError(word.place, f"lists are nested deeper than {MAXIMUM_DEPTH}")
            open_forms.append((word.text, word.place, []))
        elif word.text in CLOSING.values():
            if not open_forms:
                raise PicusError(word.place, f"{word.text} closes nothing")
            bracket, place, parts = open_forms.pop()
            if CLOSING[bracket] != word.text:
                raise PicusError(word.place, f"{word.text} closes the {bracket} of {place}")
            form = Form(bracket, tuple(parts), place)
            if open_forms:
                open_forms[-1][2].append(form)
            else:
                found.append(form)
        elif open_forms:
            open_forms[-1][2].append(word)
        else:
            raise PicusError(word.place, f"{word.text} stands outside of parentheses")
    if open_forms:
        bracket, place, _ = open_forms[-1]
        raise PicusError(place, f"{bracket} is never closed")
    return found


def _words(text: str) -> list[Word]:
    found: list[Word] = []
    line, start = 1, 0
    for match in _TOKEN.finditer(text):
        if match.lastgroup != "blank":
            place = Place(line, match.start() - start + 1)
            if len(found) == MAXIMUM_WORDS:
                raise PicusError(place, f"the file has more than {MAXIMUM_WORDS:,} words and parentheses")
            found.append(Word(match[0], place))
        if "\n" in match[0]:
            line += match[0].count("\n")
            start = match.start() + match[0].rindex("\n") + 1
    return found
