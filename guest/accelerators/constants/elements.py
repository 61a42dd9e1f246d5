"""Elements of a quadratic extension of a prime field, and their square roots."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Element:
    """An element real + imaginary i of the quadratic extension by i^2 = -1 of the field of a prime, 3 modulo 4."""

    real: int
    imaginary: int
    prime: int

    def __add__(self, other: Element) -> Element:
        return self._of(self.real + other.real, self.imaginary + other.imaginary)

    def __sub__(self, other: Element) -> Element:
        return self._of(self.real - other.real, self.imaginary - other.imaginary)

    def __neg__(self) -> Element:
        return self._of(-self.real, -self.imaginary)

    def __mul__(self, other: Element) -> Element:
        return self._of(
            self.real * other.real - self.imaginary * other.imaginary,
            self.real * other.imaginary + self.imaginary * other.real,
        )

    def __truediv__(self, other: Element) -> Element:
        inverse_norm = pow(other.real**2 + other.imaginary**2, -1, self.prime)
        return self * self._of(other.real * inverse_norm, -other.imaginary * inverse_norm)

    def __pow__(self, exponent: int) -> Element:
        power, base = self._of(1, 0), self
        while exponent:
            if exponent & 1:
                power = power * base
            base = base * base
            exponent >>= 1
        return power

    def times(self, factor: int) -> Element:
        """An integer multiple."""
        return self._of(self.real * factor, self.imaginary * factor)

    @property
    def is_zero(self) -> bool:
        return self.real == self.imaginary == 0

    def _of(self, real: int, imaginary: int) -> Element:
        return Element(real % self.prime, imaginary % self.prime, self.prime)


def square_root(square: Element) -> Element | None:
    """A square root, if there is one; that of an element of the base field lies in the base field where it can."""
    prime = square.prime

    def base_root(number: int) -> int | None:
        root = pow(number, (prime + 1) // 4, prime)
        return root if (root * root - number) % prime == 0 else None

    if square.imaginary == 0:
        root = base_root(square.real)
        return None if root is None else Element(root, 0, prime)
    root_of_norm = base_root(square.real**2 + square.imaginary**2)
    if root_of_norm is None:
        return None
    for sign in (1, -1):
        real = base_root((square.real + sign * root_of_norm) * pow(2, -1, prime) % prime)
        if real is not None:
            return Element(real, square.imaginary * pow(2 * real, -1, prime) % prime, prime)
    return None
