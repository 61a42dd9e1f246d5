"""BN254 [EIP-196, EIP-197]."""

from __future__ import annotations

from guest.accelerators.constants.elements import Element
from guest.accelerators.constants.initialisers import (
    base_text,
    define,
    digits_text,
    element_text,
    elements_text,
    prime_definitions,
)

BN254_PARAMETER = 4965661367192848881
BN254_PRIME = 36 * BN254_PARAMETER**4 + 36 * BN254_PARAMETER**3 + 24 * BN254_PARAMETER**2 + 6 * BN254_PARAMETER + 1


def signed_digits(number: int) -> list[int]:
    """The non-adjacent form, lowest digits first."""
    digits: list[int] = []
    while number:
        digit = 2 - number % 4 if number % 2 else 0
        digits.append(digit)
        number = (number - digit) // 2
    return digits


def bn254() -> list[str]:
    """The header's definitions."""
    xi = Element(9, 1, BN254_PRIME)
    three = Element(3, 0, BN254_PRIME)
    powers = [xi ** (i * (BN254_PRIME - 1) // 6) for i in range(6)]
    return [
        *prime_definitions("BN254", BN254_PRIME, 4),
        define("BN254_X", hex(BN254_PARAMETER)),
        define("BN254_MINUS_TWO", base_text(BN254_PRIME - 2, 4)),
        define("BN254_XI", element_text(xi, 4)),
        define("BN254_TRIPLE_XI", element_text(xi.times(3), 4)),
        define("BN254_TWIST_B", element_text(three / xi, 4)),
        define("BN254_FROBENIUS", elements_text(powers[1:], 4)),
        define("BN254_PSI_X", element_text(powers[2], 4)),
        define("BN254_PSI_Y", element_text(powers[3], 4)),
        define("BN254_LOOP_DIGITS", digits_text(signed_digits(6 * BN254_PARAMETER + 2))),
        define("BN254_PARAMETER_DIGITS", digits_text(signed_digits(BN254_PARAMETER))),
    ]
