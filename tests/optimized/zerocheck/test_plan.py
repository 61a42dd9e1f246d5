"""Plans of chips against H itself: on a row of extension elements, as the later rounds meet them, and on base cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from optimized.zerocheck.columns import Column, Weight
from optimized.zerocheck.constants import Symbols, WeightList, symbols_of, weight_values
from optimized.zerocheck.nested import Factor
from optimized.zerocheck.plan import BaseValue, Plan, WeightedProgram, plan_of
from reference.arrays.extension_arrays import to_elements
from spec.air.bus import Scope
from spec.air.chip import Chip
from spec.field import ONE, ZERO, Extension
from spec.protocol.gkr import bus_challenges, circuit, widest_message
from spec.protocol.shape import TableShape
from spec.protocol.zerocheck import batching_powers, table_value, table_weights
from spec.rv64im.machine import CHIPS, SEGMENT_PUBLIC_VALUES
from tests.reference.prover.zerocheck_example import ScalarRow, random_elements

PUBLIC_VALUES = {name: 5 + number for number, name in enumerate(SEGMENT_PUBLIC_VALUES)}


class Evaluated:
    """A plan with challenges, on one row."""

    def __init__(self, chip: Chip, cells: Sequence[Extension], source: np.random.Generator) -> None:
        self.plan: Plan = plan_of(chip, tuple(PUBLIC_VALUES.items()))
        shape = TableShape(chip, 3)
        layout = circuit([shape])
        alphas, betas = random_elements(source, 2), random_elements(source, 2)
        challenges = {
            scope: bus_challenges(alpha, beta, widest_message([chip], scope))
            for scope, alpha, beta in zip(Scope, alphas, betas, strict=True)
        }
        batching = random_elements(source, 1)[0]
        rho = random_elements(source, layout.variables)
        weights = table_weights([shape], layout, rho, batching_powers(ONE, batching, [shape]))
        self._symbols: Symbols = symbols_of(weights, challenges, batching)
        self.registers = list(cells)
        for left, right, factor in self.plan.program.operations:
            self.registers.append(self.registers[left] + self.registers[right] * factor)
        width = len(chip.columns)
        row = ScalarRow(cells[:width], cells[width:], PUBLIC_VALUES)
        self.expected = table_value(ZERO, chip, row, weights[0], challenges)

    def weight(self, weight: Weight) -> Extension:
        return to_elements(weight_values(self._symbols, 0, WeightList.of([weight])))[0]

    def column(self, column: Column) -> Extension:
        total = self.weight(column.number)
        for register, weight in column.parts:
            total = total + self.weight(weight) * self.registers[register]
        return total

    def base_value(self, value: BaseValue) -> Extension:
        total = ZERO + value.affine.number
        if not value.affine.is_number:
            total = total + self.registers[value.affine.register] * value.affine.scale
        for product in value.products:
            term = ONE * product.scale
            for register, offset in product.forms:
                term = term * (self.registers[register] + offset)
            total = total + term
        return self.weight(value.weight) * total

    def pairs(self, pairs: Sequence[tuple[int, int]], columns: Sequence[Extension]) -> Extension:
        total = ZERO
        for left, right in pairs:
            total = total + columns[left] * columns[right]
        return total

    def singles(self, columns: Sequence[Extension]) -> Extension:
        total = ZERO
        for single in self.plan.singles:
            left, right = (
                columns[column] + offset for column, offset in zip(single.columns, single.offsets, strict=True)
            )
            total = total + self.weight(single.weight) * left * right
        return total

    def nested(self, weighted: WeightedProgram | None, registers: Mapping[int, Extension]) -> Extension:
        if weighted is None:
            return ZERO
        program = weighted.program
        products = [
            (registers[a.register] + a.offset) * (registers[b.register] + b.offset) for a, b in program.products
        ]

        def combination(
            scaled: Sequence[tuple[int, int]], of: Mapping[int, Extension] | Sequence[Extension]
        ) -> Extension:
            return sum((of[number] * scale for scale, number in scaled), ZERO)

        sums = [
            combination(of.registers, registers) + combination(of.products, products) + of.number for of in program.sums
        ]

        def factor(of: Factor) -> Extension:
            return sums[of.number] if of.is_sum else products[of.number]

        total = ZERO
        for weight, value in zip(weighted.weights, program.values, strict=True):
            of_value = combination(value.products, products)
            for cubic in value.cubics:
                form = registers[cubic.form.register] + cubic.form.offset
                of_value = of_value + form * factor(cubic.factor) * cubic.scale
            total = total + self.weight(weight) * of_value
        return total


@pytest.fixture(params=CHIPS, ids=lambda chip: str(chip.name))
def evaluated(request: pytest.FixtureRequest) -> Evaluated:
    chip: Chip = request.param
    source = np.random.default_rng(len(chip.name))
    return Evaluated(chip, random_elements(source, len(chip.columns) + len(chip.fixed_columns)), source)


def test_groups_of_columns_sum_to_h(evaluated: Evaluated) -> None:
    plan = evaluated.plan
    columns = [evaluated.column(column) for column in plan.columns]
    total = columns[plan.linear]
    for group in plan.groups:
        factor = ONE
        if group.column_factor >= 0:
            factor = columns[group.column_factor]
        elif group.number_factor:
            factor = evaluated.weight(group.number_factor)
        total = total + factor * evaluated.pairs(group.pairs, columns)
    registers = {register: columns[2 * plan.pairs + core] for register, core in plan.cores.items()}
    total = total + evaluated.singles(columns) + evaluated.nested(plan.later, registers)
    assert total == evaluated.expected


def test_pairs_and_base_values_sum_to_h(evaluated: Evaluated) -> None:
    plan = evaluated.plan
    columns = [evaluated.column(column) for column in plan.columns[: 2 * plan.pairs]]
    total = evaluated.column(plan.remainder)
    total = total + evaluated.pairs([(2 * i, 2 * i + 1) for i in range(plan.pairs)], columns)
    for value in (*plan.constraints, *plan.others, *plan.cubics):
        total = total + evaluated.base_value(value)
    total = total + evaluated.nested(plan.nested, dict(enumerate(evaluated.registers)))
    assert total == evaluated.expected


def test_products_are_no_more_than_what_the_rounds_were_planned_for() -> None:
    plans = {chip.name: plan_of(chip, tuple(PUBLIC_VALUES.items())) for chip in CHIPS}
    products = {name: [len(group.pairs) for group in plan.groups] for name, plan in plans.items()}
    # Of addition: nine pairs of interactions, `real` with all that it multiplies, and four squares of carries.
    assert products["add"] == [10, 2, 2]
    assert len(plans["add"].columns) == 18 + 2 + 4 + 1
    # Of a shift: ten pairs, `real`, four products more, a square, and a product times a column.
    assert products["sllw"] == [15, 1, 1]
