"""The quotient: combined constraints over the polynomial of the trace domain, as coefficients."""

from __future__ import annotations

import numpy as np

from optimized.compilation import compiled
from optimized.field.lanes import known, multiply_by_known
from optimized.lanes.vectors import LANES, load, store
from optimized.memory import arrays
from optimized.threads import in_parallel
from optimized.transforms.transform import interpolate
from optimized.words import Words
from reference.prover.quotient import trace_polynomial_inverses
from spec.field import EXTENSION_DEGREE, P
from spec.protocol.domain import COSET_SHIFT
from spec.protocol.shape import QUOTIENT_CHUNKS

SMALLEST_TASK_WORDS = 1 << 16


@compiled
def _multiply(source: Words, factor: int, target: Words, start: int, stop: int) -> None:
    """Words start to stop times a factor."""
    multiplier = known(factor)
    for i in range(start, stop, LANES):
        store(target, i, multiply_by_known(load(source, i), multiplier))


def quotient_coefficients(combined: Words) -> Words:
    """The coefficients of combined constraints over x^n - 1: (n, 12)."""
    height = len(combined) // QUOTIENT_CHUNKS
    quotient = arrays.empty(*combined.shape)
    for part, divisor in enumerate(trace_polynomial_inverses(height)):
        half = slice(part * height, (part + 1) * height)
        source, target = combined[half].reshape(-1), quotient[half].reshape(-1)
        in_lanes = len(source) // LANES * LANES

        def divide(
            start: int, stop: int, source: Words = source, target: Words = target, factor: int = divisor
        ) -> None:
            _multiply(source, factor, target, start * LANES, stop * LANES)

        in_parallel(divide, in_lanes // LANES, SMALLEST_TASK_WORDS // LANES)
        target[in_lanes:] = source[in_lanes:] * np.uint64(divisor) % np.uint64(P)
    coefficients = interpolate(quotient, COSET_SHIFT)
    chunks = arrays.empty(height, QUOTIENT_CHUNKS * EXTENSION_DEGREE)

    def place(start: int, stop: int) -> None:
        for chunk in range(QUOTIENT_CHUNKS):
            columns = slice(chunk * EXTENSION_DEGREE, (chunk + 1) * EXTENSION_DEGREE)
            chunks[start:stop, columns] = coefficients[chunk * height + start : chunk * height + stop]

    in_parallel(place, height, SMALLEST_TASK_WORDS // chunks.shape[1])
    return chunks
