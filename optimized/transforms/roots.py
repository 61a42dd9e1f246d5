"""Tables of roots of unity, in the order in which bit-reversed transforms use them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from optimized.field.lanes import to_montgomery_array
from optimized.words import Words
from spec.field import P, inverse, root_of_unity

CACHED_TABLES = 64
"""A proof uses a few tables for each height; each is as long as its height."""


@cache
def bit_reversed_roots(count_log2: int) -> NDArray[np.uint64]:
    """root_of_unity(l + 1)^bitrev_l(b) for b < 2^l, l = count_log2: canonical.

    The entries do not depend on l: a longer table starts with the shorter one. The subgroup of order 2^(l+1)
    in bit-reversed order is entry 0, its negative, entry 1, its negative, ...
    """
    if count_log2 == 0:
        return np.ones(1, dtype=np.uint64)
    shorter = bit_reversed_roots(count_log2 - 1)
    longer = shorter * np.uint64(root_of_unity(count_log2 + 1)) % np.uint64(P)
    return np.concatenate([shorter, longer])


@lru_cache(CACHED_TABLES)
def butterfly_factors(size_log2: int, shift: int) -> Words:
    """The factors of a transform of size n = 2^size_log2 on the coset shift * H: n - 1 numbers.

    Level l has 2^l of them, one per block, from position 2^l - 1 on. A polynomial of a block of level l is
    known modulo x^(n / 2^l) - t^2 and is split into its remainders modulo x^(n / 2^(l+1)) - t and + t.
    """
    return _factors(bit_reversed_roots, size_log2, shift)


@cache
def inverse_bit_reversed_roots(count_log2: int) -> NDArray[np.uint64]:
    """The inverses of the roots. Entries of equal top bit are closed under inversion up to sign, in reverse order."""
    roots = bit_reversed_roots(count_log2)
    inverses = np.ones_like(roots)
    for level in range(count_log2):
        run = slice(1 << level, 2 << level)
        inverses[run] = np.uint64(P) - roots[run][::-1]
    return inverses


@lru_cache(CACHED_TABLES)
def inverse_butterfly_factors(size_log2: int, shift: int) -> Words:
    """The inverses of the factors of a transform on the coset shift * H, in the same order."""
    return _factors(inverse_bit_reversed_roots, size_log2, inverse(shift))


def _factors(roots: Callable[[int], NDArray[np.uint64]], size_log2: int, shift: int) -> Words:
    levels = [
        roots(level) * np.uint64(pow(shift, 1 << (size_log2 - level - 1), P)) % np.uint64(P)
        for level in range(size_log2)
    ]
    return np.concatenate(levels).astype(np.uint32) if levels else np.zeros(0, dtype=np.uint32)


@lru_cache(CACHED_TABLES)
def inverse_roots_words(count_log2: int) -> Words:
    """The inverse roots in Montgomery's form."""
    return to_montgomery_array(inverse_bit_reversed_roots(count_log2))


@lru_cache(CACHED_TABLES)
def subgroup_words(order_log2: int) -> Words:
    """The subgroup of order 2^order_log2, at least 2, in bit-reversed order, in Montgomery's form."""
    roots = bit_reversed_roots(order_log2 - 1)
    return to_montgomery_array(np.stack([roots, np.uint64(P) - roots], axis=1).reshape(-1))


def inverse_of_size(size_log2: int) -> int:
    """1 / 2^size_log2."""
    return inverse(1 << size_log2)
