"""Constraints with common factors as flat code: what each needs that is not known yet is made before it.

A factor lies in a slot from its first use to its last, so that few of them are there at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from optimized.zerocheck.nested import Factor, Nested, NestedProgram, factors_of
from spec.field import P


class NestedWriter:
    """Writes a program, whose registers are known by the numbers of their cores, behind other code and numbers.

    A constraint is four counts and what they count:
    products to be made, each a slot, two cores, and the position of their offsets;
    sums to be made, each a slot, the counts of its registers and products, the position of its number and their
    scales, then the registers' cores and the products' slots;
    products that it adds, each a slot and the position of a scale;
    cubics that it adds, each a core, a slot, and the position of a number and a scale: of (scale * core + number).
    """

    def __init__(self, program: NestedProgram, cores: Mapping[int, int], code: list[int], numbers: list[int]) -> None:
        self._program = program
        self._cores = cores
        self._code = code
        self._numbers = numbers
        self._slots: dict[Factor, int] = {}
        self._free: list[int] = []
        self.slots = 0
        """How many are needed."""

    def write(self) -> None:
        """Writes all constraints."""
        needed = self._needed()
        last_use = {factor: number for number, factors in enumerate(needed) for factor in factors}
        for number, value in enumerate(self._program.values):
            self._write_value(value, [factor for factor in needed[number] if factor not in self._slots])
            for factor in needed[number]:
                if last_use[factor] == number:
                    self._free.append(self._slots[factor])

    def _needed(self) -> list[list[Factor]]:
        """By constraint, the factors that it reads, or that a sum which is made for it reads: products first."""
        made: set[Factor] = set()
        needed = []
        for value in self._program.values:
            factors = dict.fromkeys(factors_of(value))
            sums = [factor for factor in factors if factor.is_sum]
            inner = {Factor(False, number): None for of in sums if of not in made for number in self._inside(of)}
            made.update(sums)
            products = inner | {factor: None for factor in factors if not factor.is_sum}
            needed.append([*products, *sums])
        return needed

    def _inside(self, factor: Factor) -> Iterable[int]:
        return self._program.products_of(factor)

    def _write_value(self, value: Nested, new: list[Factor]) -> None:
        products, sums = ([factor for factor in new if factor.is_sum is kind] for kind in (False, True))
        self._code += [len(products), len(sums), len(value.products), len(value.cubics)]
        for factor in products:
            left, right = self._program.products[factor.number]
            self._code += [self._take(factor), self._cores[left.register], self._cores[right.register]]
            self._write_numbers(left.offset, right.offset)
        for factor in sums:
            self._write_sum(factor)
        for scale, number in value.products:
            self._code.append(self._slots[Factor(False, number)])
            self._write_numbers(scale)
        for cubic in value.cubics:
            self._code += [self._cores[cubic.form.register], self._slots[cubic.factor]]
            self._write_numbers(cubic.form.offset * cubic.scale % P, cubic.scale)

    def _write_sum(self, factor: Factor) -> None:
        total = self._program.sums[factor.number]
        self._code += [self._take(factor), len(total.registers), len(total.products)]
        self._write_numbers(total.number, *(scale for scale, _ in (*total.registers, *total.products)))
        self._code += [self._cores[register] for _, register in total.registers]
        self._code += [self._slots[Factor(False, number)] for _, number in total.products]

    def _write_numbers(self, *numbers: int) -> None:
        """Their position, and the numbers themselves."""
        self._code.append(len(self._numbers))
        self._numbers += numbers

    def _take(self, factor: Factor) -> int:
        if self._free:
            self._slots[factor] = self._free.pop()
        else:
            self._slots[factor] = self.slots
            self.slots += 1
        return self._slots[factor]
