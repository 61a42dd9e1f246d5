"""kzg_point_eval: openings of constant polynomials, the published one, and each kind of invalid input."""

from __future__ import annotations

import pytest
from py_ecc.bls.point_compression import compress_G1
from py_ecc.optimized_bls12_381 import G1, curve_order, field_modulus, multiply

from guest.accelerators.constants.bls12_381_maps import BLS12_381_PRIME
from guest.accelerators.constants.curves import Curve
from guest.accelerators.constants.elements import Element
from tests.guest.accelerators.library import EFAIL, EOK, Library

ORDER, PRIME = int(curve_order), int(field_modulus)
TRUE, FALSE, FAIL = (EOK, b"\1"), (EOK, b"\0"), (EFAIL, None)
INFINITY = b"\xc0" + bytes(47)

# EIP-4844's example in go-ethereum: a proof that is not infinity.
PUBLISHED = (
    "8f59a8d2a1a625a17f3fea0fe5eb8c896db3764f3185481bc22f91b4aaffcca25f26936857bc3a7c2539ea8ec3a952b7",
    "564c0a11a0f704f4fc3e8acfe0f8245f0ad1347b378fbf96e206da11a5d36306",
    "24d25032e67a7e6a4910df5834b8fe70e6bcfeeac0352434196bdf4b2485d5a1",
    "873033e038326e87ed3e1276fd140253fa08e9fc25fb2d9a98527fc22a2c9612fbeafdad446cbc7bcdbdcd780af2c16a",
)


def _scalar(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _compressed(scalar: int) -> bytes:
    return int(compress_G1(multiply(G1, scalar % ORDER))).to_bytes(48, "big")


def _open(library: Library, commitment: bytes, z: bytes, y: bytes, proof: bytes) -> tuple[int, bytes | None]:
    return library.call("kzg_point_eval", commitment, z, y, proof, result_bytes=1)


@pytest.mark.parametrize("value", [0, 1, 2, ORDER - 1, 2**200])
def test_kzg_opening_of_a_constant_polynomial_holds_for_its_value_only(library: Library, value: int) -> None:
    for z in (0, 5, ORDER - 1):
        assert _open(library, _compressed(value), _scalar(z), _scalar(value), INFINITY) == TRUE
        wrong = (value + 1) % ORDER
        assert _open(library, _compressed(value), _scalar(z), _scalar(wrong), INFINITY) == FALSE


def test_kzg_opening_as_published_holds_and_no_other(library: Library) -> None:
    commitment, z, y, proof = map(bytes.fromhex, PUBLISHED)
    assert _open(library, commitment, z, y, proof) == TRUE
    other = _scalar(int.from_bytes(z, "big") ^ 1)
    assert _open(library, commitment, other, y, proof) == FALSE
    assert _open(library, commitment, z, y, INFINITY) == FALSE
    assert _open(library, proof, z, y, commitment) == FALSE
    # The other point with the same x.
    assert _open(library, commitment, z, y, bytes([proof[0] ^ 0x20]) + proof[1:]) == FALSE
    assert _open(library, bytes([commitment[0] ^ 0x20]) + commitment[1:], z, y, proof) == FALSE


@pytest.mark.parametrize("scalar", [ORDER, ORDER + 1, 2**256 - 1])
def test_kzg_opening_with_a_scalar_not_reduced_fails(library: Library, scalar: int) -> None:
    commitment = _compressed(1)
    assert _open(library, commitment, _scalar(scalar), _scalar(1), INFINITY) == FAIL
    assert _open(library, commitment, _scalar(0), _scalar(scalar), INFINITY) == FAIL


def _with_flags(flags: int, x: int) -> bytes:
    return (flags << 381 | x).to_bytes(48, "big")


def _x_of_no_point() -> int:
    return next(x for x in range(1, 50) if pow(x**3 + 4, (PRIME - 1) // 2, PRIME) != 1)


def _x_outside_the_subgroup() -> int:
    four = Element(4, 0, BLS12_381_PRIME)
    curve = Curve(four.times(0), four, ORDER)
    points = curve.points(Element(x, 0, BLS12_381_PRIME) for x in range(50))
    return next(x.real for x, y in points if curve.multiply((x, y), ORDER) is not None)


COMPRESSED_GENERATOR = int.from_bytes(_compressed(1), "big") % 2**381
INVALID_POINTS = {
    "not marked as compressed": _with_flags(0b000, COMPRESSED_GENERATOR),
    "infinity not marked as compressed": _with_flags(0b010, 0),
    "infinity with an x": _with_flags(0b110, 1),
    "infinity with a sign": _with_flags(0b111, 0),
    "x of the prime": _with_flags(0b100, PRIME),
    "x above the prime": _with_flags(0b100, PRIME + 4),
    "x of no point": _with_flags(0b100, _x_of_no_point()),
    "outside the subgroup": _with_flags(0b100, _x_outside_the_subgroup()),
    "all zeros": bytes(48),
    "all ones": b"\xff" * 48,
}


@pytest.mark.parametrize("kind", INVALID_POINTS)
def test_kzg_opening_with_an_invalid_point_fails(library: Library, kind: str) -> None:
    invalid = INVALID_POINTS[kind]
    assert _open(library, invalid, _scalar(0), _scalar(1), INFINITY) == FAIL
    assert _open(library, _compressed(1), _scalar(0), _scalar(1), invalid) == FAIL
