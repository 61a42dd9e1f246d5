"""A plan as flat arrays for compiled code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from optimized.field.lanes import to_montgomery_array
from optimized.words import Words
from optimized.zerocheck.columns import Column, Weight
from optimized.zerocheck.constants import WeightList
from optimized.zerocheck.forms import Product
from optimized.zerocheck.header import NONE, Code, Factor, Header, Step
from optimized.zerocheck.nested_layout import NestedWriter
from optimized.zerocheck.plan import KEPT_PLANS, BaseValue, Plan, WeightedProgram, plan_of
from optimized.zerocheck.small_values import fits_words, signed_words
from spec.air.chip import Chip
from spec.field import P


@dataclass(frozen=True, eq=False)
class Layout:
    """The code of a chip, its base-field numbers, and the weights that its constants are."""

    code: Code
    numbers: Words
    """In Montgomery's form."""

    signed_numbers: Words
    """The same numbers as they are, those above p / 2 less p."""

    constants: WeightList
    columns: int
    remainder_number: int
    """The constant that the first rounds leave to add to every row."""

    is_wide: bool


@lru_cache(KEPT_PLANS)
def layout_of(chip: Chip, public_values: tuple[tuple[str, int], ...]) -> Layout:
    """The layout of a chip's plan."""
    return _Writer(plan_of(chip, public_values), len(chip.columns)).layout()


def _step(scale: int) -> Step:
    return {1: Step.ADD, P - 1: Step.SUBTRACT}.get(scale, Step.SCALE)


def _even(count: int) -> int:
    return count + count % 2


