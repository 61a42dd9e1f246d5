"""BLS12-381: generators, maps to the curve [RFC 9380, 8.8], and the setup of KZG [EIP-4844]."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from guest.accelerators.constants.bls12_381_maps import (
    BLS12_381_G1_COFACTOR,
    BLS12_381_G2_COFACTOR,
    BLS12_381_ORDER,
    BLS12_381_PARAMETER,
    BLS12_381_PRIME,
    g1_isogeny,
    g1_map_curve,
    g2_isogeny,
    g2_map_curve,
)
from guest.accelerators.constants.curves import Curve
from guest.accelerators.constants.elements import Element
from guest.accelerators.constants.initialisers import (
    base_point_text,
    base_text,
    define,
    digits_text,
    element_text,
    elements_text,
    limb_texts,
    point_text,
    prime_definitions,
)
from guest.accelerators.constants.isogenies import Isogeny

KZG_SETUP_COMPRESSED = (
    0xB5BFD7DD8CDEB128843BC287230AF38926187075CBFBEFA81009A2CE615AC53D2914E5870CB452D2AFAAAB24F3499F72,
    0x185CBFEE53492714734429B7B38608E23926C911CCECEAC9A36851477BA4C60B087041DE621000EDC98EDADA20C1DEF2,
)
"""The second power of the secret in G2: imaginary part with flags, and real part, of x [EIP-4844, trusted setup]."""


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
        *prime_definitions("BLS12_381", prime, 6),
        define("BLS12_381_HALF", base_text((prime - 1) // 2, 6)),
        define("BLS12_381_MINUS_X", hex(-BLS12_381_PARAMETER)),
        define("BLS12_381_ORDER", f"{{{', '.join(limb_texts(BLS12_381_ORDER, 4))}}}"),
        define("BLS12_381_CUBE_ROOT_OF_UNITY", base_text(_cube_root_of_unity(base, g1), 6)),
        define("BLS12_381_G1_GENERATOR", base_point_text(g1[0].real, g1[1].real, 6)),
        define("BLS12_381_MINUS_G2_GENERATOR", point_text((g2[0], -g2[1]), 6)),
        define("BLS12_381_KZG_SETUP", point_text(_kzg_setup(twist), 6)),
        define("BLS12_381_MINUS_TWO", base_text(prime - 2, 6)),
        define("BLS12_381_XI", element_text(xi, 6)),
        define("BLS12_381_TRIPLE_XI", element_text(xi.times(3), 6)),
        define("BLS12_381_TWIST_B", element_text(twist.b, 6)),
        define("BLS12_381_FROBENIUS", elements_text(powers[1:], 6)),
        define("BLS12_381_PSI_X", element_text(one / powers[2], 6)),
        define("BLS12_381_PSI_Y", element_text(one / powers[3], 6)),
        define("BLS12_381_LOOP_DIGITS", digits_text([int(bit) for bit in f"{-BLS12_381_PARAMETER:b}"[::-1]])),
        *_map("G1", g1_map_curve(), one.times(11), g1_isogeny(), lambda element: base_text(element.real, 6)),
        *_map("G2", g2_map_curve(), Element(prime - 2, prime - 1, prime), g2_isogeny(), lambda e: element_text(e, 6)),
    ]


def _generator(curve: Curve, cofactor: int) -> tuple[Element, Element]:
    """The first multiple by the cofactor that is not infinity, of points with x = 0, 1, 2, ... and the lesser y."""
    for x, y in curve.points(Element(x, 0, curve.a.prime) for x in count()):
        lesser = min(y, -y, key=lambda element: (element.imaginary, element.real))
        generator = curve.multiply((x, lesser), cofactor)
        if generator is not None:
            return generator
    raise AssertionError("a curve has points")


def _cube_root_of_unity(curve: Curve, point: tuple[Element, Element]) -> int:
    """The one of both by which x is multiplied when a point of G1 is by minus the square of the curve's parameter."""
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
        *(define(f"{prefix}_{name}", write(number)) for name, number in numbers.items()),
        *(define(f"{prefix}_{name}", f"{{{', '.join(map(write, terms))}}}") for name, terms in polynomials.items()),
    ]
