"""Straight-line programs over the rows of a table, recorded by running the protocol's own functions.

A `Recorded` value knows +, - and *. The functions that evaluate constraints on numbers in the verifier, run on
recorded values, leave the list of operations to do on every row. Equal operations are recorded once, so common
subexpressions are shared, and what no output needs is dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, unique
from itertools import accumulate
from typing import NamedTuple

from spec.field import ONE, ZERO, Extension


@unique
class Opcode(IntEnum):
    """What an operation does. Base values take one register, extension values six."""

    LOAD = 0
    """immediates: matrix, column."""
    CONSTANT = 1
    ADD = 2
    SUBTRACT = 3
    MULTIPLY = 4
    EXTENSION_LOAD = 5
    """immediates: matrix, first of six columns."""
    COMBINE = 6
    """A constant plus a sum of base values times constants of the extension."""
    EXTENSION_ADD = 7
    EXTENSION_SUBTRACT = 8
    EXTENSION_MULTIPLY = 9
    SCALE = 10
    """An extension value times a base value."""
    INVERT = 11
    STORE = 12
    """Writes an extension value; immediates: matrix, first of six columns."""


LOADS = frozenset({Opcode.LOAD, Opcode.EXTENSION_LOAD})
"""What stands in registers from the start."""

EXTENSION_RESULTS = frozenset(
    {
        Opcode.EXTENSION_LOAD,
        Opcode.COMBINE,
        Opcode.EXTENSION_ADD,
        Opcode.EXTENSION_SUBTRACT,
        Opcode.EXTENSION_MULTIPLY,
        Opcode.SCALE,
        Opcode.INVERT,
    }
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: the numbers of the operations whose results it takes, and what it knows itself."""

    opcode: Opcode
    inputs: tuple[int, ...] = ()
    immediates: tuple[int, ...] = ()
    constants: tuple[Extension, ...] = ()


