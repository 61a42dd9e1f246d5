"""The second pass: the values of each tile's polynomial, hashed while they are in the cache, and not kept.

A tile's polynomial is brought from its coset to the subgroup by powers of the tile's first point, and transformed. The
first levels make one block for each lane, so position q of a tile is entry e of the part of lane l, q = l * part + e,
and neighbouring fibres of one lane are hashed beside those of the others without moving anything.

The few fibres that are opened are computed again: the remainder of a tile's polynomial modulo x^(2^k) - y is a
polynomial with the same values on the fibre over y.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimized.commitment.compression import compress, initial_value
from optimized.commitment.factors import LANES_LOG2
from optimized.commitment.squares import split_square
from optimized.compilation import compiled
from optimized.field.lanes import RADIX, add, known, multiply_by_known, subtract
from optimized.lanes.vectors import LANES, Lanes, broadcast, load, prefetch, scatter, store
from optimized.words import LINE_WORDS, Words
from spec.field import GENERATOR, P
from spec.protocol.hash import BLOCK_WORDS, STATE_WORDS, Domain

ONE = RADIX % P
"""In Montgomery's form."""

GAP = 256
"""Words between the tiles of columns: were their distance a power of two, they would share the places of a cache."""

LEAF_VALUE = initial_value(Domain.MERKLE_LEAF)


@compiled
def _factor_lanes(factors: Words, companions: Words, index: int) -> Lanes:
    return load(factors, index), load(companions, index)


