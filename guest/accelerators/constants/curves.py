"""Curves in short Weierstrass form: their group, and their points."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from guest.accelerators.constants.elements import Element, square_root

Point = tuple[Element, Element] | None
"""A point of a curve y^2 = x^3 + a x + b over the quadratic extension or its base field; None is infinity."""


@dataclass(frozen=True)
class Curve:
    """y^2 = x^3 + a x + b, with the order of its group."""

    a: Element
    b: Element
    order: int

    def add(self, left: Point, right: Point) -> Point:
        if left is None or right is None:
            return right if left is None else left
        (x, y), (other_x, other_y) = left, right
        if x == other_x:
            if y != other_y or y.is_zero:
                return None
            slope = ((x * x).times(3) + self.a) / y.times(2)
        else:
            slope = (other_y - y) / (other_x - x)
        sum_x = slope * slope - x - other_x
        return sum_x, slope * (x - sum_x) - y

    def multiply(self, point: Point, factor: int) -> Point:
        product: Point = None
        while factor:
            if factor & 1:
                product = self.add(product, point)
            point = self.add(point, point)
            factor >>= 1
        return product

    def points(self, candidates: Iterable[Element]) -> Iterable[tuple[Element, Element]]:
        """The points at those x that have any, with the y that `square_root` gives."""
        for x in candidates:
            root = square_root(x**3 + self.a * x + self.b)
            if root is not None:
                yield x, root
