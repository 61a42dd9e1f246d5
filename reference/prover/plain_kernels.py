"""The kernels as one formula a line over numpy arrays: what an optimised implementation is compared with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from reference.prover import extension_arrays, field_arrays, quotient, reduction, sha256_arrays, transform
from reference.prover.combination import TableCodewords, combined_constraints
from reference.prover.extension_arrays import ExtensionArray
from reference.prover.field_arrays import MODULUS, Matrix
from reference.prover.kernels import Item
from reference.prover.logup import LogupMatrices, logup_matrices
from reference.prover.reduction import OpenedColumns
from reference.prover.sha256_arrays import Digests
from spec.air.bus import Scope
from spec.air.chip import Chip
from spec.field import EXTENSION_DEGREE, Extension, inverse
from spec.protocol.domain import COSET_SHIFT
from spec.protocol.logup import BusChallenges
from spec.protocol.transcript import grinding_succeeds

BLOCK_ROWS = 1 << 13
"""Wide matrices are combined so many rows at a time, which bounds the memory of intermediate products."""


def _row_blocks(height: int) -> list[slice]:
    return [slice(start, start + BLOCK_ROWS) for start in range(0, height, BLOCK_ROWS)]


class PlainKernels:
    """The plain implementation of `Kernels`."""

    def coefficients(self, evaluations: Matrix) -> Matrix:
        """The coefficients, lowest first, of columns given on the trace domain: (n, width)."""
        return transform.coefficients(evaluations)

    def ahead(self, items: Iterable[Item]) -> Iterator[Item]:
        return iter(items)

    def codewords(self, evaluations: Matrix, rate_log2: int) -> Matrix:
        return self.evaluate_on_coset(self.coefficients(evaluations), rate_log2)

    def evaluate_on_coset(self, coefficients: Matrix, rate_log2: int) -> Matrix:
        return transform.evaluate_on_coset(coefficients, rate_log2)

    def leaf_digests(self, matrices: Sequence[Matrix]) -> Digests:
        return sha256_arrays.leaf_digests(matrices)

    def compress(self, left: Digests, right: Digests) -> Digests:
        return sha256_arrays.compress(left, right)

    def inverse_differences(self, point: Extension, size_log2: int) -> ExtensionArray:
        x = field_arrays.scale(field_arrays.subgroup(size_log2), COSET_SHIFT)
        negated = extension_arrays.subtract_element(extension_arrays.from_base(x), point)
        return extension_arrays.inverses((MODULUS - negated) % MODULUS)

    def evaluate_columns(
        self, codewords: Matrix, rate_log2: int, point: Extension, inverse_differences: ExtensionArray
    ) -> list[Extension]:
        # With g(y) = f(3 y) and u = point / 3: g(u) = (u^n - 1) / n * sum_y y g(y) / (u - y) over the subgroup.
        height = len(codewords) >> rate_log2
        x = field_arrays.scale(field_arrays.subgroup(height.bit_length() - 1), COSET_SHIFT)
        weights = field_arrays.multiply(inverse_differences[:height], x[:, np.newaxis])
        sums = np.zeros((codewords.shape[1], EXTENSION_DEGREE), dtype=np.uint64)
        for block in _row_blocks(height):
            for j in range(EXTENSION_DEGREE):
                products = codewords[:height][block] * weights[block, j, np.newaxis] % MODULUS
                sums[:, j] = (sums[:, j] + products.sum(axis=0)) % MODULUS
        factor = ((point * inverse(COSET_SHIFT)) ** height - 1) * inverse(height)
        return [factor * total for total in extension_arrays.to_elements(sums)]

    def reduced_codeword(self, openings: Sequence[OpenedColumns]) -> ExtensionArray:
        return reduction.reduced_codeword(openings)

    def add_scaled(self, total: ExtensionArray, factor: Extension, summand: ExtensionArray) -> ExtensionArray:
        return field_arrays.add(total, extension_arrays.scale(summand, factor))

    def fold(self, codeword: ExtensionArray, arity_log2: int, challenge: Extension) -> ExtensionArray:
        # f(y) = even(y^2) + y odd(y^2); halving with beta, beta^2, beta^4, ... is folding once with beta.
        half = inverse(2)
        for _ in range(arity_log2):
            at_y, at_minus_y = codeword[0::2], codeword[1::2]
            y = field_arrays.subgroup(len(codeword).bit_length() - 1)[0::2]
            even = field_arrays.scale(field_arrays.add(at_y, at_minus_y), half)
            odd_times_y = field_arrays.scale(field_arrays.subtract(at_y, at_minus_y), half)
            odd = field_arrays.multiply(odd_times_y, field_arrays.inverses(y)[:, np.newaxis])
            codeword = field_arrays.add(even, extension_arrays.scale(odd, challenge))
            challenge = challenge * challenge
        return codeword

    def interpolate(self, codeword: ExtensionArray) -> ExtensionArray:
        natural_order = codeword[field_arrays.bit_reversed_indices(len(codeword).bit_length() - 1)]
        return transform.coefficients(natural_order)

    def logup_matrices(
        self,
        chip: Chip,
        main: Matrix,
        fixed: Matrix,
        public_values: Mapping[str, int],
        challenges: Mapping[Scope, BusChallenges],
    ) -> LogupMatrices:
        return logup_matrices(chip, main, fixed, public_values, challenges)

    def combined_constraints(
        self,
        tables: Sequence[TableCodewords],
        public_values: Mapping[str, int],
        challenges: Mapping[Scope, BusChallenges],
        batching: Extension,
    ) -> ExtensionArray:
        return combined_constraints(tables, public_values, challenges, batching)

    def quotient_coefficients(self, combined: ExtensionArray) -> Matrix:
        return quotient.quotient_coefficients(combined)

    def grind(self, seed: bytes, bits: int) -> int:
        nonce = 0
        while not grinding_succeeds(seed, bits, nonce):
            nonce += 1
        return nonce
