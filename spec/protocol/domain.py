"""Trace domains and evaluation domains.

A column of height n = 2^k is a polynomial of degree below n; row i is its value at w^i, w the root of unity
of order n. At rate 2^-r its codeword is its values on the coset 3 H, H the subgroup of order N = 2^(k+r), in
bit-reversed order: position i holds the value at 3 w^bitrev(i). So two neighbours hold x and -x, an aligned
block of 2^j positions is a coset of the subgroup of order 2^j, and the first n positions are the coset 3 H'
of the trace domain H'.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spec.field import GENERATOR, TWO_ADICITY, Extension, P

COSET_SHIFT = GENERATOR
"""A generator of the group lies in no proper subgroup, so trace and evaluation domains are disjoint."""

MINIMUM_HEIGHT_LOG2 = 1
"""A table has two rows at least, so that its domain has a primitive next-row step."""


def bit_reversed(index: int, bits: int) -> int:
    """The index whose low `bits` bits stand in reverse order."""
    reverse = 0
    for _ in range(bits):
        reverse = reverse << 1 | index & 1
        index >>= 1
    return reverse


def maximum_height_log2(rate_log2: int) -> int:
    """The largest height for which an evaluation domain exists."""
    return TWO_ADICITY - rate_log2


def domain_polynomials_at(point: Extension, heights_log2: Iterable[int], rate_log2: int) -> Iterator[Extension]:
    """Values that are all nonzero exactly if the point lies in no trace and no evaluation domain.

    They are z^n - 1 and z^N - 3^N for every height n, N = n * 2^rate_log2.
    """
    on_trace_domain, squarings = point, 0
    for height_log2 in sorted(set(heights_log2)):
        on_trace_domain = on_trace_domain ** (1 << (height_log2 - squarings))
        squarings = height_log2
        on_evaluation_domain = on_trace_domain ** (1 << rate_log2)
        yield on_trace_domain - 1
        yield on_evaluation_domain - pow(COSET_SHIFT, 1 << (height_log2 + rate_log2), P)
