"""What is to be done for a chip's H, worked out from the chip alone.

A pair of interactions with multiplicities m, signs included, and fingerprints f, and the weight e of its block, gives

    e (m0 f1 + m1 f0 + chi f0 f1) = (e chi f0 + e m0)(f1 + m1 / chi) - (e / chi) m0 m1,

one product of two columns of the extension, and one of base values that most pairs of a chip have in common.

In the first rounds the columns of pairs are of the extension, and all other products are of base values, which are
weighted afterwards: a constraint that holds costs nothing there. In later rounds everything is a product of columns.

Those of a wide chip would be several times as many as its cells, and no cache would hold them. Its columns are the
registers that constraints multiply, and weights are applied to constraints, in later rounds too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from optimized.zerocheck.columns import (
    ONE,
    BlockFactor,
    Column,
    ColumnSum,
    Symbol,
    SymbolKind,
    Weight,
    column_of,
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
from optimized.zerocheck.gathering import gathered
from optimized.zerocheck.grouping import Columns, Group, WeightedProduct, grouped
from optimized.zerocheck.nested import Nested, NestedForms, NestedProgram, absorbed
from spec.air.bus import Scope
from spec.air.chip import Chip, Interaction
from spec.air.expression import Expression, evaluate
from spec.field import P
from spec.protocol.gkr import PAIR, SCOPES, pairs_of

KEPT_PLANS = 256
"""Bounds the memory that plans take: what was not used for long goes."""

WIDE_COLUMNS = 1024
"""A chip of so many committed columns is wide: of the extension, a row of theirs for every lane takes hundreds of
kilobytes."""


def is_wide(chip: Chip) -> bool:
    """Whether the chip's constraints are calculated with their common factors."""
    return len(chip.columns) >= WIDE_COLUMNS


@dataclass(frozen=True)
class BaseValue:
    """A base value of a row, products plus an affine part, and its weight in H."""

    products: tuple[Product, ...]
    affine: Affine
    weight: Weight


@dataclass(frozen=True)
class Single:
    """A weight times a product of two columns, each plus a number."""

    weight: Weight
    columns: tuple[int, int]
    offsets: tuple[int, int]


@dataclass(frozen=True)
class WeightedProgram:
    """Values with common factors, and their weights."""

    program: NestedProgram
    weights: tuple[Weight, ...]


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
    """Constraints of degree 2 at most, zero on the rows of an honest trace."""

    others: tuple[BaseValue, ...]
    """Other base values of degree 2."""

    cubics: tuple[BaseValue, ...]
    """Sums of products of three forms."""

    groups: tuple[Group, ...]
    """H in the later rounds, but for its linear part. The first group has the factor 1."""

    linear: int
    """The number of the column that is the linear part, its number included."""

    singles: tuple[Single, ...] = ()
    """What the later rounds of a wide chip add to the groups: all products of two forms that stand alone."""

    nested: WeightedProgram | None = None
    """What the first rounds of a wide chip add: the nonlinear parts of its constraints of degree 3."""

    later: WeightedProgram | None = None
    """The same for the later rounds, where what has a factor in common is one column. Registers behind the program's
    stand for such columns."""

    cores: Mapping[int, int] = field(default_factory=dict)
    """By register of both, which column it is, behind those of the pairs."""


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
    if not is_wide(chip):
        for number, constraint in enumerate(chip.constraints):
            planner.add_constraint(number, evaluate(constraint.expression, row, planner.evaluated))
        return planner.plan()
    nested = NestedForms(row)
    evaluated: dict[Expression, Nested] = {}
    for number, constraint in enumerate(chip.constraints):
        planner.add_nested(number, evaluate(constraint.expression, nested, evaluated), nested)
    return planner.wide_plan(nested)


