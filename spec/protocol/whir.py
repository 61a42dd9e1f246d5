"""WHIR [2024/1586]: that a vector, known by a few of its codeword's values, has a claimed weighted sum.

Iteration i has a vector f_i of 2^(m_i), its code on 3<w_i> of order 2^(h + rate_log2 - i), a weight w_i and the claim
<f_i, w_i> = s_i. It binds the last k_i coordinates by rounds of degree 2; f_(i+1) is the fold. Folding with r takes
f(x) = e(x^2) + x o(x^2) to (1 - r) e + r o, which is the vector bound at its last coordinate: the code's folding and
the sumcheck's are one thing.

The first vector is f_0 = sum of delta^j q_j over the stacked columns of all commitments: a virtual oracle whose value
at a queried point combines the opened leaves. Its weight is eq(u), and delta is drawn after the values q_j^(u).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from spec.field import EXTENSION_DEGREE, GENERATOR, P, inverse, root_of_unity
from spec.parameters import ParameterSet
from spec.protocol.algebra import Algebra, Bit, Element, Value, Word
from spec.protocol.cube import HALF, equal_coordinate, extension_at, horner
from spec.protocol.merkle import TreeShape, tree_shape

ROUND_DEGREE = 2
"""The product of a vector and its weight, both multilinear."""


@dataclass(frozen=True)
class Iteration:
    """The numbers of one iteration, from the parameters and the stacking height alone."""

    number: int
    variables: int
    """m_i: the vector has 2^m_i entries."""

    domain_log2: int
    """The order of the code's domain."""

    folding_log2: int
    """k_i, the coordinates that are bound."""

    queries: int
    folding_grinding_bits: int
    query_grinding_bits: int
    is_last: bool

    @property
    def fibres_log2(self) -> int:
        """The queried positions are those of fibres of x -> x^(2^k_i)."""
        return self.domain_log2 - self.folding_log2

    @property
    def folded_log2(self) -> int:
        """The folded vector has 2^folded_log2 entries."""
        return self.variables - self.folding_log2


def iterations(parameters: ParameterSet, height_log2: int) -> list[Iteration]:
    """WHIR's iterations at a stacking height."""
    schedule = parameters.schedule(height_log2)
    result, variables = [], height_log2
    for number, folding in enumerate(schedule.folds):
        result.append(
            Iteration(
                number=number,
                variables=variables,
                domain_log2=height_log2 + parameters.rate_log2 - number,
                folding_log2=folding,
                queries=schedule.queries[number],
                folding_grinding_bits=schedule.folding_grinding_bits[number],
                query_grinding_bits=schedule.query_grinding_bits[number],
                is_last=number == len(schedule.folds) - 1,
            )
        )
        variables -= folding
    return result


def folded_tree(iteration: Iteration, parameters: ParameterSet) -> TreeShape:
    """The tree over the vector of an iteration but the first: one row of extension elements a fibre."""
    width = EXTENSION_DEGREE << iteration.folding_log2
    return tree_shape(iteration.fibres_log2, width, parameters.cap_log2)


def domain_point(
    algebra: Algebra[Element, Value, Word, Bit], bits: Sequence[Bit], domain_log2: int
) -> tuple[Element, Element]:
    """x = 3 w^i and 1 / x for the index with these bits, lowest first; w has order 2^domain_log2."""
    point, reciprocal = algebra.element(GENERATOR), algebra.element(inverse(GENERATOR))
    for position, bit in enumerate(bits):
        step = pow(root_of_unity(domain_log2), 1 << position, P)
        point = algebra.multiply_elements(point, _power_if(algebra, bit, step))
        reciprocal = algebra.multiply_elements(reciprocal, _power_if(algebra, bit, inverse(step)))
    return point, reciprocal


def _power_if(algebra: Algebra[Element, Value, Word, Bit], bit: Bit, step: int) -> Element:
    return algebra.select(bit, algebra.element(step), algebra.element(1))


def fold_fibre(
    algebra: Algebra[Element, Value, Word, Bit],
    values: Sequence[Value],
    reciprocal: Element,
    challenges: Sequence[Value],
) -> Value:
    """The fold's value at x^(2^k) from the values at x root^j, root of order 2^k, j ascending; `reciprocal` is 1 / x.

    The first challenge binds the last coordinate.
    """
    current = list(values)
    for challenge in challenges:
        half = len(current) // 2
        root = inverse(root_of_unity(len(current).bit_length() - 1))
        folded = []
        for position in range(half):
            left, right = current[position], current[position + half]
            at = algebra.multiply_elements(reciprocal, algebra.element(pow(root, position, P) * HALF))
            even = (left + right) * HALF
            odd = algebra.scale(left - right, at)
            folded.append(even + challenge * (odd - even))
        current = folded
        reciprocal = algebra.multiply_elements(reciprocal, reciprocal)
    return current[0]


@dataclass
class Weight(Generic[Value]):
    """A summand of the weight: scale * eq(state, .) where `is_power` is false, else scale * pow_state, state[0] = z."""

    scale: Value
    state: list[Value]
    is_power: bool

    def bind_last(self, challenge: Value) -> None:
        """Binds the last coordinate that is left."""
        if self.is_power:
            base = self.state[0]
            self.scale = self.scale * (challenge * (base - 1) + 1)
            self.state = [base * base]
        else:
            self.scale = self.scale * equal_coordinate(self.state.pop(), challenge)

    def inner_product(self, vector: Sequence[Value]) -> Value:
        """<vector, weight>."""
        inner = horner(vector, self.state[0]) if self.is_power else extension_at(vector, self.state)
        return self.scale * inner
