"""Hashing of arrays against the scalar hash."""

from __future__ import annotations

import numpy as np
import pytest

from reference.prover import sha256_arrays
from spec.field import P
from spec.protocol.hash import compress, leaf_digest

RANDOM = np.random.default_rng(256)


def random_digests(count: int) -> list[bytes]:
    return [RANDOM.bytes(32) for _ in range(count)]


def test_digest_words_are_big_endian() -> None:
    words = sha256_arrays.from_digest_bytes([bytes(range(32))])
    assert words[0, 0] == 0x00010203
    assert sha256_arrays.digest_bytes(words) == [bytes(range(32))]


@pytest.mark.parametrize("widths", [(1,), (3, 13), (20, 1)])
def test_leaf_digests_hash_rows_of_all_matrices_side_by_side(widths: tuple[int, ...]) -> None:
    matrices = [RANDOM.integers(0, P, (5, width), dtype=np.uint64) for width in widths]
    digests = sha256_arrays.digest_bytes(sha256_arrays.leaf_digests(matrices))
    rows = np.concatenate(matrices, axis=1).tolist()
    assert digests == [leaf_digest(row) for row in rows]


def test_compress_agrees_with_the_scalar_compression() -> None:
    left, right = [bytes(32), *random_digests(3)], [b"\xff" * 32, *random_digests(3)]
    nodes = sha256_arrays.compress(sha256_arrays.from_digest_bytes(left), sha256_arrays.from_digest_bytes(right))
    assert sha256_arrays.digest_bytes(nodes) == list(map(compress, left, right))


def test_hashing_in_row_blocks_equals_hashing_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = RANDOM.integers(0, P, (7, 2), dtype=np.uint64)
    leaves = sha256_arrays.leaf_digests([matrix])
    nodes = sha256_arrays.compress(leaves, leaves[::-1])
    monkeypatch.setattr(sha256_arrays, "BLOCK_ROWS", 3)
    assert np.array_equal(sha256_arrays.leaf_digests([matrix]), leaves)
    assert np.array_equal(sha256_arrays.compress(leaves, leaves[::-1]), nodes)
