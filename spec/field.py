"""KoalaBear and its extension of degree six.

The base field F_p has p = 2^31 - 2^24 + 1 [Plonky3]. The extension is F_p[X] / (X^6 + X^3 + 1), the ninth
cyclotomic polynomial, irreducible because p has multiplicative order 6 modulo 9.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

P = 2**31 - 2**24 + 1
"""The field's order: the largest 31-bit prime of the form 2^31 - 2^24 + 1, so that 2^24 divides p - 1."""

TWO_ADICITY = 24
"""p - 1 = 127 * 2^24: multiplicative subgroups of every power-of-two order up to 2^24 exist."""

GENERATOR = 3
"""The smallest generator of the multiplicative group; also the coset shift of every evaluation domain."""

EXTENSION_DEGREE = 6
"""|F| = p^6 is 185.9 bits: degree 4 cannot reach 128 bits at segment sizes, degree 5 only with grinding."""


def inverse(element: int) -> int:
    """The inverse of a nonzero base-field element. Raises ZeroDivisionError for zero."""
    if element % P == 0:
        raise ZeroDivisionError("zero has no inverse in the base field")
    return pow(element, -1, P)


def root_of_unity(order_log2: int) -> int:
    """The generator of the subgroup of order 2^order_log2, derived from the fixed group generator.

    Raises ValueError for an order above 2^TWO_ADICITY.
    """
    if not 0 <= order_log2 <= TWO_ADICITY:
        raise ValueError(f"no subgroup of order 2^{order_log2}: the two-adicity is {TWO_ADICITY}")
    return pow(GENERATOR, (P - 1) >> order_log2, P)


@dataclass(frozen=True, slots=True)
class Extension:
    """An element c0 + c1 X + ... + c5 X^5 with canonical coefficients; operations accept base elements."""

    coefficients: tuple[int, int, int, int, int, int]

    @staticmethod
    def of(base: int) -> Extension:
        """A base-field element as an extension element."""
        return Extension((base % P, 0, 0, 0, 0, 0))

    @staticmethod
    def from_coefficients(coefficients: Iterable[int]) -> Extension:
        """The element with these six coefficients, reduced modulo p. Raises ValueError for another count."""
        c = tuple(coefficient % P for coefficient in coefficients)
        if len(c) != EXTENSION_DEGREE:
            raise ValueError(f"an extension element has {EXTENSION_DEGREE} coefficients, not {len(c)}")
        return Extension((c[0], c[1], c[2], c[3], c[4], c[5]))

    def __add__(self, other: Extension | int) -> Extension:
        if isinstance(other, int):
            c = self.coefficients
            return Extension(((c[0] + other) % P, *c[1:]))
        a, b = self.coefficients, other.coefficients
        return Extension(
            (
                (a[0] + b[0]) % P,
                (a[1] + b[1]) % P,
                (a[2] + b[2]) % P,
                (a[3] + b[3]) % P,
                (a[4] + b[4]) % P,
                (a[5] + b[5]) % P,
            )
        )

    __radd__ = __add__

    def __neg__(self) -> Extension:
        return Extension.from_coefficients(-c for c in self.coefficients)

    def __sub__(self, other: Extension | int) -> Extension:
        a = self.coefficients
        if isinstance(other, int):
            return Extension(((a[0] - other) % P, *a[1:]))
        b = other.coefficients
        return Extension(
            (
                (a[0] - b[0]) % P,
                (a[1] - b[1]) % P,
                (a[2] - b[2]) % P,
                (a[3] - b[3]) % P,
                (a[4] - b[4]) % P,
                (a[5] - b[5]) % P,
            )
        )

    def __rsub__(self, other: int) -> Extension:
        return (-self) + other

    def __mul__(self, other: Extension | int) -> Extension:
        a0, a1, a2, a3, a4, a5 = self.coefficients
        if isinstance(other, int):
            return Extension(
                (a0 * other % P, a1 * other % P, a2 * other % P, a3 * other % P, a4 * other % P, a5 * other % P)
            )
        b0, b1, b2, b3, b4, b5 = other.coefficients
        # d_k is the coefficient of X^k before reduction by X^6 = -X^3 - 1, X^9 = 1.
        d0 = a0 * b0
        d1 = a0 * b1 + a1 * b0
        d2 = a0 * b2 + a1 * b1 + a2 * b0
        d3 = a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0
        d4 = a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0
        d5 = a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0
        d6 = a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1
        d7 = a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2
        d8 = a3 * b5 + a4 * b4 + a5 * b3
        d9 = a4 * b5 + a5 * b4
        d10 = a5 * b5
        return Extension(
            (
                (d0 - d6 + d9) % P,
                (d1 - d7 + d10) % P,
                (d2 - d8) % P,
                (d3 - d6) % P,
                (d4 - d7) % P,
                (d5 - d8) % P,
            )
        )

    __rmul__ = __mul__

    def __pow__(self, exponent: int) -> Extension:
        if exponent < 0:
            return self.inverse() ** -exponent
        power, base = ONE, self
        while exponent:
            if exponent & 1:
                power = power * base
            base = base * base
            exponent >>= 1
        return power

    def conjugate(self) -> Extension:
        """The Frobenius image x^p. As p = 2 modulo 9, X^k goes to X^(2k) with X^9 = 1."""
        image = ZERO
        for k, coefficient in enumerate(self.coefficients):
            image = image + _POWERS_OF_X[k * (P % 9) % 9] * coefficient
        return image

    def inverse(self) -> Extension:
        """The inverse: the product of the five other conjugates over the norm, which lies in F_p.

        Raises ZeroDivisionError for zero.
        """
        if self == ZERO:
            raise ZeroDivisionError("zero has no inverse in the extension field")
        image, others = self, ONE
        for _ in range(EXTENSION_DEGREE - 1):
            image = image.conjugate()
            others = others * image
        norm = (self * others).coefficients[0]
        return others * inverse(norm)


ZERO = Extension((0, 0, 0, 0, 0, 0))
ONE = Extension((1, 0, 0, 0, 0, 0))
X = Extension((0, 1, 0, 0, 0, 0))

_POWERS_OF_X = (
    ONE,
    X,
    Extension((0, 0, 1, 0, 0, 0)),
    Extension((0, 0, 0, 1, 0, 0)),
    Extension((0, 0, 0, 0, 1, 0)),
    Extension((0, 0, 0, 0, 0, 1)),
    Extension((P - 1, 0, 0, P - 1, 0, 0)),
    Extension((0, P - 1, 0, 0, P - 1, 0)),
    Extension((0, 0, P - 1, 0, 0, P - 1)),
)
