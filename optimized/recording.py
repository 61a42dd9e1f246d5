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
            return Recorded(self, None, False, Extension.of(element))
        return Recorded(self, None, True, element)

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


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """The result of an operation, or a constant: then it has no number of its own yet."""

    recorder: Recorder
    known_number: int | None
    is_extended: bool
    element: Extension = ZERO

    @property
    def number(self) -> int:
        """The number of the operation that gives the value; a constant is recorded as one."""
        if self.known_number is not None:
            return self.known_number
        opcode = Opcode.COMBINE if self.is_extended else Opcode.CONSTANT
        return self.recorder.record(Operation(opcode, constants=(self.element,)))

    def extended(self) -> Recorded:
        """The value as an element of the extension."""
        if self.is_extended:
            return self
        if self.known_number is None:
            return Recorded(self.recorder, None, True, self.element)
        return self._combined((self.known_number,), (ZERO, ONE))

    def _combined(self, inputs: tuple[int, ...], constants: tuple[Extension, ...]) -> Recorded:
        return Recorded(self.recorder, self.recorder.record(Operation(Opcode.COMBINE, inputs, (), constants)), True)

    def _combination(self) -> Operation | None:
        """The operation that the value is, if it is a sum of base values times constants."""
        if self.known_number is None:
            return Operation(Opcode.COMBINE, constants=(self.element,))
        operation = self.recorder.operations[self.known_number]
        return operation if operation.opcode is Opcode.COMBINE else None

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
        if other.known_number is None and other.element == ZERO and (self.is_extended or not other.is_extended):
            return self
        if self.known_number is None and other.known_number is None:
            is_extended = self.is_extended or other.is_extended
            return Recorded(self.recorder, None, is_extended, self.element + other.element * sign)
        if not self.is_extended and not other.is_extended:
            return self._operation(Opcode.ADD if sign == 1 else Opcode.SUBTRACT, other)
        left, right = self.extended(), other.extended()
        left_terms, right_terms = left._combination(), right._combination()
        if left_terms is not None and right_terms is not None:
            constant = left_terms.constants[0] + right_terms.constants[0] * sign
            factors = tuple(factor * sign for factor in right_terms.constants[1:])
            return self._combined(
                left_terms.inputs + right_terms.inputs, (constant, *left_terms.constants[1:], *factors)
            )
        return left.added(right, sign)

    def __mul__(self, other: Recorded | Extension | int) -> Recorded:
        right = self._lifted(other)
        for factor, rest in ((self, right), (right, self)):
            if factor.known_number is None:
                return rest._times_constant(factor)
        if self.is_extended and right.is_extended:
            return self._operation(Opcode.EXTENSION_MULTIPLY, right)
        if self.is_extended:
            return self._operation(Opcode.SCALE, right)
        return right._operation(Opcode.SCALE if right.is_extended else Opcode.MULTIPLY, self)

    def _times_constant(self, factor: Recorded) -> Recorded:
        is_extended = self.is_extended or factor.is_extended
        if self.known_number is None:
            return Recorded(self.recorder, None, is_extended, self.element * factor.element)
        if factor.element == ONE and (self.is_extended or not factor.is_extended):
            return self
        if not is_extended:
            return self._operation(Opcode.MULTIPLY, factor)
        if not self.is_extended:
            return self._combined((self.number,), (ZERO, factor.element))
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
