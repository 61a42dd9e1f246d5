"""BLS12-381 against py_ecc and the published vectors of RFC 9380, and each kind of invalid input of EIP-2537."""

from __future__ import annotations

import random
from typing import Any

import pytest
from py_ecc.bls.hash_to_curve import clear_cofactor_G1, clear_cofactor_G2, map_to_curve_G1, map_to_curve_G2
from py_ecc.optimized_bls12_381 import FQ, FQ2, G1, G2, add, curve_order, field_modulus, multiply, neg, normalize

from guest.accelerators.constants.bls12_381_maps import (
    BLS12_381_G1_COFACTOR,
    BLS12_381_G2_COFACTOR,
    BLS12_381_ORDER,
    BLS12_381_PRIME,
    g1_map_curve,
)
from guest.accelerators.constants.curves import Curve, Point
from guest.accelerators.constants.elements import Element
from guest.accelerators.constants.isogenies import eleven_torsion
from tests.guest.accelerators.library import EFAIL, EOK, Library

PRIME, ORDER = int(field_modulus), int(curve_order)
FIELD_BYTES = 48
POINT_BYTES = {"g1": 96, "g2": 192}
GENERATORS = {"g1": G1, "g2": G2}
TRUE, FALSE, FAIL = (EOK, b"\1"), (EOK, b"\0"), (EFAIL, None)

_ONE = Element(1, 0, BLS12_381_PRIME)
CURVES = {
    "g1": Curve(_ONE.times(0), _ONE.times(4), BLS12_381_G1_COFACTOR * BLS12_381_ORDER),
    "g2": Curve(_ONE.times(0), Element(4, 4, BLS12_381_PRIME), BLS12_381_G2_COFACTOR * BLS12_381_ORDER),
}


def _number(number: int) -> bytes:
    return number.to_bytes(FIELD_BYTES, "big")


def _bytes(point: Any) -> bytes:
    """py_ecc's point: x then y, real parts first; zeros for infinity."""
    x, y = normalize(point)
    if isinstance(x, FQ):
        return bytes(96) if point[2] == FQ(0) else _number(int(x)) + _number(int(y))
    if point[2] == FQ2([0, 0]):
        return bytes(192)
    return b"".join(_number(int(part)) for coordinate in (x, y) for part in coordinate.coeffs)


def _encode(group: str, point: Point) -> bytes:
    """The generator script's point."""
    if point is None:
        return bytes(POINT_BYTES[group])
    parts = [[coordinate.real, coordinate.imaginary][: 1 if group == "g1" else 2] for coordinate in point]
    return b"".join(_number(part) for coordinate in parts for part in coordinate)


def _add(library: Library, group: str, left: bytes, right: bytes) -> tuple[int, bytes | None]:
    return library.call(f"bls12_{group}_add", left, right, result_bytes=POINT_BYTES[group])


def _sum(library: Library, group: str, *pairs: tuple[bytes, int]) -> tuple[int, bytes | None]:
    encoded = b"".join(point + scalar.to_bytes(32, "big") for point, scalar in pairs)
    return library.call(f"bls12_{group}_msm", encoded, len(pairs), result_bytes=POINT_BYTES[group])


def _pairing(library: Library, *pairs: tuple[bytes, bytes]) -> tuple[int, bytes | None]:
    return library.call("bls12_pairing", b"".join(left + right for left, right in pairs), len(pairs), result_bytes=1)


