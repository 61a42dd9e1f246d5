"""FRI at one query: every layer must be the folding of the one before, the last the final polynomial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic

from reference.verifier.algebra import Algebra, Bit, Digest, Element, Value
from reference.verifier.domain import inverse_coset_point, subgroup_point
from reference.verifier.merkle import path_root
from spec.field import EXTENSION_DEGREE, inverse, root_of_unity
from spec.protocol.domain import bit_reversed
from spec.protocol.merkle import TreeLevel
from spec.rejection import Rejection


@dataclass(frozen=True)
class FriLayer(Generic[Value, Digest]):
    """A layer as the verifier knows it before the queries."""

    arity_log2: int
    level: TreeLevel
    root: Digest
    challenge: Value


@dataclass(frozen=True)
class OpenedCoset(Generic[Element, Digest]):
    """A row of a layer's tree, and the siblings on its path."""

    row: Sequence[Element]
    siblings: Sequence[Digest]


def fold_coset(
    algebra: Algebra[Element, Value, Digest, Bit],
    values: Sequence[Value],
    inverse_point: Element,
    challenge: Value,
) -> Value:
    """sum_j challenge^j f_j(y^a) from the values of f on the coset of y, a = len(values).

    f(y) = even(y^2) + y odd(y^2) is halved with beta, beta^2, beta^4, ...; the halves' factors 1/2 are put
    together at the end. `inverse_point` is 1 / y for the coset's first position.
    """
    current = list(values)
    arity = len(current)
    while len(current) > 1:
        order_log2 = len(current).bit_length() - 1
        folded = []
        for pair in range(len(current) // 2):
            at_y, at_minus_y = current[2 * pair], current[2 * pair + 1]
            exponent = bit_reversed(2 * pair, order_log2)
            shift = algebra.constant(inverse(root_of_unity(order_log2) ** exponent))
            inverse_y = algebra.multiply_elements(inverse_point, shift)
            odd = algebra.scale(at_y - at_minus_y, inverse_y)
            folded.append(at_y + at_minus_y + challenge * odd)
        current = folded
        inverse_point = algebra.multiply_elements(inverse_point, inverse_point)
        challenge = challenge * challenge
    return algebra.scale(current[0], algebra.constant(inverse(arity)))


def _selected_by(algebra: Algebra[Element, Value, Digest, Bit], bits: Sequence[Bit], values: Sequence[Value]) -> Value:
    """The value at the position with these bits, lowest first."""
    current = list(values)
    for bit in bits:
        current = [algebra.select(bit, odd, even) for even, odd in zip(current[0::2], current[1::2], strict=True)]
    return current[0]


def _evaluate(algebra: Algebra[Element, Value, Digest, Bit], coefficients: Sequence[Value], y: Element) -> Value:
    powers = [algebra.constant(1)]
    for _ in coefficients[1:]:
        powers.append(algebra.multiply_elements(powers[-1], y))
    return algebra.linear_combination(coefficients, powers)


def check_query(
    algebra: Algebra[Element, Value, Digest, Bit],
    reduced: Mapping[int, Value],
    layers: Sequence[FriLayer[Value, Digest]],
    cosets: Sequence[OpenedCoset[Element, Digest]],
    final_coefficients: Sequence[Value],
    bits: Sequence[Bit],
    where: str,
) -> None:
    """Follows one query from the reduced codeword of the tallest height to the final polynomial.

    Where folding reaches a height with a reduced codeword of its own, it joins with the next power of the
    layer's challenge.
    """
    height_log2 = max(reduced)
    expected = reduced[height_log2]
    mismatch = Rejection.FRI_REDUCED_CODEWORD_MISMATCH
    for number, (layer, coset) in enumerate(zip(layers, cosets, strict=True)):
        place = f"{where}, layer {number}"
        values = [algebra.join(coset.row[i : i + EXTENSION_DEGREE]) for i in range(0, len(coset.row), EXTENSION_DEGREE)]
        root = path_root(algebra, [layer.level], [coset.row], coset.siblings, bits[layer.arity_log2 :])
        algebra.require_equal(root, layer.root, Rejection.FRI_LAYER_ROOT_MISMATCH, place)
        opened = _selected_by(algebra, bits[: layer.arity_log2], values)
        algebra.require_equal(opened, expected, mismatch, place)
        mismatch = Rejection.FRI_FOLDING_MISMATCH

        inverse_point = inverse_coset_point(algebra, bits, layer.arity_log2)
        expected = fold_coset(algebra, values, inverse_point, layer.challenge)
        height_log2 -= layer.arity_log2
        bits = bits[layer.arity_log2 :]
        if height_log2 in reduced:
            expected = expected + layer.challenge ** (1 << layer.arity_log2) * reduced[height_log2]
    final = _evaluate(algebra, final_coefficients, subgroup_point(algebra, bits))
    algebra.require_equal(final, expected, Rejection.FRI_FINAL_POLYNOMIAL_MISMATCH, where)
