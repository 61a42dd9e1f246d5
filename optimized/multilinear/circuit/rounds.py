"""The sumcheck of one layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import mul

import numpy as np

from optimized.field.extension import SIX, montgomery_words
from optimized.lanes.vectors import LANES
from optimized.memory import arrays
from optimized.multilinear.circuit.layouts import Layout
from optimized.multilinear.circuit.nodes import AT_FIRST, AT_INFINITY, AT_SECOND, NODE_WORDS, pair
from optimized.multilinear.circuit.passes import Kind, Source, Vector, Weights, run_pass
from optimized.multilinear.circuit.relayout import in_layout
from optimized.multilinear.circuit.weights import PointWeights, canonical, factor_table
from optimized.words import Words
from spec.field import ONE, ZERO, Extension
from spec.multilinear.cube import horner
from spec.multilinear.proof import RoundPolynomial

NODE_ELEMENTS = 4

Ends = tuple[Extension, Extension, Extension, Extension]


@dataclass(frozen=True)
class KnownEnds:
    """The ends of the layer above: the values at (y, 0) and (y, 1) of this layer's nodes at a bound point y."""

    point: tuple[Extension, ...]
    ends: Ends


@dataclass(frozen=True, eq=False)
class Children:
    """The layer below: where it comes from, merged so many times, and the layout that it has then.

    With words, it lies there as it is, and its memory may be used. Otherwise nothing is written before so many
    rounds.
    """

    source: Source
    merges: int
    layout: Layout
    words: Words | None
    unwritten_rounds: int = 0


class LayerSum:
    """The sumcheck for a layer at a point."""

    def __init__(
        self, children: Children, point: Sequence[Extension], batching: Extension, known: KnownEnds | None
    ) -> None:
        self._children = children
        self._point = tuple(point)
        self._batching = batching
        self._weights = PointWeights(point)
        self._inverses = _inverses(point)
        self._layout = children.layout.halved()
        self._challenges: list[Extension] = []
        self._vector: Vector | None = None
        self._claim = ZERO
        self._lay_out()
        self._polynomial = self._first_polynomial(known)

    def message(self) -> RoundPolynomial:
        """c_1 and c_2."""
        _, linear, quadratic = self._polynomial
        return linear, quadratic

    def bind(self, challenge: Extension) -> None:
        """Binds the last coordinate that is left, and sums up the next round polynomial."""
        self._claim = horner(self._polynomial, challenge)
        self._challenges.insert(0, challenge)
        children, layout = self._children, self._layout.halved()
        rounds = len(self._challenges)
        points = self._points(layout)
        if self._vector is None:
            self._layout = layout
            factors = factor_table([*self._challenges[::-1], self._batching])
            if rounds > children.unwritten_rounds:
                pitch = children.layout.groups * NODE_WORDS // 2 if children.words is not None else layout.groups * NODE_WORDS
                words = children.words if children.words is not None else arrays.empty(layout.count * pitch)
                self._vector = Vector(layout, words, pitch)
            source, merges, kind = children.source, children.merges, Kind.BIND_CHILDREN
        else:
            source, merges, kind = Source.of(self._vector), 0, Kind.BIND
            factors = factor_table([challenge])
            self._layout = layout
            self._vector = Vector(layout, self._vector.words, self._vector.pitch)
        sums = run_pass(kind, source, merges, points, factors, self._vector, self._pass_weights())
        if layout.group_bits == 0 and layout.variables:
            sums = self._in_new_layout()
        if layout.variables:
            self._polynomial = self._next_polynomial(sums)

    def ends(self) -> Ends:
        """p(y,0), p(y,1), q(y,0), q(y,1) of the layer below at the bound point."""
        assert self._vector is not None
        words = self._vector.words[:NODE_WORDS].reshape(NODE_ELEMENTS, SIX, LANES)[:, :, 0]
        p_0, q_0, t, q_1 = (canonical(element) for element in words)
        return p_0, t - self._batching * q_1, q_0, q_1

    def known_ends(self) -> KnownEnds:
        """What the next layer may take from this one's ends."""
        return KnownEnds(tuple(self._challenges), self.ends())

    def _points(self, layout: Layout) -> int:
        """At which points the next round polynomial is summed up: at 0, or at 1 where the claim gives the value at 0."""
        if layout.group_bits == 0:
            return 0
        first = AT_SECOND if self._point[layout.variables - 1] == ZERO else AT_FIRST
        return 1 << first | 1 << AT_INFINITY

    def _lay_out(self) -> None:
        self._chunk_weights, self._padding = self._weights.chunks(self._layout)
        self._lane_weights = self._weights.lanes(self._layout)

    def _pass_weights(self) -> Weights:
        pairs = self._weights.pairs(self._layout) if self._layout.group_bits else Weights().pairs
        return Weights(pairs, self._chunk_weights, self._lane_weights)

    def _first_polynomial(self, known: KnownEnds | None) -> tuple[Extension, Extension, Extension]:
        is_known = known is not None and known.point == self._point[:-1]
        points = 1 << AT_INFINITY if is_known else 1 << AT_FIRST | 1 << AT_SECOND | 1 << AT_INFINITY
        factors = factor_table([self._batching])
        children = self._children
        sums = run_pass(
            Kind.MESSAGE, children.source, children.merges, points, factors, None, self._pass_weights()
        )
        if known is not None and is_known:
            p_0, p_1, q_0, q_1 = known.ends
            at_0, at_1 = p_0 + self._batching * q_0, p_1 + self._batching * q_1
        else:
            padding = self._batching * self._padding
            at_0, at_1 = sums[AT_FIRST] + padding, sums[AT_SECOND] + padding
        return at_0, at_1 - at_0 - sums[AT_INFINITY], sums[AT_INFINITY]

    def _next_polynomial(self, sums: Sequence[Extension]) -> tuple[Extension, Extension, Extension]:
        number = self._layout.variables - 1
        padding = self._batching * self._padding
        quadratic = sums[AT_INFINITY]
        if self._point[number] == ZERO:
            at_1 = sums[AT_SECOND] + padding
            return self._claim, at_1 - self._claim - quadratic, quadratic
        at_0 = sums[AT_FIRST] + padding
        return at_0, (self._claim - at_0) * self._inverses[number] - quadratic, quadratic

    def _in_new_layout(self) -> list[Extension]:
        """Brings the single nodes of all chunks into a new layout, and sums up."""
        assert self._vector is not None
        old = self._layout
        size = 1 << old.entry_bits
        layout = Layout.of(old.variables, [count * size for count in old.chunks])
        one = montgomery_words(ONE)
        padding = np.concatenate([montgomery_words(ZERO), one, montgomery_words(self._batching), one])
        self._vector = in_layout(self._vector, layout, NODE_ELEMENTS, padding)
        self._layout = layout
        self._lay_out()
        pair(self._vector.words, 0, layout.count * layout.groups // 2)
        source, points = Source.of(self._vector), self._points(layout)
        return run_pass(Kind.SUM, source, 0, points, factor_table([]), None, self._pass_weights())


def _inverses(elements: Sequence[Extension]) -> list[Extension]:
    """The inverses, and anything for a zero; one inversion serves all."""
    given = [ONE if element == ZERO else element for element in elements]
    products = list(accumulate(given, mul, initial=ONE))
    rest = products[-1].inverse()
    found = []
    for element, before in zip(reversed(given), reversed(products[:-1]), strict=True):
        found.append(rest * before)
        rest = rest * element
    return found[::-1]
