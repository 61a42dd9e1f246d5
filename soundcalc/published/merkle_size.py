"""The size of Merkle openings as the public calculator counts it.

It charges an element of the extension for every entry of a FRI leaf; trees of base-field columns are smaller than that
by up to the extension's degree. Its figures are shown, and named as its own.
"""

from __future__ import annotations

import math


def openings_bits(leaves: int, queries: int, leaf_bits: int, digest_bits: int, is_expected: bool) -> int:
    """`queries` leaves of a tree with their paths: at most, or as expected when paths share hashes.

    Expected hashes by the inclusion of siblings, layer by layer, each layer rounded up.
    """
    depth = (leaves - 1).bit_length()
    if depth == 0:
        return queries * leaf_bits
    if not is_expected:
        return queries * (leaf_bits + min(leaf_bits, digest_bits) + (depth - 1) * digest_bits)
    hashes = 0
    for layer in range(1, depth + 1):
        alone = (1 - 2.0**-layer) ** queries - (1 - 2.0 ** (1 - layer)) ** queries
        hashes += math.ceil(2.0**layer * alone)
    return queries * leaf_bits + hashes * digest_bits
