"""The optimized GKR circuit: its layers, and their sumchecks. Its plain twin is that of `reference.multilinear`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from optimized.field.extension import SIX, montgomery_words
from optimized.lanes.vectors import LANES
from optimized.memory import arrays
from optimized.multilinear.circuit.fractions import Fractions
from optimized.multilinear.circuit.layouts import LEAST_GROUP_BITS, Layout
from optimized.multilinear.circuit.nodes import CHILD_WORDS
from optimized.multilinear.circuit.passes import Kind, Source, Vector, run_pass
from optimized.multilinear.circuit.relayout import in_layout
from optimized.multilinear.circuit.rounds import Children, Ends, KnownEnds, LayerSum
from optimized.multilinear.circuit.weights import canonical
from reference.multilinear.prover.kernels import TableCells
from spec.air.bus import Scope
from spec.field import ONE, ZERO, Extension
from spec.multilinear.gkr import BusChallenges, Circuit

WORD_BYTES = 4
MEMORY_BYTES = 800 << 20
"""What the layers that are kept may take together, and what the sumcheck of the last layer may take."""

MOST_PASSES = 3
"""A tile bears so many mergings and bindings before it has too few groups."""


class LayeredCircuit:
    def __init__(self, fractions: Fractions, memory_bytes: int) -> None:
        self._fractions = fractions
        self._variables = fractions.layout.variables
        self._layouts = {self._variables: fractions.layout}
        self._memory_bytes = memory_bytes
        self._layers: dict[int, Vector] = {}
        self._last: LayerSum | None = None
        merges = self._unkept()
        layout = fractions.layout
        for number in range(1, merges + 1):
            layout = layout.halved()
            self._layouts[self._variables - number] = layout
        vector = _empty(layout)
        run_pass(Kind.MERGE, fractions.source, merges, target=vector)
        self._keep(vector)
        while vector.layout.variables > 1:
            source = Source.of(self._layers[vector.layout.variables])
            vector = _empty(self._layers[vector.layout.variables].layout.halved())
            run_pass(Kind.MERGE, source, 1, target=vector)
            self._keep(vector)
        words = vector.words[: 2 * CHILD_WORDS].reshape(4, SIX, LANES)[:, :, 0]
        p_local, q_local, p_global, q_global = (canonical(element) for element in words)
        self.totals = (p_local, q_local, p_global, q_global)

    def _keep(self, vector: Vector) -> None:
        layout = vector.layout
        if layout.lane_bits and layout.group_bits < LEAST_GROUP_BITS:
            size = 1 << layout.entry_bits
            layout = Layout.of(layout.variables, [count * size for count in layout.chunks])
            vector = in_layout(vector, layout, 2, np.concatenate([montgomery_words(ZERO), montgomery_words(ONE)]))
        self._layers[layout.variables] = vector
        self._layouts[layout.variables] = layout

    def _unkept(self) -> int:
        """How many mergings the largest layer that is kept takes from the last one."""
        kept_bytes = self._fractions.layout.count * self._fractions.layout.groups * CHILD_WORDS * WORD_BYTES
        merges = 1
        while kept_bytes > self._memory_bytes and merges < MOST_PASSES and self._fractions.layout.group_bits - merges > LEAST_GROUP_BITS:
            merges, kept_bytes = merges + 1, kept_bytes // 2
        return merges

    def layer(self, number: int, point: Sequence[Extension], batching: Extension) -> LayerSum:
        known = None
        if number == 1:
            p_local, q_local, p_global, q_global = self.totals
            known = KnownEnds((), (p_local, p_global, q_local, q_global))
        elif self._last is not None and self._last_number == number - 1:
            known = self._last.known_ends()
        below = number + 1
        vector = self._layers.pop(below, None)
        if vector is not None:
            children = Children(Source.of(vector), 0, vector.layout, vector.words)
        else:
            merges = self._variables - below
            children = Children(self._fractions.source, merges, self._layouts[below], None, self._unwritten(below))
        self._last = LayerSum(children, point, batching, known)
        self._last_number = number
        return self._last

    def _unwritten(self, below: int) -> int:
        merges = self._variables - below
        layout = self._layouts[below]
        written = layout.count * layout.groups * CHILD_WORDS * WORD_BYTES // 2
        rounds = 0
        while written > self._memory_bytes and merges + rounds + 1 < MOST_PASSES:
            rounds, written = rounds + 1, written // 2
        return rounds


def _empty(layout: Layout) -> Vector:
    pitch = layout.groups * CHILD_WORDS
    return Vector(layout, arrays.empty(layout.count * pitch), pitch)


def circuit(
    tables: Sequence[TableCells],
    layout: Circuit,
    public_values: Mapping[str, int],
    challenges: Mapping[Scope, BusChallenges[Extension]],
) -> LayeredCircuit:
    """The values of the circuit of this layout over a segment's tables."""
    return LayeredCircuit(Fractions(tables, layout, public_values, challenges), MEMORY_BYTES)
