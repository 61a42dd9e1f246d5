"""ECDSA over both curves: other implementations' signatures, and each kind of signature and key that is invalid."""

from __future__ import annotations

import contextlib
import hashlib
import random

import coincurve
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature

from guest.accelerators.constants.curves import Point
from guest.accelerators.constants.elements import Element
from tests.guest.accelerators.curves import SECP256K1, SECP256R1, SignatureCurve, scalar_bytes
from tests.guest.accelerators.library import EFAIL, EOK, Library

CURVES = {"secp256k1": SECP256K1, "secp256r1": SECP256R1}
LIBRARY_CURVES: dict[str, ec.EllipticCurve] = {"secp256k1": ec.SECP256K1(), "secp256r1": ec.SECP256R1()}
VALID, INVALID = (EOK, b"\1"), (EOK, b"\0")


def _verify(library: Library, name: str, number: int, r: int, s: int, key: bytes) -> tuple[int, bytes | None]:
    signature = scalar_bytes(r) + scalar_bytes(s)
    return library.call(f"{name}_verify", scalar_bytes(number), signature, key, result_bytes=1)


def _recover(library: Library, number: int, r: int, s: int, identifier: int) -> tuple[int, bytes | None]:
    signature = scalar_bytes(r) + scalar_bytes(s)
    return library.call("secp256k1_ecrecover", scalar_bytes(number), signature, identifier, result_bytes=64)


def _case(curve: SignatureCurve) -> tuple[int, int, int, bytes]:
    """A number, a signature of it, and the key."""
    secret, number, nonce = 0x1234567, 0x89ABCDEF << 200, 0x55AA << 99
    r, s, _ = curve.sign(secret, number, nonce)
    return number, r, s, curve.encode(curve.multiply(secret))


@pytest.mark.parametrize("name", CURVES)
def test_verification_of_signatures_by_another_library_accepts(library: Library, name: str) -> None:
    for position in range(8):
        message = position.to_bytes(4, "big")
        private_key = ec.generate_private_key(LIBRARY_CURVES[name])
        encoded = private_key.sign(hashlib.sha256(message).digest(), ec.ECDSA(Prehashed(hashes.SHA256())))
        numbers = private_key.public_key().public_numbers()
        key = scalar_bytes(numbers.x) + scalar_bytes(numbers.y)
        number = int.from_bytes(hashlib.sha256(message).digest(), "big")
        r, s = decode_dss_signature(encoded)
        assert _verify(library, name, number, r, s, key) == VALID
        assert _verify(library, name, number ^ 1, r, s, key) == INVALID


@pytest.mark.parametrize("name", CURVES)
def test_verification_with_s_replaced_by_its_negative_accepts(library: Library, name: str) -> None:
    """Both are signatures; Ethereum's rule of the lower one is about transactions."""
    number, r, s, key = _case(CURVES[name])
    assert _verify(library, name, number, r, CURVES[name].order - s, key) == VALID


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("what", ["r", "s"])
@pytest.mark.parametrize("value", ["zero", "order", "order plus one", "all ones", "one more"])
def test_verification_with_a_wrong_scalar_refuses(library: Library, name: str, what: str, value: str) -> None:
    order = CURVES[name].order
    number, r, s, key = _case(CURVES[name])
    given = r if what == "r" else s
    wrong = {"zero": 0, "order": order, "order plus one": order + 1, "all ones": 2**256 - 1, "one more": given + 1}
    r, s = (wrong[value], s) if what == "r" else (r, wrong[value])
    assert _verify(library, name, number, r, s, key) == INVALID


@pytest.mark.parametrize("name", CURVES)
def test_verification_with_a_key_off_the_curve_refuses(library: Library, name: str) -> None:
    number, r, s, key = _case(CURVES[name])
    wrong_y = key[:63] + bytes([key[63] ^ 1])
    assert _verify(library, name, number, r, s, wrong_y) == INVALID


@pytest.mark.parametrize("name", CURVES)
def test_verification_with_infinity_as_key_refuses(library: Library, name: str) -> None:
    """u1 G alone has this x: only the key is wrong."""
    curve = CURVES[name]
    r, s, _ = curve.sign(0, 5, 7)
    assert _verify(library, name, 5, r, s, bytes(64)) == INVALID


def _signature_under(curve: SignatureCurve, key: Point) -> tuple[int, int, int]:
    """A number, r and s that hold under a key whose secret nobody knows: with R = u1 G + u2 Q, r = u2 s, z = u1 s."""
    u1, u2 = 3, 5
    point = curve.curve.add(curve.multiply(u1), curve.multiply(u2, key))
    assert point is not None
    r = point[0].real % curve.order
    s = r * pow(u2, -1, curve.order) % curve.order
    return u1 * s % curve.order, r, s


