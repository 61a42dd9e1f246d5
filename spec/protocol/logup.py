"""LogUp: that all buses of a scope balance, as a sum of fractions [2022/1530].

A message with multiplicity m on a bus contributes m / f with the fingerprint

    f = alpha + bus identity + sum over i >= 1 of beta^i message_i,

sends positive, receives negative. Two interactions share a group; every group but the last of a table has a helper
column holding its fraction, the last goes straight into the accumulator, which runs round the whole table:

    accumulator(next row) - accumulator(row) = sum of the row's groups - total / height.

So no row is first or last, and the accumulator closes exactly if `total` is the table's sum. The functions are
written over values that know +, - and *: numbers in the verifier, columns in the prover.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, repeat
from operator import mul
from typing import Generic, Protocol, TypeVar

from spec.air.bus import Bus
from spec.air.chip import Interaction
from spec.air.expression import Expression, Interpretation, evaluate
from spec.field import Extension

GROUP_SIZE = 2
"""With linear messages and multiplicities two fractions make a constraint of degree 3."""


class FieldValue(Protocol):
    """A number or a column of numbers of the base or extension field."""

    def __add__(self: Value, other: Value | Extension | int) -> Value: ...
    def __sub__(self: Value, other: Value | Extension | int) -> Value: ...
    def __mul__(self: Value, other: Value | Extension | int) -> Value: ...


Value = TypeVar("Value", bound=FieldValue)


REMEMBERED_POWERS = 64
"""A challenge has one list of powers for each length of message, and a few challenges are in use at a time."""


@lru_cache(REMEMBERED_POWERS)
def powers(base: Extension, count: int) -> tuple[Extension, ...]:
    """So many powers: base, base^2, ..."""
    return tuple(accumulate(repeat(base, count), mul))


@dataclass(frozen=True)
class BusChallenges:
    """The challenges of one scope."""

    alpha: Extension
    beta: Extension

    def fingerprint(self, bus: Bus, message: Sequence[int]) -> Extension:
        """The fingerprint of a message of numbers."""
        coefficients = zip(*(power.coefficients for power in powers(self.beta, len(message))), strict=True)
        # Six sums of integer products: a public output has thousands of messages.
        sums = (sum(map(mul, column, message)) for column in coefficients)
        return self.alpha + bus.identity + Extension.from_coefficients(sums)


@dataclass(frozen=True)
class Fraction(Generic[Value]):
    """numerator / denominator, of one interaction."""

    numerator: Value
    denominator: Value


def group_count(interactions: int) -> int:
    """How many groups so many interactions make."""
    return -(-interactions // GROUP_SIZE)


def fraction(
    interaction: Interaction,
    challenges: BusChallenges,
    row: Interpretation[Value],
    memory: dict[Expression, Value],
) -> Fraction[Value]:
    """An interaction's contribution on a row."""
    total = row.constant(0) + (challenges.alpha + interaction.bus.identity)
    for part, power in zip(interaction.message, powers(challenges.beta, len(interaction.message)), strict=True):
        total = total + evaluate(part, row, memory) * power
    return Fraction(evaluate(interaction.multiplicity, row, memory) * interaction.sign, total)


def groups(fractions: Sequence[Fraction[Value]]) -> list[Sequence[Fraction[Value]]]:
    """The fractions by groups, in declaration order."""
    return [fractions[i : i + GROUP_SIZE] for i in range(0, len(fractions), GROUP_SIZE)]


def group_constraint(group: Sequence[Fraction[Value]], claimed: Value) -> Value:
    """Zero exactly where `claimed` is the group's sum (no denominator vanishing), cleared of denominators."""
    first = group[0]
    if len(group) == 1:
        return claimed * first.denominator - first.numerator
    second = group[1]
    cleared = claimed * first.denominator * second.denominator
    return cleared - second.denominator * first.numerator - first.denominator * second.numerator


def logup_constraints(
    fractions: Sequence[Fraction[Value]],
    helpers: Sequence[Value],
    accumulator: Value,
    accumulator_next: Value,
    share: Extension,
) -> list[Value]:
    """The constraints of one scope of a table; `share` is the claimed total over the height.

    Vanishing on every row, they say that the fractions of all rows sum to the total.
    """
    *helped, last = groups(fractions)
    constraints = [group_constraint(group, helper) for group, helper in zip(helped, helpers, strict=True)]
    step = accumulator_next - accumulator + share
    for helper in helpers:
        step = step - helper
    constraints.append(group_constraint(last, step))
    return constraints
