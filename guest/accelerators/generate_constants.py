"""Writes the constants of the accelerators' curves, one C header each, from the few numbers that define a curve.

    python guest/accelerators/generate_constants.py

Sources: secp256k1 and secp256r1 from SEC 2; BN254 from EIP-196 and EIP-197; BLS12-381 and its maps from RFC 9380,
8.8; the KZG setup from EIP-4844's ceremony. A header holds initialisers of the types in field.h and quadratic.h.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

DIRECTORY = Path(__file__).resolve().parent
LINE_LENGTH = 120
DOUBLEWORD = 2**64


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


# ---- polynomials, lowest coefficients first ----


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
    """The x of the points of the rational subgroup of order 11."""
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


# ---- the curves ----

SECP256K1_PRIME = 2**256 - 2**32 - 977
SECP256R1_PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1

BN254_PARAMETER = 4965661367192848881
BN254_PRIME = 36 * BN254_PARAMETER**4 + 36 * BN254_PARAMETER**3 + 24 * BN254_PARAMETER**2 + 6 * BN254_PARAMETER + 1

BLS12_381_PARAMETER = -0xD201_0000_0001_0000
BLS12_381_ORDER = BLS12_381_PARAMETER**4 - BLS12_381_PARAMETER**2 + 1
BLS12_381_PRIME = (BLS12_381_PARAMETER - 1) ** 2 * BLS12_381_ORDER // 3 + BLS12_381_PARAMETER
BLS12_381_G1_COFACTOR = (BLS12_381_PARAMETER - 1) ** 2 // 3
BLS12_381_G2_COFACTOR = (
    BLS12_381_PARAMETER**8
    - 4 * BLS12_381_PARAMETER**7
    + 5 * BLS12_381_PARAMETER**6
    - 4 * BLS12_381_PARAMETER**4
    + 6 * BLS12_381_PARAMETER**3
    - 4 * BLS12_381_PARAMETER**2
    - 4 * BLS12_381_PARAMETER
    + 13
) // 9
"""The number of points of the twist, over the order."""

BLS12_381_G1_MAP_A = 0x144698A3B8E9433D693A02C96D4982B0EA985383EE66A8D8E8981AEFD881AC98936F8DA0E0F97F5CF428082D584C1D
BLS12_381_G1_MAP_B = 0x12E2908D11688030018B12E8753EEE3B2016C1F0F24F4070A0B9C14FCEF35EF55A23215A316CEAA5D1CC48E98E172BE0
"""[RFC 9380, 8.8.1]"""

KZG_SETUP_COMPRESSED = (
    0xB5BFD7DD8CDEB128843BC287230AF38926187075CBFBEFA81009A2CE615AC53D2914E5870CB452D2AFAAAB24F3499F72,
    0x185CBFEE53492714734429B7B38608E23926C911CCECEAC9A36851477BA4C60B087041DE621000EDC98EDADA20C1DEF2,
)
"""The second power of the secret in G2: imaginary part with flags, and real part, of x [EIP-4844, trusted setup]."""


def secp256k1() -> list[str]:
    """The header's definitions."""
    return [
        *_prime("SECP256K1", SECP256K1_PRIME, 4),
        _define("SECP256K1_ORDER", _base(2**256 - 0x14551231950B75FC4402DA1732FC9BEBF, 4)),
        _define(
            "SECP256K1_GENERATOR",
            _base_point(
                0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
                0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
                4,
            ),
        ),
    ]


def secp256r1() -> list[str]:
    """The header's definitions."""
    b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    return [
        *_prime("SECP256R1", SECP256R1_PRIME, 4),
        _define("SECP256R1_ORDER", _base(2**256 - 2**224 + 2**192 - 0x4319055258E8617B0C46353D039CDAAF, 4)),
        _define("SECP256R1_A", _base(SECP256R1_PRIME - 3, 4)),
        _define("SECP256R1_B", _base(b, 4)),
        _define(
            "SECP256R1_GENERATOR",
            _base_point(
                0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
                0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
                4,
            ),
        ),
    ]


