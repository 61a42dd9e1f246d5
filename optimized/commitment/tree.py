"""Merkle trees over codewords: digests in planes, one for each of their words, in the order of the codewords.

Position q of a layer of 2^d digests is that of number bitrev(q). So the digests under one node are half a layer apart,
and what goes through the compression function together lies together. Neither leaves nor their digests, half of all
digests, are kept: an opening makes those that it needs again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from optimized.commitment.codewords import Codewords, LeafOrder, bit_reversed
from optimized.commitment.compression import compress, initial_value
from optimized.commitment.factors import LANES_LOG2
from optimized.commitment.tiles import hash_tile
from optimized.compilation import compiled
from optimized.lanes.vectors import LANES, broadcast, load, store
from optimized.memory import arrays
from optimized.threads import in_parallel
from optimized.words import Words
from spec.protocol.hash import BLOCK_WORDS, STATE_WORDS, Digest, Domain
from spec.protocol.merkle import MerkleOpening, TreeShape, distinct, sibling_positions

NODE_VALUE = initial_value(Domain.MERKLE_NODE)

SMALLEST_TASK_COMPRESSIONS = 1 << 10
"""Less is done sooner than another thread is woken."""


@compiled
def _hash_nodes(below: Words, below_pitch: int, half: int, layer: Words, pitch: int, start: int, stop: int) -> None:
    """Groups start to stop of as many nodes as lanes. Behind the last node and its children there is some room."""
    block = np.empty(BLOCK_WORDS * LANES, dtype=np.uint32)
    state = np.empty(STATE_WORDS * LANES, dtype=np.uint32)
    for node in range(start * LANES, stop * LANES, LANES):
        for i in range(STATE_WORDS):
            store(state, i * LANES, broadcast(NODE_VALUE[i]))
            store(block, i * LANES, load(below, i * below_pitch + node))
            store(block, (STATE_WORDS + i) * LANES, load(below, i * below_pitch + half + node))
        compress(state, block)
        for i in range(STATE_WORDS):
            store(layer, i * pitch + node, load(state, i * LANES))


def _new_layer(count: int) -> Words:
    """Room for so many digests, and as many more as there are lanes: (8, count + lanes)."""
    return arrays.empty(STATE_WORDS, count + LANES)


@dataclass(frozen=True, eq=False)
class CodewordTree:
    """The tree over the fibres of codewords; `layers` has the digests of each layer above the leaves, the root last."""

    shape: TreeShape
    layers: tuple[Words, ...]
    leaves: Callable[[Sequence[int]], Words]
    """Makes the leaves of these numbers again, a row each."""

    @property
    def root(self) -> Digest:
        """The commitment."""
        return self._digests(self.shape.depth, [0])[0]

    def open(self, positions: Sequence[int]) -> MerkleOpening:
        """The leaves at these positions, which may repeat, and what leads from them to the root."""
        numbers = distinct(positions)
        missing = sibling_positions(numbers, self.shape.path_length)
        beside = missing[0] if missing else []
        # Those that are opened and those beside them at once: making any takes a section of a codeword.
        leaves = self.leaves([*numbers, *beside])
        opened = tuple(tuple(row) for row in leaves[: len(numbers)].tolist())
        siblings = _digests(leaf_digests(leaves[len(numbers) :])) if beside else []
        for layer, wanted in enumerate(missing[1:], start=1):
            siblings += self._digests(layer, wanted)
        cap = self._digests(self.shape.path_length, range(1 << self.shape.cap_log2)) if self.shape.cap_log2 else []
        return MerkleOpening(opened, tuple(siblings), tuple(cap))

    def _digests(self, layer: int, numbers: Sequence[int]) -> list[Digest]:
        """Digests of a layer above the leaves."""
        positions = bit_reversed(np.array(numbers, dtype=np.int64), self.shape.depth - layer)
        return _digests(self.layers[layer - 1][:, positions])


def _digests(planes: Words) -> list[Digest]:
    return [tuple(digest) for digest in planes.T.tolist()]


def leaf_digests(leaves: Words) -> Words:
    """The digests of leaves, of which there are some, a row each, in planes: (8, leaves)."""
    count, width = leaves.shape
    groups_log2 = max(0, (count - 1).bit_length() - LANES_LOG2)
    pitch = LANES << groups_log2
    words = np.zeros((width, pitch), dtype=np.uint32)
    words[:, :count] = leaves.T
    values = np.ascontiguousarray(words.reshape(width, LANES, 1 << groups_log2).swapaxes(1, 2)).reshape(-1)
    digests = np.empty((STATE_WORDS, pitch), dtype=np.uint32)
    hash_tile(values, np.arange(width) * pitch, groups_log2, 0, True, True, digests.reshape(-1), pitch, 0)
    return digests[:, :count]


def room_for_layers(shape: TreeShape) -> tuple[Words, ...]:
    """Memory for the layers above a tree's leaves.

    They stay, and the codewords and leaves that they are made of go. If they lay between these, two holes would be left
    where one makes room for a larger array.
    """
    return tuple(_new_layer(1 << depth) for depth in range(shape.depth - 1, -1, -1))


def build_tree(
    codes: Codewords,
    folding_log2: int,
    order: LeafOrder,
    shape: TreeShape,
    layers: tuple[Words, ...],
    codes_again: Callable[[], Codewords],
) -> CodewordTree:
    """The tree over the fibres of x -> x^(2^folding_log2), written into `room_for_layers` of its shape; opening leaves
    reads the same codewords again.

    Raises ValueError for another shape than theirs.
    """
    fibres_log2 = codes.domain_log2 - folding_log2
    if (shape.depth, shape.width) != (fibres_log2, len(order.points)):
        found = f"{1 << fibres_log2} leaves of {len(order.points)}"
        raise ValueError(f"{found} for a tree of {1 << shape.depth} leaves of {shape.width}")
    leaves = _new_layer(1 << fibres_log2)
    codes.hash_leaves(folding_log2, order, leaves)
    for number, (below, layer) in enumerate(pairwise((leaves, *layers)), start=1):
        _hash_layer(below, layer, 1 << (fibres_log2 - number))

    def leaves_again(numbers: Sequence[int]) -> Words:
        return order.leaves(codes_again().fibres(numbers, folding_log2))

    return CodewordTree(shape, layers, leaves_again)


def _hash_layer(below: Words, layer: Words, count: int) -> None:
    """Writes a layer of so many digests."""
    operands = (below.reshape(-1), below.shape[1], count, layer.reshape(-1), layer.shape[1])
    smallest = SMALLEST_TASK_COMPRESSIONS // LANES
    in_parallel(lambda start, stop: _hash_nodes(*operands, start, stop), -(-count // LANES), smallest)
