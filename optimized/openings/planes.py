"""Vectors of extension elements in planes, one for each coefficient, and the vectors that points make.

Weights are in Montgomery's form, what they weigh is not: so a product of the two is canonical.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled
from optimized.field.extension import SIX, broadcast_element, montgomery_words
from optimized.field.lanes import extension_add, extension_multiply, extension_subtract, to_montgomery_array
from optimized.lanes.vectors import LANES, Lanes, load, store
from optimized.memory import arrays
from optimized.threads import in_parallel
from optimized.words import Words
from reference.arrays.extension_arrays import from_elements, to_elements
from spec.field import ONE, Extension

ROUND_LANES = 2 * LANES
"""A round takes so many neighbours to as many as there are lanes."""

SMALLEST_TASK_GROUPS = 512
"""Less is done sooner than another thread is woken."""


@compiled
def load_planes(planes: Words, pitch: int, at: int) -> Lanes:
    """Neighbouring elements, one in each lane."""
    return (
        load(planes, at),
        load(planes, pitch + at),
        load(planes, 2 * pitch + at),
        load(planes, 3 * pitch + at),
        load(planes, 4 * pitch + at),
        load(planes, 5 * pitch + at),
    )


@compiled
def store_planes(planes: Words, pitch: int, at: int, value: Lanes) -> None:
    """Writes neighbouring elements."""
    store(planes, at, value[0])
    store(planes, pitch + at, value[1])
    store(planes, 2 * pitch + at, value[2])
    store(planes, 3 * pitch + at, value[3])
    store(planes, 4 * pitch + at, value[4])
    store(planes, 5 * pitch + at, value[5])


@dataclass(frozen=True, eq=False)
class Planes:
    """(6, pitch) words, of which the first `length` of each plane count. Behind them come zeros up to a whole number
    of neighbours for a round, and as many more, so that planes of a power of two do not share places of a cache."""

    words: Words
    length: int

    @staticmethod
    def room(length: int) -> Planes:
        """Room for so many elements; words that may be read without having been written are zero."""
        words = arrays.empty(SIX, -(-length // ROUND_LANES) * ROUND_LANES + ROUND_LANES)
        words[:, :ROUND_LANES] = 0
        words[:, length:] = 0
        return Planes(words, length)

    @staticmethod
    def of_base(cells: Words) -> Planes:
        """Base-field elements."""
        planes = Planes.room(len(cells))
        planes.words[:] = 0
        planes.words[0, : len(cells)] = cells
        return planes

    @property
    def flat(self) -> Words:
        return self.words.reshape(-1)

    @property
    def pitch(self) -> int:
        return len(self.words[0])

    def elements(self, count: int) -> tuple[Extension, ...]:
        """The first so many, of canonical planes."""
        return tuple(to_elements(self.words[:, :count].T))

    def rows(self, count: int) -> Words:
        """The first so many as rows of six words, one after the other."""
        return np.ascontiguousarray(self.words[:, :count].T).reshape(-1)


def montgomery_rows(elements: Sequence[Extension]) -> Words:
    """Six words of each element, in Montgomery's form."""
    return to_montgomery_array(from_elements(elements)).reshape(-1)


@compiled
def _double(planes: Words, pitch: int, half: int, factor: Words, is_equality: bool, start: int, stop: int) -> None:
    """Writes factor * v behind the vector v of length `half`, group by group; for eq that is taken from v, too."""
    scale = broadcast_element(factor, 0)
    for group in range(start, stop):
        at = group * LANES
        value = load_planes(planes, pitch, at)
        upper = extension_multiply(scale, value)
        if is_equality:
            store_planes(planes, pitch, at, extension_subtract(value, upper))
        # After the lower half: where a vector is shorter than the lanes, its upper half belongs into the same ones.
        store_planes(planes, pitch, half + at, upper)


def _doubled(planes: Planes, half: int, factor: Extension, *, is_equality: bool) -> None:
    operands = (planes.flat, planes.pitch, half, montgomery_words(factor), is_equality)
    in_parallel(lambda start, stop: _double(*operands, start, stop), -(-half // LANES), SMALLEST_TASK_GROUPS)


def _started(length: int, first: Extension) -> Planes:
    planes = Planes.room(length)
    planes.words[:, 0] = montgomery_words(first)
    return planes


def equality_vector(point: Sequence[Extension], first: Extension = ONE) -> Planes:
    """first * eq(point, x) for every x of the cube, as a weight."""
    planes = _started(1 << len(point), first)
    for bound, coordinate in enumerate(reversed(point)):
        _doubled(planes, 1 << bound, coordinate, is_equality=True)
    return planes


def equality_vectors(
    point: Sequence[Extension], counts: Iterable[int], first: Extension = ONE
) -> tuple[Planes, dict[int, int]]:
    """first * eq of the last n coordinates for each of some n, and where each starts, as weights."""
    starts, total = {}, 0
    for count in sorted(set(counts)):
        starts[count] = total
        total += 1 << count
    planes, growing = Planes.room(total), _started(1 << max(starts, default=0), first)
    for count in range(max(starts, default=0) + 1):
        if count:
            _doubled(growing, 1 << (count - 1), point[len(point) - count], is_equality=True)
        if count in starts:
            planes.words[:, starts[count] : starts[count] + (1 << count)] = growing.words[:, : 1 << count]
    return planes, starts


def power_vector(base: Extension, length_log2: int, first: Extension = ONE) -> Planes:
    """first * (1, base, base^2, ...) of 2^length_log2 entries, as a weight."""
    planes = _started(1 << length_log2, first)
    for bound in range(length_log2):
        _doubled(planes, 1 << bound, base, is_equality=False)
        base = base * base
    return planes


@compiled
def _place(
    pieces: NDArray[np.int64],
    source: Words,
    source_pitch: int,
    scales: Words,
    target: Words,
    target_pitch: int,
    is_added: bool,
    start: int,
    stop: int,
) -> None:
    """Pieces start to stop: (place in the target, count, place in the source, number of the scale)."""
    for piece in range(start, stop):
        to, count = pieces[piece, 0], pieces[piece, 1]
        taken, number = pieces[piece, 2], pieces[piece, 3]
        scale = broadcast_element(scales, number * SIX)
        for i in range(0, count, LANES):
            value = extension_multiply(scale, load_planes(source, source_pitch, taken + i))
            if is_added:
                value = extension_add(value, load_planes(target, target_pitch, to + i))
            store_planes(target, target_pitch, to + i, value)


def place(pieces: NDArray[np.int64], source: Planes, scales: Words, target: Planes) -> None:
    """Writes pieces of weights, scaled, to places in the target: rows of four numbers as above, by ascending place.

    Pieces follow one another without a gap. Behind one that is no whole number of lanes something else is written,
    over which the next piece is; behind the last come zeros.
    """
    _place(pieces, source.flat, source.pitch, scales, target.flat, target.pitch, False, 0, len(pieces))
    end = pieces[-1, 0] + pieces[-1, 1] if len(pieces) else 0
    target.words[:, end:] = 0


def add_scaled(source: Planes, scale: Extension, target: Planes, at: int) -> None:
    """Adds weights, scaled, to the target from a place on: whole lanes of them, or as many as the target has."""
    scales = montgomery_rows([scale])

    def add(start: int, stop: int) -> None:
        pieces = np.array([[at + start * LANES, (stop - start) * LANES, start * LANES, 0]], dtype=np.int64)
        _place(pieces, source.flat, source.pitch, scales, target.flat, target.pitch, True, 0, 1)

    in_parallel(add, -(-source.length // LANES), SMALLEST_TASK_GROUPS)
