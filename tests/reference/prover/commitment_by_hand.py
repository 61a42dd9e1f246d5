"""Leaves, digests and paths of a commitment, from the definitions on plain numbers."""

from __future__ import annotations

from collections.abc import Sequence

from spec.field import GENERATOR, P, root_of_unity
from spec.protocol.hash import BLOCK_WORDS, Digest, Domain, compress
from spec.protocol.merkle import MerkleOpening, TreeShape


def _value(polynomial: Sequence[int], point: int) -> int:
    return sum(coefficient * pow(point, exponent, P) for exponent, coefficient in enumerate(polynomial)) % P


def leaves_of_columns(columns: Sequence[Sequence[int]], domain_log2: int, folding_log2: int) -> list[list[int]]:
    """Leaf i: column by column the values at 3 w^(i + j n / 2^k), j ascending."""
    root, order = root_of_unity(domain_log2), 1 << domain_log2
    fibres = order >> folding_log2
    return [
        [
            _value(column, GENERATOR * pow(root, i + j * fibres, P) % P)
            for column in columns
            for j in range(1 << folding_log2)
        ]
        for i in range(fibres)
    ]


def leaves_of_vector(vector: Sequence[Sequence[int]], domain_log2: int, folding_log2: int) -> list[list[int]]:
    """The same of a vector of extension elements, given by their coefficients: six words for each j."""
    by_coefficient = [
        leaves_of_columns([[element[k] for element in vector]], domain_log2, folding_log2) for k in range(6)
    ]
    return [
        [by_coefficient[k][i][j] for j in range(1 << folding_log2) for k in range(6)]
        for i in range(len(by_coefficient[0]))
    ]


def leaf_digest(row: Sequence[int]) -> Digest:
    """The chain of compressions over a row padded with zeros."""
    state, rest = Domain.MERKLE_LEAF.initial_value, list(row)
    while rest:
        block, rest = rest[:BLOCK_WORDS], rest[BLOCK_WORDS:]
        state = compress(state, block + [0] * (BLOCK_WORDS - len(block)))
    return state


def layers(leaves: Sequence[Sequence[int]]) -> list[list[Digest]]:
    """All digests of the tree over these leaves, leaves first."""
    result = [[leaf_digest(row) for row in leaves]]
    while len(result[-1]) > 1:
        below = result[-1]
        result.append(
            [compress(Domain.MERKLE_NODE.initial_value, below[i] + below[i + 1]) for i in range(0, len(below), 2)]
        )
    return result


def opening(leaves: Sequence[Sequence[int]], shape: TreeShape, positions: Sequence[int]) -> MerkleOpening:
    """What opens these positions: of each layer below the cap the siblings that are not determined."""
    digests = layers(leaves)
    known, siblings = set(positions), []
    rows = tuple(tuple(leaves[position]) for position in sorted(known))
    for layer in digests[: shape.depth - shape.cap_log2]:
        siblings += [layer[position ^ 1] for position in sorted(known) if position ^ 1 not in known]
        known = {position // 2 for position in known}
    cap = digests[shape.depth - shape.cap_log2] if shape.cap_log2 else []
    return MerkleOpening(rows, tuple(siblings), tuple(cap))
