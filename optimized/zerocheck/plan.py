"""What is to be done for a chip's H, worked out from the chip alone.

A pair of interactions with multiplicities m, signs included, and fingerprints f, and the weight e of its block, gives

    e (m0 f1 + m1 f0 + chi f0 f1) = (e chi f0 + e m0)(f1 + m1 / chi) - (e / chi) m0 m1,

one product of two columns of the extension, and one of base values that most pairs of a chip have in common.

In the first rounds the columns of pairs are of the extension, and all other products are of base values, which are
weighted afterwards: a constraint that holds costs nothing there. In later rounds everything is a product of columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from optimized.zerocheck.columns import (
    ONE,
    BlockFactor,
    Column,
    ColumnSum,
    Kind,
    Symbol,
    Weight,
    scaled,
)
from optimized.zerocheck.forms import (
    ZERO_AFFINE,
    Affine,
    Form,
    LinearProgram,
    Polynomial,
    Product,
    RowForms,
)
from optimized.zerocheck.grouping import Columns, Group, WeightedProduct, grouped
from spec.air.bus import Scope
from spec.air.chip import Chip, Interaction
from spec.air.expression import Expression, evaluate
from spec.field import P
from spec.protocol.gkr import PAIR, SCOPES, pairs_of

KEPT_PLANS = 256


@dataclass(frozen=True)
class BaseValue:
    """A base value of a row, products plus an affine part, and its weight in H."""

    products: tuple[Product, ...]
    affine: Affine
    weight: Weight


@dataclass(frozen=True)
class Plan:
    """H of a chip, for its first rounds and for the later ones."""

    program: LinearProgram
    columns: tuple[Column, ...]
    """The columns of the pairs, two each, then those of the later rounds."""

    pairs: int
    remainder: Column
    """What the first rounds add to the pairs and the base values, without its number: linear."""

    constraints: tuple[BaseValue, ...]
    """Of degree 2 at most, and zero on the rows of an honest trace."""

    others: tuple[BaseValue, ...]
    """Other base values of degree 2."""

    cubics: tuple[BaseValue, ...]
    """Sums of products of three forms."""

    groups: tuple[Group, ...]
    """H in the later rounds, but for its linear part. The first group has the factor 1."""

    linear: int
    """The number of the column that is the linear part, its number included."""


@lru_cache(KEPT_PLANS)
def plan_of(chip: Chip, public_values: tuple[tuple[str, int], ...]) -> Plan:
    """The plan of a chip for the public values that its expressions name."""
    row = RowForms.of(chip, dict(public_values))
    planner = _Planner(row)
    block = 0
    for scope in SCOPES:
        for pair in pairs_of(chip, scope):
            planner.add_block(block, scope, pair)
            block += 1
    for number, constraint in enumerate(chip.constraints):
        planner.add_constraint(number, evaluate(constraint.expression, row, planner.memory))
    return planner.plan()


class _Planner:
    """Collects the blocks and constraints of a chip."""

    def __init__(self, row: RowForms) -> None:
        self.memory: dict[Expression, Polynomial] = {}
        self._row = row
        self._pair_columns: list[Column] = []
        self._remainder = ColumnSum()
        self._linear = ColumnSum()
        self._products: list[WeightedProduct] = []
        self._shared: dict[tuple[Form, ...], Weight] = {}
        self._constraints: list[BaseValue] = []
        self._others: list[BaseValue] = []
        self._cubics: list[BaseValue] = []

    def add_block(self, block: int, scope: Scope, pair: Sequence[Interaction]) -> None:
        """Adds e (P + chi Q) of one block."""
        weight = ((1, Symbol(Kind.BLOCK, block, BlockFactor.ONE)),)
        first = ColumnSum()
        self._add_fingerprint(first, pair[0], Kind.BLOCK, block, BlockFactor.ALPHA)
        multiplicity = self._multiplicity(pair[0])
        first.add(multiplicity, weight)
        if len(pair) < PAIR:
            self._add_linear(first.column())
            return
        second = ColumnSum()
        self._add_fingerprint(second, pair[1], Kind.SCOPE, SCOPES.index(scope), 0)
        other = self._multiplicity(pair[1])
        second.add(other, ((1, Symbol(Kind.INVERSE_BATCHING)),))
        self._pair_columns += [first.column(), second.column()]
        less = ((P - 1, Symbol(Kind.BLOCK, block, BlockFactor.INVERSE_BATCHING)),)
        if multiplicity.is_number or other.is_number:
            factor, number = (other, multiplicity) if multiplicity.is_number else (multiplicity, other)
            both = ColumnSum()
            both.add(factor, scaled(less, number.number))
            self._add_linear(both.column())
        else:
            scale = multiplicity.scale * other.scale % P
            product = Product(scale, (multiplicity.form, other.form))
            self._products.append(WeightedProduct(less, product))
            forms = tuple(sorted(product.forms))
            self._shared[forms] = self._shared.get(forms, ()) + scaled(less, scale)

    def add_constraint(self, number: int, value: Polynomial) -> None:
        """Adds a constraint times its weight."""
        weight = ((1, Symbol(Kind.WEIGHT, 0, number)),)
        cubic = tuple(product for product in value.products if len(product.forms) > 2)
        rest = tuple(product for product in value.products if len(product.forms) == 2)
        self._products += [WeightedProduct(weight, product) for product in value.products]
        self._linear.add(value.affine, weight)
        kind = self._others if cubic else self._constraints
        kind.append(BaseValue(rest, value.affine, weight))
        if cubic:
            self._cubics.append(BaseValue(cubic, ZERO_AFFINE, weight))

    def plan(self) -> Plan:
        """The plan for all that was added."""
        others = list(self._others)
        for forms, weight in self._shared.items():
            others.append(BaseValue((Product(1, forms),), ZERO_AFFINE, weight))
        columns = Columns()
        # Columns of pairs are all different: their coefficients are of their own block, or of what it multiplies.
        columns.columns.extend(self._pair_columns)
        pairs = [(2 * i, 2 * i + 1) for i in range(len(self._pair_columns) // 2)]
        result = grouped(columns, pairs, self._products)
        linear = self._linear
        linear.number += self._remainder.number + result.rest
        for register, weight in self._remainder.parts.items():
            linear.parts[register] = linear.parts.get(register, ()) + weight
        return Plan(
            program=self._row.program,
            columns=(*columns.columns, linear.column()),
            pairs=len(pairs),
            remainder=self._remainder.column(),
            constraints=tuple(self._constraints),
            others=tuple(others),
            cubics=tuple(self._cubics),
            groups=result.groups,
            linear=len(columns.columns),
        )

    def _multiplicity(self, interaction: Interaction) -> Affine:
        return self._affine(interaction.multiplicity).scaled(interaction.sign)

    def _affine(self, expression: Expression) -> Affine:
        return evaluate(expression, self._row, self.memory).affine

    def _add_fingerprint(self, column: ColumnSum, interaction: Interaction, kind: Kind, i: int, alpha: int) -> None:
        """Adds alpha + identity + sum of beta^k part_k, times the factor of the symbols (kind, i, alpha + k)."""
        one = ONE if kind is Kind.SCOPE else Symbol(kind, i, BlockFactor.BATCHING)
        column.number += ((1, Symbol(kind, i, alpha)), (interaction.bus.identity, one))
        for power, part in enumerate(interaction.message, 1):
            column.add(self._affine(part), ((1, Symbol(kind, i, alpha + power)),))

    def _add_linear(self, column: Column) -> None:
        self._remainder.number += column.number
        for register, weight in column.parts:
            self._remainder.parts[register] = self._remainder.parts.get(register, ()) + weight
