"""The optimized GKR circuit: its layers, and their sumchecks. Its plain twin is that of `reference.prover`.

Memory. The last layer, 48 bytes for each of F fractions, is never written: it is computed from cells, tile by tile,
when the layers above it are built and when its first coordinate is bound. Layer N - 1 takes half of that, all layers up
to it 48 F bytes, and the crosses of the last layer, the highest coefficient of what each pair of its nodes is between
its two, 12 F bytes: with them the first round polynomial of the last sumcheck takes no third computation of the
fractions. Each layer's memory becomes that of its sumcheck, and goes with it; the last sumcheck writes 24 F bytes, when
nothing else is left. Where all of this would be too much, crosses go first, then the lowest layers, which are then
merged from cells whenever they are needed, and the last layers' sumchecks write nothing before their second or third
coordinate is bound: each halves the memory, and takes two or one more computations of the fractions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from optimized.circuit.fractions import Fractions
from optimized.circuit.layouts import LEAST_GROUP_BITS, Layout
from optimized.circuit.nodes import CHILD_WORDS
from optimized.circuit.passes import Source, Vector, merge_pass
from optimized.circuit.programs import WORD_BYTES
from optimized.circuit.relayout import in_layout
from optimized.circuit.rounds import Children, KnownEnds, LayerSum
from optimized.circuit.tiles import MOST_LEVELS
from optimized.circuit.weights import canonical
from optimized.field.extension import SIX, montgomery_words
from optimized.lanes.vectors import LANES
from optimized.memory import arrays
from reference.tables import Table
from spec.air.bus import Scope
from spec.field import ONE, ZERO, Extension
from spec.protocol.gkr import BusChallenges, Circuit

CHILD_ELEMENTS = 2
SCOPE_LAYER = 1
"""The layer of two nodes, one for each scope."""

MEMORY_BYTES = 800 << 20
"""For what is kept at a time."""

MOST_STEPS = 2
"""So many mergings and unwritten bindings of a tile leave it two nodes when it is bound once more."""


class LayeredCircuit:
    """All layers: those that are kept, and the fractions."""

    def __init__(self, fractions: Fractions, memory_bytes: int) -> None:
        self._fractions = fractions
        self._memory_bytes = memory_bytes
        self._variables = fractions.layout.variables
        self._layers: dict[int, Vector] = {}
        self._crosses: Vector | None = None
        self._asked: tuple[int, LayerSum] | None = None
        self._build()
        words = self._layers.pop(SCOPE_LAYER).words[: 2 * CHILD_WORDS].reshape(-1, SIX, LANES)[:, :, 0]
        p_local, q_local, p_global, q_global = (canonical(element) for element in words)
        self._totals = (p_local, q_local, p_global, q_global)

    @property
    def totals(self) -> tuple[Extension, Extension, Extension, Extension]:
        """Layer 1: p and q of the local scope, then of the global scope."""
        return self._totals

    def layer(self, number: int, point: Sequence[Extension], batching: Extension) -> LayerSum:
        """The sumcheck for a layer below N at a point of as many coordinates as its number."""
        below = number + 1
        vector = self._layers.pop(below, None)
        if vector is not None:
            children = Children(Source.of(vector), 0, vector.layout, vector)
        else:
            children = self._unkept_children(below)
        crosses = None
        if below == self._variables:
            crosses, self._crosses = self._crosses, None
        found = LayerSum(children, point, batching, self._known_ends(number), crosses)
        self._asked = number, found
        return found

    def _known_ends(self, number: int) -> KnownEnds | None:
        """What is known of this layer's nodes from the layer above."""
        if number == SCOPE_LAYER:
            p_local, q_local, p_global, q_global = self._totals
            return KnownEnds((), (p_local, p_global, q_local, q_global))
        if self._asked is None or self._asked[0] != number - 1:
            return None
        return self._asked[1].known_ends()

    def _unkept_children(self, below: int) -> Children:
        """The nodes of a layer that is not kept."""
        merges = self._variables - below
        layout = self._fractions.layout
        for _ in range(merges):
            layout = layout.halved()
        written = _bytes_of(layout) // 2
        unwritten_rounds = 0
        most_rounds = min(MOST_STEPS - merges, layout.group_bits - LEAST_GROUP_BITS)
        while written > self._memory_bytes and unwritten_rounds < most_rounds:
            unwritten_rounds, written = unwritten_rounds + 1, written // 2
        return Children(self._fractions.source, merges, layout, None, unwritten_rounds)

    def _build(self) -> None:
        """Computes all layers, and keeps those for which there is memory."""
        below = self._fractions.layout
        kept_bytes = _bytes_of(below)
        unkept, most_unkept = 0, min(MOST_STEPS, below.group_bits - LEAST_GROUP_BITS)
        while kept_bytes > self._memory_bytes and unkept < most_unkept:
            unkept, kept_bytes = unkept + 1, kept_bytes // 2
        if not unkept and kept_bytes + _bytes_of(below) // 4 <= self._memory_bytes:
            self._crosses = _empty(below.halved().halved())
        source = self._fractions.source
        crosses = self._crosses
        while below.variables > SCOPE_LAYER:
            levels: list[Vector | None] = [None] * unkept
            layout = below
            for _ in range(unkept):
                layout = layout.halved()
            while len(levels) < min(MOST_LEVELS, below.group_bits) and layout.variables > SCOPE_LAYER:
                layout = layout.halved()
                levels.append(_empty(layout))
            merge_pass(source, levels, crosses)
            for vector in levels:
                if vector is not None:
                    self._layers[vector.layout.variables] = _with_nodes_to_bind(vector)
            last = self._layers[layout.variables]
            source, below, unkept, crosses = Source.of(last), last.layout, 0, None


def _with_nodes_to_bind(vector: Vector) -> Vector:
    """A layer whose chunks have two nodes at least."""
    layout = vector.layout
    if not layout.lane_bits or layout.group_bits >= LEAST_GROUP_BITS:
        return vector
    layout = Layout.of(layout.variables, [count << layout.entry_bits for count in layout.chunks])
    padding = np.concatenate([montgomery_words(ZERO), montgomery_words(ONE)])
    return in_layout(vector, layout, CHILD_ELEMENTS, padding)


def _empty(layout: Layout) -> Vector:
    pitch = layout.groups * CHILD_WORDS
    return Vector(layout, arrays.empty(layout.count * pitch), pitch)


def _bytes_of(layout: Layout) -> int:
    return layout.count * layout.groups * CHILD_WORDS * WORD_BYTES


def circuit(
    tables: Sequence[Table],
    layout: Circuit,
    public_values: Mapping[str, int],
    challenges: Mapping[Scope, BusChallenges[Extension]],
) -> LayeredCircuit:
    """The values of the circuit of this layout over a segment's tables."""
    return LayeredCircuit(Fractions(tables, layout, public_values, challenges), MEMORY_BYTES)
