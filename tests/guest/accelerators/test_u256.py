"""zkvm_u256 against the Ethereum virtual machine's meanings, written out in Python."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.guest.accelerators.library import EOK, Library

TOP = 2**256
SIGN = 2**255

CORNERS = [0, 1, 2, 3, 31, 32, 255, 256, 257, 2**64 - 1, 2**64, 2**128, SIGN - 1, SIGN, SIGN + 1, TOP - 2, TOP - 1]


def _signed(number: int) -> int:
    return number - TOP if number >= SIGN else number


def _signed_quotient(a: int, b: int) -> int:
    left, right = _signed(a), _signed(b)
    if right == 0:
        return 0
    magnitude = abs(left) // abs(right)
    return magnitude if (left < 0) == (right < 0) else -magnitude


def _signed_remainder(a: int, b: int) -> int:
    left, right = _signed(a), _signed(b)
    if right == 0:
        return 0
    magnitude = abs(left) % abs(right)
    return -magnitude if left < 0 else magnitude


def _sign_extended(b: int, value: int) -> int:
    if b >= 31:
        return value
    bits = 8 * (b + 1)
    low = value % (1 << bits)
    return low - (1 << bits) if low >> (bits - 1) else low


MEANINGS: dict[str, Callable[..., int]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "exp": lambda a, b: int(pow(a, b, TOP)),
    "div": lambda a, b: a // b if b else 0,
    "mod": lambda a, b: a % b if b else 0,
    "sdiv": _signed_quotient,
    "smod": _signed_remainder,
    "signextend": _sign_extended,
    "lt": lambda a, b: int(a < b),
    "gt": lambda a, b: int(a > b),
    "slt": lambda a, b: int(_signed(a) < _signed(b)),
    "sgt": lambda a, b: int(_signed(a) > _signed(b)),
    "eq": lambda a, b: int(a == b),
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
    "byte": lambda i, a: a >> (8 * (31 - i)) & 0xFF if i < 32 else 0,
    "shl": lambda shift, a: a << shift if shift < 256 else 0,
    "shr": lambda shift, a: a >> shift if shift < 256 else 0,
    "sar": lambda shift, a: _signed(a) >> min(shift, 256),
    "iszero": lambda a: int(a == 0),
    "not": lambda a: ~a,
    "addmod": lambda a, b, n: (a + b) % n if n else 0,
    "mulmod": lambda a, b, n: a * b % n if n else 0,
}
"""By function: its result from its operands, modulo 2^256."""

OPERANDS = {"iszero": 1, "not": 1, "addmod": 3, "mulmod": 3}


def _bytes(number: int) -> bytes:
    return (number % TOP).to_bytes(32, "big")


def _samples(name: str) -> list[tuple[int, ...]]:
    generator = random.Random(name)
    count = OPERANDS.get(name, 2)

    def operand() -> int:
        kind = generator.randrange(4)
        if kind == 0:
            return generator.choice(CORNERS)
        number = generator.getrandbits(generator.choice([8, 64, 100, 192, 256]))
        return TOP - 1 - number if kind == 1 else number

    pairs = [(a, b) for a in CORNERS for b in CORNERS] if count == 2 else []
    return [*pairs, *(tuple(operand() for _ in range(count)) for _ in range(400))]


@pytest.mark.parametrize("name", MEANINGS)
def test_u256_function_on_corners_and_random_words_means_the_opcode(library: Library, name: str) -> None:
    for operands in _samples(name)[:: library.stride]:
        found = library.call(f"u256_{name}", *map(_bytes, operands), result_bytes=32)
        assert found == (EOK, _bytes(MEANINGS[name](*operands))), [hex(operand) for operand in operands]


@pytest.mark.parametrize("name", MEANINGS)
def test_u256_result_in_the_place_of_an_operand_is_the_same(library: Library, name: str) -> None:
    for operands in _samples(name)[-40 :: library.stride]:
        expected = _bytes(MEANINGS[name](*operands))
        for place in range(len(operands)):
            assert library.aliased(f"u256_{name}", *map(_bytes, operands), place=place) == expected, place


@pytest.mark.parametrize(("name", "quotient", "remainder"), [("divmod", "div", "mod"), ("sdivmod", "sdiv", "smod")])
def test_u256_division_with_two_results_gives_both(library: Library, name: str, quotient: str, remainder: str) -> None:
    for a, b in _samples(name)[:: library.stride]:
        expected = _bytes(MEANINGS[quotient](a, b)), _bytes(MEANINGS[remainder](a, b))
        assert library.two_results(f"u256_{name}", _bytes(a), _bytes(b)) == expected, (hex(a), hex(b))


def test_random_numbers_are_not_all_the_same(library: Library) -> None:
    assert len({library.random() for _ in range(4)}) == 4
