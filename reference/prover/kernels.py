"""The heavy steps of proving, as one small interface with a plain and an optimised implementation.

Kernels know arrays and field elements; they never touch the transcript and decide nothing. Both
implementations give the same numbers, so their proofs are the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from spec.field import Extension

Matrix = NDArray[np.uint64]
"""(height, width) canonical base-field elements."""

ExtensionArray = NDArray[np.uint64]
"""(..., 6) canonical coefficients of extension elements."""

Digests = NDArray[np.uint32]
"""(count, 8) digests as SHA-256's eight words."""


class Kernels(Protocol):
    """Everything that takes a prover's time. Arrays that come in are never changed."""

    def coefficients(self, evaluations: Matrix) -> Matrix:
        """The coefficients, lowest first, of the columns with these values on the trace domain."""
        ...

    def evaluate_on_coset(self, coefficients: Matrix, rate_log2: int) -> Matrix:
        """The codewords of columns given by coefficients: (n * 2^rate_log2, width) in bit-reversed order."""
        ...

    def leaf_digests(self, matrices: Sequence[Matrix]) -> Digests:
        """The leaf digest of each row of these matrices side by side; all have the same height."""
        ...

    def compress(self, left: Digests, right: Digests) -> Digests:
        """The inner node over each pair of digests."""
        ...

    def evaluate_columns(self, codewords: Matrix, rate_log2: int, point: Extension) -> ExtensionArray:
        """The value of each column at a point outside the domains: (width, 6)."""
        ...

    def combine_columns(self, codewords: Matrix, challenge: Extension) -> ExtensionArray:
        """sum_c challenge^c column_c: (height, 6)."""
        ...

    def deep_quotient(self, codeword: ExtensionArray, value: Extension, point: Extension) -> ExtensionArray:
        """(f(x) - value) / (x - point) at each point x of the evaluation domain."""
        ...

    def scale_and_add(
        self, total: ExtensionArray, factor: Extension, summand: ExtensionArray
    ) -> ExtensionArray:
        """total + factor * summand."""
        ...

    def fold(self, codeword: ExtensionArray, arity_log2: int, challenge: Extension) -> ExtensionArray:
        """The folded codeword of FRI over subgroups (not cosets), 2^arity_log2 times shorter."""
        ...

    def interpolate_subgroup(self, codeword: ExtensionArray, length: int) -> ExtensionArray:
        """The lowest `length` coefficients of the polynomial with these values on a bit-reversed subgroup."""
        ...

    def grind(self, seed: bytes, bits: int) -> int:
        """The smallest nonce with the asked bits of proof of work."""
        ...