def bn254() -> list[str]:
    """The header's definitions."""
    xi = Element(9, 1, BN254_PRIME)
    three = Element(3, 0, BN254_PRIME)
    powers = [xi ** (i * (BN254_PRIME - 1) // 6) for i in range(6)]
    return [
        *_prime("BN254", BN254_PRIME, 4),
        _define("BN254_X", hex(BN254_PARAMETER)),
        _define("BN254_MINUS_TWO", _base(BN254_PRIME - 2, 4)),
        _define("BN254_XI", _element(xi, 4)),
        _define("BN254_TRIPLE_XI", _element(xi.times(3), 4)),
        _define("BN254_TWIST_B", _element(three / xi, 4)),
        _define("BN254_FROBENIUS", _elements(powers[1:], 4)),
        _define("BN254_PSI_X", _element(powers[2], 4)),
        _define("BN254_PSI_Y", _element(powers[3], 4)),
        _define("BN254_LOOP_DIGITS", _digits(signed_digits(6 * BN254_PARAMETER + 2))),
        _define("BN254_PARAMETER_DIGITS", _digits(signed_digits(BN254_PARAMETER))),
    ]


def bls12_381() -> list[str]:
    """The header's definitions."""
    prime = BLS12_381_PRIME
    one, xi = Element(1, 0, prime), Element(1, 1, prime)
    powers = [xi ** (i * (prime - 1) // 6) for i in range(6)]
    base = Curve(one.times(0), one.times(4), BLS12_381_G1_COFACTOR * BLS12_381_ORDER)
    twist = Curve(one.times(0), xi.times(4), BLS12_381_G2_COFACTOR * BLS12_381_ORDER)
    g1 = _generator(base, BLS12_381_G1_COFACTOR)
    g2 = _generator(twist, BLS12_381_G2_COFACTOR)
    return [
        *_prime("BLS12_381", prime, 6),
        _define("BLS12_381_HALF", _base((prime - 1) // 2, 6)),
        _define("BLS12_381_MINUS_X", hex(-BLS12_381_PARAMETER)),
        _define("BLS12_381_ORDER", f"{{{', '.join(_limbs(BLS12_381_ORDER, 4))}}}"),
        _define("BLS12_381_CUBE_ROOT_OF_UNITY", _base(_cube_root_of_unity(base, g1), 6)),
        _define("BLS12_381_G1_GENERATOR", _base_point(g1[0].real, g1[1].real, 6)),
        _define("BLS12_381_MINUS_G2_GENERATOR", _point((g2[0], -g2[1]), 6)),
        _define("BLS12_381_KZG_SETUP", _point(_kzg_setup(twist), 6)),
        _define("BLS12_381_MINUS_TWO", _base(prime - 2, 6)),
        _define("BLS12_381_XI", _element(xi, 6)),
        _define("BLS12_381_TRIPLE_XI", _element(xi.times(3), 6)),
        _define("BLS12_381_TWIST_B", _element(twist.b, 6)),
        _define("BLS12_381_FROBENIUS", _elements(powers[1:], 6)),
        _define("BLS12_381_PSI_X", _element(one / powers[2], 6)),
        _define("BLS12_381_PSI_Y", _element(one / powers[3], 6)),
        _define("BLS12_381_LOOP_DIGITS", _digits([int(bit) for bit in f"{-BLS12_381_PARAMETER:b}"[::-1]])),
        *_map("G1", g1_map_curve(), one.times(11), g1_isogeny(), lambda element: _base(element.real, 6)),
        *_map("G2", g2_map_curve(), Element(prime - 2, prime - 1, prime), g2_isogeny(), lambda e: _element(e, 6)),
    ]


def g1_map_curve() -> Curve:
    """The curve that is 11-isogenous to that of G1, and so has as many points."""
    a, b = (Element(number, 0, BLS12_381_PRIME) for number in (BLS12_381_G1_MAP_A, BLS12_381_G1_MAP_B))
    return Curve(a, b, BLS12_381_G1_COFACTOR * BLS12_381_ORDER)


def g1_isogeny() -> Isogeny:
    """Of the six onto the curve of G1 that differ by the curve's automorphisms, RFC 9380's."""
    curve = g1_map_curve()
    return isogeny(curve, eleven_torsion(curve), Element(pow(11, -1, BLS12_381_PRIME), 0, BLS12_381_PRIME))


def g2_map_curve() -> Curve:
    """The curve that is 3-isogenous to that of G2, and so has as many points."""
    a, b = Element(0, 240, BLS12_381_PRIME), Element(1012, 1012, BLS12_381_PRIME)
    return Curve(a, b, BLS12_381_G2_COFACTOR * BLS12_381_ORDER)


def g2_isogeny() -> Isogeny:
    """Of the six onto the curve of G2 that differ by the curve's automorphisms, RFC 9380's."""
    curve = g2_map_curve()
    return isogeny(
        curve, three_torsion(curve), Element(-pow(3, -1, BLS12_381_PRIME) % BLS12_381_PRIME, 0, BLS12_381_PRIME)
    )


def signed_digits(number: int) -> list[int]:
    """The non-adjacent form, lowest digits first."""
    digits: list[int] = []
    while number:
        digit = 2 - number % 4 if number % 2 else 0
        digits.append(digit)
        number = (number - digit) // 2
    return digits


def _generator(curve: Curve, cofactor: int) -> tuple[Element, Element]:
    """The first multiple by the cofactor that is not infinity, of points with x = 0, 1, 2, ... and the lesser y."""
    for x, y in curve.points(Element(x, 0, curve.a.prime) for x in count()):
        lesser = min(y, -y, key=lambda element: (element.imaginary, element.real))
        generator = curve.multiply((x, lesser), cofactor)
        if generator is not None:
            return generator
    raise AssertionError("a curve has points")


def _cube_root_of_unity(curve: Curve, point: tuple[Element, Element]) -> int:
    """Of the two, that by which x is multiplied when a point of G1 is by minus the square of the curve's parameter."""
    image = curve.multiply(point, -(BLS12_381_PARAMETER**2) % BLS12_381_ORDER)
    assert image is not None
    return (image[0] / point[0]).real


def _kzg_setup(twist: Curve) -> tuple[Element, Element]:
    """The setup's point, decompressed: its flags say that it is compressed and that y is the larger of the two."""
    imaginary, real = KZG_SETUP_COMPRESSED
    flags, imaginary = divmod(imaginary, 2**381)
    x, y = next(iter(twist.points([Element(real, imaginary, BLS12_381_PRIME)])))
    pick = max if flags & 1 else min
    return x, pick(y, -y, key=lambda element: (element.imaginary, element.real))


def _map(group: str, curve: Curve, z: Element, isogeny_of: Isogeny, write: Callable[[Element], str]) -> list[str]:
    prefix = f"BLS12_381_{group}_MAP"
    numbers = {
        "A": curve.a,
        "B": curve.b,
        "Z": z,
        "MINUS_B_OVER_A": -curve.b / curve.a,
        "B_OVER_Z_A": curve.b / (z * curve.a),
    }
    polynomials = {
        "X_NUMERATOR": isogeny_of.x_numerator,
        "X_DENOMINATOR": isogeny_of.x_denominator,
        "Y_NUMERATOR": isogeny_of.y_numerator,
        "Y_DENOMINATOR": isogeny_of.y_denominator,
    }
    return [
        *(_define(f"{prefix}_{name}", write(number)) for name, number in numbers.items()),
        *(_define(f"{prefix}_{name}", f"{{{', '.join(map(write, terms))}}}") for name, terms in polynomials.items()),
    ]


# ---- C ----


def _prime(prefix: str, prime: int, limbs: int) -> list[str]:
    return [_define(f"{prefix}_MODULUS", _base(prime, limbs)), _define(f"{prefix}_MINUS_ONE", _base(prime - 1, limbs))]


def _limbs(number: int, limbs: int) -> list[str]:
    return [f"0x{number // DOUBLEWORD**i % DOUBLEWORD:016x}" for i in range(limbs)]


def _base(number: int, limbs: int) -> str:
    return f"{{{{{', '.join(_limbs(number, limbs))}}}}}"


def _element(element: Element, limbs: int) -> str:
    return f"{{{_base(element.real, limbs)}, {_base(element.imaginary, limbs)}}}"


def _elements(elements: Sequence[Element], limbs: int) -> str:
    return f"{{{', '.join(_element(element, limbs) for element in elements)}}}"


def _base_point(x: int, y: int, limbs: int) -> str:
    return f"{{{_base(x, limbs)}, {_base(y, limbs)}, false}}"


def _point(point: tuple[Element, Element], limbs: int) -> str:
    return f"{{{_element(point[0], limbs)}, {_element(point[1], limbs)}, false}}"


def _digits(digits: Sequence[int]) -> str:
    return f"{{{', '.join(map(str, digits))}}}"


def _define(name: str, value: str) -> str:
    """The definition of a macro, over as many lines as it needs."""
    lines, line = [], f"#define {name}"
    for word in value.split(" "):
        if len(line) + 1 + len(word) > LINE_LENGTH - 2:
            lines.append(f"{line} \\")
            line = f"    {word}"
        else:
            line = f"{line} {word}"
    return "\n".join([*lines, line])


HEADERS: dict[str, Callable[[], list[str]]] = {
    "secp256k1_constants.h": secp256k1,
    "secp256r1_constants.h": secp256r1,
    "bn254_constants.h": bn254,
    "bls12_381_constants.h": bls12_381,
}


def header(name: str) -> str:
    """The text of one header of `HEADERS`."""
    guard = f"LIMPID_{name.removesuffix('.h').upper()}_H"
    begin = f"/* Written by generate_constants.py. */\n#ifndef {guard}\n#define {guard}\n"
    return "\n".join([begin, *HEADERS[name](), "", "#endif", ""])


if __name__ == "__main__":
    for header_name in HEADERS:
        (DIRECTORY / header_name).write_text(header(header_name))
    sys.exit(0)