def _key_with_small_x(curve: SignatureCurve) -> tuple[int, int]:
    x, y = next(iter(curve.curve.points(Element(x, 0, curve.prime) for x in range(1, 100))))
    return x.real, y.real


def _key_with_small_y(curve: SignatureCurve) -> tuple[int, int]:
    """Only where a is 0 and the prime is 7 modulo 9, where the power by (p + 2) / 9 is a cube root if there is one."""
    for y in range(1, 100):
        cube = (y * y - curve.b) % curve.prime
        x = pow(cube, (curve.prime + 2) // 9, curve.prime)
        if pow(x, 3, curve.prime) == cube:
            return x, y
    raise AssertionError("no point with a small y")


@pytest.mark.parametrize("name", CURVES)
def test_verification_with_a_key_x_not_reduced_refuses(library: Library, name: str) -> None:
    """The same point, but for the prime that is added to an x small enough for it."""
    curve = CURVES[name]
    x, y = _key_with_small_x(curve)
    number, r, s = _signature_under(curve, curve.point(x, y))
    assert _verify(library, name, number, r, s, scalar_bytes(x) + scalar_bytes(y)) == VALID
    assert _verify(library, name, number, r, s, scalar_bytes(x + curve.prime) + scalar_bytes(y)) == INVALID


def test_verification_with_a_key_y_not_reduced_refuses(library: Library) -> None:
    x, y = _key_with_small_y(SECP256K1)
    number, r, s = _signature_under(SECP256K1, SECP256K1.point(x, y))
    assert _verify(library, "secp256k1", number, r, s, scalar_bytes(x) + scalar_bytes(y)) == VALID
    unreduced = scalar_bytes(x) + scalar_bytes(y + SECP256K1.prime)
    assert _verify(library, "secp256k1", number, r, s, unreduced) == INVALID


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("number", [0, "order", "above the order"])
def test_verification_takes_the_hash_modulo_the_order(library: Library, name: str, number: int | str) -> None:
    curve = CURVES[name]
    given = {0: 0, "order": curve.order, "above the order": 2**256 - 1}[number]
    r, s, _ = curve.sign(77, given, 99)
    key = curve.encode(curve.multiply(77))
    assert _verify(library, name, given, r, s, key) == VALID
    assert _verify(library, name, given % curve.order, r, s, key) == VALID


@pytest.mark.parametrize("name", CURVES)
def test_verification_where_the_sum_is_infinity_refuses(library: Library, name: str) -> None:
    """u1 G + u2 Q = 0 for z = -r d."""
    curve = CURVES[name]
    secret, r, s = 1234, 5678, 91011
    number = -r * secret % curve.order
    assert _verify(library, name, number, r, s, curve.encode(curve.multiply(secret))) == INVALID


@pytest.mark.parametrize("name", CURVES)
def test_verification_where_both_products_are_one_point_accepts(library: Library, name: str) -> None:
    """u1 G = u2 Q for z = r d."""
    curve = CURVES[name]
    secret, nonce = 1234, 5678
    point = curve.multiply(nonce)
    assert point is not None
    number = point[0].real * secret % curve.order
    r, s, _ = curve.sign(secret, number, nonce)
    assert _verify(library, name, number, r, s, curve.encode(curve.multiply(secret))) == VALID


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("secret", [1, 2, 3, 15, 16, 17, -1, -2])
def test_verification_with_the_generator_and_its_neighbours_as_key_accepts(
    library: Library, name: str, secret: int
) -> None:
    """The table of the key's multiples and that of the generator's meet."""
    curve = CURVES[name]
    for nonce in (1, 2, curve.order - 1, 12345):
        r, s, _ = curve.sign(secret % curve.order, 42, nonce)
        assert _verify(library, name, 42, r, s, curve.encode(curve.multiply(secret))) == VALID


@pytest.mark.parametrize("name", CURVES)
def test_verification_where_x_is_above_the_order_accepts(library: Library, name: str) -> None:
    """r is x less the order, which no honest signer meets in practice."""
    curve = CURVES[name]
    number, r, s, key = _signature_above_the_order(curve)
    assert _verify(library, name, number, r, s, curve.encode(key)) == VALID
    assert _verify(library, name, number, r + 1, s, curve.encode(key)) == INVALID


def _signature_above_the_order(curve: SignatureCurve) -> tuple[int, int, int, Point]:
    """A number, r, s and the key Q = (s R - z G) / r of a point R with an x from the order on."""
    nonce_point = next(iter(curve.curve.points(Element(curve.order + i, 0, curve.prime) for i in range(1, 100))))
    number, s = 17, 23
    r = nonce_point[0].real - curve.order
    inverse = pow(r, -1, curve.order)
    key = curve.curve.add(curve.multiply(s * inverse, nonce_point), curve.multiply(-number * inverse))
    return number, r, s, key


def test_recovery_of_keys_from_another_librarys_signatures_finds_them(library: Library) -> None:
    for position in range(8):
        digest = hashlib.sha256(position.to_bytes(4, "big")).digest()
        private_key = coincurve.PrivateKey()
        signature = private_key.sign_recoverable(digest, hasher=None)
        expected = private_key.public_key.format(compressed=False)[1:]
        arguments = digest, signature[:64], signature[64]
        assert library.call("secp256k1_ecrecover", *arguments, result_bytes=64) == (EOK, expected)


def test_recovery_with_random_numbers_is_that_of_another_library(library: Library) -> None:
    """Most are signatures under some key; half of all r are the x of no point."""
    generator = random.Random(3)
    statuses = set()
    for _ in range(24):
        digest, signature, identifier = generator.randbytes(32), generator.randbytes(64), generator.randrange(2)
        expected: tuple[int, bytes | None] = EFAIL, None
        # What the library raises where there is no key is a bare Exception.
        with contextlib.suppress(Exception):
            key = coincurve.PublicKey.from_signature_and_message(
                signature + bytes([identifier]), digest, hasher=None
            ).format(compressed=False)[1:]
            expected = EOK, key
        found = library.call("secp256k1_ecrecover", digest, signature, identifier, result_bytes=64)
        assert found == expected
        statuses.add(found[0])
    assert statuses == {EOK, EFAIL}


@pytest.mark.parametrize("parity", [0, 1])
def test_recovery_with_x_above_the_order_finds_the_key(library: Library, parity: int) -> None:
    number, r, s, key = _signature_above_the_order(SECP256K1)
    found = {identifier: _recover(library, number, r, s, identifier) for identifier in (2, 3)}
    assert (EOK, SECP256K1.encode(key)) in found.values()
    recovered = found[2 + parity][1]
    assert recovered is not None
    assert _verify(library, "secp256k1", number, r, s, recovered) == VALID


def test_recovery_with_x_above_the_prime_fails(library: Library) -> None:
    """r + n would have to be reduced by the prime first."""
    r = SECP256K1.prime - SECP256K1.order
    assert _recover(library, 17, r, 23, 2) == (EFAIL, None)
    # Here r + n has 257 bits, of which the lower 256 are the x of a point.
    x, _ = _key_with_small_x(SECP256K1)
    assert _recover(library, 17, 2**256 - SECP256K1.order + x, 23, 2) == (EFAIL, None)


@pytest.mark.parametrize("identifier", [4, 5, 27, 28, 128, 255])
def test_recovery_with_an_identifier_above_three_fails(library: Library, identifier: int) -> None:
    number, r, s, _ = _case(SECP256K1)
    assert _recover(library, number, r, s, identifier) == (EFAIL, None)


@pytest.mark.parametrize("what", ["r", "s"])
@pytest.mark.parametrize("value", [0, SECP256K1.order, SECP256K1.order + 1, 2**256 - 1])
def test_recovery_with_a_scalar_out_of_range_fails(library: Library, what: str, value: int) -> None:
    number, r, s, _ = _case(SECP256K1)
    r, s = (value, s) if what == "r" else (r, value)
    for identifier in range(4):
        assert _recover(library, number, r, s, identifier) == (EFAIL, None)


def test_recovery_where_r_is_the_x_of_no_point_fails(library: Library) -> None:
    def is_square(x: int) -> bool:
        return pow(x**3 + 7, (SECP256K1.prime - 1) // 2, SECP256K1.prime) == 1

    r = next(x for x in range(1, 100) if not is_square(x))
    assert _recover(library, 17, r, 23, 0) == (EFAIL, None)


def test_recovery_of_infinity_fails(library: Library) -> None:
    """s R = z G for R = k G and z = s k."""
    nonce = 4321
    point = SECP256K1.multiply(nonce)
    assert point is not None
    s = 99
    identifier = point[1].real & 1
    assert _recover(library, s * nonce % SECP256K1.order, point[0].real, s, identifier) == (EFAIL, None)


@pytest.mark.parametrize("number", [0, SECP256K1.order, SECP256K1.order + 1, 2**256 - 1])
def test_recovery_takes_the_hash_modulo_the_order(library: Library, number: int) -> None:
    r, s, identifier = SECP256K1.sign(31337, number, 1001)
    assert _recover(library, number, r, s, identifier) == (EOK, SECP256K1.encode(SECP256K1.multiply(31337)))
