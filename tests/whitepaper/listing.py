"""What the files beside the chapter on bytes list: the fields of a proof, and the challenges about it."""

from __future__ import annotations

import re

from tests.whitepaper.independent.document import beside

_LINE = re.compile(r"conversation (.*)|  (?:challenge|positions) (\w+) (\d+) (\d+): (.*)")

Challenge = tuple[str, str, tuple[int, int], tuple[int, ...]]
"""Conversation, label, indices, numbers."""


def challenges_on_record(name: str) -> list[Challenge]:
    """Every challenge of a file of conversations, in order."""
    found: list[Challenge] = []
    conversation = ""
    for line in beside(name).read_text().splitlines():
        match = _LINE.fullmatch(line)
        if match is not None:
            conversation = match[1] or conversation
            if match[1] is None:
                numbers = tuple(map(int, match[5].split()))
                found.append((conversation, match[2], (int(match[3]), int(match[4])), numbers))
    return found


def listed_bytes(name: str) -> tuple[list[int], bytes]:
    """The offsets that a listing states, and the bytes of all of its lines."""
    lines = [line.split() for line in beside(name).read_text().splitlines()[1:]]
    return [int(line[0], 16) for line in lines], bytes.fromhex("".join(line[-1] for line in lines))


def places(name: str) -> dict[str, int]:
    """By the name of a field's item, where the first one of this name starts."""
    found: dict[str, int] = {}
    for line in beside(name).read_text().splitlines()[1:]:
        offset, *words, _ = line.split()
        found.setdefault(" ".join(words), int(offset, 16))
    return found


def positions_of_every_kind(name: str) -> list[int]:
    """A few hundred places of a listed proof, three of every kind of field among them, ascending."""
    lines = [line.split() for line in beside(name).read_text().splitlines()[1:]]
    kinds: dict[str, list[tuple[int, int]]] = {}
    for number, line in enumerate(lines):
        start, size = int(line[0], 16), len(line[-1]) // 2
        kind = re.sub(r"\d+", "", " ".join(line[1:-1]))
        kinds.setdefault(kind, []).append((start, number % size))
    chosen = [at + byte for places in kinds.values() for at, byte in {places[0], places[len(places) // 2], places[-1]}]
    return sorted(set(chosen))