class _Planner:
    """Collects the blocks and constraints of a chip."""

    def __init__(self, row: RowForms) -> None:
        self.evaluated: dict[Expression, Polynomial] = {}
        self._row = row
        self._pair_columns: list[Column] = []
        self._remainder = ColumnSum()
        self._linear = ColumnSum()
        self._products: list[WeightedProduct] = []
        self._shared: dict[tuple[Form, ...], Weight] = {}
        self._constraints: list[BaseValue] = []
        self._others: list[BaseValue] = []
        self._cubics: list[BaseValue] = []
        self._nested: list[tuple[Weight, Nested]] = []

    def add_block(self, block: int, scope: Scope, pair: Sequence[Interaction]) -> None:
        """Adds e (P + chi Q) of one block."""
        weight = ((1, Symbol(SymbolKind.BLOCK, block, BlockFactor.ONE)),)
        first = ColumnSum()
        self._add_fingerprint(first, pair[0], SymbolKind.BLOCK, block, BlockFactor.ALPHA)
        multiplicity = self._multiplicity(pair[0])
        first.add(multiplicity, weight)
        if len(pair) < PAIR:
            self._add_linear(first.column())
            return
        second = ColumnSum()
        self._add_fingerprint(second, pair[1], SymbolKind.SCOPE, SCOPES.index(scope), 0)
        other = self._multiplicity(pair[1])
        second.add(other, ((1, Symbol(SymbolKind.INVERSE_BATCHING)),))
        self._pair_columns += [first.column(), second.column()]
        less = ((P - 1, Symbol(SymbolKind.BLOCK, block, BlockFactor.INVERSE_BATCHING)),)
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
        weight = ((1, Symbol(SymbolKind.WEIGHT, 0, number)),)
        cubic = tuple(product for product in value.products if len(product.forms) > 2)
        rest = tuple(product for product in value.products if len(product.forms) == 2)
        self._products += [WeightedProduct(weight, product) for product in value.products]
        self._linear.add(value.affine, weight)
        kind = self._others if cubic else self._constraints
        kind.append(BaseValue(rest, value.affine, weight))
        if cubic:
            self._cubics.append(BaseValue(cubic, ZERO_AFFINE, weight))

    def add_nested(self, number: int, value: Nested, forms: NestedForms) -> None:
        """Adds a constraint of a wide chip times its weight."""
        weight = ((1, Symbol(SymbolKind.WEIGHT, 0, number)),)
        if value.cubics:
            self._remainder.add(value.affine, weight)
            self._nested.append((weight, absorbed(value)))
        else:
            self._linear.add(value.affine, weight)
            products = tuple(Product(scale, forms.products[of]) for scale, of in value.products)
            self._constraints.append(BaseValue(products, value.affine, weight))

    def plan(self) -> Plan:
        """The plan for all that was added."""
        columns = Columns()
        # Columns of pairs are all different: their coefficients are of their own block, or of what it multiplies.
        columns.columns.extend(self._pair_columns)
        result = grouped(columns, self._pairs(), self._products)
        return Plan(
            program=self._row.program,
            columns=(*columns.columns, self._whole_linear(result.rest)),
            pairs=len(self._pairs()),
            remainder=self._remainder.column(),
            constraints=tuple(self._constraints),
            others=(*self._others, *self._shared_values()),
            cubics=tuple(self._cubics),
            groups=result.groups,
            linear=len(columns.columns),
        )

    def wide_plan(self, forms: NestedForms) -> Plan:
        """The same of a wide chip."""
        others = self._shared_values()
        weights = tuple(weight for weight, _ in self._nested)
        values = tuple(value for _, value in self._nested)
        program = NestedProgram(tuple(forms.products), tuple(forms.sums), values)
        cores = program.registers()
        first, singles = len(self._pair_columns), []
        for value in (*self._constraints, *others):
            for product in value.products:
                left, right = (first + cores.setdefault(form.register, len(cores)) for form in product.forms)
                offsets = product.forms[0].offset, product.forms[1].offset
                singles.append(Single(scaled(value.weight, product.scale), (left, right), offsets))
        registers = [column_of(Form(register, 0), ((1, ONE),)) for register in cores]
        later = gathered(program, weights, self._row.program.registers)
        for register in later.columns:
            cores[register] = len(cores)
        columns = (*self._pair_columns, *registers, *later.columns.values())
        return Plan(
            program=self._row.program,
            columns=(*columns, self._whole_linear(())),
            pairs=len(self._pairs()),
            remainder=self._remainder.column(),
            constraints=tuple(self._constraints),
            others=others,
            cubics=(),
            groups=(Group(self._pairs()),),
            linear=len(columns),
            singles=tuple(singles),
            nested=WeightedProgram(program, weights),
            later=WeightedProgram(later.program, later.weights),
            cores=cores,
        )

    def _pairs(self) -> tuple[tuple[int, int], ...]:
        return tuple((2 * i, 2 * i + 1) for i in range(len(self._pair_columns) // 2))

    def _shared_values(self) -> tuple[BaseValue, ...]:
        return tuple(BaseValue((Product(1, forms),), ZERO_AFFINE, weight) for forms, weight in self._shared.items())

    def _whole_linear(self, number: Weight) -> Column:
        """The linear parts of constraints and blocks, plus a number."""
        linear = ColumnSum(self._linear.number + self._remainder.number + number, dict(self._linear.parts))
        for register, weight in self._remainder.parts.items():
            linear.parts[register] = linear.parts.get(register, ()) + weight
        return linear.column()

    def _multiplicity(self, interaction: Interaction) -> Affine:
        return self._affine(interaction.multiplicity).scaled(interaction.sign)

    def _affine(self, expression: Expression) -> Affine:
        return evaluate(expression, self._row, self.evaluated).affine

    def _add_fingerprint(
        self, column: ColumnSum, interaction: Interaction, kind: SymbolKind, i: int, alpha: int
    ) -> None:
        """Adds alpha + identity + sum of beta^k part_k, times the factor of the symbols (kind, i, alpha + k)."""
        one = ONE if kind is SymbolKind.SCOPE else Symbol(kind, i, BlockFactor.BATCHING)
        column.number += ((1, Symbol(kind, i, alpha)), (interaction.bus.identity, one))
        for power, part in enumerate(interaction.message, 1):
            column.add(self._affine(part), ((1, Symbol(kind, i, alpha + power)),))

    def _add_linear(self, column: Column) -> None:
        self._remainder.number += column.number
        for register, weight in column.parts:
            self._remainder.parts[register] = self._remainder.parts.get(register, ()) + weight
