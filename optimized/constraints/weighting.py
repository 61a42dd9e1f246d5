"""Sums of recorded values with constant weights, rearranged so that the rows have less to multiply.

A constraint of degree 3 times its weight would take a multiplication by an extension element on every row. Instead the
weight goes into the constants of what the constraint is made of: a combination of base values takes it into its own
constants, a product into the constants of one factor. What all constraints have in common, as products with the
same base value, is added up before it is multiplied.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from optimized.constraints.recording import Opcode, Operation, Recorded, Recorder, without_factor
from spec.field import ZERO, Extension

CONSTANT_TERM = -1
"""Stands among the numbers of base values for the constant 1."""

Terms: TypeAlias = dict[int, Extension]
"""Constants by the numbers of the base values that they multiply."""


def _add_term(combination: Terms, number: int, factor: Extension) -> None:
    combination[number] = combination.get(number, ZERO) + factor


@dataclass
class _WeightedSum:
    """What has been added so far: a combination, combinations times base values, and other values."""

    recorder: Recorder
    combination: Terms = field(default_factory=dict)
    scaled: dict[int, Terms] = field(default_factory=dict)
    others: list[Recorded] = field(default_factory=list)

    def add(self, value: Recorded, weight: Extension) -> None:
        """Adds weight * value."""
        if value.constant is not None:
            _add_term(self.combination, CONSTANT_TERM, value.constant * weight)
        elif not value.is_extended:
            self._add_base(value.number, weight)
        else:
            self._add_operation(value.number, weight)

    def _add_base(self, number: int, weight: Extension) -> None:
        source, factor = without_factor(self.recorder, number)
        _add_term(self.combination, source, weight * factor)

    def _add_operation(self, number: int, weight: Extension) -> None:
        operation = self.recorder.operations[number]
        if operation.opcode is Opcode.COMBINE:
            self._add_combination(self.combination, number, weight)
        elif operation.opcode in (Opcode.EXTENSION_ADD, Opcode.EXTENSION_SUBTRACT):
            left, right = operation.inputs
            self._add_operation(left, weight)
            self._add_operation(right, weight if operation.opcode is Opcode.EXTENSION_ADD else ZERO - weight)
        elif operation.opcode is Opcode.SCALE and self._is_combination(operation.inputs[0]):
            source, base = operation.inputs
            base, sign = without_factor(self.recorder, base)
            self._add_combination(self.scaled.setdefault(base, {}), source, weight * sign)
        elif operation.opcode is Opcode.EXTENSION_MULTIPLY and any(map(self._is_combination, operation.inputs)):
            left, right = operation.inputs
            factor, kept = (right, left) if self._is_combination(right) else (left, right)
            weighted: Terms = {}
            self._add_combination(weighted, factor, weight)
            self.others.append(self._extended(kept) * self._recorded(weighted))
        else:
            self.others.append(self._extended(number) * weight)

    def _add_combination(self, total: Terms, number: int, weight: Extension) -> None:
        """Adds a COMBINE operation times a weight; a base value may stand in it twice."""
        operation = self.recorder.operations[number]
        for term, constant in zip((CONSTANT_TERM, *operation.inputs), operation.constants, strict=True):
            _add_term(total, term, constant * weight)

    def _is_combination(self, number: int) -> bool:
        return self.recorder.operations[number].opcode is Opcode.COMBINE

    def _extended(self, number: int) -> Recorded:
        return Recorded(self.recorder, number, True)

    def _recorded(self, combination: Terms) -> Recorded:
        constant = combination.get(CONSTANT_TERM, ZERO)
        inputs = [number for number in combination if number != CONSTANT_TERM]
        constants = (constant, *(combination[number] for number in inputs))
        return self._extended(self.recorder.record(Operation(Opcode.COMBINE, tuple(inputs), (), constants)))

    def total(self) -> Recorded:
        """The sum."""
        total = self._recorded(self.combination)
        for base, combination in self.scaled.items():
            total = total + self._recorded(combination) * Recorded(self.recorder, base, False)
        for other in self.others:
            total = total + other
        return total


def weighted_sum(recorder: Recorder, terms: Iterable[tuple[Recorded, Extension]]) -> Recorded:
    """The sum of recorded values times constants."""
    collected = _WeightedSum(recorder)
    for value, weight in terms:
        collected.add(value, weight)
    return collected.total()
