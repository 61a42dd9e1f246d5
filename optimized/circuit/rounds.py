"""The sumcheck of one layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import mul
from typing import Any, TypeAlias

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
from optimized.circuit.passes import Source, Vector, Weights, sum_pass
from optimized.circuit.relayout import in_layout
from optimized.circuit.tasks import TaskKind
from optimized.circuit.weights import PointWeights, canonical, factor_table, pair_sums
from optimized.field.extension import SIX, montgomery_words
from optimized.lanes.vectors import LANES
from optimized.memory import arrays
from optimized.words import Words
from spec.field import ONE, ZERO, Extension
from spec.protocol.cube import horner
from spec.protocol.proof import RoundPolynomial

NODE_ELEMENTS = 4
"""Numerator and denominator of both children."""

ALL_POINTS = 1 << AT_FIRST | 1 << AT_SECOND | 1 << AT_INFINITY
FIRST_AND_INFINITY = 1 << AT_FIRST | 1 << AT_INFINITY

SMALL_VARIABLES = 9
"""A third sum over so many nodes is done sooner than arithmetic on claims in Python."""

Ends: TypeAlias = tuple[Extension, Extension, Extension, Extension]
Polynomial: TypeAlias = tuple[Extension, Extension, Extension]
"""c_0, c_1 and c_2."""


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
    unwritten_rounds: int = 0


class LayerSum:
    """The sumcheck for a layer at a point.

    A round polynomial is known from three sums: at 0, at 1 and at infinity. Two suffice where the claim gives the third
    one, which takes a division by the round's coordinate of the point. In the first round the layer above knows two.
    """

    def __init__(
        self,
        children: Children,
        point: Sequence[Extension],
        batching: Extension,
        known: KnownEnds | None,
        crosses: Vector | None,
    ) -> None:
        self._children: Children | None = children
        self._point = tuple(point)
        self._batching = batching
        self._weights = PointWeights(point)
        self._inverses = _inverses(self._point[SMALL_VARIABLES:])
        self._challenges: list[Extension] = []
        self._vector: Vector | None = None
        self._ends: Ends | None = None
        self._pair_weights: Words
        self._layout = children.layout.halved()
        self._lay_out()
        self._polynomial = self._first_polynomial(children, known, crosses)

    def message(self) -> RoundPolynomial:
        """c_1 and c_2."""
        _, linear, quadratic = self._polynomial
        return linear, quadratic

    def bind(self, challenge: Extension) -> None:
        """Binds the last coordinate that is left, and sums up the next round polynomial."""
        self._challenges.insert(0, challenge)
        self._layout = self._layout.halved()
        self._pair_weights = pair_sums(self._pair_weights)
        if self._vector is None:
            assert self._children is not None
            sums = self._bind_children(self._children)
        else:
            source = Source.of(self._vector)
            self._vector = Vector(self._layout, self._vector.words, self._vector.pitch)
            factors = factor_table([challenge])
            sums = self._sum(TaskKind.BIND, source, binds=1, factors=factors, target=self._vector)
        if self._layout.group_bits == 0 and self._layout.variables:
            sums = self._in_new_layout()
        if self._layout.variables:
            self._polynomial = self._next_polynomial(sums, challenge)
        else:
            self._finish()

    def ends(self) -> Ends:
        """p(y,0), p(y,1), q(y,0), q(y,1) of the layer below at the bound point."""
        assert self._ends is not None
        return self._ends

    def known_ends(self) -> KnownEnds:
        """What the next layer may take from this one's ends."""
        return KnownEnds(tuple(self._challenges), self.ends())

    def _lay_out(self) -> None:
        """Weighs a new layout of nodes. All of its halvings have the same chunks and lanes."""
        self._pair_weights = self._weights.pairs(self._layout)
        self._chunk_weights, padding = self._weights.chunks(self._layout)
        self._lane_weights = self._weights.lanes(self._layout)
        # Of the padding, p_0 = 0, q_0 = q_1 = 1 and t = batching.
        self._padding_value = self._batching * padding

    def _sum(self, kind: TaskKind, source: Source, *, points: int | None = None, **further: Any) -> list[Extension]:
        """A pass with the weights of what is left; the sums at 0, at 1 and at infinity, padding included."""
        weights = Weights(self._pair_weights, self._chunk_weights, self._lane_weights)
        wanted = self._points() if points is None else points
        at_0, at_1, at_infinity = sum_pass(kind, source, weights, points=wanted, **further)
        return [at_0 + self._padding_value, at_1 + self._padding_value, at_infinity]

    def _points(self) -> int:
        """Where the next round polynomial is summed up."""
        if self._layout.group_bits == 0:
            return 0
        return ALL_POINTS if self._is_simple() else FIRST_AND_INFINITY

    def _is_simple(self) -> bool:
        """Whether the next round polynomial is summed up at all points: where that is little, or a division fails."""
        return self._layout.variables <= SMALL_VARIABLES or self._point[self._layout.variables - 1] == ZERO

    def _finish(self) -> None:
        """Reads the ends, and lets the memory go."""
        assert self._vector is not None
        words = self._vector.words[:NODE_WORDS].reshape(NODE_ELEMENTS, SIX, LANES)[:, :, 0]
        p_0, q_0, t, q_1 = (canonical(element) for element in words)
        self._ends = p_0, t - self._batching * q_1, q_0, q_1
        self._vector = self._children = None

    def _first_polynomial(self, children: Children, known: KnownEnds | None, crosses: Vector | None) -> Polynomial:
        factors = factor_table([self._batching])
        if known is None or known.point != self._point[:-1]:
            return _through(
                *self._sum(
                    TaskKind.MESSAGE, children.source, merges=children.merges, points=ALL_POINTS, factors=factors
                )
            )
        p_0, p_1, q_0, q_1 = known.ends
        at_0, at_1 = p_0 + self._batching * q_0, p_1 + self._batching * q_1
        if crosses is None:
            points = 1 << AT_INFINITY
            sums = self._sum(TaskKind.MESSAGE, children.source, merges=children.merges, points=points, factors=factors)
            return _through(at_0, at_1, sums[AT_INFINITY])
        weights = Weights(self._pair_weights, self._chunk_weights, self._lane_weights)
        source, points = Source.of(crosses), 1 << AT_FIRST | 1 << AT_SECOND
        numerator, denominator, _ = sum_pass(TaskKind.SUM_CROSSES, source, weights, points=points)
        return _through(at_0, at_1, numerator + self._batching * denominator)

    def _next_polynomial(self, sums: Sequence[Extension], challenge: Extension) -> Polynomial:
        at_0, at_1, at_infinity = sums
        if self._is_simple():
            return _through(at_0, at_1, at_infinity)
        claim = horner(self._polynomial, challenge)
        over_coordinate = self._inverses[self._layout.variables - 1 - SMALL_VARIABLES]
        return at_0, (claim - at_0) * over_coordinate - at_infinity, at_infinity

    def _bind_children(self, children: Children) -> list[Extension]:
        """Binds what is still read from the children, or from cells."""
        if children.vector is not None:
            self._vector = Vector(self._layout, children.vector.words, children.vector.pitch)
        elif len(self._challenges) > children.unwritten_rounds:
            pitch = self._layout.groups * NODE_WORDS
            self._vector = Vector(self._layout, arrays.empty(self._layout.count * pitch), pitch)
        return self._sum(
            TaskKind.BIND_CHILDREN,
            children.source,
            merges=children.merges,
            binds=len(self._challenges),
            factors=factor_table([*reversed(self._challenges), self._batching]),
            target=self._vector,
        )

    def _in_new_layout(self) -> list[Extension]:
        """Brings the single nodes of all chunks into a new layout, and sums up."""
        assert self._vector is not None
        old = self._layout
        layout = Layout.of(old.variables, [count << old.entry_bits for count in old.chunks])
        one = montgomery_words(ONE)
        padding = np.concatenate([montgomery_words(ZERO), one, montgomery_words(self._batching), one])
        self._vector = in_layout(self._vector, layout, NODE_ELEMENTS, padding)
        self._layout = layout
        self._lay_out()
        subtract_firsts(address_of(self._vector.words), layout.count * layout.groups // 2)
        return self._sum(TaskKind.SUM, Source.of(self._vector))


def _through(at_0: Extension, at_1: Extension, at_infinity: Extension) -> Polynomial:
    """The polynomial of degree 2 with these values, the last one its highest coefficient."""
    return at_0, at_1 - at_0 - at_infinity, at_infinity


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
