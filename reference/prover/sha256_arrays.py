"""SHA-256's compression function on many states at once, and the digests of leaves and nodes."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from reference.arrays.field_arrays import Matrix
from spec.protocol.hash import BLOCK_WORDS, Digest, Domain
from spec.protocol.merkle import padded_words
from spec.protocol.sha256 import ROUND_CONSTANTS

WordArray: TypeAlias = NDArray[np.uint32]

Digests: TypeAlias = WordArray
"""(count, 8) words."""

CHUNK_ROWS = 1 << 13
"""Rows are compressed so many at a time, so that the words of a block stay in the cache."""


def _rotate_right(words: WordArray, count: int) -> WordArray:
    return words >> np.uint32(count) | words << np.uint32(32 - count)


def _schedule(block: list[WordArray]) -> list[WordArray]:
    words = list(block)
    for t in range(16, 64):
        x, y = words[t - 15], words[t - 2]
        small_sigma_0 = _rotate_right(x, 7) ^ _rotate_right(x, 18) ^ x >> np.uint32(3)
        small_sigma_1 = _rotate_right(y, 17) ^ _rotate_right(y, 19) ^ y >> np.uint32(10)
        words.append(words[t - 16] + small_sigma_0 + words[t - 7] + small_sigma_1)
    return words


def _compress_chunk(states: Digests, blocks: WordArray) -> Digests:
    block = [np.ascontiguousarray(blocks[:, i]) for i in range(BLOCK_WORDS)]
    a, b, c, d, e, f, g, h = (np.ascontiguousarray(column) for column in states.T)
    for constant, word in zip(ROUND_CONSTANTS, _schedule(block), strict=True):
        big_sigma_0 = _rotate_right(a, 2) ^ _rotate_right(a, 13) ^ _rotate_right(a, 22)
        big_sigma_1 = _rotate_right(e, 6) ^ _rotate_right(e, 11) ^ _rotate_right(e, 25)
        majority = a & b ^ a & c ^ b & c
        choice = g ^ e & (f ^ g)
        first = h + big_sigma_1 + choice + np.uint32(constant) + word
        second = big_sigma_0 + majority
        a, b, c, d, e, f, g, h = first + second, a, b, c, d + first, e, f, g
    compressed: Digests = states + np.stack([a, b, c, d, e, f, g, h], axis=1)
    return compressed


def compress(states: Digests, blocks: WordArray) -> Digests:
    """The compression function [FIPS 180-4, 6.2.2] on each row: (count, 8) and (count, 16) to (count, 8).

    Words wrap at 2^32.
    """
    chunks = [slice(start, start + CHUNK_ROWS) for start in range(0, len(states), CHUNK_ROWS)]
    return np.concatenate([_compress_chunk(states[chunk], blocks[chunk]) for chunk in chunks])


def initial_states(domain: Domain, count: int) -> Digests:
    """The initial value of a domain, so many times."""
    return np.tile(np.array(domain.initial_value, dtype=np.uint32), (count, 1))


def leaf_digests(rows: Matrix) -> Digests:
    """The digest of each row: a chain of compressions over it, padded with zeros to whole blocks."""
    count, width = rows.shape
    padded = np.zeros((count, padded_words(width, BLOCK_WORDS)), dtype=np.uint32)
    padded[:, :width] = rows
    states = initial_states(Domain.MERKLE_LEAF, count)
    for start in range(0, padded.shape[1], BLOCK_WORDS):
        states = compress(states, padded[:, start : start + BLOCK_WORDS])
    return states


def node_digests(children: Digests) -> Digests:
    """The digest of each pair of neighbours: (2 count, 8) to (count, 8)."""
    pairs = children.reshape(-1, BLOCK_WORDS)
    return compress(initial_states(Domain.MERKLE_NODE, len(pairs)), pairs)


def to_digests(digests: Digests) -> list[Digest]:
    """Each row as a digest."""
    return [tuple(row) for row in digests.tolist()]
