"""A row of Keccak's work table as digits: what its lookups ask about, digit by digit, and what they tell.

A column is known by the bits that some message tells of it. What a lookup asks about is a sum of such columns, so a sum
of bits with powers of the base; gathered by power these are its digits, if none can reach the base. That they cannot is
proven here of every lookup: then nothing is carried, and the sum is below p. Bits of a column are a bit-vector.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

import z3

from proofs_of_constraints.calls.keccak_lookups import STATE_BASE, DigitRelation, Part
from proofs_of_constraints.calls.work_tables import Message, RowKind
from proofs_of_constraints.translation.bit_sums import BitSum
from proofs_of_constraints.translation.interval import Interval
from spec.air.bus import Bus
from spec.field import P

DIGIT_BITS = 6
"""Enough for what the bits of a digit add up to, and its sign."""

STATE_BYTE = Part(STATE_BASE, 0, 8)
"""What the buses of a state promise of each of its bytes."""

Bit = tuple[str, int]
"""A column, and which of its bits."""


class RefutedError(Exception):
    """A claim about a row does not hold; the message says which."""


@dataclass(frozen=True)
class Digit:
    """constant + sum of coefficient * bit: a digit of what a lookup asks about."""

    constant: int
    bits: Mapping[Bit, int]

    @property
    def interval(self) -> Interval:
        """All that it may be, for any bits."""
        low = sum(min(0, c) for c in self.bits.values())
        return Interval(self.constant + low, self.constant + sum(max(0, c) for c in self.bits.values()))

    def number(self, known: Mapping[str, z3.BitVecRef]) -> z3.BitVecRef:
        """The digit as a number of DIGIT_BITS bits."""
        result = z3.BitVecVal(self.constant, DIGIT_BITS)
        for (column, place), coefficient in self.bits.items():
            bit = z3.Extract(place, place, known[column])
            result = result + z3.ZeroExt(DIGIT_BITS - 1, bit) * coefficient
        return result


@dataclass(frozen=True)
class Asked:
    """A lookup of a row: what it asks about, and the columns of its answer."""

    name: str
    relation: DigitRelation
    digits: tuple[Digit, ...]
    told: tuple[str, ...]

    @property
    def columns(self) -> set[str]:
        """The columns that it asks about."""
        return {column for digit in self.digits for column, _ in digit.bits}

    def facts(self, known: Mapping[str, z3.BitVecRef]) -> list[z3.BoolRef]:
        """That the bits of the columns of its answer are those that the digits tell."""
        told = [_told(digit.number(known), self.relation.told) for digit in self.digits]
        return [
            known[column] == _from_lowest(told[part.first : part.last])
            for column, part in zip(self.told, self.relation.parts, strict=True)
        ]


def _told(digit: z3.BitVecRef, table: Sequence[int]) -> z3.BitVecRef:
    ones = [digit == value for value, bit in enumerate(table) if bit]
    return z3.If(z3.Or(*ones), z3.BitVecVal(1, 1), z3.BitVecVal(0, 1))


def _from_lowest(bits: Sequence[z3.BitVecRef]) -> z3.BitVecRef:
    return z3.Concat(*reversed(bits)) if len(bits) > 1 else bits[0]


class DigitRow:
    """The rows of one kind, as their messages tell their columns."""

    def __init__(self, kind: RowKind, buses: Sequence[Bus], relations: Mapping[str, DigitRelation]) -> None:
        self.kind = kind
        self._buses = buses
        self._relations = relations

    @cached_property
    def parts(self) -> dict[str, Part]:
        """By column, the base and the number of the digits 0 and 1 that some message says it has.

        Raises RefutedError for a message that tells something else than a column, or a column something else.
        """
        found: dict[str, Part] = {}
        for column, part, name in self._promises():
            size = Part(part.base, 0, part.size)
            if found.setdefault(column, size) != size:
                raise RefutedError(f"not so: {name} tells of {column} what other messages do")
        return found

    def _promises(self) -> Iterable[tuple[str, Part, str]]:
        for message in self.kind.messages:
            if message.sign > 0:
                continue
            if message.bus in self._buses:
                states = [field for field in message.bus.fields if field in message.bus.field_bits]
                yield from ((column_of(message, field), STATE_BYTE, message.name) for field in states)
            elif message.bus.name in self._relations:
                fields, parts = message.bus.fields[1:], self._relations[message.bus.name].parts
                for field, part in zip(fields, parts, strict=True):
                    yield column_of(message, field), part, message.name

    @cached_property
    def lookups(self) -> tuple[Asked, ...]:
        """All lookups of the row.

        Raises RefutedError where what one asks about is no sum of bits, or may be carried.
        """
        return tuple(self._asked(m) for m in self.kind.messages if m.bus.name in self._relations)

    def telling(self, columns: Iterable[str]) -> list[Asked]:
        """The lookups that tell these columns. Raises RefutedError for a column that none tells."""
        found: dict[str, Asked] = {}
        for column in columns:
            telling = [asked for asked in self.lookups if column in asked.told]
            if not telling:
                raise RefutedError(f"not so: {column} is looked up")
            found |= {asked.name: asked for asked in telling}
        return list(found.values())

    def in_order(self, known: Set[str]) -> Iterator[Asked]:
        """The lookups that ask about these columns, and those that ask about their answers besides, and so on."""
        told, waiting = {*known}, list(self.lookups)
        while waiting:
            ready = [asked for asked in waiting if asked.columns <= told]
            if not ready:
                return
            yield from ready
            told = told.union(*(asked.told for asked in ready))
            waiting = [asked for asked in waiting if asked not in ready]

    def bits(self, column: str) -> z3.BitVecRef:
        """The bits of a column, lowest first. Raises RefutedError for a column of which nothing tells them."""
        if column not in self.parts:
            raise RefutedError(f"not so: {column} is a number with digits 0 and 1")
        return z3.BitVec(column, self.parts[column].size)

    def known(self, columns: Iterable[str]) -> dict[str, z3.BitVecRef]:
        """The bits of columns, by column."""
        return {column: self.bits(column) for column in columns}

    def _asked(self, message: Message) -> Asked:
        relation = self._relations[message.bus.name]
        first, *others = message.bus.fields
        digits = tuple(self._digits(message.name, message.parts[first], relation))
        return Asked(message.name, relation, digits, tuple(column_of(message, field) for field in others))

    def _digits(self, name: str, asked: BitSum, relation: DigitRelation) -> list[Digit]:
        """What is asked about by powers of the base. The powers times these are the sum, modulo p; and since each is
        below the base and not negative, it is the number with these digits, and below p."""
        if asked.bits:
            raise RefutedError(f"not so: {name} asks about a sum of columns with digits")
        constants = [0] * relation.digits
        bits: list[dict[Bit, int]] = [{} for _ in constants]
        rest = asked.constant
        for i in range(relation.digits):
            rest, constants[i] = divmod(rest, relation.base)
        wrong = RefutedError(f"not so: {name} asks about a number with {relation.digits} digits, without a carry")
        if rest:
            raise wrong
        for column, coefficient in asked.columns.items():
            if column not in self.parts:
                raise RefutedError(f"not so: {column} is a number with digits 0 and 1")
            for i in range(self.parts[column].size):
                factor, power = _power_in(coefficient * self.parts[column].base ** i, relation.base)
                if power >= relation.digits:
                    raise wrong
                bits[power][column, i] = factor
        digits = [Digit(constant, of_digit) for constant, of_digit in zip(constants, bits, strict=True)]
        if any(digit.interval.low < 0 or digit.interval.high >= relation.base for digit in digits):
            raise wrong
        if relation.base**relation.digits >= P:
            raise RefutedError(f"not so: {name} asks about a number below p")
        return digits


def _power_in(coefficient: int, base: int) -> tuple[int, int]:
    """The factor and the exponent of the highest power of the base that divides a coefficient, which is not 0."""
    power = 0
    while coefficient % base == 0:
        coefficient, power = coefficient // base, power + 1
    return coefficient, power


def column_of(message: Message, field: str) -> str:
    """The column that a part of a message is. Raises RefutedError if it is none."""
    part = message.parts[field]
    if part.bits or part.constant or list(part.columns.values()) != [1]:
        raise RefutedError(f"not so: {field} of {message.name} is a column")
    (column,) = part.columns
    return column
