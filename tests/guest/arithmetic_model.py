"""What guest/examples/arithmetic.c must output, from the ISA manual's definitions on Python integers."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Operation = Callable[[int, int], int]

_MODULUS = 2**64
_OFFSETS = 8
_MEMORY_DOUBLEWORDS = 3


def signed(word: int, bits: int = 64) -> int:
    """The low `bits` of a word as a two's complement number."""
    low = word % (1 << bits)
    return low - (1 << bits) if low >> (bits - 1) else low


def _divide(dividend: int, divisor: int) -> int:
    """The quotient, rounded towards zero; -1 for a zero divisor."""
    if divisor == 0:
        return -1
    magnitude = abs(dividend) // abs(divisor)
    return magnitude if (dividend < 0) == (divisor < 0) else -magnitude


def _remainder(dividend: int, divisor: int) -> int:
    """The remainder, with the dividend's sign; the dividend for a zero divisor."""
    if divisor == 0:
        return dividend
    return dividend - divisor * _divide(dividend, divisor)


def _words(operation: Operation, *, is_signed: bool = True) -> Operation:
    """The W form: on the low 32 bits of both operands, its own low 32 bits sign-extended."""

    def narrow(left: int, right: int) -> int:
        if is_signed:
            return signed(operation(signed(left, 32), signed(right, 32)), 32)
        return signed(operation(left % 2**32, right % 2**32), 32)

    return narrow


_REGISTER_FORMS: tuple[Operation, ...] = (
    lambda left, right: left + right,
    lambda left, right: left - right,
    lambda left, right: left << right % 64,
    lambda left, right: signed(left) < signed(right),
    lambda left, right: left < right,
    lambda left, right: left ^ right,
    lambda left, right: left >> right % 64,
    lambda left, right: signed(left) >> right % 64,
    lambda left, right: left | right,
    lambda left, right: left & right,
    _words(lambda left, right: left + right),
    _words(lambda left, right: left - right),
    _words(lambda left, right: left << right % 32),
    _words(lambda left, right: left >> right % 32, is_signed=False),
    _words(lambda left, right: left >> right % 32),
    lambda left, right: left * right,
    lambda left, right: signed(left) * signed(right) >> 64,
    lambda left, right: signed(left) * right >> 64,
    lambda left, right: left * right >> 64,
    lambda left, right: _divide(signed(left), signed(right)),
    _divide,
    lambda left, right: _remainder(signed(left), signed(right)),
    _remainder,
    _words(lambda left, right: left * right),
    _words(_divide),
    _words(_divide, is_signed=False),
    _words(_remainder),
    _words(_remainder, is_signed=False),
)

_IMMEDIATE_FORMS: tuple[Callable[[int], int], ...] = (
    lambda left: left - 2048,
    lambda left: signed(left) < -1,
    lambda left: left < _MODULUS - 1,
    lambda left: ~left,
    lambda left: left | 1365,
    lambda left: left & -1366,
    lambda left: left << 63,
    lambda left: left >> 33,
    lambda left: signed(left) >> 63,
    lambda left: signed(left + 2047, 32),
    lambda left: signed(left << 31, 32),
    lambda left: signed((left % 2**32) >> 1, 32),
    lambda left: signed(left, 32) >> 31,
)

_BRANCHES: tuple[Operation, ...] = (
    lambda left, right: left == right,
    lambda left, right: left != right,
    lambda left, right: signed(left) < signed(right),
    lambda left, right: signed(left) >= signed(right),
    lambda left, right: left < right,
    lambda left, right: left >= right,
)

_STORES_AND_LOADS = ((1, True), (1, False), (2, True), (2, False), (4, True), (4, False), (8, True))
"""(width in bytes, whether the load extends the sign)."""


def _results(left: int, right: int) -> Iterable[list[int]]:
    """What each output takes in from one pair of operands, in order."""
    for register_form in _REGISTER_FORMS:
        yield [register_form(left, right)]
    for immediate_form in _IMMEDIATE_FORMS:
        yield [immediate_form(left)]
    for branch in _BRANCHES:
        yield [branch(left, right)]
    for width, extends_sign in _STORES_AND_LOADS:
        loaded: list[int] = []
        contents: list[int] = []
        memory = bytearray(right.to_bytes(8, "little") * _MEMORY_DOUBLEWORDS)
        for offset in range(_OFFSETS):
            memory[offset : offset + width] = left.to_bytes(8, "little")[:width]
            loaded.append(int.from_bytes(memory[offset : offset + width], "little", signed=extends_sign))
            for start in range(0, len(memory), 8):
                contents.append(int.from_bytes(memory[start : start + 8], "little"))
        yield loaded
        yield contents


def expected_output(pairs: Iterable[tuple[int, int]]) -> bytes:
    """The public output for these pairs of operands, each below 2^64."""
    count = sum(1 for _ in _results(0, 0))
    outputs = [0] * count
    for left, right in pairs:
        for i, results in enumerate(_results(left, right)):
            for result in results:
                outputs[i] = (31 * outputs[i] + result) % _MODULUS
    return b"".join(output.to_bytes(8, "little") for output in outputs)
