"""The base field and its extension, as Section 0.3 has them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tests.whitepaper.independent.document import DEGREE, GENERATOR, TWO_ADICITY, P


class Element:
    """An element of the extension: coefficients of 1, X, X^2, ... modulo X^e + X^(e/2) + 1."""

    __slots__ = ("c",)

    def __init__(self, coefficients: Iterable[int]) -> None:
        self.c = tuple(coefficient % P for coefficient in coefficients)
        if len(self.c) != DEGREE:
            raise ValueError(f"{len(self.c)} coefficients")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Element) and self.c == other.c

    def __hash__(self) -> int:
        return hash(self.c)

    def __add__(self, other: Element) -> Element:
        return Element(a + b for a, b in zip(self.c, other.c, strict=True))

    def __sub__(self, other: Element) -> Element:
        return Element(a - b for a, b in zip(self.c, other.c, strict=True))

    def __mul__(self, other: Element) -> Element:
        product = [0] * (2 * DEGREE - 1)
        for i, a in enumerate(self.c):
            if a:
                for j, b in enumerate(other.c):
                    product[i + j] += a * b
        for k in range(2 * DEGREE - 2, DEGREE - 1, -1):
            product[k - DEGREE] -= product[k]
            product[k - DEGREE // 2] -= product[k]
        return Element(product[:DEGREE])

    def scaled(self, factor: int) -> Element:
        """Times an element of the base field."""
        return Element(factor * a for a in self.c)

    def inverse(self) -> Element:
        """By Fermat. Zero gives zero."""
        result, base, exponent = ONE, self, P**DEGREE - 2
        while exponent:
            if exponent & 1:
                result = result * base
            base = base * base
            exponent >>= 1
        return result


def base(number: int) -> Element:
    """A number of the base field."""
    return Element([number, *[0] * (DEGREE - 1)])


ZERO, ONE = base(0), base(1)


def root_of_unity(order_log2: int) -> int:
    """The generator of the subgroup of order 2^order_log2, a power of g."""
    if order_log2 > TWO_ADICITY:
        raise ValueError(f"no subgroup of order 2^{order_log2}")
    return pow(GENERATOR, (P - 1) >> order_log2, P)


def powers(of: Element, count: int) -> list[Element]:
    """1, x, x^2, ..."""
    found = [ONE]
    while len(found) < count:
        found.append(found[-1] * of)
    return found[:count]


def weighted(weights: Sequence[Element], values: Sequence[Element]) -> Element:
    """The sum of products."""
    total = ZERO
    for weight, value in zip(weights, values, strict=True):
        total = total + weight * value
    return total


def horner(coefficients: Sequence[Element], at: Element) -> Element:
    """The polynomial with these coefficients, the constant one first."""
    total = ZERO
    for coefficient in reversed(coefficients):
        total = total * at + coefficient
    return total


def equal(a: Element, b: Element) -> Element:
    """eq of one coordinate."""
    return a * b + (ONE - a) * (ONE - b)


def equality(left: Sequence[Element], right: Sequence[Element]) -> Element:
    """eq of two points."""
    product = ONE
    for a, b in zip(left, right, strict=True):
        product = product * equal(a, b)
    return product


def corner(number: int, point: Sequence[Element]) -> Element:
    """eq of a point and the corner that spells a number, its highest bit first."""
    product = ONE
    for i, coordinate in enumerate(reversed(point)):
        product = product * (coordinate if number >> i & 1 else ONE - coordinate)
    return product


def extension(vector: Sequence[Element], point: Sequence[Element]) -> Element:
    """The multilinear extension of a vector of 2^len(point) entries."""
    current = list(vector)
    for coordinate in reversed(point):
        current = [a + (b - a) * coordinate for a, b in zip(current[::2], current[1::2], strict=True)]
    return current[0]


def power_extension(z: Element, point: Sequence[Element]) -> Element:
    """The multilinear extension of (1, z, z^2, ...)."""
    product = ONE
    for coordinate in reversed(point):
        product = product * (ONE - coordinate + coordinate * z)
        z = z * z
    return product
