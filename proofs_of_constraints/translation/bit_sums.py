"""Expressions of rows that compute bit by bit: sums of bits, each with its coefficient, over the integers.

A polynomial of a few boolean columns that is 0 or 1 for each of their values is a function of bits: its table is found
by trying all of them. What is left of such an expression is a sum of functions of bits and of other columns. Nothing is
recognised by its form, so another polynomial with the same values is the same function.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from proofs_of_constraints.translation.cells import cells_of
from proofs_of_constraints.translation.interval import ELEMENT, Interval, WrapError
from proofs_of_constraints.translation.polynomial import centered
from spec.air.chip import Chip
from spec.air.expression import Constant, Difference, Expression, MainColumn, Named, Product, Sum
from spec.field import P

FUNCTION_BITS = 3
"""SHA-256 combines three bits at a time. More would only be slower."""


@dataclass(frozen=True)
class BitFunction:
    """A function of bits: `table[i]` is its value where column `names[k]` is bit k of i. Names are sorted."""

    names: tuple[str, ...]
    table: tuple[int, ...]

    def value(self, cells: Mapping[str, int]) -> int:
        """The value at known bits."""
        return self.table[sum(cells[name] << k for k, name in enumerate(self.names))]

    def at(self, known: Mapping[str, int]) -> BitFunction:
        """The function of the bits that are left where some are known."""
        table = self.table
        # From the last name on, so that the positions before it stay what they are.
        for k, name in reversed(list(enumerate(self.names))):
            if name in known:
                table = tuple(table[i] for i in range(len(table)) if i >> k & 1 == known[name])
        return _reduced(tuple(name for name in self.names if name not in known), table)


@dataclass(frozen=True)
class BitSum:
    """constant + sum of coefficient * function of bits + sum of coefficient * column, with integer coefficients."""

    constant: int = 0
    bits: Mapping[BitFunction, int] = field(default_factory=dict)
    columns: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: BitSum) -> BitSum:
        return BitSum(
            self.constant + other.constant, _added(self.bits, other.bits), _added(self.columns, other.columns)
        )

    def __sub__(self, other: BitSum) -> BitSum:
        return self + other.scaled(-1)

    def scaled(self, factor: int) -> BitSum:
        """The sum times an integer."""
        if not factor:
            return BitSum()
        return BitSum(
            self.constant * factor,
            {bit: coefficient * factor for bit, coefficient in self.bits.items()},
            {name: coefficient * factor for name, coefficient in self.columns.items()},
        )

    def centered(self) -> BitSum:
        """The same modulo p, with coefficients of least absolute value."""
        return BitSum(
            centered(self.constant % P),
            {bit: centered(c % P) for bit, c in self.bits.items() if c % P},
            {name: centered(c % P) for name, c in self.columns.items() if c % P},
        )

    def at(self, known: Mapping[str, int]) -> BitSum:
        """The same where some columns have these values."""
        total = BitSum(self.constant, {}, {n: c for n, c in self.columns.items() if n not in known})
        constant = sum(c * known[n] for n, c in self.columns.items() if n in known)
        bits: dict[BitFunction, int] = {}
        for function, coefficient in self.bits.items():
            if known.keys().isdisjoint(function.names):
                bits[function] = bits.get(function, 0) + coefficient
                continue
            rest = function.at(known)
            if rest.names:
                bits[rest] = bits.get(rest, 0) + coefficient
            else:
                constant += coefficient * rest.table[0]
        return BitSum(total.constant + constant, {f: c for f, c in bits.items() if c}, total.columns)

    @property
    def is_constant(self) -> bool:
        return not self.bits and not self.columns

    @property
    def names(self) -> set[str]:
        """All columns that occur."""
        return {*self.columns, *(name for bit in self.bits for name in bit.names)}

    def interval(self, ranges: Mapping[str, Interval]) -> Interval:
        """An interval that holds every value over the integers; columns without a range may be any element."""
        low = high = self.constant
        for coefficient in self.bits.values():
            low, high = low + min(0, coefficient), high + max(0, coefficient)
        for name, coefficient in self.columns.items():
            known = ranges.get(name, ELEMENT)
            ends = (coefficient * known.low, coefficient * known.high)
            low, high = low + min(ends), high + max(ends)
        return Interval(low, high)


def _added(left: Mapping, right: Mapping) -> dict:  # type: ignore[type-arg]
    total = dict(left)
    for key, coefficient in right.items():
        total[key] = total.get(key, 0) + coefficient
        if not total[key]:
            del total[key]
    return total


def column_bit(name: str) -> BitFunction:
    """The bit that a boolean column is."""
    return BitFunction((name,), (0, 1))


def sum_of_bits(names: Iterable[str]) -> BitSum:
    """The number with these bits, least significant first."""
    return BitSum(0, {column_bit(name): 1 << k for k, name in enumerate(names)})


def _reduced(names: tuple[str, ...], table: tuple[int, ...]) -> BitFunction:
    """The function of these bits without those that make no difference."""
    for k, name in enumerate(names):
        low = [i for i in range(len(table)) if not i >> k & 1]
        if all(table[i] == table[i | 1 << k] for i in low):
            return _reduced(tuple(n for n in names if n != name), tuple(table[i] for i in low))
    return BitFunction(names, table)


@lru_cache(maxsize=1 << 10)
def _lines(positions: tuple[int, ...], count: int) -> tuple[int, ...]:
    """For each line of a table of `count` bits, the line of a table of the bits at these positions alone."""
    return tuple(sum((line >> p & 1) << k for k, p in enumerate(positions)) for line in range(1 << count))


class BitSums:
    """The expressions of one chip as sums of bits, where these columns are bits."""

    def __init__(self, bits: Iterable[str]) -> None:
        self._bits = frozenset(bits)
        self._known: Mapping[str, int] = {}
        self._others: BitSums | None = None
        self._cells: dict[Expression, frozenset[str]] = {}
        self._small: dict[Expression, BitFunction | None] = {}
        self._sums: dict[Expression, BitSum] = {}
        self._centered: dict[Expression, BitSum] = {}

    def at(self, known: Mapping[str, int]) -> BitSums:
        """The same where some columns have these values: what multiplies them may be a sum then. Expressions without
        these columns are shared.

        Raises ValueError if some have values already.
        """
        if self._others is not None:
            raise ValueError("some columns have values already")
        made = BitSums(self._bits)
        made._known, made._others, made._cells = known, self, self._cells
        return made

    def of(self, expression: Expression) -> BitSum:
        """The expression modulo p, coefficients of least absolute value. Raises WrapError for a product of more."""
        if expression not in self._centered:
            shared = self._shared_by(expression)
            self._centered[expression] = self._sum(expression).centered() if shared is None else shared.of(expression)
        return self._centered[expression]

    def _sum(self, expression: Expression) -> BitSum:
        if expression not in self._sums:
            shared = self._shared_by(expression)
            self._sums[expression] = self._made(expression) if shared is None else shared._sum(expression)
        return self._sums[expression]

    def _shared_by(self, expression: Expression) -> BitSums | None:
        """Who else has an expression, if no column of it has a value here."""
        if self._others is None or not self._known.keys().isdisjoint(cells_of(expression, self._cells)):
            return None
        return self._others

    def _made(self, expression: Expression) -> BitSum:
        small = self._values(expression)
        if small is not None and not small.names:
            return BitSum(small.table[0])
        if small is not None and set(small.table) <= {0, 1}:
            return BitSum(0, {small: 1})
        match expression:
            case Sum(left, right):
                return self._sum(left) + self._sum(right)
            case Difference(left, right):
                return self._sum(left) - self._sum(right)
            case Named(_, definition):
                return self._sum(definition)
            case MainColumn(name, _):
                return BitSum(0, {}, {name: 1})
            case Product(left, right):
                one, other = self._sum(left), self._sum(right)
                if one.is_constant:
                    return other.scaled(centered(one.constant % P))
                if other.is_constant:
                    return one.scaled(centered(other.constant % P))
        raise WrapError("a row of sums has a product that is no function of bits")

    def _values(self, expression: Expression) -> BitFunction | None:
        """The values modulo p of an expression of at most FUNCTION_BITS bits."""
        if expression not in self._small:
            shared = self._shared_by(expression)
            self._small[expression] = self._tried(expression) if shared is None else shared._values(expression)
        return self._small[expression]

    def _tried(self, expression: Expression) -> BitFunction | None:
        match expression:
            case Constant(value):
                return BitFunction((), (value,))
            case MainColumn(name, _):
                if name in self._known:
                    return BitFunction((), (self._known[name],))
                return column_bit(name) if name in self._bits else None
            case Named(_, definition):
                return self._values(definition)
            case Sum(left, right) | Difference(left, right) | Product(left, right):
                one, other = self._values(left), self._values(right)
                if one is None or other is None:
                    return None
                names = tuple(sorted({*one.names, *other.names}))
                if len(names) > FUNCTION_BITS:
                    return None
                pairs = zip(_spread(one, names), _spread(other, names), strict=True)
                return _reduced(names, tuple(_computed(expression, *pair) for pair in pairs))
        return None


def _spread(function: BitFunction, names: tuple[str, ...]) -> Sequence[int]:
    """The table as one of more bits."""
    if function.names == names:
        return function.table
    lines = _lines(tuple(map(names.index, function.names)), len(names))
    return [function.table[line] for line in lines]


def _computed(expression: Sum | Difference | Product, left: int, right: int) -> int:
    match expression:
        case Sum():
            return (left + right) % P
        case Difference():
            return (left - right) % P
    return left * right % P


class NamedSums(Mapping[str, BitSum]):
    """Sums of expressions by name. Each is made at its first use."""

    def __init__(self, sums: BitSums, expressions: Mapping[str, Expression]) -> None:
        self._sums = sums
        self._expressions = expressions
        self._made: dict[str, BitSum] = {}

    def __getitem__(self, name: str) -> BitSum:
        if name not in self._made:
            self._made[name] = self._sums.of(self._expressions[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._expressions)

    def __len__(self) -> int:
        return len(self._expressions)


@dataclass(frozen=True)
class BitRow:
    """A row of a chip: its boolean columns, and every other constraint as a sum that vanishes modulo p.

    Of other columns `ranges` gives what is known; those without one may be any element.
    """

    chip: Chip
    bits: frozenset[str]
    equations: NamedSums
    ranges: Mapping[str, Interval]
    known: Mapping[str, int] = field(default_factory=dict)
    """The flags of the row's kind."""


def small_columns(chip: Chip) -> dict[str, tuple[str, Interval]]:
    """By constraint, the column that it gives a few values, if that is all it does: its factors vanish at 0, 1, 2 and
    so on. Boolean columns are the least of them."""
    found = {}
    for constraint in chip.constraints:
        factors, rest = [], constraint.expression
        while isinstance(rest, Product):
            factors.append(rest.right)
            rest = rest.left
        match rest:
            case MainColumn(name, index):
                values = {0, *(_subtracted(factor, index) for factor in factors)}
                if values == set(range(len(factors) + 1)):
                    found[constraint.name] = (name, Interval(0, len(factors)))
    return found


def _subtracted(factor: Expression, index: int) -> int | None:
    """What a factor subtracts from the column, if it does just that."""
    match factor:
        case Difference(MainColumn(_, found), Constant(value)) if found == index:
            return value
    return None


def boolean_columns(chip: Chip) -> dict[str, str]:
    """By constraint, the column that it makes boolean, if that is all it does: its factors vanish at 0 and at 1."""
    found = {}
    for constraint in chip.constraints:
        match constraint.expression:
            case Product(MainColumn(name, index), Difference(MainColumn(_, other), Constant(1))) if index == other:
                found[constraint.name] = name
    return found
