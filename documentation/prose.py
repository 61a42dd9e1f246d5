"""What prose may not say: numbers that a declaration could change, and sections that do not exist.

Allowed are 0, 1 and 2, digits that belong to a name (`rs1`, RV64IM), numbers of sections and chapters that exist, those
of lemmas and theorems that are stated, and the names in STANDARDS. Everything else is to be generated, or to be a
symbol of the table of constants.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from documentation.blocks import prose_lines

STANDARDS = (
    "SHA-256",
    "FIPS 180-4",
    "RFC 6962",
    "ePrint 2016/116",
    "ePrint 2022/1530",
    "ePrint 2023/1284",
    "ePrint 2024/1586",
    "ePrint 2025/2055",
)
"""Names of documents and functions that hold a number."""

_NUMBER = re.compile(r"(?<![A-Za-z_\d.])\d+(?:\.\d+)?(?![A-Za-z_])")
_HEADING = re.compile(r"^#+ (\d+(?:\.\d+)?)\.? ", re.MULTILINE)
_STATED = re.compile(r"^\*\*(Lemma|Theorem) (\d+)\b", re.MULTILINE)
_CITED = re.compile(r"\b(Lemma|Theorem)s? (\d+)(?: (?:and|to) (\d+))?")
_WORDS = re.compile(
    r"\b(?:three|four|five|six|seven|eight|nine|ten|eleven|twelve|sixteen|thirty|sixty|hundred|thousand|million)\b",
    re.IGNORECASE,
)
_SMALL = frozenset({"0", "1", "2"})


def section_numbers(texts: Iterable[str]) -> frozenset[str]:
    """The numbers of all chapters and sections."""
    return frozenset(number for text in texts for number in _HEADING.findall(text))


def stated_results(texts: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Kind and number of all lemmas and theorems."""
    return frozenset(stated for text in texts for stated in _STATED.findall(text))


def forbidden_numbers(
    text: str, where: str, sections: frozenset[str], results: frozenset[tuple[str, str]] = frozenset()
) -> list[str]:
    """Every number in the prose that is not allowed: where it is, and what it is."""
    found = []

    def without_stated(cited: re.Match[str]) -> str:
        kind, *numbers = cited.groups()
        return kind if all(n is None or (kind, n) in results for n in numbers) else cited.group()

    for line_number, line in prose_lines(text):
        rest = _CITED.sub(without_stated, line)
        for name in STANDARDS:
            rest = rest.replace(name, "")
        for match in _NUMBER.finditer(rest):
            number, before, after = match.group(), rest[: match.start()], rest[match.end() :]
            is_reference = number in sections and ("." in number or before.endswith("Chapter "))
            is_marker = before.startswith("#") or (not before.strip() and after.startswith(". "))
            if number not in _SMALL and not is_reference and not is_marker:
                found.append(f"{where}, line {line_number}: {number}")
        found += [f"{where}, line {line_number}: {match.group()}" for match in _WORDS.finditer(rest)]
    return found
