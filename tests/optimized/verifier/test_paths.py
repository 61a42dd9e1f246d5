"""Merkle paths as arrays are those that the specification gives one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimized.verifier.paths import DIGEST_WORD, QueryPaths
from reference.prover.merkle_tree import MerkleTree, build_tree
from reference.prover.plain_kernels import PlainKernels
from spec.field import P
from spec.protocol.hash import compress, leaf_digest
from spec.protocol.merkle import MatrixShape, MerkleOpening, expand_opening, tree_levels
from spec.rejection import Rejected, Rejection

DOMAIN_LOG2, RATE_LOG2 = 6, 1
SHAPES = [MatrixShape(5, 3), MatrixShape(2, 1), MatrixShape(4, 2), MatrixShape(1, 4), MatrixShape(5, 1)]
LEVELS = tree_levels(SHAPES, RATE_LOG2)


def _tree() -> MerkleTree:
    random = np.random.default_rng(3)
    codewords = [
        random.integers(0, P, (1 << shape.height_log2 + RATE_LOG2, shape.width), dtype=np.uint64) for shape in SHAPES
    ]
    return build_tree(PlainKernels(), codewords)


TREE = _tree()


def as_arrays(opening: MerkleOpening) -> MerkleOpening:
    return replace(opening, rows=cast(Any, tuple(np.array(rows, dtype=np.uint32) for rows in opening.rows)))


def digest_words(digests: Sequence[bytes]) -> list[list[int]]:
    return [np.frombuffer(digest, dtype=DIGEST_WORD).tolist() for digest in digests]


@given(st.lists(st.integers(0, 2**DOMAIN_LOG2 - 1), min_size=1, max_size=80))
@settings(max_examples=60, deadline=None)
def test_paths_of_any_queries_are_the_single_ones(indices: list[int]) -> None:
    opening = TREE.open(set(indices))
    expected = expand_opening(opening, LEVELS, indices, leaf_digest, compress)
    found = QueryPaths(np.array(indices), DOMAIN_LOG2).of_tree(as_arrays(opening), LEVELS)
    for query, index in enumerate(indices):
        rows, siblings = ([array[query].tolist() for array in cast(Any, of)] for of in (found.rows, found.siblings))
        assert rows == list(map(list, expected[index].rows))
        assert siblings == digest_words(expected[index].siblings)


@pytest.mark.parametrize("level", range(len(LEVELS)))
@pytest.mark.parametrize("difference", [-1, 1])
def test_opening_with_another_number_of_rows_is_rejected(level: int, difference: int) -> None:
    opening = TREE.open({5, 9, 40})
    rows = list(opening.rows)
    rows[level] = rows[level][:difference] if difference < 0 else (*rows[level], rows[level][0])
    with pytest.raises(Rejected) as caught:
        QueryPaths(np.array([5, 9, 40]), DOMAIN_LOG2).of_tree(as_arrays(replace(opening, rows=tuple(rows))), LEVELS)
    assert caught.value.reason is Rejection.OPENING_ROW_COUNT


@pytest.mark.parametrize("difference", [-1, 1])
def test_opening_with_another_number_of_siblings_is_rejected(difference: int) -> None:
    opening = TREE.open({5, 9, 40})
    siblings = opening.siblings[:difference] if difference < 0 else (*opening.siblings, bytes(32))
    with pytest.raises(Rejected) as caught:
        QueryPaths(np.array([5, 9, 40]), DOMAIN_LOG2).of_tree(as_arrays(replace(opening, siblings=siblings)), LEVELS)
    assert caught.value.reason is Rejection.OPENING_SIBLING_COUNT
