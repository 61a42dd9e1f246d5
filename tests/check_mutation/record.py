"""The record of mutants: which test notices each weakened check, and of which sources that was found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.check_mutation.groups import Group
from tests.check_mutation.sweep import Fate

RECORD = Path(__file__).with_name("record.json")


@dataclass(frozen=True)
class Entry:
    """What is on record of a group."""

    date: str
    sources: Mapping[str, str]
    """By module, the SHA-256 of its source."""

    mutants: int
    """All that there are; a sample may be less."""

    fates: Mapping[str, str | None]
    """By mutant, a test that fails; None where none does."""

    refused_otherwise: Sequence[str] = ()
    """Mutants of which tests see no more than that a refusal has another reason: something else refuses as well."""

    @classmethod
    def of(cls, date: str, sources: Mapping[str, str], mutants: int, fates: Mapping[str, Fate]) -> Entry:
        """The entry of what has been found so far."""
        tests = {name: fate.test for name, fate in fates.items()}
        otherwise = [name for name, fate in fates.items() if fate.is_refused_otherwise]
        return cls(date, sources, mutants, tests, otherwise)

    @property
    def by_mutant(self) -> dict[str, Fate]:
        """The fates as they were found."""
        return {name: Fate(test, name in self.refused_otherwise) for name, test in self.fates.items()}

    @property
    def killed(self) -> int:
        """How many mutants let something pass that a test misses."""
        return sum(fate.is_kill for fate in self.by_mutant.values())

    @property
    def survivors(self) -> list[str]:
        """Those that are not killed."""
        return [name for name, fate in self.by_mutant.items() if not fate.is_kill]


def digests(group: Group) -> dict[str, str]:
    """By module of a group, the SHA-256 of its source as it is now."""
    files = {name: Path(str(import_module(name).__file__)) for name in group.modules}
    return {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files.items()}


def read_record() -> dict[str, Entry]:
    """The record by name of group."""
    stated: dict[str, Any] = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    return {name: Entry(**entry) for name, entry in stated.items()}


def write_record(entries: Mapping[str, Entry]) -> None:
    """Writes the record anew."""
    stated = {name: vars(entry) for name, entry in sorted(entries.items())}
    RECORD.write_text(json.dumps(stated, indent=1) + "\n")
