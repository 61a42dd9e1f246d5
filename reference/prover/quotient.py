"""The quotient: the combined constraints of one height, divided by the polynomial of the trace domain."""

from __future__ import annotations

import numpy as np

from reference.prover import field_arrays as base
from reference.prover import transform
from reference.prover.extension_arrays import ExtensionArray
from reference.prover.field_arrays import Matrix, bit_reversed_indices
from spec.field import P, inverse
from spec.protocol.domain import COSET_SHIFT
from spec.protocol.shape import QUOTIENT_CHUNKS


def trace_polynomial_inverses(height: int) -> tuple[int, int]:
    """1 / (x^n - 1) on the two halves of 3 H in bit-reversed order, H of order 2 n: x^n is 3^n and then -3^n."""
    shift = pow(COSET_SHIFT, height, P)
    return inverse(shift - 1), inverse(-shift - 1)


def quotient_coefficients(combined: ExtensionArray) -> Matrix:
    """The coefficients of the quotient of constraints combined on 2 n points: (n, 12), q0 and then q1.

    q0(x) + x^n q1(x) is the combined constraints over x^n - 1.
    """
    points = len(combined)
    height = points // QUOTIENT_CHUNKS
    divisors = np.repeat(np.array(trace_polynomial_inverses(height), dtype=np.uint64), height)
    quotient = base.multiply(combined, divisors[:, None])
    shifted = transform.coefficients(quotient[bit_reversed_indices(points.bit_length() - 1)])
    unshift = base.powers(inverse(COSET_SHIFT), points)
    coefficients = base.multiply(shifted, unshift[:, None])
    return np.hstack([coefficients[:height], coefficients[height:]])
