"""Weighted products of forms, rearranged into as few products of columns as a simple rule finds.

Products that share a form become one: hub * (sum of weights times the others). A square that shares nothing takes one
column: with w_c = w_0 chi^c for the weights of a table's constraints, the square roots of weights are powers of chi,
but for a factor w_0 or w_0 chi that all squares of even or of odd c have in common. Of products of three forms, those
that share one become that form times products of two.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import Generic, NamedTuple, TypeVar

from optimized.zerocheck.columns import ONE, Column, ColumnSum, Symbol, SymbolKind, Weight, column_of, scaled
from optimized.zerocheck.forms import Form, Product
from spec.field import P, inverse

HALF = inverse(2)
"""1/2 modulo p."""


class WeightedProduct(NamedTuple):
    """weight * product."""

    weight: Weight
    product: Product


class Square(NamedTuple):
    """The weight of constraint `constraint` times (root * form)^2, plus a number times that weight."""

    constraint: int
    root: int
    form: Form
    rest: int


@dataclass(frozen=True)
class Group:
    """A factor times a sum of products of two columns. Columns are known by their numbers."""

    pairs: tuple[tuple[int, int], ...]
    number_factor: Weight = ()
    """The factor where it is a number: () stands for 1 if there is no column either."""

    column_factor: int = -1
    """The factor where it is a column, else -1."""


@dataclass
class Columns:
    """Columns by number, each one once."""

    columns: list[Column] = field(default_factory=list)
    _numbers: dict[Column, int] = field(default_factory=dict)

    def number(self, column: Column) -> int:
        """The column's number; it is a new one if the column is."""
        if column not in self._numbers:
            self._numbers[column] = len(self.columns)
            self.columns.append(column)
        return self._numbers[column]


@dataclass(frozen=True)
class Grouped:
    """Groups, and the number that they leave over."""

    groups: tuple[Group, ...]
    rest: Weight