def _outside_points(group: str) -> list[bytes]:
    """Points of the curve that lie outside the subgroup, some of small order."""
    curve = CURVES[group]
    imaginary = 0 if group == "g1" else 1
    found: list[bytes] = []
    for point in curve.points(Element(i, imaginary, BLS12_381_PRIME) for i in range(40)):
        cofactor = curve.order // BLS12_381_ORDER
        for factor in (1, BLS12_381_ORDER, BLS12_381_ORDER * cofactor // 3 if cofactor % 3 == 0 else 1):
            multiple = curve.multiply(point, factor)
            if multiple is not None and curve.multiply(multiple, BLS12_381_ORDER) is not None:
                found.append(_encode(group, multiple))
    return found[:8]


OUTSIDE = {group: _outside_points(group) for group in CURVES}

# A small x whose point is used with the prime added to a coordinate.
_SMALL = {
    group: next(iter(CURVES[group].points(Element(i, 0, BLS12_381_PRIME) for i in range(4, 99)))) for group in CURVES
}


def _invalid(group: str) -> dict[str, bytes]:
    parts = 2 if group == "g1" else 4
    x, y = _SMALL[group]
    numbers = [x.real, y.real] if group == "g1" else [x.real, x.imaginary, y.real, y.imaginary]
    above = {
        f"part {place} above the prime": b"".join(
            _number(number + PRIME if place == i else number) for i, number in enumerate(numbers)
        )
        for place in range(parts)
    }
    return {
        **above,
        "x of the prime": _number(PRIME) + bytes((parts - 1) * FIELD_BYTES),
        "off the curve": b"".join(_number(i + 1) for i in range(parts)),
        "all ones": b"\xff" * (parts * FIELD_BYTES),
        "x zero": bytes(FIELD_BYTES) * (parts - 1) + _number(1),
    }


INVALID = {group: _invalid(group) for group in CURVES}
INVALID_CASES = [(group, kind) for group in INVALID for kind in INVALID[group]]


@pytest.mark.parametrize("group", CURVES)
@pytest.mark.parametrize(("left", "right"), [(0, 0), (0, 5), (5, 0), (1, 1), (1, -1), (2, 1), (7, 9), (-3, 2)])
def test_bls12_addition_of_multiples_is_the_multiple_of_the_sum(
    library: Library, group: str, left: int, right: int
) -> None:
    encoded = [_bytes(multiply(GENERATORS[group], scalar % ORDER)) for scalar in (left, right, left + right)]
    assert _add(library, group, encoded[0], encoded[1]) == (EOK, encoded[2])


@pytest.mark.parametrize("group", CURVES)
def test_bls12_addition_outside_the_subgroup_is_that_of_the_curve(library: Library, group: str) -> None:
    curve, imaginary = CURVES[group], 0 if group == "g1" else 1
    points = list(curve.points(Element(i, imaginary, BLS12_381_PRIME) for i in range(12)))
    for left in points:
        for right in points:
            expected = EOK, _encode(group, curve.add(left, right))
            assert _add(library, group, _encode(group, left), _encode(group, right)) == expected


@pytest.mark.parametrize(("group", "kind"), INVALID_CASES)
def test_bls12_with_an_invalid_point_fails(library: Library, group: str, kind: str) -> None:
    invalid, valid = INVALID[group][kind], _bytes(GENERATORS[group])
    assert _add(library, group, invalid, valid) == FAIL
    assert _add(library, group, valid, invalid) == FAIL
    assert _sum(library, group, (valid, 1), (invalid, 0)) == FAIL
    pair = (invalid, _bytes(G2)) if group == "g1" else (_bytes(G1), invalid)
    assert _pairing(library, pair) == FAIL


@pytest.mark.parametrize("group", CURVES)
def test_bls12_with_a_point_outside_the_subgroup_fails_where_the_subgroup_matters(library: Library, group: str) -> None:
    assert len(OUTSIDE[group]) >= 4
    for outside in OUTSIDE[group]:
        assert _sum(library, group, (outside, 1)) == FAIL
        pair = (outside, bytes(192)) if group == "g1" else (bytes(96), outside)
        assert _pairing(library, pair) == FAIL


@pytest.mark.parametrize("group", CURVES)
@pytest.mark.parametrize("scalar", [0, 1, 2, 2**255, 2**256 - 1, ORDER - 1, ORDER, ORDER + 1])
def test_bls12_product_with_an_edge_is_that_of_another_library(library: Library, group: str, scalar: int) -> None:
    base = multiply(GENERATORS[group], 99)
    assert _sum(library, group, (_bytes(base), scalar)) == (EOK, _bytes(multiply(base, scalar % ORDER)))


@pytest.mark.parametrize("group", CURVES)
@pytest.mark.parametrize("count", [2, 7, 8, 9, 17])
def test_bls12_sum_of_products_is_that_of_another_library(library: Library, group: str, count: int) -> None:
    generator = random.Random(count)
    total, pairs = 0, []
    for _ in range(count):
        factor, scalar = generator.randrange(20), generator.getrandbits(256)
        pairs.append((_bytes(multiply(GENERATORS[group], factor)), scalar))
        total += factor * scalar
    assert _sum(library, group, *pairs) == (EOK, _bytes(multiply(GENERATORS[group], total % ORDER)))


@pytest.mark.parametrize("group", CURVES)
def test_bls12_sum_of_opposite_products_is_infinity(library: Library, group: str) -> None:
    point = _bytes(GENERATORS[group])
    assert _sum(library, group, (point, 5), (point, ORDER - 5)) == (EOK, bytes(POINT_BYTES[group]))
    assert _sum(library, group, (bytes(POINT_BYTES[group]), 5)) == (EOK, bytes(POINT_BYTES[group]))


@pytest.mark.parametrize("group", CURVES)
@pytest.mark.parametrize("count", [2, 3, 8, 9, 17])
def test_bls12_sum_of_products_of_few_points_is_that_of_another_library(
    library: Library, group: str, count: int
) -> None:
    """Equal points, opposite ones and infinity meet in every sum on the way."""
    generator = random.Random(count)
    multiples = (1, 2, 3, -1, -2, 0)
    points = {factor: _bytes(multiply(GENERATORS[group], factor % ORDER)) for factor in multiples}
    scalars = (0, 1, 2, 3, ORDER - 1, ORDER, ORDER + 1, 2**256 - 1, generator.getrandbits(8))
    chosen = [(generator.choice(multiples), generator.choice(scalars)) for _ in range(count)]
    expected = _bytes(multiply(GENERATORS[group], sum(factor * scalar for factor, scalar in chosen) % ORDER))
    assert _sum(library, group, *((points[factor], scalar) for factor, scalar in chosen)) == (EOK, expected)


@pytest.mark.parametrize("group", CURVES)
def test_bls12_sum_of_no_products_fails(library: Library, group: str) -> None:
    assert _sum(library, group) == FAIL


def test_bls12_pairing_of_no_pairs_fails(library: Library) -> None:
    assert _pairing(library) == FAIL


def test_bls12_pairing_with_infinity_holds(library: Library) -> None:
    g1, g2 = _bytes(G1), _bytes(G2)
    assert _pairing(library, (bytes(96), g2)) == TRUE
    assert _pairing(library, (g1, bytes(192))) == TRUE
    assert _pairing(library, (bytes(96), bytes(192))) == TRUE
    assert _pairing(library, (bytes(96), g2), (g1, g2)) == FALSE


@pytest.mark.parametrize("count", [2, 3, 8, 9, 17])
def test_bls12_pairing_holds_exactly_where_the_products_sum_to_zero(library: Library, count: int) -> None:
    generator = random.Random(count)
    scalars = [(generator.randrange(1, ORDER), generator.randrange(1, 100)) for _ in range(count - 1)]
    total = sum(left * right for left, right in scalars)
    pairs = [(_bytes(multiply(G1, left)), _bytes(multiply(G2, right))) for left, right in scalars]
    last = _bytes(neg(multiply(G1, total % ORDER)))
    assert _pairing(library, *pairs, (last, _bytes(G2))) == TRUE
    wrong = _bytes(neg(multiply(G1, (total + 1) % ORDER)))
    assert _pairing(library, *pairs, (wrong, _bytes(G2))) == FALSE


def _map_g1(library: Library, element: bytes) -> tuple[int, bytes | None]:
    return library.call("bls12_map_fp_to_g1", element, result_bytes=96)


def _map_g2(library: Library, element: bytes) -> tuple[int, bytes | None]:
    return library.call("bls12_map_fp2_to_g2", element, result_bytes=192)


EDGES = [0, 1, 2, 3, (PRIME - 1) // 2, (PRIME + 1) // 2, PRIME - 1, PRIME - 2]


def test_bls12_map_to_g1_of_edges_and_random_elements_is_that_of_another_library(library: Library) -> None:
    generator = random.Random(7)
    for element in [*EDGES, *(generator.randrange(PRIME) for _ in range(12))]:
        expected = _bytes(clear_cofactor_G1(map_to_curve_G1(FQ(element))))
        assert _map_g1(library, _number(element)) == (EOK, expected), hex(element)


def test_bls12_map_to_g2_of_edges_and_random_elements_is_that_of_another_library(library: Library) -> None:
    generator = random.Random(8)
    random_pairs = [(generator.randrange(PRIME), generator.randrange(PRIME)) for _ in range(6)]
    for real, imaginary in [*((edge, 0) for edge in EDGES[:4]), *((0, edge) for edge in EDGES[1:]), *random_pairs]:
        expected = _bytes(clear_cofactor_G2(map_to_curve_G2(FQ2([real, imaginary]))))
        assert _map_g2(library, _number(real) + _number(imaginary)) == (EOK, expected), (hex(real), hex(imaginary))


def test_bls12_map_to_g1_where_the_formula_has_no_denominator_is_that_of_another_library(library: Library) -> None:
    """11 u^2 = -1 makes Z^2 u^4 + Z u^2 zero, as u = 0 does, if there is such a u."""
    square = -pow(11, -1, PRIME) % PRIME
    root = pow(square, (PRIME + 1) // 4, PRIME)
    if root * root % PRIME != square:
        pytest.skip("-1/11 is no square")
    assert _map_g1(library, _number(root)) == (EOK, _bytes(clear_cofactor_G1(map_to_curve_G1(FQ(root)))))


def test_bls12_map_to_g1_of_the_isogenys_kernel_is_infinity(library: Library) -> None:
    """From x = -b/a (1 + 1/(t^2 + t)) with t = 11 u^2 back to u, for the x of points of order 11."""
    curve = g1_map_curve()
    a, b = curve.a.real, curve.b.real
    elements = []
    for x in eleven_torsion(curve):
        product = pow(-a * x.real * pow(b, -1, PRIME) - 1, -1, PRIME)
        root = pow(1 + 4 * product, (PRIME + 1) // 4, PRIME)
        for t in ((root - 1) * pow(2, -1, PRIME) % PRIME, (-root - 1) * pow(2, -1, PRIME) % PRIME):
            u = pow(t * pow(11, -1, PRIME), (PRIME + 1) // 4, PRIME)
            if (t * t + t) * pow(product, -1, PRIME) % PRIME == 1 and 11 * u * u % PRIME == t:
                elements.append(u)
    assert elements
    for element in elements:
        assert _map_g1(library, _number(element)) == (EOK, bytes(96))


@pytest.mark.parametrize("element", [PRIME, PRIME + 1, 2**384 - 1])
def test_bls12_map_of_an_element_not_reduced_fails(library: Library, element: int) -> None:
    assert _map_g1(library, _number(element)) == FAIL
    assert _map_g2(library, _number(element) + _number(0)) == FAIL
    assert _map_g2(library, _number(0) + _number(element)) == FAIL


def test_bls12_images_of_the_maps_lie_in_the_subgroups(library: Library) -> None:
    for element in range(4):
        _, g1 = _map_g1(library, _number(element))
        _, g2 = _map_g2(library, _number(element) + _number(element + 1))
        assert g1 is not None
        assert g2 is not None
        assert _sum(library, "g1", (g1, ORDER)) == (EOK, bytes(96))
        assert _sum(library, "g2", (g2, ORDER)) == (EOK, bytes(192))


def test_bls12_sum_uses_points_of_another_library_at_all(library: Library) -> None:
    expected = add(multiply(G1, 2**200), multiply(neg(G1), 3))
    pairs = (_bytes(G1), 2**200), (_bytes(neg(G1)), 3)
    assert _sum(library, "g1", *pairs) == (EOK, _bytes(expected))