class _Writer:
    """Writes the parts of a plan one after the other."""

    def __init__(self, plan: Plan, main_width: int) -> None:
        self._plan = plan
        self._code: list[int] = [0] * len(Header)
        self._numbers: list[int] = []
        self._weights: list[Weight] = []
        self._set(Header.MAIN_WIDTH, main_width)
        self._set(Header.FIXED_WIDTH, plan.program.cells - main_width)
        self._set(Header.REGISTERS, plan.program.registers)

    def layout(self) -> Layout:
        """Everything that was written."""
        plan = self._plan
        self._write_operations()
        self._write_values()
        self._write_columns()
        self._write_groups()
        self._write_cubics()
        self._write_singles()
        if plan.nested is not None and plan.later is not None:
            self._write_nested(plan.nested, plan.later)
        return Layout(
            np.array(self._code, dtype=np.int32),
            to_montgomery_array(np.array(self._numbers, dtype=np.uint64)),
            signed_words(self._numbers),
            WeightList.of(self._weights),
            len(plan.columns),
            self._remainder_number,
            plan.nested is not None,
        )

    def _set(self, name: Header, value: int) -> None:
        self._code[name] = value

    def _here(self, name: Header) -> None:
        self._set(name, len(self._code))

    def _write_operations(self) -> None:
        operations = self._plan.program.operations
        self._here(Header.OPERATIONS)
        self._set(Header.OPERATION_COUNT, len(operations))
        for left, right, factor in operations:
            self._code += [left, right, _step(factor), len(self._numbers)]
            self._numbers.append(factor)

    def _write_values(self) -> None:
        others, constraints = self._plan.others, self._plan.constraints
        cores = _registers(products=[p for value in (*others, *constraints) for p in value.products])
        for value in (*others, *constraints):
            if not value.affine.is_number:
                cores.setdefault(value.affine.register, len(cores))
        self._write_cores(Header.CORES, Header.CORE_COUNT, cores)
        self._here(Header.VALUES)
        self._set(Header.OTHER_COUNT, _even(len(others)))
        self._set(Header.CONSTRAINT_COUNT, _even(len(constraints)))
        self._set(Header.VALUE_WEIGHTS, len(self._weights))
        for values in (others, constraints):
            for value in values:
                self._write_value(value, cores)
                self._weights.append(value.weight)
            if len(values) % 2:
                self._code += [0, NONE, len(self._numbers)]
                self._numbers += [0, 0]
                self._weights.append(())

    def _write_value(self, value: BaseValue, cores: dict[int, int]) -> None:
        affine = value.affine
        core = NONE if affine.is_number else cores[affine.register]
        self._code += [len(value.products), core, len(self._numbers)]
        self._numbers += [affine.scale, affine.number]
        for product in value.products:
            left, right = product.forms
            step = _step(product.scale)
            self._code += [step, cores[left.register], cores[right.register], len(self._numbers)]
            self._numbers += [left.offset, right.offset, product.scale]

    def _write_cores(self, position: Header, count: Header, cores: Iterable[int]) -> None:
        registers = list(cores)
        self._here(position)
        self._set(count, len(registers))
        self._code += registers

    def _write_columns(self) -> None:
        columns = (*self._plan.columns, self._plan.remainder)
        self._set(Header.PAIR_COUNT, self._plan.pairs)
        self._set(Header.COLUMN_COUNT, len(self._plan.columns))
        self._set(Header.LINEAR, self._plan.linear)
        self._here(Header.COLUMNS)
        positions = len(self._code)
        self._code += [0] * len(columns)
        for number, column in enumerate(columns):
            self._code[positions + number] = len(self._code)
            self._write_column(column, number < 2 * self._plan.pairs or column is self._plan.remainder)
        self._remainder_number = self._code[self._code[positions + len(columns) - 1]]

    def _write_column(self, column: Column, is_even: bool) -> None:
        registers = [register for register, _ in column.parts]
        filler = len(registers) % 2 if is_even else 0
        self._code += [len(self._weights), len(registers) + filler, *registers, *[0] * filler]
        empty: Weight = ()
        self._weights += [column.number, *(weight for _, weight in column.parts), *[empty] * filler]

    def _write_groups(self) -> None:
        self._here(Header.GROUPS)
        self._set(Header.GROUP_COUNT, len(self._plan.groups))
        for group in self._plan.groups:
            if group.column_factor != NONE:
                self._code += [Factor.COLUMN, group.column_factor]
            elif group.number_factor:
                self._code += [Factor.NUMBER, len(self._weights)]
                self._weights.append(group.number_factor)
            else:
                self._code += [Factor.ONE, NONE]
            self._code += [len(group.pairs), *(number for pair in group.pairs for number in pair)]

    def _write_cubics(self) -> None:
        cubics = self._plan.cubics
        cores = _registers(products=[product for value in cubics for product in value.products])
        self._write_cores(Header.CUBIC_CORES, Header.CUBIC_CORE_COUNT, cores)
        self._here(Header.CUBICS)
        self._set(Header.CUBIC_COUNT, len(cubics))
        self._set(Header.CUBIC_WEIGHTS, len(self._weights))
        for value in cubics:
            self._code.append(len(value.products))
            for product in value.products:
                self._code += [*(cores[form.register] for form in product.forms), len(self._numbers)]
                self._numbers += [*(form.offset for form in product.forms), product.scale]
            self._weights.append(value.weight)

    def _write_singles(self) -> None:
        self._here(Header.SINGLES)
        self._set(Header.SINGLE_COUNT, len(self._plan.singles))
        self._set(Header.SINGLE_WEIGHTS, len(self._weights))
        for single in self._plan.singles:
            self._code += [*single.columns, len(self._numbers)]
            self._numbers += single.offsets
            self._weights.append(single.weight)

    def _write_nested(self, nested: WeightedProgram, later: WeightedProgram) -> None:
        self._write_cores(Header.CUBIC_CORES, Header.CUBIC_CORE_COUNT, nested.program.registers())
        self._set(Header.SLOTS, 0)
        self._set(Header.FITS_WORDS, int(fits_words(nested.program)))
        for position, count, weights, part in (
            (Header.NESTED, Header.NESTED_COUNT, Header.NESTED_WEIGHTS, nested),
            (Header.LATER, Header.LATER_COUNT, Header.LATER_WEIGHTS, later),
        ):
            self._here(position)
            self._set(count, len(part.weights))
            self._set(weights, len(self._weights))
            writer = NestedWriter(part.program, self._plan.cores, self._code, self._numbers)
            writer.write()
            self._set(Header.SLOTS, max(self._code[Header.SLOTS], writer.slots))
            self._weights += part.weights


def _registers(products: Sequence[Product]) -> dict[int, int]:
    """The registers of products, each with its number in order."""
    registers = dict.fromkeys(form.register for product in products for form in product.forms)
    return {register: number for number, register in enumerate(registers)}
