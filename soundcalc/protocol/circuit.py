"""The challenges of GKR on the circuit that adds up fractions.

A false claim about a layer, or about one of two values, survives a linear combination for one value of the challenge,
and a round of degree 2 for two; each of the L members of main's list has its own claims. The coordinates of the last
layer are also the point at which every constraint is asked: a constraint that fails somewhere has a nonzero
multilinear extension, which each coordinate makes vanish for at most one more value.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from soundcalc.bounds import Status, register
from soundcalc.protocol import labels
from soundcalc.protocol.shape import ArgumentSize
from soundcalc.protocol.term import BadValues

GKR_COMBINATION = register(
    key="multilinear_gkr_combination",
    formula="L / |F|; 2 L / |F| for the coordinate that also ends the zerocheck's point",
    source="2023/1284; Schwartz-Zippel for a linear polynomial for each member of the list",
    status=Status.PROVEN,
)
GKR_ROUND = register(
    key="multilinear_gkr_round",
    formula="2 L / |F|; 3 L / |F| in the last layer, whose coordinates are the zerocheck's point",
    source="2023/1284; the sumcheck of degree 2 without its eq factor",
    status=Status.PROVEN,
)

ROUND_DEGREE = 2
"""A round's polynomial without the factor eq(point, .): products of two linear functions."""


def circuit(argument: ArgumentSize, list_size: Fraction) -> Iterator[BadValues]:
    """The challenges of all layers, in the order of the protocol."""
    last = argument.circuit_depth - 1
    yield BadValues(labels.GKR_SCOPE, list_size, GKR_COMBINATION)
    for layer in range(1, last + 1):
        vanishing_constraint = int(layer == last)
        yield BadValues(labels.gkr_batching_label(layer), list_size, GKR_COMBINATION)
        of_a_round = list_size * (ROUND_DEGREE + vanishing_constraint)
        for index in range(layer):
            yield BadValues(labels.gkr_round_label(layer, index), of_a_round, GKR_ROUND)
        yield BadValues(labels.gkr_merge_label(layer), list_size * (1 + vanishing_constraint), GKR_COMBINATION)
