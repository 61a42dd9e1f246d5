"""The fates of all mutants as the last sweep found them, chip by chip.

Whatever the record does not name was killed by a row. A chip's part belongs to the declaration whose digest it holds.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from proofs_of_constraints.mutation.fate import Fate, MutantResult
from spec.air.chip import Chip, describe_chip

RECORD_FILE = Path(__file__).parent / "record.json"

Counts = Mapping[str, Mapping[Fate, int]]


@dataclass(frozen=True)
class ChipRecord:
    """One chip's mutants: how many of each operator have each fate, and those that no row kills, with the reason."""

    declaration: str
    counts: Counts
    without_row: Mapping[str, tuple[Fate, str]]

    def expects(self, result: MutantResult) -> bool:
        """Whether this fate is the recorded one."""
        known = self.without_row.get(result.change)
        return result.fate.has_witness if known is None else result.fate is known[0]

    def fates(self) -> Iterator[Fate]:
        """The fate of every mutant."""
        for counts in self.counts.values():
            for fate, count in counts.items():
                yield from [fate] * count


Record = Mapping[str, ChipRecord]


def declaration_digest(chip: Chip) -> str:
    """SHA-256 of the chip's canonical text."""
    return hashlib.sha256(describe_chip(chip).encode()).hexdigest()


def record_of(chip: Chip, results: Sequence[MutantResult]) -> ChipRecord:
    """The record of all mutants of a chip."""
    found: dict[str, Counter[Fate]] = {}
    for result in results:
        found.setdefault(result.operator.value, Counter())[result.fate] += 1
    counts = {operator: {fate: fates[fate] for fate in Fate if fates[fate]} for operator, fates in found.items()}
    without_row = {r.change: (r.fate, r.reason) for r in results if not r.fate.has_witness}
    return ChipRecord(declaration_digest(chip), counts, without_row)


@cache
def stored_record() -> Record:
    """The record in the file, by chip."""
    return {
        name: ChipRecord(
            entry["declaration"],
            {operator: {Fate(f): n for f, n in fates.items()} for operator, fates in entry["counts"].items()},
            {change: (Fate(fate), reason) for change, (fate, reason) in entry["without_row"].items()},
        )
        for name, entry in json.loads(RECORD_FILE.read_text()).items()
    }


def write_record(record: Record, chips: Iterable[Chip]) -> None:
    """Replaces the file by the record of these chips, in their order."""
    content = {
        chip.name: {
            "declaration": entry.declaration,
            "counts": {o: {fate.value: n for fate, n in fates.items()} for o, fates in entry.counts.items()},
            "without_row": {change: [fate.value, reason] for change, (fate, reason) in entry.without_row.items()},
        }
        for chip in chips
        if (entry := record.get(chip.name)) is not None
    }
    scratch = RECORD_FILE.with_suffix(".unfinished")
    scratch.write_text(json.dumps(content, indent=1) + "\n")
    scratch.replace(RECORD_FILE)
    stored_record.cache_clear()


def chips_to_be_swept(record: Record, chips: Iterable[Chip]) -> list[Chip]:
    """The chips of whose declaration the record says nothing."""
    return [c for c in chips if c.name not in record or record[c.name].declaration != declaration_digest(c)]


def fate_counts(record: Record) -> dict[str, dict[str, int]]:
    """By chip, how many mutants have each fate, in the fates' order."""
    found = {name: Counter(entry.fates()) for name, entry in record.items()}
    return {name: {fate.value: counts[fate] for fate in Fate if counts[fate]} for name, counts in found.items()}
