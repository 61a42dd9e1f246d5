"""The fields against galois, and the facts that the protocol relies on."""

from __future__ import annotations

import math

import galois
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spec.field import (
    EXTENSION_DEGREE,
    GENERATOR,
    ONE,
    TWO_ADICITY,
    ZERO,
    Extension,
    P,
    X,
    inverse,
    root_of_unity,
)

BASE = galois.GF(P)
MODULUS = galois.Poly([1, 0, 0, 1, 0, 0, 1], field=BASE)

base_elements = st.integers(0, P - 1)
extension_elements = st.tuples(*[base_elements] * EXTENSION_DEGREE).map(Extension)


def as_polynomial(element: Extension) -> galois.Poly:
    """The element as a galois polynomial, highest coefficient first."""
    return galois.Poly(list(reversed(element.coefficients)), field=BASE)


def from_polynomial(polynomial: galois.Poly) -> Extension:
    """The element with a polynomial's coefficients."""
    ascending = [int(coefficient) for coefficient in reversed(polynomial.coeffs)]
    return Extension.from_coefficients(ascending + [0] * (EXTENSION_DEGREE - len(ascending)))


def test_modulus_is_an_odd_prime_with_two_adicity_24() -> None:
    assert galois.is_prime(P)
    assert (P - 1) % 2**TWO_ADICITY == 0
    assert (P - 1) // 2**TWO_ADICITY % 2 == 1


def test_generator_is_smallest_that_generates_the_group() -> None:
    def generates(candidate: int) -> bool:
        return all(pow(candidate, (P - 1) // factor, P) != 1 for factor in (2, 127))

    assert (P - 1) == 127 * 2**24
    assert generates(GENERATOR)
    assert not any(generates(candidate) for candidate in range(2, GENERATOR))


def test_extension_polynomial_is_cyclotomic_and_p_generates_the_units_modulo_9() -> None:
    # The n-th cyclotomic polynomial is irreducible over F_p exactly if p generates the units modulo n.
    cube_minus_one, modulus = [1, 0, 0, -1], [1, 0, 0, 1, 0, 0, 1]
    assert np.convolve(cube_minus_one, modulus).tolist() == [1, 0, 0, 0, 0, 0, 0, 0, 0, -1]
    assert sorted(pow(P, k, 9) for k in range(EXTENSION_DEGREE)) == [1, 2, 4, 5, 7, 8]


def test_extension_size_is_185_9_bits() -> None:
    assert round(EXTENSION_DEGREE * math.log2(P), 1) == 185.9


@pytest.mark.parametrize("order_log2", range(TWO_ADICITY + 1))
def test_root_of_unity_has_exactly_its_order(order_log2: int) -> None:
    root = root_of_unity(order_log2)
    assert pow(root, 1 << order_log2, P) == 1
    assert order_log2 == 0 or pow(root, 1 << (order_log2 - 1), P) == P - 1


def test_root_of_unity_squared_is_the_next_root() -> None:
    for order_log2 in range(1, TWO_ADICITY + 1):
        assert pow(root_of_unity(order_log2), 2, P) == root_of_unity(order_log2 - 1)


@pytest.mark.parametrize("order_log2", [-1, TWO_ADICITY + 1])
def test_root_of_unity_beyond_two_adicity_raises(order_log2: int) -> None:
    with pytest.raises(ValueError, match="two-adicity is 24"):
        root_of_unity(order_log2)


@given(base_elements.filter(bool))
@settings(deadline=None)
def test_base_inverse_times_element_is_one(element: int) -> None:
    assert inverse(element) * element % P == 1


@pytest.mark.parametrize("zero", [0, P, -P])
def test_base_inverse_of_zero_raises(zero: int) -> None:
    with pytest.raises(ZeroDivisionError):
        inverse(zero)


@given(extension_elements, extension_elements)
@settings(max_examples=50, deadline=None)
def test_extension_sum_difference_and_product_agree_with_galois(left: Extension, right: Extension) -> None:
    a, b = as_polynomial(left), as_polynomial(right)
    assert left + right == from_polynomial(a + b)
    assert left - right == from_polynomial(a - b)
    assert -left == from_polynomial(-a)
    assert left * right == from_polynomial(a * b % MODULUS)


@given(extension_elements, st.integers(-P, 2 * P))
@settings(deadline=None)
def test_extension_with_base_operand_equals_embedded_operand(element: Extension, base: int) -> None:
    embedded = Extension.of(base)
    assert element + base == base + element == element + embedded
    assert element - base == element - embedded
    assert base - element == embedded - element
    assert element * base == base * element == element * embedded


@given(extension_elements)
@settings(deadline=None)
def test_extension_inverse_times_element_is_one(element: Extension) -> None:
    if element == ZERO:
        element = ONE
    assert element * element.inverse() == ONE


def test_extension_inverse_of_zero_raises() -> None:
    with pytest.raises(ZeroDivisionError):
        ZERO.inverse()


@given(extension_elements)
@settings(max_examples=20, deadline=None)
def test_extension_conjugate_is_the_power_p(element: Extension) -> None:
    assert element.conjugate() == element**P


@given(extension_elements.filter(lambda element: element != ZERO), st.integers(0, 40), st.integers(0, 40))
@settings(deadline=None)
def test_extension_powers_add_exponents(element: Extension, first: int, second: int) -> None:
    assert element**first * element**second == element ** (first + second)
    assert element**-first == (element**first).inverse()


def test_extension_generator_is_a_ninth_root_of_unity() -> None:
    assert X**9 == ONE
    assert X**3 != ONE


def test_extension_from_coefficients_reduces_them() -> None:
    assert Extension.from_coefficients([P, P + 1, -1, 0, 0, 0]) == Extension((0, 1, P - 1, 0, 0, 0))


@pytest.mark.parametrize("count", [5, 7])
def test_extension_from_wrong_number_of_coefficients_raises(count: int) -> None:
    with pytest.raises(ValueError, match=f"not {count}"):
        Extension.from_coefficients([0] * count)
