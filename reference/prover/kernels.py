"""The heavy steps of proving, as one small interface with a plain and an optimised implementation.

Kernels know arrays and field elements; they never touch the transcript and decide nothing. Both
implementations give the same numbers, so their proofs are the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from reference.prover.combination import TableCodewords
from reference.prover.extension_arrays import ExtensionArray
from reference.prover.field_arrays import Matrix
from reference.prover.logup import LogupMatrices
from reference.prover.reduction import OpenedColumns
from reference.prover.sha256_arrays import Digests
from spec.air.bus import Scope
from spec.air.chip import Chip
from spec.field import Extension
from spec.protocol.logup import BusChallenges

Item = TypeVar("Item")


class Kernels(Protocol):
    """Everything that takes a prover's time. Arrays that come in are never changed.

    Codewords stand on evaluation domains in bit-reversed order; the first n positions of a longer domain are
    the shorter domain of size n, so arrays over a domain can be cut to a shorter one.
    """

    def ahead(self, items: Iterable[Item]) -> Iterator[Item]:
        """The items in order. A few of them may be made, on another thread, before they are asked for."""
        ...

    def codewords(self, evaluations: Matrix, rate_log2: int) -> Matrix:
        """The codewords of columns given on the trace domain, (n, width): (n * 2^rate_log2, width)."""
        ...

    def evaluate_on_coset(self, coefficients: Matrix, rate_log2: int) -> Matrix:
        """The codewords of columns given by coefficients: (n * 2^rate_log2, width)."""
        ...

    def leaf_digests(self, matrices: Sequence[Matrix]) -> Digests:
        """The leaf digest of each row of matrices of one height, side by side: (height, 8)."""
        ...

    def compress(self, left: Digests, right: Digests) -> Digests:
        """The inner Merkle node over each pair of digests: (count, 8)."""
        ...

    def inverse_differences(self, point: Extension, size_log2: int) -> ExtensionArray:
        """1 / (point - x) for every x of the evaluation domain of this size: (2^size_log2, 6).

        Raises ZeroDivisionError if the point lies in the domain.
        """
        ...

    def evaluate_columns(
        self, codewords: Matrix, rate_log2: int, point: Extension, inverse_differences: ExtensionArray
    ) -> list[Extension]:
        """The value of each column at the point, from the inverse differences to at least its first n positions."""
        ...

    def reduced_codeword(self, openings: Sequence[OpenedColumns]) -> ExtensionArray:
        """The sum of the reductions of columns of one height, opened at different points: (height, 6)."""
        ...

    def add_scaled(self, total: ExtensionArray, factor: Extension, summand: ExtensionArray) -> ExtensionArray:
        """total + factor * summand, elementwise."""
        ...

    def fold(self, codeword: ExtensionArray, arity_log2: int, challenge: Extension) -> ExtensionArray:
        """FRI's folding of a codeword on a bit-reversed subgroup: 2^arity_log2 times shorter."""
        ...

    def interpolate(self, codeword: ExtensionArray) -> ExtensionArray:
        """The coefficients of the polynomial with these values on a bit-reversed subgroup."""
        ...

    def logup_matrices(
        self,
        chip: Chip,
        main: Matrix,
        fixed: Matrix,
        public_values: Mapping[str, int],
        challenges: Mapping[Scope, BusChallenges],
    ) -> LogupMatrices:
        """The LogUp columns of a table given on its trace domain."""
        ...

    def combined_constraints(
        self,
        tables: Sequence[TableCodewords],
        public_values: Mapping[str, int],
        challenges: Mapping[Scope, BusChallenges],
        batching: Extension,
    ) -> ExtensionArray:
        """All constraints of all tables of one height n, combined by powers of a challenge, on 2 n points."""
        ...

    def quotient_coefficients(self, combined: ExtensionArray) -> Matrix:
        """The coefficients of combined constraints over x^n - 1: (n, 12)."""
        ...

    def grind(self, seed: bytes, bits: int) -> int:
        """The smallest nonce that shows this many bits of proof of work."""
        ...
