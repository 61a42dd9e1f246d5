"""What every address of a circuit holds, row by row: the meaning of the chips, compiled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.recursion.hints import Hints
from optimized.recursion.program import CircuitProgram, Instructions, Operation
from optimized.verifier import scalars
from spec.circuit.buses import OCTET_LIMBS
from spec.circuit.chips.words import OCTET_WORDS, WORD_BITS
from spec.field import EXTENSION_DEGREE, P

U64 = np.uint64
MODULUS = U64(P)
LIMB_BITS, LIMB_MASK = U64(16), U64(0xFFFF)
DEGREE = EXTENSION_DEGREE

Memory64 = NDArray[np.uint64]


class UnsatisfiedError(Exception):
    """The memory does not satisfy the circuit: two addresses of a row differ that have to be equal."""

    def __init__(self, row: int) -> None:
        super().__init__(f"row {row} requires two values to be equal that differ")
        self.row = row


@dataclass(frozen=True)
class Memory:
    """What every address holds."""

    values: Memory64
    """(addresses, 6)."""

    octets: Memory64
    """(addresses, 8): words, not limbs."""


def fill_memory(program: CircuitProgram, hints: Hints, publics: Sequence[int]) -> Memory:
    """The memory of a circuit for one proof's hints and public values, canonical elements.

    Raises UnsatisfiedError, and ValueError for another number of public values.
    """
    if len(publics) != program.public_values:
        raise ValueError(f"{len(publics)} public values, the circuit has {program.public_values}")
    values = np.zeros((program.values, DEGREE), dtype=np.uint64)
    octets = np.zeros((program.octets, OCTET_WORDS), dtype=np.uint64)
    values[: len(publics), 0] = publics
    row = _execute(program.instructions, hints, values, octets)
    if row >= 0:
        raise UnsatisfiedError(row)
    return Memory(values, octets)


@compiled
def _write_word(target: Memory64, word: np.uint64) -> None:
    """A word as a value: two limbs."""
    target[0], target[1] = word & LIMB_MASK, word >> LIMB_BITS


@compiled
def _execute(instructions: Instructions, hints: Hints, values: Memory64, octets: Memory64) -> int:
    """Executes all rows; the first row of two values that differ, or -1."""
    product = np.empty(DEGREE, dtype=np.uint64)
    block = np.empty(2 * OCTET_WORDS, dtype=np.uint64)
    # One case for each operation: a table that reads best as a whole, the frequent ones first.
    for row in range(len(instructions.operation)):
        operation = instructions.operation[row]
        at = instructions.arguments[instructions.first[row] :]
        if operation == Operation.MULTIPLY_ADD:
            scale, addend_scale = U64(at[4]), U64(at[5])
            scalars.multiply(values[at[0]], values[at[1]], product)
            for i in range(DEGREE):
                scaled = product[i] * scale % MODULUS
                values[at[3], i] = (scaled + values[at[2], i] * addend_scale % MODULUS) % MODULUS
        elif operation == Operation.COMPRESS:
            for i in range(OCTET_WORDS):
                octets[at[3], i] = octets[at[0], i]
                block[i] = octets[at[1], i]
                block[OCTET_WORDS + i] = octets[at[2], i]
            scalars.compress(octets[at[3]], block)
        elif operation == Operation.CHOOSE:
            exchanged = values[at[0], 0] != U64(0)
            octets[at[3]] = octets[at[2]] if exchanged else octets[at[1]]
            octets[at[4]] = octets[at[1]] if exchanged else octets[at[2]]
        elif operation == Operation.CANONICAL:
            _write_word(values[at[1]], values[at[0], 0])
        elif operation == Operation.HINT_ELEMENT:
            values[at[0], 0] = hints.elements[at[1]]
        elif operation == Operation.HINT_OCTET:
            for i in range(OCTET_WORDS):
                octets[at[0], i] = hints.octets[at[1], i]
        elif operation == Operation.PACK:
            for i in range(OCTET_WORDS):
                octets[at[OCTET_WORDS], i] = values[at[i], 0] | values[at[i], 1] << LIMB_BITS
        elif operation == Operation.EQUAL:
            for i in range(DEGREE):
                if values[at[0], i] != values[at[1], i]:
                    return row
        elif operation == Operation.HINT:
            for i in range(DEGREE):
                values[at[0], i] = hints.values[at[1], i]
        elif operation == Operation.SPLIT:
            for i in range(DEGREE):
                values[at[1 + i], 0] = values[at[0], i]
        elif operation == Operation.JOIN:
            for i in range(DEGREE):
                values[at[DEGREE], i] = values[at[i], 0]
        elif operation == Operation.UNPACK:
            for i in range(OCTET_WORDS):
                _write_word(values[at[1 + i]], octets[at[0], i])
        elif operation == Operation.CHALLENGE:
            scalars.challenge(octets[at[0]], values[at[1]])
        elif operation == Operation.BITS:
            word = values[at[0], 0] | values[at[0], 1] << LIMB_BITS
            for i in range(WORD_BITS):
                values[at[1 + i], 0] = word >> U64(i) & U64(1)
        elif operation == Operation.CONSTANT:
            for i in range(DEGREE):
                values[at[0], i] = U64(at[1 + i])
        elif operation == Operation.CONSTANT_OCTET:
            for i in range(OCTET_WORDS):
                octets[at[0], i] = U64(at[1 + 2 * i]) | U64(at[2 + 2 * i]) << LIMB_BITS
        elif operation == Operation.HINT_WORD:
            _write_word(values[at[0]], U64(hints.words[at[1]]))
        elif operation == Operation.EQUALS_NUMBER:
            values[at[1], 0] = U64(1) if values[at[0], 0] == U64(at[2]) else U64(0)
    return -1


def octet_limbs(octets: Memory64) -> Memory64:
    """Words as limbs, the lower one first: (count, 16)."""
    limbs = np.empty((len(octets), OCTET_LIMBS), dtype=np.uint64)
    limbs[:, ::2], limbs[:, 1::2] = octets & LIMB_MASK, octets >> LIMB_BITS
    return limbs
