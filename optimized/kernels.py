"""The kernels in numba. Arrays inside are 32-bit words; the numbers are the plain kernels'."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from optimized.constraints import quotient, stages
from optimized.field import extension
from optimized.hashing import grinding, sha256
from optimized.lanes.vectors import LANES
from optimized.memory import arrays
from optimized.openings import columns
from optimized.threads import made_ahead
from optimized.transforms import transform
from optimized.words import words
from reference.prover.combination import TableCodewords
from reference.arrays.extension_arrays import ExtensionArray
from reference.arrays.field_arrays import Matrix
from reference.prover.kernels import Item
from reference.prover.logup import LogupMatrices
from reference.prover.plain_kernels import PlainKernels
from reference.prover.reduction import OpenedColumns
from reference.prover.sha256_arrays import Digests
from spec.air.bus import Scope
from spec.air.chip import Chip
from spec.field import Extension
from spec.protocol.logup import BusChallenges


def _wide(array: Matrix) -> Matrix:
    return array.astype(np.uint64)


class OptimizedKernels:
    """The optimised implementation of `Kernels`. Arrays of fewer elements than lanes go to the plain one."""

    def __init__(self) -> None:
        self._plain = PlainKernels()
        weakref.finalize(self, arrays.release)

    def ahead(self, items: Iterable[Item]) -> Iterator[Item]:
        return made_ahead(items)

    def codewords(self, evaluations: Matrix, rate_log2: int) -> Matrix:
        return transform.codewords(words(evaluations), rate_log2)

    def evaluate_on_coset(self, coefficients: Matrix, rate_log2: int) -> Matrix:
        return transform.evaluate_on_coset(words(coefficients), rate_log2)

    def leaf_digests(self, matrices: Sequence[Matrix]) -> Digests:
        return sha256.leaf_digests([words(matrix) for matrix in matrices])

    def compress(self, left: Digests, right: Digests) -> Digests:
        return sha256.compress(left, right)

    def inverse_differences(self, point: Extension, size_log2: int) -> ExtensionArray:
        if 1 << size_log2 < LANES:
            return self._plain.inverse_differences(point, size_log2)
        return extension.inverses(columns.differences(point, size_log2))

    def evaluate_columns(
        self, codewords: Matrix, rate_log2: int, point: Extension, inverse_differences: ExtensionArray
    ) -> list[Extension]:
        height = len(codewords) >> rate_log2
        if height < LANES:
            needed = _wide(inverse_differences[:height])
            return self._plain.evaluate_columns(_wide(codewords), rate_log2, point, needed)
        return columns.evaluate_columns(words(codewords), height, point, words(inverse_differences))

    def reduced_codeword(self, openings: Sequence[OpenedColumns]) -> ExtensionArray:
        if len(openings[0].codewords[0]) >= LANES:
            return columns.reduced_codeword(openings)
        widened = [
            replace(
                opening,
                codewords=[_wide(matrix) for matrix in opening.codewords],
                inverse_differences=_wide(opening.inverse_differences[: len(opening.codewords[0])]),
            )
            for opening in openings
        ]
        return self._plain.reduced_codeword(widened)

    def add_scaled(self, total: ExtensionArray, factor: Extension, summand: ExtensionArray) -> ExtensionArray:
        if len(total) < LANES:
            return self._plain.add_scaled(_wide(total), factor, _wide(summand))
        return columns.add_scaled(words(total), factor, words(summand))

    def fold(self, codeword: ExtensionArray, arity_log2: int, challenge: Extension) -> ExtensionArray:
        if len(codeword) >> arity_log2 < LANES:
            return self._plain.fold(_wide(codeword), arity_log2, challenge)
        folded = words(codeword)
        for _ in range(arity_log2):
            folded = columns.fold_in_half(folded, challenge)
            challenge = challenge * challenge
        return folded

    def interpolate(self, codeword: ExtensionArray) -> ExtensionArray:
        return transform.interpolate(words(codeword), 1)

    def logup_matrices(
        self,
        chip: Chip,
        main: Matrix,
        fixed: Matrix,
        public_values: Mapping[str, int],
        challenges: Mapping[Scope, BusChallenges],
    ) -> LogupMatrices:
        if len(main) % LANES == 0:
            return stages.logup_matrices(chip, main, fixed, public_values, challenges)
        return self._plain.logup_matrices(chip, _wide(main), _wide(fixed), public_values, challenges)

    def combined_constraints(
        self,
        tables: Sequence[TableCodewords],
        public_values: Mapping[str, int],
        challenges: Mapping[Scope, BusChallenges],
        batching: Extension,
    ) -> ExtensionArray:
        if len(tables[0].main) % LANES == 0:
            return stages.combined_constraints(tables, public_values, challenges, batching)
        widened = [
            replace(
                table,
                main=_wide(table.main),
                fixed=_wide(table.fixed),
                helpers=_wide(table.helpers),
                accumulators=_wide(table.accumulators),
            )
            for table in tables
        ]
        return self._plain.combined_constraints(widened, public_values, challenges, batching)

    def quotient_coefficients(self, combined: ExtensionArray) -> Matrix:
        return quotient.quotient_coefficients(words(combined))

    def grind(self, seed: bytes, bits: int) -> int:
        return grinding.grind(seed, bits)
