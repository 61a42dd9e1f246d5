"""The sumcheck of one layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import mul

import numpy as np

from optimized.circuit.layouts import Layout
from optimized.circuit.nodes import (
    AT_FIRST,
    AT_INFINITY,
    AT_SECOND,
    NODE_WORDS,
    address_of,
    subtract_firsts,
)
from optimized.circuit.passes import Kind, Source, Vector, Weights, sum_pass
from optimized.circuit.relayout import in_layout
from optimized.circuit.weights import PointWeights, canonical, factor_table
from optimized.field.extension import SIX, montgomery_words
from optimized.lanes.vectors import LANES
from optimized.memory import arrays
from spec.field import ONE, ZERO, Extension
from spec.protocol.cube import horner
from spec.protocol.proof import RoundPolynomial

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

    A vector lies in memory as it is, which may be used. Otherwise nothing is written before so many rounds.
    """

    source: Source
    merges: int
    layout: Layout
    vector: Vector | None = None
    crosses: Vector | None = None
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
        if self._vector is None:
            sums = self._bind_children()
        else:
            self._layout = self._layout.halved()
            source = Source.of(self._vector)
            self._vector = Vector(self._layout, self._vector.words, self._vector.pitch)
            sums = sum_pass(
                Kind.BIND,
                source,
                self._pass_weights(),
                binds=1,
                points=self._points(),
                factors=factor_table([challenge]),
                target=self._vector,
            )
        if self._layout.group_bits == 0 and self._layout.variables:
            sums = self._in_new_layout()
        if self._layout.variables:
            self._polynomial = self._next_polynomial(sums)

    def _bind_children(self) -> list[Extension]:
        """Binds what is still read from the children, or from cells."""
        children = self._children
        self._layout = self._layout.halved()
        if children.vector is not None:
            self._vector = Vector(self._layout, children.vector.words, children.vector.pitch)
        elif len(self._challenges) > children.unwritten_rounds:
            pitch = self._layout.groups * NODE_WORDS
            self._vector = Vector(self._layout, arrays.empty(self._layout.count * pitch), pitch)
        return sum_pass(
            Kind.BIND_CHILDREN,
            children.source,
            self._pass_weights(),
            merges=children.merges,
            binds=len(self._challenges),
            points=self._points(),
            factors=factor_table([*reversed(self._challenges), self._batching]),
            target=self._vector,
        )

    def ends(self) -> Ends:
        """p(y,0), p(y,1), q(y,0), q(y,1) of the layer below at the bound point."""
        assert self._vector is not None
        words = self._vector.words[:NODE_WORDS].reshape(NODE_ELEMENTS, SIX, LANES)[:, :, 0]
        p_0, q_0, t, q_1 = (canonical(element) for element in words)
        return p_0, t - self._batching * q_1, q_0, q_1

    def known_ends(self) -> KnownEnds:
        """What the next layer may take from this one's ends."""
        return KnownEnds(tuple(self._challenges), self.ends())

    def _points(self) -> int:
        """At which points the next round polynomial is summed up: at 0, or at 1 where the claim is the value at 0."""
        if self._layout.group_bits == 0:
            return 0
        first = AT_SECOND if self._point[self._layout.variables - 1] == ZERO else AT_FIRST
        return 1 << first | 1 << AT_INFINITY

    def _lay_out(self) -> None:
        self._chunk_weights, self._padding = self._weights.chunks(self._layout)
        self._lane_weights = self._weights.lanes(self._layout)

    def _pass_weights(self) -> Weights:
        pairs = self._weights.pairs(self._layout) if self._layout.group_bits else self._chunk_weights
        return Weights(pairs, self._chunk_weights, self._lane_weights)

    def _first_polynomial(self, known: KnownEnds | None) -> tuple[Extension, Extension, Extension]:
        children, weights = self._children, self._pass_weights()
        if known is None or known.point != self._point[:-1]:
            points = 1 << AT_FIRST | 1 << AT_SECOND | 1 << AT_INFINITY
            sums = self._first_sums(points)
            padding = self._batching * self._padding
            at_0, at_1 = sums[AT_FIRST] + padding, sums[AT_SECOND] + padding
            quadratic = sums[AT_INFINITY]
        else:
            p_0, p_1, q_0, q_1 = known.ends
            at_0, at_1 = p_0 + self._batching * q_0, p_1 + self._batching * q_1
            if children.crosses is None:
                quadratic = self._first_sums(1 << AT_INFINITY)[AT_INFINITY]
            else:
                points = 1 << AT_FIRST | 1 << AT_SECOND
                source = Source.of(children.crosses)
                numerator, denominator, _ = sum_pass(Kind.SUM_CROSSES, source, weights, points=points)
                quadratic = numerator + self._batching * denominator
        return at_0, at_1 - at_0 - quadratic, quadratic

    def _first_sums(self, points: int) -> list[Extension]:
        return sum_pass(
            Kind.MESSAGE,
            self._children.source,
            self._pass_weights(),
            merges=self._children.merges,
            points=points,
            factors=factor_table([self._batching]),
        )

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
        subtract_firsts(address_of(self._vector.words), layout.count * layout.groups // 2)
        return sum_pass(Kind.SUM, Source.of(self._vector), self._pass_weights(), points=self._points())


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
