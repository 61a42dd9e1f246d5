"""The optimized GKR circuit: its layers, and their sumchecks. Its plain twin is that of `reference.prover`.

Memory. The last layer, 48 bytes for each of F fractions, and layer N - 1, half as large, are never written: they are
computed from cells, tile by tile, when the layers above them are built and when their first coordinate is bound. The
layers up to N - 2 take 24 F bytes, and the crosses of the last two, the highest coefficient of what each pair of their
nodes is between its two, 12 F and 6 F bytes: with them the first round polynomial takes no further computation of the
fractions. New memory costs more than computing layer N - 1 again. Each layer's memory becomes that of its sumcheck, and
goes with it; the last two sumchecks write 12 F and 24 F bytes, when little else is left. Where all of this would be too
much, crosses go first, then one more layer, and the last layers' sumchecks write nothing before their second or third
coordinate is bound: each halves the memory, and takes two or one more computations of the fractions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from optimized.circuit.fractions import Fractions
from optimized.circuit.layouts import LEAST_GROUP_BITS, Layout
from optimized.circuit.nodes import CHILD_WORDS
from optimized.circuit.passes import Level, Source, Vector, merge_pass
from optimized.circuit.programs import WORD_BYTES
from optimized.circuit.relayout import in_layout
from optimized.circuit.rounds import Children, KnownEnds, LayerSum
from optimized.circuit.tiles import MOST_LEVELS
from optimized.circuit.weights import canonical
from optimized.field.extension import SIX, montgomery_words
from optimized.lanes.vectors import LANES
from optimized.memory import arrays
from optimized.memory.prediction import CIRCUIT_BYTES
from reference.tables import Table
from spec.air.bus import Scope
from spec.field import ONE, ZERO, Extension
from spec.protocol.gkr import BusChallenges, Circuit

CHILD_ELEMENTS = 2
"""Numerator and denominator."""

SCOPE_LAYER = 1
"""The layer of two nodes, one for each scope."""

UNKEPT_LAYERS = 1
"""Below those that are kept, also where there is memory for all."""

MOST_STEPS = 2
"""So many mergings and unwritten bindings of a tile leave it two nodes when it is bound once more."""


class LayeredCircuit:
    """All layers: those that are kept, and the fractions."""

    def __init__(self, fractions: Fractions, memory_bytes: int) -> None:
        self._fractions = fractions
        self._memory_bytes = memory_bytes
        self._variables = fractions.layout.variables
        self._layers: dict[int, Vector] = {}
        self._crosses: dict[int, Vector] = {}
        """By layer, of those that are computed from cells."""

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
        crosses = self._crosses.pop(below, None)
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
        below, source = self._fractions.layout, self._fractions.source
        first_kept, crossed = self._chosen_layers()
        while below.variables > SCOPE_LAYER:
            levels: list[Level] = []
            layout = below
            while len(levels) < min(MOST_LEVELS, below.group_bits) and layout.variables > SCOPE_LAYER:
                crosses = _empty(layout.halved().halved()) if layout.variables in crossed else None
                if crosses is not None:
                    self._crosses[layout.variables] = crosses
                layout = layout.halved()
                levels.append(Level(_empty(layout) if layout.variables <= first_kept else None, crosses))
            merge_pass(source, levels)
            for level in levels:
                if level.nodes is not None:
                    self._layers[level.nodes.layout.variables] = _with_nodes_to_bind(level.nodes)
            last = self._layers[layout.variables]
            source, below = Source.of(last), last.layout

    def _chosen_layers(self) -> tuple[int, range]:
        """The largest layer that is kept, and those below it whose crosses are."""
        below = self._fractions.layout
        most_unkept = max(0, min(MOST_STEPS, below.group_bits - LEAST_GROUP_BITS))
        # All layers above one take as much as it does.
        unkept = min(UNKEPT_LAYERS, most_unkept)
        while _bytes_of(below) >> unkept > self._memory_bytes and unkept < most_unkept:
            unkept += 1
        crosses_bytes = sum(_bytes_of(below) // 4 >> layer for layer in range(unkept + 1))
        is_crossed = unkept <= UNKEPT_LAYERS and (_bytes_of(below) >> unkept) + crosses_bytes <= self._memory_bytes
        first_kept = below.variables - unkept - 1
        return first_kept, range(first_kept + 1, below.variables + 1) if is_crossed else range(0)


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
    return LayeredCircuit(Fractions(tables, layout, public_values, challenges), CIRCUIT_BYTES)
