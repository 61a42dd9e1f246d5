"""What entries weigh, apart for chunks, lanes and groups, against eq of the whole point."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from optimized.circuit.layouts import LANE_BITS, Layout
from optimized.circuit.weights import UNUSED_WORDS, PointWeights, canonical, factor_table, pair_sums
from optimized.field.extension import SIX
from optimized.field.products import FACTOR_PITCH, factor_words
from optimized.lanes.vectors import LANES
from optimized.words import Words
from spec.field import ONE, ZERO, Extension
from spec.protocol.cube import equality
from tests.reference.prover.circuit_example import random_elements


def _corner(number: int, bits: int) -> list[Extension]:
    return [Extension.of(number >> (bits - 1 - i) & 1) for i in range(bits)]


def _weights(point: list[Extension]) -> list[Extension]:
    return [equality(ONE, point, _corner(number, len(point))) for number in range(1 << len(point))]


def _rows(factors: Words) -> list[list[int]]:
    rows: list[list[int]] = factors.reshape(-1, FACTOR_PITCH).tolist()
    return rows


def _factors(elements: list[Extension]) -> list[list[int]]:
    return [factor_words(element) + UNUSED_WORDS for element in elements]


@pytest.mark.parametrize(
    "layout",
    [
        Layout(LANE_BITS + 7, LANE_BITS, 4, (3, 1)),
        Layout(LANE_BITS + 9, LANE_BITS, 5, (8, 5)),
        Layout(LANE_BITS + 4, LANE_BITS, 3, (1, 0)),
        Layout(5, 0, 5, (1, 0)),
        Layout(1, 0, 1, (1, 0)),
    ],
)
def test_weights_of_chunks_lanes_and_pairs_are_parts_of_the_point(layout: Layout) -> None:
    point = random_elements(np.random.default_rng(1), layout.variables)
    weights = PointWeights(point)
    chunk_bits, entry_start = layout.chunk_bits, layout.chunk_bits + layout.lane_bits
    of_chunks = _weights(point[:chunk_bits])
    kept = [
        first + number
        for first, count in zip(layout.first_chunks, layout.chunks, strict=True)
        for number in range(count)
    ]
    chunks, rest = weights.chunks(layout)
    assert _rows(chunks) == _factors([of_chunks[number] for number in kept])
    assert rest == ONE - sum((of_chunks[number] for number in kept), ZERO)
    lanes = weights.lanes(layout).reshape(SIX, LANES)
    of_lanes = _weights(point[chunk_bits:entry_start])
    unused = [ZERO] * (LANES - len(of_lanes))
    assert [canonical(lanes[:, lane]) for lane in range(LANES)] == of_lanes + unused
    pairs = weights.pairs(layout)
    for last in range(layout.variables - 1, entry_start - 1, -1):
        of_pairs = _weights(point[entry_start:last])
        found = _rows(pairs)
        assert found[: len(of_pairs)] == _factors(of_pairs)
        assert not np.any(found[len(of_pairs) :])
        pairs = pair_sums(pairs)


def test_sums_of_neighbours_stay_below_the_modulus() -> None:
    edges = [Extension.from_coefficients(coefficients) for coefficients in product((0, 1), repeat=SIX)][:8]
    elements = [ZERO - element for element in edges]
    sums = [left + right for left, right in zip(elements[0::2], elements[1::2], strict=True)]
    assert _rows(pair_sums(factor_table(elements))) == _factors(sums)
