"""The kernels in numba. Arrays inside are 32-bit words; the numbers are the plain kernels'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from optimized import columns, constraints, extension, grinding, sha256, transform
from optimized.lanes import LANES
from optimized.roots import Words
from reference.prover.combination import TableCodewords
from reference.prover.extension_arrays import ExtensionArray, powers, to_elements
from reference.prover.field_arrays import Matrix
from reference.prover.logup import LogupMatrices
from reference.prover.plain_kernels import PlainKernels
from reference.prover.sha256_arrays import Digests
from spec.air.bus import Scope
from spec.air.chip import Chip
from spec.field import Extension
from spec.protocol.logup import BusChallenges


def _words(array: Matrix) -> Words:
    return np.ascontiguousarray(array, dtype=np.uint32)


def _wide(array: Matrix) -> Matrix:
    return array.astype(np.uint64)


class OptimizedKernels:
    """The optimised implementation of `Kernels`. Arrays of fewer elements than lanes go to the plain one."""

    def __init__(self) -> None:
        self._plain = PlainKernels()

    def coefficients(self, evaluations: Matrix) -> Matrix:
        return transform.coefficients(_words(evaluations))

    def evaluate_on_coset(self, coefficients: Matrix, rate_log2: int) -> Matrix:
        return transform.evaluate_on_coset(_words(coefficients), rate_log2)

    def leaf_digests(self, matrices: Sequence[Matrix]) -> Digests:
        return sha256.leaf_digests([_words(matrix) for matrix in matrices])

    def compress(self, left: Digests, right: Digests) -> Digests:
        return sha256.compress(left, right)

    def multiply(self, left: ExtensionArray, right: ExtensionArray) -> ExtensionArray:
        if left.shape != right.shape or len(left) < LANES:
            return self._plain.multiply(_wide(left), _wide(right))
        return extension.multiply_elements(_words(left), _words(right))

    def inverses(self, elements: ExtensionArray) -> ExtensionArray:
        if len(elements) % LANES:
            return self._plain.inverses(_wide(elements))
        return extension.inverses(_words(elements))

    def inverse_differences(self, point: Extension, size_log2: int) -> ExtensionArray:
        if 1 << size_log2 < LANES:
            return self._plain.inverse_differences(point, size_log2)
        return extension.inverses(columns.differences(point, size_log2))

    def evaluate_columns(
        self, codewords: Matrix, rate_log2: int, point: Extension, inverse_differences: ExtensionArray
    ) -> list[Extension]:
        height = len(codewords) >> rate_log2
        if height < LANES:
            return self._plain.evaluate_columns(_wide(codewords), rate_log2, point, _wide(inverse_differences))
        return columns.evaluate_columns(_words(codewords), height, point, _words(inverse_differences))

    def combine_columns(self, codewords: Matrix, challenge: Extension) -> ExtensionArray:
        if len(codewords) < LANES:
            return self._plain.combine_columns(_wide(codewords), challenge)
        total = np.zeros((len(codewords), extension.SIX), dtype=np.uint32)
        weights = to_elements(powers(challenge, codewords.shape[1]))
        columns.add_weighted_columns(total, _words(codewords), weights)
        return total

    def add_scaled(self, total: ExtensionArray, factor: Extension, summand: ExtensionArray) -> ExtensionArray:
        if len(total) < LANES:
            return self._plain.add_scaled(_wide(total), factor, _wide(summand))
        return columns.add_scaled(_words(total), factor, _words(summand))

    def fold(self, codeword: ExtensionArray, arity_log2: int, challenge: Extension) -> ExtensionArray:
        if len(codeword) >> arity_log2 < LANES:
            return self._plain.fold(_wide(codeword), arity_log2, challenge)
        folded = _words(codeword)
        for _ in range(arity_log2):
            folded = columns.fold_in_half(folded, challenge)
            challenge = challenge * challenge
        return folded

    def interpolate(self, codeword: ExtensionArray) -> ExtensionArray:
        return transform.interpolate(_words(codeword), 1)

    def logup_matrices(
        self,
        chip: Chip,
        main: Matrix,
        fixed: Matrix,
        public_values: Mapping[str, int],
        challenges: Mapping[Scope, BusChallenges],
    ) -> LogupMatrices:
        if len(main) % LANES == 0:
            return constraints.logup_matrices(chip, main, fixed, public_values, challenges)
        return self._plain.logup_matrices(chip, _wide(main), _wide(fixed), public_values, challenges)

    def combined_constraints(
        self,
        table: TableCodewords,
        public_values: Mapping[str, int],
        challenges: Mapping[Scope, BusChallenges],
        batching: Extension,
        power: Extension,
    ) -> tuple[ExtensionArray, Extension]:
        if len(table.main) % LANES == 0:
            return constraints.combined_constraints(table, public_values, challenges, batching, power)
        widened = TableCodewords(
            chip=table.chip,
            main=_wide(table.main),
            fixed=_wide(table.fixed),
            helpers=_wide(table.helpers),
            accumulators=_wide(table.accumulators),
            totals=table.totals,
        )
        return self._plain.combined_constraints(widened, public_values, challenges, batching, power)

    def grind(self, seed: bytes, bits: int) -> int:
        return grinding.grind(seed, bits)
