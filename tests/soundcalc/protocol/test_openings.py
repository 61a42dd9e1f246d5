from __future__ import annotations

import random

import pytest

from soundcalc.protocol.openings import Opening, opening
from soundcalc.protocol.shape import ProofShape


def _counted(depth: int, cap_log2: int, positions: list[int]) -> tuple[int, int]:
    """Distinct leaves and digests of one tree's opening, counted on the tree."""
    hit = set(positions)
    leaves, digests = len(hit), 0
    for _ in range(depth - cap_log2):
        digests += sum(node ^ 1 not in hit for node in hit)
        hit = {node >> 1 for node in hit}
    return leaves, digests


@pytest.mark.parametrize(("depth", "cap_log2", "queries"), [(7, 0, 9), (7, 0, 100), (5, 3, 12), (9, 4, 60)])
def test_expected_bytes_are_the_average_of_counted_openings(depth: int, cap_log2: int, queries: int) -> None:
    opened = Opening((40, 12), depth, cap_log2)
    drawn = random.Random(depth * queries)
    total = 0
    for _ in range(400):
        leaves, digests = _counted(depth, cap_log2, [drawn.randrange(1 << depth) for _ in range(queries)])
        total += leaves * (40 + 12) + 2 * 32 * (digests + (1 << cap_log2 if cap_log2 else 0)) + 2 * 2 * 4
    assert opened.expected_bytes(queries) == pytest.approx(total / 400, rel=0.01)


def test_size_of_an_opening_need_not_grow_with_its_queries() -> None:
    opened = Opening((4,), 5, 0)
    sizes = [opened.expected_bytes(queries) for queries in range(1, 120)]
    assert sorted(sizes) != sizes


def test_circuit_hashes_every_query_alone_and_the_cap_once() -> None:
    opened = Opening((65, 64, 1), 10, 3)
    assert opened.leaf_compressions(7) == 7 * (2 + 1 + 1)
    assert opened.path_compressions(7) == 7 * 3 * (10 - 3)
    assert opened.cap_compressions == 3 * (4 + 2 + 1)


def test_first_iteration_opens_all_commitments_and_later_ones_one_vector(small_shape: ProofShape) -> None:
    # Rate 1/4, height 2^7: a domain of 2^9 with fibres of 4, then one of 2^8 with fibres of 8.
    assert opening(small_shape, 0) == Opening((1 * 4 * 4, 2 * 4 * 4, 5 * 4 * 4), 9 - 2, 1)
    assert opening(small_shape, 1) == Opening((24 * 8,), 8 - 3, 1)
