"""Long integers in compiled code: (left * right + addend) divided by a modulus, on doublewords as they lie in memory.

The division is the schoolbook's [Knuth, The Art of Computer Programming 2, 4.3.1, algorithm D], on digits of 32 bits,
which leave room for a product and two carries in a word of 64.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimized.compilation import compiled

U64, I64 = np.uint64, np.int64
DIGIT_BITS = np.uint64(32)
DIGIT_MASK = np.uint64(2**32 - 1)
"""Digits of half a doubleword: a product of two, with two carries, fits in 64 bits."""

Digits = NDArray[np.uint64]
"""Digits of 32 bits, the lowest first."""


@compiled
def _digits_of(doublewords: NDArray[np.uint64], digits: Digits) -> None:
    for i in range(len(doublewords)):
        digits[2 * i] = doublewords[i] & DIGIT_MASK
        digits[2 * i + 1] = doublewords[i] >> DIGIT_BITS


@compiled
def _doublewords_of(digits: Digits, doublewords: NDArray[np.uint64]) -> None:
    for i in range(len(doublewords)):
        doublewords[i] = digits[2 * i] | digits[2 * i + 1] << DIGIT_BITS


@compiled
def _multiply_add(left: Digits, right: Digits, total: Digits) -> None:
    """Adds the product to `total`, which has as many digits as both, the upper half zeros."""
    for i in range(len(left)):
        carry = U64(0)
        for j in range(len(right)):
            # At most (2^32 - 1)^2 and twice 2^32 - 1: less than 2^64.
            carry += left[i] * right[j] + total[i + j]
            total[i + j] = carry & DIGIT_MASK
            carry >>= DIGIT_BITS
        for k in range(i + len(right), len(total)):
            carry += total[k]
            total[k] = carry & DIGIT_MASK
            carry >>= DIGIT_BITS


@compiled
def _shifted_up(digits: Digits, count: np.uint64) -> None:
    """Multiplies by a power of two below 2^32 that leaves room in the highest digit."""
    carry = U64(0)
    for i in range(len(digits)):
        shifted = digits[i] << count | carry
        digits[i] = shifted & DIGIT_MASK
        carry = shifted >> DIGIT_BITS


@compiled
def _shifted_down(digits: Digits, count: np.uint64) -> None:
    """Divides by a power of two below 2^32."""
    for i in range(len(digits)):
        above = digits[i + 1] if i + 1 < len(digits) else U64(0)
        digits[i] = (digits[i] | above << DIGIT_BITS) >> count & DIGIT_MASK


@compiled
def _divide_by_digit(digits: Digits, divisor: np.uint64, quotient: Digits) -> None:
    """Leaves the remainder in the lowest digit."""
    rest = U64(0)
    for i in range(len(digits) - 1, -1, -1):
        rest = rest << DIGIT_BITS | digits[i]
        digits[i] = U64(0)
        if i < len(quotient):
            quotient[i] = rest // divisor
        rest %= divisor
    digits[0] = rest


@compiled
def _subtract_multiple(digits: Digits, divisor: Digits, size: int, place: int, factor: np.uint64) -> bool:
    """Subtracts factor * divisor at a place, modulo the digits that it covers; whether that was too much."""
    carry, borrow = U64(0), U64(0)
    for i in range(size):
        carry += factor * divisor[i]
        difference = digits[place + i] - (carry & DIGIT_MASK) - borrow
        digits[place + i] = difference & DIGIT_MASK
        borrow = difference >> U64(63)
        carry >>= DIGIT_BITS
    difference = digits[place + size] - carry - borrow
    digits[place + size] = difference & DIGIT_MASK
    return bool(difference >> U64(63))


@compiled
def _add_back(digits: Digits, divisor: Digits, size: int, place: int) -> None:
    carry = U64(0)
    for i in range(size):
        carry += digits[place + i] + divisor[i]
        digits[place + i] = carry & DIGIT_MASK
        carry >>= DIGIT_BITS
    digits[place + size] = digits[place + size] + carry & DIGIT_MASK


@compiled
def _divide(digits: Digits, divisor: Digits, quotient: Digits) -> None:
    """Leaves the remainder. The divisor is not 0, and the quotient fits; the highest digit is 0, for the shift."""
    size = len(divisor)
    while divisor[size - 1] == 0:
        size -= 1
    if size == 1:
        _divide_by_digit(digits, divisor[0], quotient)
        return
    count = U64(0)
    while (divisor[size - 1] << count) >> U64(31) == 0:
        count += U64(1)
    _shifted_up(digits, count)
    _shifted_up(divisor[:size], count)
    highest, second = divisor[size - 1], divisor[size - 2]
    for place in range(len(digits) - 1 - size, -1, -1):
        upper = digits[place + size] << DIGIT_BITS | digits[place + size - 1]
        guess, rest = upper // highest, upper % highest
        while guess > DIGIT_MASK or guess * second > (rest << DIGIT_BITS | digits[place + size - 2]):
            guess -= U64(1)
            rest += highest
            if rest > DIGIT_MASK:
                break
        if _subtract_multiple(digits, divisor, size, place, guess):
            guess -= U64(1)
            _add_back(digits, divisor, size, place)
        if place < len(quotient):
            quotient[place] = guess
    _shifted_down(digits, count)


@compiled
def multiply_add_divide(
    operands: NDArray[np.uint64], size: int, quotient: NDArray[np.uint64], result: NDArray[np.uint64]
) -> bool:
    """Quotient and remainder of left * right + addend by the modulus; False, if the modulus is 0 or the quotient wider.

    `operands` holds the four, in the order of the call, of `size` doublewords each; quotient and result have as many.
    """
    digit_count = 2 * size
    left, right = np.empty(digit_count, dtype=U64), np.empty(digit_count, dtype=U64)
    modulus, digits = np.empty(digit_count, dtype=U64), np.zeros(2 * digit_count + 1, dtype=U64)
    _digits_of(operands[:size], left)
    _digits_of(operands[size : 2 * size], right)
    _digits_of(operands[2 * size : 3 * size], digits[:digit_count])
    _digits_of(operands[3 * size : 4 * size], modulus)
    _multiply_add(left, right, digits[: 2 * digit_count])
    # The quotient fits if the upper half is less than the modulus, which no number is that is 0.
    fits = False
    for i in range(digit_count - 1, -1, -1):
        if digits[digit_count + i] != modulus[i]:
            fits = digits[digit_count + i] < modulus[i]
            break
    if not fits:
        return False
    quotient_digits = np.zeros(digit_count, dtype=U64)
    _divide(digits, modulus, quotient_digits)
    _doublewords_of(quotient_digits, quotient)
    _doublewords_of(digits[:digit_count], result)
    return True
