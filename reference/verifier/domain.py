"""Points of evaluation domains, from the bits of an index.

Position i of a bit-reversed subgroup holds w^bitrev(i): bit j of i contributes the root of unity of order
2^(j+1), whatever the subgroup's order.
"""

from __future__ import annotations

from collections.abc import Sequence

from reference.verifier.algebra import Algebra, Bit, Digest, Element, Value
from spec.field import inverse, root_of_unity


def subgroup_point(algebra: Algebra[Element, Value, Digest, Bit], bits: Sequence[Bit]) -> Element:
    """The point of the bit-reversed subgroup at the index with these bits, lowest first."""
    roots = [root_of_unity(j + 1) for j in range(len(bits))]
    return _product_of_selected(algebra, bits, roots)


def inverse_coset_point(algebra: Algebra[Element, Value, Digest, Bit], bits: Sequence[Bit], arity_log2: int) -> Element:
    """1 / y for the first point y of the coset of 2^arity_log2 positions that holds the index."""
    roots = [inverse(root_of_unity(j + 1)) for j in range(len(bits))]
    return _product_of_selected(algebra, bits[arity_log2:], roots[arity_log2:])


def _product_of_selected(
    algebra: Algebra[Element, Value, Digest, Bit], bits: Sequence[Bit], factors: Sequence[int]
) -> Element:
    product = algebra.constant(1)
    for bit, factor in zip(bits, factors, strict=True):
        selected = algebra.select(bit, algebra.constant(factor), algebra.constant(1))
        product = algebra.multiply_elements(product, selected)
    return product
