"""The GKR circuit over a segment's tables: every layer in full, padding included, and the layers' sumchecks.

It follows `spec.protocol.gkr`, whose formulas it evaluates on whole columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from reference.arrays import extension_arrays as extension
from reference.arrays.values import RowValues, Values
from reference.prover.cube_arrays import equality_vector
from reference.prover.extension_columns import bound, halves, lifted, total
from reference.tables import Table
from spec.air.bus import Scope
from spec.air.expression import Expression
from spec.field import EXTENSION_DEGREE, Extension
from spec.protocol.gkr import BusChallenges, Circuit, Fraction, layer_value, merged, pair_fraction
from spec.protocol.proof import RoundPolynomial

Layer = Fraction[Values]
"""The numerators and the denominators of a layer's nodes, or of some of them: two columns of extension elements."""

SCOPE_LAYER = 1
"""The layer of two nodes, one for each scope."""


class LayerSum:
    """The sumcheck of one layer, over the two children of each of its nodes."""

    def __init__(self, below: Layer, point: Sequence[Extension], batching: Extension) -> None:
        self._left, self._right = _children(below)
        self._unbound = list(point)
        self._batching = lifted(batching)

    def message(self) -> RoundPolynomial:
        """c_1 and c_2 of g(X) = sum over y of eq(rest of the point, y) times the layer's value at (y, X).

        The layer's value is quadratic in the children, which are linear in X: c_2 is its value on their differences.
        """
        weights = Values(equality_vector(self._unbound[:-1]))
        (left_at_0, left_at_1), (right_at_0, right_at_1) = _children(self._left), _children(self._right)
        at_0 = total(weights * layer_value(left_at_0, right_at_0, self._batching))
        at_1 = total(weights * layer_value(left_at_1, right_at_1, self._batching))
        left_difference, right_difference = _difference(left_at_1, left_at_0), _difference(right_at_1, right_at_0)
        quadratic = total(weights * layer_value(left_difference, right_difference, self._batching))
        return at_1 - at_0 - quadratic, quadratic

    def bind(self, challenge: Extension) -> None:
        """Binds the last coordinate that is left."""
        self._left = _bound(self._left, challenge)
        self._right = _bound(self._right, challenge)
        self._unbound.pop()

    def ends(self) -> tuple[Extension, Extension, Extension, Extension]:
        """p(y,0), p(y,1), q(y,0), q(y,1) at the bound point y."""
        columns = (self._left.numerator, self._right.numerator, self._left.denominator, self._right.denominator)
        p_0, p_1, q_0, q_1 = (_only(column) for column in columns)
        return p_0, p_1, q_0, q_1


class LayeredCircuit:
    """All layers, from the two nodes of layer 1 to the fractions of layer N."""

    def __init__(self, fractions: Layer, variables: int) -> None:
        self._layers = {variables: fractions}
        for number in range(variables - 1, SCOPE_LAYER - 1, -1):
            self._layers[number] = merged(*_children(self._layers[number + 1]))

    @property
    def totals(self) -> tuple[Extension, Extension, Extension, Extension]:
        """Layer 1: p and q of the local scope, then of the global scope."""
        local, of_all_segments = _children(self._layers[SCOPE_LAYER])
        return (
            _only(local.numerator),
            _only(local.denominator),
            _only(of_all_segments.numerator),
            _only(of_all_segments.denominator),
        )

    def layer(self, number: int, point: Sequence[Extension], batching: Extension) -> LayerSum:
        """The sumcheck for a layer below N at a point of as many coordinates as its number."""
        return LayerSum(self._layers[number + 1], point, batching)


def circuit(
    tables: Sequence[Table],
    layout: Circuit,
    public_values: Mapping[str, int],
    challenges: Mapping[Scope, BusChallenges[Extension]],
) -> LayeredCircuit:
    """The values of the circuit of this layout over a segment's tables."""
    return LayeredCircuit(_last_layer(tables, layout, public_values, challenges), layout.variables)


def _last_layer(
    tables: Sequence[Table],
    layout: Circuit,
    public_values: Mapping[str, int],
    challenges: Mapping[Scope, BusChallenges[Extension]],
) -> Layer:
    """The fractions of all blocks where the layout places them, and 0/1 elsewhere."""
    numerators = np.zeros((1 << layout.variables, EXTENSION_DEGREE), dtype=np.uint64)
    denominators = np.zeros_like(numerators)
    denominators[:, 0] = 1
    in_columns = {scope: _lifted_challenges(challenge) for scope, challenge in challenges.items()}
    for position, blocks in layout.blocks_by_table.items():
        table = tables[position]
        main, fixed = np.asarray(table.main, dtype=np.uint64), np.asarray(table.fixed, dtype=np.uint64)
        row = RowValues(main, fixed, public_values)
        evaluated: dict[Expression, Values] = {}
        for block in blocks:
            fraction = pair_fraction(block.interactions, in_columns[block.scope], row, evaluated)
            start, stop = block.prefix << block.height_log2, (block.prefix + 1) << block.height_log2
            # A constant multiplicity or message is one entry, which fills the block.
            numerators[start:stop] = fraction.numerator.extended()
            denominators[start:stop] = fraction.denominator.extended()
    return Fraction(Values(numerators), Values(denominators))


def _lifted_challenges(challenges: BusChallenges[Extension]) -> BusChallenges[Values]:
    return BusChallenges(lifted(challenges.alpha), [lifted(power) for power in challenges.beta_powers])


def _children(layer: Layer) -> tuple[Layer, Layer]:
    """The nodes (y, 0) and the nodes (y, 1)."""
    (p_0, p_1), (q_0, q_1) = halves(layer.numerator), halves(layer.denominator)
    return Fraction(p_0, q_0), Fraction(p_1, q_1)


def _difference(left: Layer, right: Layer) -> Layer:
    return Fraction(left.numerator - right.numerator, left.denominator - right.denominator)


def _bound(layer: Layer, challenge: Extension) -> Layer:
    return Fraction(bound(layer.numerator, challenge), bound(layer.denominator, challenge))


def _only(column: Values) -> Extension:
    """The entry of a column that has one."""
    (element,) = extension.to_elements(column.array)
    return element
