"""What is declared reaches prover, verifier and machine digest: nothing is left out on the way.

Prover and verifier evaluate `spec.protocol.constraints.table_constraints`, and the digest is made of the text that
spec.air describes the machine with. Each check returns what is wrong, or None.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache

from spec.air.bus import Scope
from spec.air.chip import Chip, Interaction, describe_statement
from spec.air.chips.fixed_tables import CLOSED_FORMS
from spec.air.expression import Expression, evaluate
from spec.air.limits import CLOCK_LIMIT, MESSAGE_LIMIT
from spec.air.machine import CHIPS, SEGMENT_PUBLIC_VALUES, describe_layout, describe_machine
from spec.field import GENERATOR, ZERO, Extension, P
from spec.protocol.constraints import LogupColumns, scopes, table_constraints
from spec.protocol.logup import GROUP_SIZE, BusChallenges

CHALLENGES = {
    Scope.LOCAL: BusChallenges(Extension((7, 1, 2, 3, 4, 5)), Extension((3, 1, 4, 1, 5, 9))),
    Scope.GLOBAL: BusChallenges(Extension((8, 5, 4, 3, 2, 1)), Extension((2, 7, 1, 8, 2, 8))),
}
"""Any challenges that differ."""

CHECKED_CHIPS = 256
"""Machines of which one chip is changed are checked one after the other: what is known of the others is kept."""


class _SomeRow:
    """A row of different elements, of a kind of no chip: constraints have values other than zero on it."""

    def constant(self, element: int) -> Extension:
        return Extension.of(element)

    def main(self, index: int) -> Extension:
        return Extension.of(pow(GENERATOR, 100 + index, P))

    def fixed(self, index: int) -> Extension:
        return Extension.of(pow(GENERATOR, 1000 + index, P))

    def public(self, name: str) -> Extension:
        return Extension.of(pow(GENERATOR, 2000 + SEGMENT_PUBLIC_VALUES.index(name), P))

    def add(self, left: Extension, right: Extension) -> Extension:
        return left + right

    def subtract(self, left: Extension, right: Extension) -> Extension:
        return left - right

    def multiply(self, left: Extension, right: Extension) -> Extension:
        return left * right

    def number(self, expression: Expression) -> int:
        """The expression's value, which lies in the base field."""
        return evaluate(expression, self).coefficients[0]


def constraints_are_evaluated(chips: Sequence[Chip]) -> str | None:
    """Every constraint has its value among those that must vanish; the accumulator moves by all messages' sum."""
    return next(filter(None, map(_evaluation_fault, chips)), None)


@lru_cache(maxsize=CHECKED_CHIPS)
def _evaluation_fault(chip: Chip) -> str | None:
    row = _SomeRow()
    logup = {scope: _honest_columns(row, interactions, scope) for scope, interactions in scopes(chip)}
    values = table_constraints(chip, row, CHALLENGES, logup)
    count = len(chip.constraints)
    if values[:count] != [evaluate(constraint.expression, row) for constraint in chip.constraints]:
        return f"{chip.name}: the values are not those of the declared constraints"
    if any(value != ZERO for value in values[count:]) or len(values) == count:
        return f"{chip.name}: the accumulator does not sum the declared messages"
    return None


def _honest_columns(row: _SomeRow, interactions: Sequence[Interaction], scope: Scope) -> LogupColumns[Extension]:
    """Columns that fit the declared messages: each fraction from the fingerprint of its message as numbers."""
    parts = []
    for interaction in interactions:
        fingerprint = CHALLENGES[scope].fingerprint(interaction.bus, list(map(row.number, interaction.message)))
        parts.append(fingerprint.inverse() * (interaction.sign * row.number(interaction.multiplicity) % P))
    sums = [sum(parts[i : i + GROUP_SIZE], ZERO) for i in range(0, len(parts), GROUP_SIZE)]
    return LogupColumns(sums[:-1], ZERO, sum(sums, ZERO), ZERO)


def digest_covers_declarations(chips: Sequence[Chip]) -> str | None:
    """The text that the digest is made of has every chip, bus, public value, bound and closed form, and a chip's text
    all of the chip that a proof depends on."""
    # The text is made in one way for all chips: one of each role shows what it says of a chip.
    shown = {chip.role: chip for chip in chips}.values()
    return _not_in_the_text() or next(filter(None, map(_description_fault, shown)), None)


@cache
def _not_in_the_text() -> str | None:
    text = describe_machine()
    parts = [f"public values {' '.join(SEGMENT_PUBLIC_VALUES)}", *map(describe_statement, CHIPS)]
    parts += [describe_layout(bus) for bus in dict.fromkeys(i.bus for chip in CHIPS for i in chip.interactions)]
    parts += [f"clocks below {CLOCK_LIMIT}\n", f"messages below {MESSAGE_LIMIT}\n"]
    parts += [f"closed form {n} of {f.variables}: {f.fingerprint()}" for n, f in CLOSED_FORMS.items()]
    missing = [part.splitlines()[0] for part in parts if part not in text]
    return f"the machine digest does not cover: {missing[0]}" if missing else None


@lru_cache(maxsize=CHECKED_CHIPS)
def _description_fault(chip: Chip) -> str | None:
    described = describe_statement(chip)
    if any(describe_statement(changed) == described for changed in _with_one_change(chip)):
        return f"{chip.name}: the machine digest does not cover everything declared"
    return None


def _with_one_change(chip: Chip) -> Iterator[Chip]:
    if chip.constraints:
        yield replace(chip, constraints=chip.constraints[:-1])
    *others, last = chip.interactions
    yield replace(chip, interactions=tuple(others))
    yield replace(chip, interactions=(*others, replace(last, sign=-last.sign)))
    yield replace(chip, interactions=(*others, replace(last, multiplicity=last.multiplicity + 1)))
    yield replace(chip, interactions=(*others, replace(last, message=(last.message[0] + 1, *last.message[1:]))))
    yield replace(chip, columns=(*chip.columns, "another"))
    yield replace(chip, accesses=chip.accesses + 1)
