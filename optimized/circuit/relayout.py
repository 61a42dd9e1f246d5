"""Vectors whose chunks have become too short, in a new layout."""

from __future__ import annotations

import numpy as np

from optimized.circuit.layouts import Layout
from optimized.circuit.nodes import ELEMENT_WORDS
from optimized.circuit.passes import Vector
from optimized.circuit.programs import Numbers
from optimized.compilation import compiled
from optimized.field.extension import SIX
from optimized.lanes.vectors import LANES
from optimized.memory import arrays
from optimized.words import Words


@compiled
def _move(source: Words, old: Numbers, target: Words, new: Numbers, elements: int, padding: Words) -> None:
    """Entries of so many elements from an old layout into a new one; what was not kept is padding.

    A layout is its pitch, lane bits, group bits, chunk bits and chunks kept of each scope.
    """
    pitch, lane_bits, group_bits, chunk_bits = new[0], new[1], new[2], new[3]
    old_pitch, old_lane_bits, old_group_bits, old_chunk_bits = old[0], old[1], old[2], old[3]
    old_bits = old_lane_bits + old_group_bits
    for chunk in range(new[4] + new[5]):
        number = chunk if chunk < new[4] else chunk - new[4] + (1 << (chunk_bits - 1))
        for group in range(1 << group_bits):
            for lane in range(LANES):
                entry = (((number << lane_bits) + lane) << group_bits) + group
                scope = (entry >> (old_bits + old_chunk_bits - 1)) & 1
                place = (entry >> old_bits) & ((1 << (old_chunk_bits - 1)) - 1)
                is_kept = place < old[4 + scope] and lane < 1 << lane_bits
                place += scope * old[4]
                at = place * old_pitch + (entry & ((1 << old_group_bits) - 1)) * elements * ELEMENT_WORDS
                at += (entry >> old_group_bits) & ((1 << old_lane_bits) - 1)
                to = chunk * pitch + group * elements * ELEMENT_WORDS + lane
                for word in range(elements * SIX):
                    target[to + word * LANES] = source[at + word * LANES] if is_kept else padding[word]


def _numbers(layout: Layout, pitch: int) -> Numbers:
    fields = [pitch, layout.lane_bits, layout.group_bits, layout.chunk_bits, *layout.chunks]
    return np.array(fields, dtype=np.int64)


def in_layout(vector: Vector, layout: Layout, elements: int, padding: Words) -> Vector:
    """A vector of entries of so many elements in a new layout. The padding's elements are in Montgomery's form."""
    pitch = layout.groups * elements * ELEMENT_WORDS
    words = arrays.empty(layout.count * pitch)
    _move(vector.words, _numbers(vector.layout, vector.pitch), words, _numbers(layout, pitch), elements, padding)
    return Vector(layout, words, pitch)
