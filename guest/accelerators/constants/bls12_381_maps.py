"""BLS12-381: its numbers, and the curves and isogenies of the maps to it [RFC 9380, 8.8]."""

from __future__ import annotations

from guest.accelerators.constants.curves import Curve
from guest.accelerators.constants.elements import Element
from guest.accelerators.constants.isogenies import Isogeny, eleven_torsion, isogeny, three_torsion

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


def g1_map_curve() -> Curve:
    """The curve that is 11-isogenous to that of G1, and so has as many points."""
    a, b = (Element(number, 0, BLS12_381_PRIME) for number in (BLS12_381_G1_MAP_A, BLS12_381_G1_MAP_B))
    return Curve(a, b, BLS12_381_G1_COFACTOR * BLS12_381_ORDER)


def g1_isogeny() -> Isogeny:
    """RFC 9380's isogeny, one of the six onto the curve of G1 that differ by the curve's automorphisms."""
    curve = g1_map_curve()
    return isogeny(curve, eleven_torsion(curve), Element(pow(11, -1, BLS12_381_PRIME), 0, BLS12_381_PRIME))


def g2_map_curve() -> Curve:
    """The curve that is 3-isogenous to that of G2, and so has as many points."""
    a, b = Element(0, 240, BLS12_381_PRIME), Element(1012, 1012, BLS12_381_PRIME)
    return Curve(a, b, BLS12_381_G2_COFACTOR * BLS12_381_ORDER)


def g2_isogeny() -> Isogeny:
    """RFC 9380's isogeny, one of the six onto the curve of G2 that differ by the curve's automorphisms."""
    curve = g2_map_curve()
    return isogeny(
        curve, three_torsion(curve), Element(-pow(3, -1, BLS12_381_PRIME) % BLS12_381_PRIME, 0, BLS12_381_PRIME)
    )
