"""The calls of modular arithmetic: curves that others have published, and when there is no result."""

from __future__ import annotations

import pytest

from spec.isa.calls import (
    MULTIPLY_ADD_MODULO_256,
    MULTIPLY_ADD_MODULO_384,
    Call,
    Doublewords,
    NoResult,
    NoResultError,
    integer_of,
)

SECP256K1 = 2**256 - 2**32 - 977
SECP256K1_GENERATOR = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)
"""SEC 2, 2.4.1: y^2 = x^3 + 7."""

BLS12_381 = int("1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab", 16)
BLS12_381_GENERATOR = (
    int("17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb", 16),
    int("08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1", 16),
)
"""draft-irtf-cfrg-pairing-friendly-curves, 4.2.1: y^2 = x^3 + 4."""

CALLS = pytest.mark.parametrize(
    ("call", "size"), [(MULTIPLY_ADD_MODULO_256, 4), (MULTIPLY_ADD_MODULO_384, 6)], ids=["256", "384"]
)


def doublewords(number: int, size: int) -> Doublewords:
    """A number as so many doublewords, the lowest first."""
    return tuple(number >> 64 * i & 2**64 - 1 for i in range(size))


def computed(call: Call, left: int, right: int, addend: int, modulus: int) -> int:
    """The result of the call, which leaves its operands alone."""
    size = call.operands[0].doublewords
    read = [word for number in (left, right, addend, modulus) for word in doublewords(number, size)]
    results = call.results([*read, *([7] * size)])
    assert results[: 4 * size] == read
    return integer_of(results[4 * size :])


@pytest.mark.parametrize(
    ("call", "prime", "generator", "constant"),
    [
        (MULTIPLY_ADD_MODULO_256, SECP256K1, SECP256K1_GENERATOR, 7),
        (MULTIPLY_ADD_MODULO_384, BLS12_381, BLS12_381_GENERATOR, 4),
    ],
    ids=["secp256k1", "bls12-381"],
)
def test_published_generator_lies_on_its_curve(
    call: Call, prime: int, generator: tuple[int, int], constant: int
) -> None:
    x, y = generator
    square = computed(call, x, x, 0, prime)
    assert computed(call, square, x, constant, prime) == computed(call, y, y, 0, prime) < prime


@CALLS
def test_result_is_canonical_where_the_sum_is_the_modulus(call: Call, size: int) -> None:
    modulus = 2 ** (64 * size) - 1
    assert computed(call, 1, modulus - 1, 1, modulus) == 0
    assert computed(call, modulus - 1, modulus - 1, modulus - 1, modulus) == 0
    assert computed(call, 0, 0, modulus, modulus) == 0


@CALLS
def test_operands_need_not_be_reduced_while_the_quotient_fits(call: Call, size: int) -> None:
    largest = 2 ** (64 * size) - 1
    assert computed(call, largest, 2, 0, 3) == largest * 2 % 3
    assert computed(call, 0, 0, largest, 1) == 0


@CALLS
def test_modulus_of_zero_has_no_result(call: Call, size: int) -> None:
    with pytest.raises(NoResultError, match="the modulus of a call is zero") as caught:
        computed(call, 1, 1, 1, 0)
    assert caught.value.why is NoResult.ZERO_MODULUS


@CALLS
def test_quotient_that_is_one_bit_too_wide_has_no_result(call: Call, size: int) -> None:
    limit = 2 ** (64 * size)
    assert computed(call, limit - 1, 2, 1, 2) == 1
    with pytest.raises(NoResultError) as caught:
        computed(call, limit - 1, 2, 2, 2)
    assert caught.value.why is NoResult.WIDE_QUOTIENT