def grouped(columns: Columns, pairs: Iterable[tuple[int, int]], products: Sequence[WeightedProduct]) -> Grouped:
    """Groups that sum to the given pairs of columns plus the weighted products, whose columns are added."""
    of_two = [entry for entry in products if len(entry.product.forms) == 2]
    of_three = [entry for entry in products if len(entry.product.forms) == 3]
    hub_pairs, squares = _hub_pairs(columns, of_two)
    groups = [Group((*pairs, *hub_pairs))]
    rest: Weight = ()
    for parity in (0, 1):
        numbers = []
        for square in squares:
            if square.constraint % 2 == parity:
                root = Symbol(SymbolKind.POWER, 0, square.constraint // 2)
                numbers.append(columns.number(column_of(square.form, ((square.root, root),))))
                rest += ((square.rest, Symbol(SymbolKind.WEIGHT, 0, square.constraint)),)
        if numbers:
            factor = Symbol(SymbolKind.WEIGHT, 0, parity)
            groups.append(Group(tuple((number, number) for number in numbers), ((1, factor),)))
    return Grouped((*groups, *_cubic_groups(columns, of_three)), rest)


def _as_square(products: Sequence[WeightedProduct]) -> Square | None:
    """The products of the same two forms as a square, where a square root of the weight is known."""
    if len(products) != 1:
        return None
    (weight, product) = products[0]
    left, right = product.forms
    if left.register != right.register or not product.root or len(weight) != 1:
        return None
    ((scale, symbol),) = weight
    if scale != 1 or symbol.kind != SymbolKind.WEIGHT:
        return None
    # (x + a)(x + b) = (x + (a + b) / 2)^2 - ((a - b) / 2)^2.
    middle = (left.offset + right.offset) * HALF % P
    distance = (left.offset - right.offset) * HALF % P
    return Square(symbol.j, product.root, Form(left.register, middle), -product.scale * distance * distance % P)


def _hub_pairs(columns: Columns, products: Sequence[WeightedProduct]) -> tuple[list[tuple[int, int]], list[Square]]:
    """Products of two forms as pairs of a hub and what it is multiplied by, and the squares that no hub takes."""
    edges: dict[tuple[Form, Form], list[WeightedProduct]] = {}
    for entry in products:
        left, right = sorted(entry.product.forms)
        edges.setdefault((left, right), []).append(entry)
    cofactors: dict[Form, ColumnSum] = {}
    squares: list[Square] = []
    mixed = _Sharing(pair for pair in edges if pair[0].register != pair[1].register)
    alike = _Sharing(pair for pair in edges if pair[0].register == pair[1].register)

    def gather(hub: Form) -> None:
        cofactor = cofactors.setdefault(hub, ColumnSum())
        for pair in (*mixed.take(hub), *alike.take(hub)):
            other = pair[1] if pair[0] == hub else pair[0]
            for weight, product in edges.pop(pair):
                cofactor.add_form(other, scaled(weight, product.scale))

    while mixed:
        gather(mixed.most_frequent())
    while edges:
        pair = next(iter(edges))
        square = _as_square(edges[pair])
        if square is None or any(form in cofactors for form in pair):
            gather(pair[1] if pair[1] in cofactors else pair[0])
        else:
            squares.append(square)
            del edges[pair]
    pairs = [
        (columns.number(column_of(hub, ((1, ONE),))), columns.number(cofactor.column()))
        for hub, cofactor in cofactors.items()
    ]
    return pairs, squares


Forms = TypeVar("Forms", bound=tuple[Form, ...])


class _Sharing(Generic[Forms]):
    """Products as tuples of forms, found by their forms: a chip of thousands of products has thousands of hubs."""

    def __init__(self, products: Iterable[Forms]) -> None:
        self._holders: dict[Form, dict[Forms, None]] = {}
        self._left: dict[Forms, None] = {}
        for forms in products:
            self._left[forms] = None
            for form in forms:
                self._holders.setdefault(form, {})[forms] = None
        order = enumerate(self._holders.items())
        self._queue = [(-len(holders), place, form) for place, (form, holders) in order]
        heapify(self._queue)

    def __bool__(self) -> bool:
        return bool(self._left)

    def most_frequent(self) -> Form:
        """The form that stands in most of those that are left, the first one of several."""
        while True:
            negative_count, place, form = heappop(self._queue)
            now = len(self._holders[form])
            if now == -negative_count:
                return form
            if now:
                heappush(self._queue, (-now, place, form))

    def take(self, form: Form) -> list[Forms]:
        """Those with the form, which are left no more."""
        taken = list(self._holders.get(form, ()))
        for forms in taken:
            self._left.pop(forms, None)
            for other in dict.fromkeys(forms):
                if other != form:
                    del self._holders[other][forms]
        if taken:
            self._holders[form] = {}
        return taken


def _cubic_groups(columns: Columns, products: Sequence[WeightedProduct]) -> list[Group]:
    """Products of three forms as products of two times a form."""
    groups = []
    by_forms: dict[tuple[Form, ...], list[WeightedProduct]] = {}
    for entry in products:
        by_forms.setdefault(entry.product.forms, []).append(entry)
    left = _Sharing(by_forms)
    while left:
        shared = left.most_frequent()
        taken = [entry for forms in left.take(shared) for entry in by_forms[forms]]
        symbols = {symbol for weight, _ in taken for _, symbol in weight}
        factor: Weight = ((1, ONE),)
        if len(symbols) == 1:
            # The common weight goes to the shared form, so that columns inside may be shared with other groups.
            factor = ((1, symbols.pop()),)
            taken = [WeightedProduct(tuple((scale, ONE) for scale, _ in weight), product) for weight, product in taken]
        inner = []
        for weight, product in taken:
            forms = list(product.forms)
            forms.remove(shared)
            inner.append(WeightedProduct(weight, Product(product.scale, tuple(forms))))
        pairs, _ = _hub_pairs(columns, inner)
        groups.append(Group(tuple(pairs), column_factor=columns.number(column_of(shared, factor))))
    return groups