class Recorder:
    """The operations so far; each is known by its number."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self._numbers: dict[Operation, int] = {}
        self.stores: list[int] = []

    def record(self, operation: Operation) -> int:
        """The number of the operation, an old one if it has been recorded before."""
        number = self._numbers.get(operation)
        if number is None:
            number = self._numbers[operation] = len(self.operations)
            self.operations.append(operation)
        return number

    def base(self, matrix: int, column: int) -> Recorded:
        """A column of base elements."""
        return Recorded(self, self.record(Operation(Opcode.LOAD, immediates=(matrix, column))), False)

    def extension(self, matrix: int, column: int) -> Recorded:
        """Six columns that hold extension elements."""
        return Recorded(self, self.record(Operation(Opcode.EXTENSION_LOAD, immediates=(matrix, column))), True)

    def constant(self, element: Extension | int) -> Recorded:
        """The same element on every row."""
        if isinstance(element, int):
            return Recorded(self, None, False, Combination((), (Extension.of(element),)))
        return Recorded(self, None, True, Combination((), (element,)))

    def store(self, value: Recorded, matrix: int, column: int) -> None:
        """Writes a value to six columns of an output matrix."""
        operation = Operation(Opcode.STORE, (value.extended().number,), (matrix, column))
        self.stores.append(self.record(operation))

    def live(self) -> list[int]:
        """The numbers of the operations that the stores need, in order."""
        needed = set(self.stores)
        for number in range(len(self.operations) - 1, -1, -1):
            if number in needed:
                needed.update(self.operations[number].inputs)
        return sorted(needed)


class Combination(NamedTuple):
    """A constant plus the sum of base values times constants, the constant first."""

    inputs: tuple[int, ...]
    constants: tuple[Extension, ...]

    def plus(self, other: Combination, sign: int) -> Combination:
        """self + sign * other."""
        first, *rest = other.constants if sign == 1 else (-constant for constant in other.constants)
        return Combination(self.inputs + other.inputs, (self.constants[0] + first, *self.constants[1:], *rest))


NOTHING = Combination((), (ZERO,))


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """The result of an operation; or a combination that has no number yet, as it may still grow."""

    recorder: Recorder
    known_number: int | None
    is_extended: bool
    combination: Combination = NOTHING
    """What the value is if it has no number."""

    @property
    def number(self) -> int:
        """The number of the operation that gives the value; a combination is recorded as one."""
        if self.known_number is not None:
            return self.known_number
        inputs, constants = self.combination
        opcode = Opcode.COMBINE if self.is_extended else Opcode.CONSTANT
        return self.recorder.record(Operation(opcode, inputs, (), constants))

    @property
    def constant(self) -> Extension | None:
        """The element that the value is on every row, if it is a constant."""
        if self.known_number is None and not self.combination.inputs:
            return self.combination.constants[0]
        return None

    def extended(self) -> Recorded:
        """The value as an element of the extension."""
        if self.is_extended:
            return self
        if self.known_number is None:
            return self._combined(self.combination)
        return self._combined(Combination((self.known_number,), (ZERO, ONE)))

    def _combined(self, combination: Combination) -> Recorded:
        return Recorded(self.recorder, None, True, combination)

    def _as_combination(self) -> Combination | None:
        """The combination that an extension value is, if it is one."""
        if self.known_number is None:
            return self.combination
        operation = self.recorder.operations[self.known_number]
        if operation.opcode is not Opcode.COMBINE:
            return None
        return Combination(operation.inputs, operation.constants)

    def _operation(self, opcode: Opcode, other: Recorded) -> Recorded:
        number = self.recorder.record(Operation(opcode, (self.number, other.number)))
        return Recorded(self.recorder, number, opcode in EXTENSION_RESULTS)

    def added(self, other: Recorded, sign: int) -> Recorded:
        """self + sign * other for extension values, as one operation: where both are needed by themselves too."""
        return self._operation(Opcode.EXTENSION_ADD if sign == 1 else Opcode.EXTENSION_SUBTRACT, other)

    def _lifted(self, other: Recorded | Extension | int) -> Recorded:
        return other if isinstance(other, Recorded) else self.recorder.constant(other)

    def __add__(self, other: Recorded | Extension | int) -> Recorded:
        return self._sum(self._lifted(other), 1)

    def __sub__(self, other: Recorded | Extension | int) -> Recorded:
        return self._sum(self._lifted(other), -1)

    def _sum(self, other: Recorded, sign: int) -> Recorded:
        """self + sign * other."""
        if other.constant == ZERO and (self.is_extended or not other.is_extended):
            return self
        if not self.is_extended and not other.is_extended:
            if self.constant is not None and other.constant is not None:
                return Recorded(self.recorder, None, False, self.combination.plus(other.combination, sign))
            return self._operation(Opcode.ADD if sign == 1 else Opcode.SUBTRACT, other)
        left, right = self.extended(), other.extended()
        terms, other_terms = left._as_combination(), right._as_combination()
        if terms is not None and other_terms is not None:
            return self._combined(terms.plus(other_terms, sign))
        return left.added(right, sign)

    def __mul__(self, other: Recorded | Extension | int) -> Recorded:
        right = self._lifted(other)
        for factor, rest in ((self, right), (right, self)):
            if factor.constant is not None:
                return rest._times_constant(factor, factor.constant)
        if self.is_extended and right.is_extended:
            return self._operation(Opcode.EXTENSION_MULTIPLY, right)
        if self.is_extended:
            return self._operation(Opcode.SCALE, right)
        return right._operation(Opcode.SCALE if right.is_extended else Opcode.MULTIPLY, self)

    def _times_constant(self, factor: Recorded, element: Extension) -> Recorded:
        is_extended = self.is_extended or factor.is_extended
        if self.constant is not None:
            return Recorded(self.recorder, None, is_extended, Combination((), (self.constant * element,)))
        if element == ONE and (self.is_extended or not factor.is_extended):
            return self
        if not is_extended:
            return self._operation(Opcode.MULTIPLY, factor)
        if not self.is_extended:
            return self._combined(Combination((self.number,), (ZERO, element)))
        return self._operation(Opcode.EXTENSION_MULTIPLY if factor.is_extended else Opcode.SCALE, factor)

    def inverse(self) -> Recorded:
        """1 / self."""
        number = self.recorder.record(Operation(Opcode.INVERT, (self.extended().number,)))
        return Recorded(self.recorder, number, True)


def without_factor(recorder: Recorder, number: int) -> tuple[int, Extension]:
    """A base value as another one times a constant, if it was made so."""
    operation = recorder.operations[number]
    if operation.opcode is Opcode.MULTIPLY:
        for source, constant in (operation.inputs, operation.inputs[::-1]):
            if recorder.operations[constant].opcode is Opcode.CONSTANT:
                return source, recorder.operations[constant].constants[0]
    return number, ONE


def inverses(values: Sequence[Recorded]) -> list[Recorded]:
    """1 / value for each of several values, with one inversion [Montgomery 1987]."""
    products = list(accumulate(values, lambda product, value: product * value))
    inverse = products[-1].inverse()
    found = []
    for value, before in zip(values[:0:-1], products[-2::-1], strict=True):
        found.append(inverse * before)
        inverse = inverse * value
    return [inverse, *reversed(found)]


@dataclass(frozen=True)
class RecordedRow:
    """The columns of a table as an interpretation of its expressions."""

    recorder: Recorder
    public_values: Mapping[str, int]
    main_matrix: int
    fixed_matrix: int

    def constant(self, element: int) -> Recorded:
        return self.recorder.constant(element)

    def main(self, index: int) -> Recorded:
        return self.recorder.base(self.main_matrix, index)

    def fixed(self, index: int) -> Recorded:
        return self.recorder.base(self.fixed_matrix, index)

    def public(self, name: str) -> Recorded:
        return self.recorder.constant(self.public_values[name])

    def add(self, left: Recorded, right: Recorded) -> Recorded:
        return left + right

    def subtract(self, left: Recorded, right: Recorded) -> Recorded:
        return left - right

    def multiply(self, left: Recorded, right: Recorded) -> Recorded:
        return left * right
