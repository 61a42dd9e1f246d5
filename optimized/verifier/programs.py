"""Chips as small programs over the extension field: what they say on values that stand for a row.

The declarations are walked once in a process; an interpreter runs the programs on one row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.verifier.elements import Scalars
from optimized.verifier.scalars import MODULUS, add, multiply, scale, subtract
from spec.air.chip import Chip
from spec.air.expression import Expression, evaluate
from spec.field import EXTENSION_DEGREE
from spec.protocol.gkr import SCOPES, pairs_of


class Operation(IntEnum):
    """What an instruction of a program does with its two operands."""

    ADD = 0
    SUBTRACT = 1
    MULTIPLY = 2
    SCALE = 3
    """The right operand is a base-field constant."""

    CONSTANT = 4
    """The left operand is a base-field constant, the value."""


@dataclass(frozen=True, eq=False)
class ChipProgram:
    """Registers hold the row first: committed columns, fixed columns, public values; then one result an instruction."""

    inputs: int
    code: NDArray[np.int64]
    """(instructions, 3): operation, left, right."""

    constraints: NDArray[np.int64]
    """The registers of the constraints."""

    messages: NDArray[np.int64]
    """(pairs, 2, 3 + widest): for each of a pair's interactions, local pairs first: bus identity, sign, multiplicity's
    register, then the registers of the message; -1 where there is no more, an identity of -1 where there is no second
    interaction."""


class _Recorder:
    """An interpretation that writes down what is calculated; a value is a register, a constant is negative."""

    def __init__(self, chip: Chip, public_values: Sequence[str]) -> None:
        self._columns = len(chip.columns)
        self._fixed = len(chip.fixed_columns)
        self._public = {name: i for i, name in enumerate(public_values)}
        self.inputs = self._columns + self._fixed + len(public_values)
        self.code: list[tuple[int, int, int]] = []

    def constant(self, element: int) -> int:
        return -1 - element

    def main(self, index: int) -> int:
        return index

    def fixed(self, index: int) -> int:
        return self._columns + index

    def public(self, name: str) -> int:
        return self._columns + self._fixed + self._public[name]

    def add(self, left: int, right: int) -> int:
        return self._emit(Operation.ADD, self.register(left), self.register(right))

    def subtract(self, left: int, right: int) -> int:
        return self._emit(Operation.SUBTRACT, self.register(left), self.register(right))

    def multiply(self, left: int, right: int) -> int:
        if left < 0:
            left, right = right, left
        if right < 0:
            return self._emit(Operation.SCALE, self.register(left), -1 - right)
        return self._emit(Operation.MULTIPLY, left, right)

    def register(self, value: int) -> int:
        """The register of a value; a constant gets one."""
        return self._emit(Operation.CONSTANT, -1 - value, 0) if value < 0 else value

    def _emit(self, operation: Operation, left: int, right: int) -> int:
        self.code.append((operation, left, right))
        return self.inputs + len(self.code) - 1


@lru_cache(maxsize=1024)
def chip_program(chip: Chip, public_values: tuple[str, ...]) -> ChipProgram:
    """The program of a chip."""
    recorder = _Recorder(chip, public_values)
    evaluated: dict[Expression, int] = {}

    def register(expression: Expression) -> int:
        return recorder.register(evaluate(expression, recorder, evaluated))

    constraints = [register(constraint.expression) for constraint in chip.constraints]
    pairs = [pair for scope in SCOPES for pair in pairs_of(chip, scope)]
    widest = max((i.bus.width for pair in pairs for i in pair), default=0)
    messages = np.full((len(pairs), 2, 3 + widest), -1, dtype=np.int64)
    for pair, of_pair in zip(pairs, messages, strict=True):
        for interaction, row in zip(pair, of_pair, strict=False):
            parts = [register(part) for part in interaction.message]
            row[: 3 + len(parts)] = [
                interaction.bus.identity,
                interaction.sign % int(MODULUS),
                register(interaction.multiplicity),
                *parts,
            ]
    code = np.array(recorder.code, dtype=np.int64).reshape(-1, 3)
    return ChipProgram(recorder.inputs, code, np.array(constraints, dtype=np.int64), messages)


@compiled
def run_program(code: NDArray[np.int64], inputs: int, registers: Scalars) -> None:
    """Fills the registers behind the inputs."""
    for position in range(len(code)):
        operation, left, right = code[position]
        target = registers[inputs + position]
        if operation == Operation.ADD:
            add(registers[left], registers[right], target)
        elif operation == Operation.SUBTRACT:
            subtract(registers[left], registers[right], target)
        elif operation == Operation.MULTIPLY:
            multiply(registers[left], registers[right], target)
        elif operation == Operation.SCALE:
            scale(registers[left], np.uint64(right), target)
        else:
            target[:] = 0
            target[0] = left


@compiled
def add_constraints(registers: Scalars, constraints: NDArray[np.int64], weights: Scalars, total: Scalars) -> None:
    """Adds the weighted constraints to the total."""
    product = np.empty(EXTENSION_DEGREE, dtype=np.uint64)
    for i in range(len(constraints)):
        multiply(weights[i], registers[constraints[i]], product)
        add(total, product, total)


@compiled
def _fingerprint(
    registers: Scalars, message: NDArray[np.int64], alpha: Scalars, beta_powers: Scalars, f: Scalars
) -> None:
    product = np.empty(EXTENSION_DEGREE, dtype=np.uint64)
    f[:] = alpha
    f[0] = (f[0] + np.uint64(message[0])) % MODULUS
    for i in range(len(message) - 3):
        if message[3 + i] < 0:
            break
        multiply(beta_powers[i], registers[message[3 + i]], product)
        add(f, product, f)


@compiled
def add_pairs(
    registers: Scalars,
    messages: NDArray[np.int64],
    weights: Scalars,
    batching: Scalars,
    alpha: Scalars,
    beta_powers: Scalars,
    total: Scalars,
) -> None:
    """Adds, for each pair, weight * (numerator + batching * denominator) to the total."""
    first, second = np.empty(EXTENSION_DEGREE, dtype=np.uint64), np.empty(EXTENSION_DEGREE, dtype=np.uint64)
    numerator, part = np.empty(EXTENSION_DEGREE, dtype=np.uint64), np.empty(EXTENSION_DEGREE, dtype=np.uint64)
    for i in range(len(messages)):
        _fingerprint(registers, messages[i, 0], alpha, beta_powers, first)
        scale(registers[messages[i, 0, 2]], np.uint64(messages[i, 0, 1]), numerator)
        if messages[i, 1, 0] >= 0:
            _fingerprint(registers, messages[i, 1], alpha, beta_powers, second)
            multiply(numerator, second, numerator)
            scale(registers[messages[i, 1, 2]], np.uint64(messages[i, 1, 1]), part)
            multiply(part, first, part)
            add(numerator, part, numerator)
            multiply(first, second, first)
        multiply(first, batching, first)
        add(first, numerator, first)
        multiply(first, weights[i], first)
        add(total, first, total)
