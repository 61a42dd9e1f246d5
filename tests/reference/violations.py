"""Whom the checker's violations name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from reference.checker import ConstraintViolation, Imbalance, Violation


def accused(violations: Iterable[Violation]) -> set[str]:
    """What the violations name: `chip.constraint`, `bus name`, or where a layout is wrong."""
    names = set()
    for violation in violations:
        if isinstance(violation, ConstraintViolation):
            names.add(f"{violation.chip}.{violation.constraint}")
        elif isinstance(violation, Imbalance):
            names.add(f"bus {violation.bus}")
        else:
            names.add(violation.where)
    return names


def rows_named(violations: Sequence[Violation]) -> Mapping[tuple[str, int], list[Violation]]:
    """The violations by (chip, row) of every row that they name."""
    found: dict[tuple[str, int], list[Violation]] = {}
    for violation in violations:
        if isinstance(violation, ConstraintViolation):
            found.setdefault((violation.chip, violation.row), []).append(violation)
        elif isinstance(violation, Imbalance):
            for speaker in violation.speakers:
                words = speaker.split()
                if words[0] != "verifier":
                    found.setdefault((words[0].partition("[")[0], int(words[2])), []).append(violation)
    return found
