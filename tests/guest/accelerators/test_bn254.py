"""BN254 against py_ecc, and each kind of invalid input of EIP-196 and EIP-197."""

from __future__ import annotations

import random

import pytest

from guest.accelerators.constants.bn254 import BN254_PRIME
from guest.accelerators.constants.curves import Curve
from guest.accelerators.constants.elements import Element
from tests.guest.accelerators.bn254_points import (
    G1,
    G2,
    ORDER,
    PRIME,
    Z1,
    Z2,
    add,
    g1_bytes,
    g2_bytes,
    multiply,
    neg,
)
from tests.guest.accelerators.library import EFAIL, EOK, Library

TRUE, FALSE, FAIL = (EOK, b"\1"), (EOK, b"\0"), (EFAIL, None)
G1_INFINITY, G2_INFINITY = bytes(64), bytes(128)


def _number(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _add(library: Library, left: bytes, right: bytes) -> tuple[int, bytes | None]:
    return library.call("bn254_g1_add", left, right, result_bytes=64)


def _multiply(library: Library, point: bytes, scalar: int) -> tuple[int, bytes | None]:
    return library.call("bn254_g1_mul", point, _number(scalar), result_bytes=64)


def _pairing(library: Library, *pairs: tuple[bytes, bytes]) -> tuple[int, bytes | None]:
    return library.call("bn254_pairing", b"".join(left + right for left, right in pairs), len(pairs), result_bytes=1)


INVALID_G1 = {
    "x of the prime": _number(PRIME) + _number(2),
    "x above the prime": _number(PRIME + 1) + _number(2),
    "y above the prime": _number(1) + _number(PRIME + 2),
    "both the prime": _number(PRIME) + _number(PRIME),
    "all ones": b"\xff" * 64,
    "off the curve": _number(1) + _number(3),
    "x zero": _number(0) + _number(1),
    "y zero": _number(1) + _number(0),
}
"""Encodings of no point. Of those above the prime, the residues are the generator."""


def _g2(*parts: int) -> bytes:
    return b"".join(map(_number, parts))


_GENERATOR_PARTS = [int.from_bytes(g2_bytes(G2)[i : i + 32], "big") for i in range(0, 128, 32)]


def _outside_the_subgroup() -> bytes:
    twist_b = Element(3, 0, BN254_PRIME) / Element(9, 1, BN254_PRIME)
    twist = Curve(twist_b.times(0), twist_b, ORDER * (2 * BN254_PRIME - ORDER))
    x, y = next(iter(twist.points(Element(i, 1, BN254_PRIME) for i in range(100))))
    assert twist.multiply((x, y), ORDER) is not None
    return _g2(x.imaginary, x.real, y.imaginary, y.real)


INVALID_G2 = {
    **{
        f"part {place} above the prime": _g2(
            *(part + PRIME if place == i else part for i, part in enumerate(_GENERATOR_PARTS))
        )
        for place in range(4)
        if _GENERATOR_PARTS[place] + PRIME < 2**256
    },
    "x of the prime": _g2(PRIME, 0, 0, 0),
    "off the curve": _g2(1, 2, 3, 4),
    # (u^2 x, u^3 y) with u in the prime field lies on the curve of u^6 b, where the subgroup's equation holds too.
    "on another curve": _g2(
        *(part * factor % PRIME for part, factor in zip(_GENERATOR_PARTS, (4, 4, 8, 8), strict=True))
    ),
    "parts swapped": _g2(*(_GENERATOR_PARTS[i] for i in (1, 0, 3, 2))),
    "outside the subgroup": _outside_the_subgroup(),
}


@pytest.mark.parametrize("left", [0, 1, 2, 3, -1, -2, 1000])
@pytest.mark.parametrize("right", [0, 1, 2, -1, -2, 999])
def test_bn254_addition_of_multiples_is_the_multiple_of_the_sum(library: Library, left: int, right: int) -> None:
    encoded = [g1_bytes(multiply(G1, scalar % ORDER)) for scalar in (left, right, left + right)]
    assert _add(library, encoded[0], encoded[1]) == (EOK, encoded[2])


@pytest.mark.parametrize(
    "scalar",
    [0, 1, 2, 15, 16, 17, 2**128, 2**255, 2**256 - 1, ORDER - 1, ORDER, ORDER + 1, 2 * ORDER, 5 * ORDER, PRIME],
)
def test_bn254_multiplication_by_an_edge_is_that_of_another_library(library: Library, scalar: int) -> None:
    base = multiply(G1, 77)
    assert _multiply(library, g1_bytes(base), scalar) == (EOK, g1_bytes(multiply(base, scalar % ORDER)))


def test_bn254_multiplication_of_random_points_is_that_of_another_library(library: Library) -> None:
    generator = random.Random(5)
    for _ in range(20):
        base, scalar = multiply(G1, generator.randrange(1, ORDER)), generator.getrandbits(256)
        assert _multiply(library, g1_bytes(base), scalar) == (EOK, g1_bytes(multiply(base, scalar % ORDER)))


def test_bn254_multiplication_of_infinity_is_infinity(library: Library) -> None:
    assert _multiply(library, G1_INFINITY, 12345) == (EOK, G1_INFINITY)


@pytest.mark.parametrize("kind", INVALID_G1)
def test_bn254_with_an_invalid_point_of_g1_fails(library: Library, kind: str) -> None:
    invalid, valid = INVALID_G1[kind], g1_bytes(G1)
    assert _add(library, invalid, valid) == FAIL
    assert _add(library, valid, invalid) == FAIL
    assert _multiply(library, invalid, 1) == FAIL
    assert _pairing(library, (invalid, g2_bytes(G2))) == FAIL
    assert _pairing(library, (g1_bytes(G1), g2_bytes(G2)), (invalid, G2_INFINITY)) == FAIL


@pytest.mark.parametrize("kind", INVALID_G2)
def test_bn254_pairing_with_an_invalid_point_of_g2_fails(library: Library, kind: str) -> None:
    assert _pairing(library, (g1_bytes(G1), INVALID_G2[kind])) == FAIL
    assert _pairing(library, (G1_INFINITY, INVALID_G2[kind])) == FAIL


def test_bn254_pairing_of_no_pairs_holds(library: Library) -> None:
    assert _pairing(library) == TRUE


def test_bn254_pairing_with_infinity_holds(library: Library) -> None:
    assert _pairing(library, (G1_INFINITY, g2_bytes(G2))) == TRUE
    assert _pairing(library, (g1_bytes(G1), G2_INFINITY)) == TRUE
    assert _pairing(library, (G1_INFINITY, G2_INFINITY)) == TRUE
    assert _pairing(library, (g1_bytes(Z1), g2_bytes(Z2)), (g1_bytes(G1), g2_bytes(G2))) == FALSE


def test_bn254_pairing_of_one_pair_does_not_hold(library: Library) -> None:
    assert _pairing(library, (g1_bytes(G1), g2_bytes(G2))) == FALSE


@pytest.mark.parametrize("count", [2, 3, 7, 8, 9, 16, 17])
def test_bn254_pairing_holds_exactly_where_the_products_sum_to_zero(library: Library, count: int) -> None:
    generator = random.Random(count)
    scalars = [(generator.randrange(1, ORDER), generator.randrange(1, 100)) for _ in range(count - 1)]
    total = sum(left * right for left, right in scalars)
    pairs = [(g1_bytes(multiply(G1, left)), g2_bytes(multiply(G2, right))) for left, right in scalars]
    last = g1_bytes(neg(multiply(G1, total % ORDER)))
    assert _pairing(library, *pairs, (last, g2_bytes(G2))) == TRUE
    wrong = g1_bytes(neg(multiply(G1, (total + 1) % ORDER)))
    assert _pairing(library, *pairs, (wrong, g2_bytes(G2))) == FALSE
    assert add(G1, G1) == multiply(G1, 2)


def test_bn254_pairing_with_the_same_pair_twice_does_not_hold(library: Library) -> None:
    pair = g1_bytes(multiply(G1, 3)), g2_bytes(multiply(G2, 4))
    assert _pairing(library, pair, pair) == FALSE
