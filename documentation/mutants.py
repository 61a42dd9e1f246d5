"""What became of the mutants, from the record of the last sweep."""

from __future__ import annotations

from collections import Counter

from documentation.markdown import capitalised, codes, table
from proofs_of_constraints.mutation.fate import Fate
from proofs_of_constraints.mutation.record import Record, chips_to_be_swept, stored_record
from proofs_of_constraints.mutation.reviewed import reason_of_fate
from proofs_of_constraints.mutation.sweep import killing_power
from spec.rv64im.machine import CHIPS

MANY_CHIPS = 13
"""So many are not named one by one."""


def operators() -> str:
    """By operator, how many mutants have each fate, and the killing power."""
    record = stored_record()
    counts: dict[str, Counter[Fate]] = {}
    for of_chip in record.values():
        for operator, fates in of_chip.counts.items():
            counts.setdefault(operator, Counter()).update(fates)
    rows = [[operator, *(fates[fate] for fate in Fate)] for operator, fates in counts.items()]
    rows.append(["all", *(sum(fates[fate] for fates in counts.values()) for fate in Fate)])
    power = killing_power([fate for of_chip in record.values() for fate in of_chip.fates()])
    swept = f"Killed of those not proven redundant: {power}."
    left = [chip.name for chip in chips_to_be_swept(record, CHIPS)]
    if left:
        swept += f" Chips still to be swept: {codes(left)}."
    return f"{table(['change', *(fate.value for fate in Fate)], rows)}\n\n{swept}"


def redundancies() -> str:
    """The reviewed reasons of mutants that are not killed, with their chips."""
    found: dict[tuple[Fate, str], list[str]] = {}
    for chip, change, fate in _not_killed(stored_record()):
        reason = reason_of_fate(chip, change, fate) or "not reviewed"
        found.setdefault((fate, reason), []).append(chip)
    rows = [
        [fate.value, len(chips), _named(list(dict.fromkeys(chips))), capitalised(reason)]
        for (fate, reason), chips in found.items()
    ]
    return table(["fate", "mutants", "chips", "reason"], rows, (10, 8, 30, 60))


def _named(chips: list[str]) -> str:
    return codes(chips) if len(chips) < MANY_CHIPS else f"{len(chips)} chips"


def _not_killed(record: Record) -> list[tuple[str, str, Fate]]:
    return [
        (chip, change, fate)
        for chip, of_chip in record.items()
        for change, (fate, _) in of_chip.without_row.items()
        if not fate.is_killed
    ]
