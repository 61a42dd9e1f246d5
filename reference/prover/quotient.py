"""The quotient: all constraints of all tables of one height, divided by the polynomial of the trace domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from reference.prover import field_arrays as base
from reference.prover.combination import TableCodewords
from reference.prover.field_arrays import Matrix, bit_reversed_indices
from reference.prover.kernels import Kernels
from spec.air.bus import Scope
from spec.field import EXTENSION_DEGREE, ONE, Extension, P, inverse
from spec.protocol.domain import COSET_SHIFT
from spec.protocol.logup import BusChallenges
from spec.protocol.shape import QUOTIENT_CHUNKS


def quotient_coefficients(
    kernels: Kernels,
    tables: Sequence[TableCodewords],
    public_values: Mapping[str, int],
    challenges: Mapping[Scope, BusChallenges],
    batching: Extension,
) -> Matrix:
    """The coefficients of the quotient of the tables of one height n: (n, 12), q0 and then q1.

    q0(x) + x^n q1(x) is the combined constraints over x^n - 1.
    """
    height = tables[0].height
    points = height * QUOTIENT_CHUNKS
    combined = np.zeros((points, EXTENSION_DEGREE), dtype=np.uint64)
    power = ONE
    for table in tables:
        part, power = kernels.combined_constraints(table, public_values, challenges, batching, power)
        combined = base.add(combined, part)
    # On 3 H of order 2 n, x^n is 3^n on the first half of the bit-reversed points and -3^n on the second.
    shift = pow(COSET_SHIFT, height, P)
    divisors = np.repeat(np.array([inverse(shift - 1), inverse(-shift - 1)], dtype=np.uint64), height)
    quotient = base.multiply(combined, divisors[:, None])
    natural = quotient[bit_reversed_indices(points.bit_length() - 1)]
    shifted = kernels.coefficients(natural)
    unshift = base.powers(inverse(COSET_SHIFT), points)
    coefficients = base.multiply(shifted, unshift[:, None])
    return np.hstack([coefficients[:height], coefficients[height:]])
