"""The constants in C are what their script makes, and what other sources say."""

from __future__ import annotations

from itertools import pairwise
from math import gcd
from typing import Any

import pytest
from py_ecc.optimized_bls12_381 import constants, curve_order, field_modulus
from py_ecc.optimized_bn128 import curve_order as bn254_order
from py_ecc.optimized_bn128 import field_modulus as bn254_modulus

from guest.accelerators.constants.bls12_381_maps import (
    BLS12_381_G1_COFACTOR,
    BLS12_381_G2_COFACTOR,
    BLS12_381_ORDER,
    BLS12_381_PARAMETER,
    BLS12_381_PRIME,
    g1_isogeny,
    g2_isogeny,
)
from guest.accelerators.constants.bn254 import BN254_PARAMETER, BN254_PRIME, signed_digits
from guest.accelerators.constants.isogenies import Isogeny
from guest.accelerators.constants.secp256 import SECP256K1_PRIME, SECP256R1_PRIME
from guest.accelerators.generate_constants import DIRECTORY, HEADERS, header
from tests.guest.accelerators.curves import SECP256K1, SECP256R1

BN254_ORDER = 36 * BN254_PARAMETER**4 + 36 * BN254_PARAMETER**3 + 18 * BN254_PARAMETER**2 + 6 * BN254_PARAMETER + 1


@pytest.mark.parametrize("name", HEADERS)
def test_constants_of_a_curve_are_what_the_script_writes(name: str) -> None:
    assert (DIRECTORY / name).read_text() == header(name)


def test_primes_and_orders_are_those_of_another_library() -> None:
    found = BN254_PRIME, BN254_ORDER, BLS12_381_PRIME, BLS12_381_ORDER
    assert found == (bn254_modulus, bn254_order, field_modulus, curve_order)


@pytest.mark.parametrize("prime", [BN254_PRIME, BLS12_381_PRIME, SECP256K1_PRIME, SECP256R1_PRIME], ids=hex)
def test_primes_are_three_modulo_four(prime: int) -> None:
    """Square roots, and what shows that there is none, rest on it."""
    assert prime % 4 == 3


def _polynomials(isogeny: Isogeny) -> list[list[tuple[int, int]]]:
    parts = isogeny.x_numerator, isogeny.x_denominator, isogeny.y_numerator, isogeny.y_denominator
    return [[(term.real, term.imaginary) for term in part] for part in parts]


def _published(coefficients: Any) -> list[list[tuple[int, int]]]:
    """py_ecc's copies of RFC 9380's tables, without the zeros that fill them up."""
    found = []
    for polynomial in coefficients:
        terms = [(int(t.n), 0) if hasattr(t, "n") else (int(t.coeffs[0]), int(t.coeffs[1])) for t in polynomial]
        while terms[-1] == (0, 0):
            terms.pop()
        found.append(terms)
    return found


def test_isogeny_of_g1_is_that_of_rfc_9380() -> None:
    assert _polynomials(g1_isogeny()) == _published(constants.ISO_11_MAP_COEFFICIENTS)


def test_isogeny_of_g2_is_that_of_rfc_9380() -> None:
    assert _polynomials(g2_isogeny()) == _published(constants.ISO_3_MAP_COEFFICIENTS)


def test_final_exponents_are_multiples_of_the_hard_part_prime_to_the_order() -> None:
    """The two polynomials of the final exponentiations: 1 exactly where the pairing's value is."""
    x, p = BN254_PARAMETER, BN254_PRIME
    a = 12 * x**3 + 6 * x**2 + 6 * x
    b = a - 2 * x
    bn254 = (a + 6 * x**2 + 1) + b * p + a * p**2 + (b - 1) * p**3
    x, q = BLS12_381_PARAMETER, BLS12_381_PRIME
    bls12_381 = (x - 1) ** 2 * (x + q) * (x**2 + q**2 - 1) + 3
    for exponent, prime, order in ((bn254, p, BN254_ORDER), (bls12_381, q, BLS12_381_ORDER)):
        multiple, rest = divmod(exponent, (prime**4 - prime**2 + 1) // order)
        assert rest == 0
        assert gcd(multiple, order) == 1


def test_orders_allow_the_subgroup_checks() -> None:
    """What the comments at the three checks say about orders and traces."""
    x, trace = BN254_PARAMETER, 6 * BN254_PARAMETER**2 + 1
    assert BN254_PRIME + 1 - trace == BN254_ORDER
    # (x + 1) + x psi + x psi^2 - 2 x psi^3 with psi^2 = t psi - p.
    constant, linear = x + 1 - (x - 2 * x * trace) * BN254_PRIME, x + x * trace - 2 * x * (trace**2 - BN254_PRIME)
    assert (constant + linear * BN254_PRIME) % BN254_ORDER == 0
    norm = constant**2 + constant * linear * trace + linear**2 * BN254_PRIME
    assert gcd(norm, BN254_ORDER * (2 * BN254_PRIME - BN254_ORDER)) == BN254_ORDER
    assert BLS12_381_PRIME + 1 - (BLS12_381_PARAMETER + 1) == BLS12_381_G1_COFACTOR * BLS12_381_ORDER
    assert gcd(BLS12_381_G1_COFACTOR, BLS12_381_G2_COFACTOR) == 1
    assert gcd(BLS12_381_G1_COFACTOR * BLS12_381_G2_COFACTOR, BLS12_381_ORDER) == 1


@pytest.mark.parametrize(
    "order",
    [
        SECP256K1.order,
        SECP256R1.order,
        BN254_ORDER,
        BN254_ORDER * (2 * BN254_PRIME - BN254_ORDER),
        BLS12_381_G1_COFACTOR * BLS12_381_ORDER,
        BLS12_381_G2_COFACTOR * BLS12_381_ORDER,
    ],
    ids=["secp256k1", "secp256r1", "BN254", "BN254's twist", "BLS12-381", "BLS12-381's twist"],
)
def test_orders_of_all_curves_are_odd(order: int) -> None:
    """So no point has y = 0, and every tangent has a slope."""
    assert order % 2 == 1


def test_signed_digits_are_those_of_the_number() -> None:
    for number in (1, 2, 3, 7, 6 * BN254_PARAMETER + 2):
        digits = signed_digits(number)
        assert sum(digit << i for i, digit in enumerate(digits)) == number
        assert all(not (left and right) for left, right in pairwise(digits))
        assert digits[-1] == 1