@compiled
def _powers(point: int, count: int, powers: Words) -> None:
    """1, point, point^2, ... in Montgomery's form; the count is a power of two, at least the lanes."""
    power, step = ONE, point
    for i in range(LANES):
        powers[i] = power
        power = power * point % P
    for _ in range(LANES_LOG2):
        step = step * step % P
    known = LANES
    while known < count:
        factor = broadcast(step), broadcast((step << 32) // P)
        for i in range(0, known, LANES):
            store(powers, known + i, multiply_by_known(load(powers, i), factor))
        step = step * step % P
        known *= 2


@compiled
def _split_tile(
    source: Words,
    at: int,
    powers: Words,
    tile_log2: int,
    factors: Words,
    companions: Words,
    work: Words,
    target: Words,
    target_at: int,
    ahead: int,
) -> None:
    """The values of a tile's polynomial, given by its coefficients. Cells split next, at `ahead`, are prefetched."""
    part = 1 << (tile_log2 - LANES_LOG2)
    for i in range(0, part, LANES):
        for line in range(i * LANES, (i + LANES) * LANES, LINE_WORDS):
            prefetch(source, ahead + line)
        split_square(source, at + i, part, powers, i, work, i * LANES)
    level, levels = 0, tile_log2 - LANES_LOG2
    if levels % 2:
        half = part // 2 * LANES
        factor = _factor_lanes(factors, companions, 0)
        for i in range(0, half, LANES):
            low, high = load(work, i), multiply_by_known(load(work, i + half), factor)
            store(work, i, add(low, high))
            store(work, i + half, subtract(low, high))
        level = 1
    while level < levels:
        quarter = (part >> (level + 2)) * LANES
        # The last two levels write their results where they are wanted.
        written, shift = (target, target_at) if level == levels - 2 else (work, 0)
        outer, inner = ((1 << level) - 1) * LANES, ((2 << level) - 1) * LANES
        for block in range(1 << level):
            factor = _factor_lanes(factors, companions, outer + block * LANES)
            first = _factor_lanes(factors, companions, inner + 2 * block * LANES)
            second = _factor_lanes(factors, companions, inner + (2 * block + 1) * LANES)
            start = 4 * block * quarter
            for i in range(start, start + quarter, LANES):
                a, b = load(work, i), load(work, i + quarter)
                c = multiply_by_known(load(work, i + 2 * quarter), factor)
                d = multiply_by_known(load(work, i + 3 * quarter), factor)
                low, high = add(a, c), multiply_by_known(add(b, d), first)
                store(written, shift + i, add(low, high))
                store(written, shift + i + quarter, subtract(low, high))
                low, high = subtract(a, c), multiply_by_known(subtract(b, d), second)
                store(written, shift + i + 2 * quarter, add(low, high))
                store(written, shift + i + 3 * quarter, subtract(low, high))
        level += 2


@compiled
def hash_tile(
    values: Words,
    order: NDArray[np.int64],
    part_log2: int,
    folding_log2: int,
    begins: bool,
    ends: bool,
    layer: Words,
    pitch: int,
    first: int,
) -> None:
    """The digests of a tile's leaves, from number `first` of the layer on: in each lane one after the other.

    Word w of a leaf is order[w] words behind the leaf's first place. Leaves may be hashed in parts of whole blocks: one
    that does not begin takes the states that one that does not end has left in the layer, lanes side by side.
    """
    width = len(order)
    leaves_log2 = part_log2 - folding_log2
    states = np.empty(0 if begins else STATE_WORDS * LANES << leaves_log2, dtype=np.uint32)
    for i in range(0 if begins else STATE_WORDS):
        for leaf in range(0, LANES << leaves_log2, LANES):
            store(states, (i * LANES << leaves_log2) + leaf, load(layer, i * pitch + first + leaf))
    block = np.empty(BLOCK_WORDS * LANES, dtype=np.uint32)
    state = np.empty(STATE_WORDS * LANES, dtype=np.uint32)
    for leaf in range(1 << leaves_log2):
        at = (leaf << folding_log2) * LANES
        for i in range(STATE_WORDS):
            if begins:
                store(state, i * LANES, broadcast(LEAF_VALUE[i]))
            else:
                store(state, i * LANES, load(states, ((i << leaves_log2) + leaf) * LANES))
        for word in range(0, width, BLOCK_WORDS):
            for i in range(BLOCK_WORDS):
                store(block, i * LANES, load(values, at + order[word + i]) if word + i < width else broadcast(0))
            compress(state, block)
        for i in range(STATE_WORDS):
            if ends:
                scatter(layer, i * pitch + first + leaf, 1 << leaves_log2, load(state, i * LANES))
            else:
                store(layer, i * pitch + first + leaf * LANES, load(state, i * LANES))


@compiled
def hash_tiles(
    columns: Words,
    pitch: int,
    prefixes_log2: NDArray[np.int64],
    polynomials: Words,
    polynomials_pitch: int,
    first_tile: int,
    tile_log2: int,
    steps: NDArray[np.int64],
    factors: Words,
    companions: Words,
    folding_log2: int,
    order: NDArray[np.int64],
    begins: bool,
    ends: bool,
    layer: Words,
    layer_pitch: int,
    start: int,
    stop: int,
) -> None:
    """The leaf digests of tiles start to stop of those whose polynomials are there, from `first_tile` on; or their
    parts in these columns, as `hash_tile` has them.

    Of a column that is no longer than a tile, every tile has the same polynomial, the column itself. Word w of a leaf
    is order[w] words behind the leaf's first place in the tiles.
    """
    size = 1 << tile_log2
    powers, work = np.empty(size, dtype=np.uint32), np.empty(size, dtype=np.uint32)
    padded = np.zeros(size, dtype=np.uint32)
    values = np.empty(len(prefixes_log2) * (size + GAP), dtype=np.uint32)
    for tile in range(start, stop):
        point = GENERATOR
        for bit in range(len(steps)):
            if (first_tile + tile) >> bit & 1:
                point = point * int(steps[bit]) % P
        _powers(point, size, powers)
        for column in range(len(prefixes_log2)):
            to = column * (size + GAP)
            if prefixes_log2[column] > tile_log2:
                at = column * polynomials_pitch + tile * size
                after = at + polynomials_pitch
                _split_tile(polynomials, at, powers, tile_log2, factors, companions, work, values, to, after)
            else:
                count = 1 << prefixes_log2[column]
                for i in range(0, size, LANES):
                    # Behind a short column's coefficients the lanes are zero.
                    store(padded, i, load(columns, column * pitch + i) if i < count else broadcast(0))
                _split_tile(padded, 0, powers, tile_log2, factors, companions, work, values, to, 0)
        first = (first_tile + tile) << (tile_log2 - folding_log2)
        part_log2 = tile_log2 - LANES_LOG2
        hash_tile(values, order, part_log2, folding_log2, begins, ends, layer, layer_pitch, first)


@compiled
def _number(words: Words, index: int) -> int:
    """A word as a signed number, which products with others stay."""
    return int(np.int64(words[index]))


@compiled
def _reduce(source: Words, at: int, size: int, point: int, last: int, target: Words) -> None:
    """The remainder modulo x^last - point^last of a polynomial of `size` coefficients, powers of two."""
    for i in range(min(size, last)):
        target[i] = source[at + i]
    for i in range(size, last):
        target[i] = 0
    current, start, half = source, at, size // 2
    while half >= last:
        power, exponent = point, half
        while exponent > 1:
            power = power * power % P
            exponent //= 2
        factor = known(power)
        if half >= LANES:
            for i in range(0, half, LANES):
                high = multiply_by_known(load(current, start + half + i), factor)
                store(target, i, add(load(current, start + i), high))
        else:
            for i in range(half):
                target[i] = (_number(current, start + i) + power * _number(current, start + half + i)) % P
        current, start = target, 0
        half //= 2


@compiled
def open_fibres(
    columns: Words,
    pitch: int,
    prefixes_log2: NDArray[np.int64],
    polynomials: Words,
    polynomials_pitch: int,
    tile_log2: int,
    points: NDArray[np.int64],
    root: int,
    tiles: NDArray[np.int64],
    folding_log2: int,
    values: Words,
    start: int,
    stop: int,
) -> None:
    """For fibres start to stop the values of each column in turn at point * root^j, j ascending, root of order
    2^folding_log2. `tiles` are the numbers, among those that are there, of the tiles that they lie in."""
    size = 1 << folding_log2
    remainder = np.empty(max(1 << tile_log2, size), dtype=np.uint32)
    for fibre in range(start, stop):
        for column in range(len(prefixes_log2)):
            x = int(points[fibre])
            if prefixes_log2[column] > tile_log2:
                at = column * polynomials_pitch + (tiles[fibre] << tile_log2)
                _reduce(polynomials, at, 1 << tile_log2, x, size, remainder)
            else:
                _reduce(columns, column * pitch, 1 << prefixes_log2[column], x, size, remainder)
            to = (fibre * len(prefixes_log2) + column) * size
            for j in range(size):
                total = 0
                for i in range(size):
                    total = (total * x + _number(remainder, size - 1 - i)) % P
                values[to + j] = total
                x = x * root % P
