"""Isogenies between curves, by their kernels. Polynomials have their lowest coefficients first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from guest.accelerators.constants.curves import Curve
from guest.accelerators.constants.elements import Element


def add_polynomials(left: Sequence[Element], right: Sequence[Element]) -> list[Element]:
    longer, shorter = (left, right) if len(left) >= len(right) else (right, left)
    return [term + shorter[i] if i < len(shorter) else term for i, term in enumerate(longer)]


def multiply_polynomials(left: Sequence[Element], right: Sequence[Element]) -> list[Element]:
    product = [left[0].times(0)] * (len(left) + len(right) - 1)
    for i, first in enumerate(left):
        for j, second in enumerate(right):
            product[i + j] = product[i + j] + first * second
    return product


def derivative(polynomial: Sequence[Element]) -> list[Element]:
    return [term.times(i) for i, term in enumerate(polynomial)][1:]


@dataclass(frozen=True)
class Isogeny:
    """(x, y) -> (x_numerator / x_denominator, y y_numerator / y_denominator), polynomials in x."""

    x_numerator: list[Element]
    x_denominator: list[Element]
    y_numerator: list[Element]
    y_denominator: list[Element]


def isogeny(curve: Curve, xs: Sequence[Element], scale: Element) -> Isogeny:
    """The isogeny whose kernel is infinity and the two points at each of `xs`, by Velu's formulas; x and y of the image
    are multiplied by the square and the cube of `scale`."""
    one = Element(1, 0, scale.prime)
    products = [[one], *([one] for _ in xs)]
    # The product of all x - x_Q, then the products without one of them.
    for j, x in enumerate(xs):
        factor = [-x, one]
        products = [p if i == j + 1 else multiply_polynomials(p, factor) for i, p in enumerate(products)]
    whole = products[0]
    denominator = multiply_polynomials(whole, whole)
    numerator = multiply_polynomials(denominator, [one.times(0), one])
    for x, others in zip(xs, products[1:], strict=True):
        slope = ((x * x).times(3) + curve.a).times(2)
        square = (x**3 + curve.a * x + curve.b).times(4)
        numerator = add_polynomials(numerator, [slope * term for term in multiply_polynomials(whole, others)])
        numerator = add_polynomials(numerator, [square * term for term in multiply_polynomials(others, others)])
    # y takes the derivative of x's image: (n' h - 2 n h') / h^3 for n / h^2.
    rise = multiply_polynomials(derivative(numerator), whole)
    fall = [term.times(-2) for term in multiply_polynomials(numerator, derivative(whole))]
    return Isogeny(
        [scale**2 * term for term in numerator],
        denominator,
        [scale**3 * term for term in add_polynomials(rise, fall)],
        multiply_polynomials(denominator, whole),
    )


def eleven_torsion(curve: Curve) -> list[Element]:
    """The x of the points of the rational subgroup of order 11. Raises AssertionError if there are none."""
    cofactor = curve.order
    while cofactor % 11 == 0:
        cofactor //= 11
    # Until a candidate's order is a multiple of 11.
    for candidate in curve.points(Element(x, 0, curve.a.prime) for x in count(1)):
        point = curve.multiply(candidate, cofactor)
        if point is None:
            continue
        while (multiple := curve.multiply(point, 11)) is not None:
            point = multiple
        multiples = [curve.multiply(point, i) for i in range(1, 6)]
        return [multiple[0] for multiple in multiples if multiple is not None]
    raise AssertionError("a curve has points")


def three_torsion(curve: Curve) -> list[Element]:
    """The x, in the field though y is not, of two points of order 3: a root of the third division polynomial."""
    x = Element(curve.a.prime - 6, 6, curve.a.prime)
    assert ((x**4).times(3) + (curve.a * x * x).times(6) + (curve.b * x).times(12) - curve.a * curve.a).is_zero
    return [x]
