"""Compiled division of long integers against Python's."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from optimized.execution.modular import multiply_add_divide
from spec.isa.calls import integer_of
from tests.reference.trace.test_modular import divisions
from tests.spec.isa.test_multiply_add_modulo import doublewords


def _divided(case: tuple[int, int, int, int], size: int) -> tuple[int, int] | None:
    operands = np.array([word for number in case for word in doublewords(number, size)], dtype=np.uint64)
    quotient, result = np.zeros(size, dtype=np.uint64), np.zeros(size, dtype=np.uint64)
    if not multiply_add_divide(operands, size, quotient, result):
        return None
    return integer_of(quotient.tolist()), integer_of(result.tolist())


def _expected(case: tuple[int, int, int, int], size: int) -> tuple[int, int] | None:
    left, right, addend, modulus = case
    if modulus == 0 or (left * right + addend) // modulus >> 64 * size:
        return None
    return divmod(left * right + addend, modulus)


def _sparse(source: Random, bits: int) -> int:
    """A number of at most so many bits, often with long runs of zeros and ones: where guessed digits go wrong."""
    number = source.getrandbits(source.randrange(1, bits + 1))
    for _ in range(source.randrange(4)):
        run = ((1 << source.randrange(bits)) - 1) << source.randrange(bits)
        number = number | run if source.randrange(2) else number & ~run
    return number & (1 << bits) - 1


@pytest.mark.parametrize("size", [4, 6])
def test_corners_are_divided_as_by_python(size: int) -> None:
    for case in divisions(size):
        assert _divided(case, size) == _expected(case, size)


@pytest.mark.parametrize("size", [4, 6])
def test_many_numbers_are_divided_or_refused_as_by_python(size: int) -> None:
    source = Random(size)
    refused = 0
    for _ in range(20_000):
        left, right, addend, modulus = (_sparse(source, 64 * size) for _ in range(4))
        expected = _expected((left, right, addend, modulus), size)
        refused += expected is None
        assert _divided((left, right, addend, modulus), size) == expected
    assert 2_000 < refused < 18_000


@pytest.mark.parametrize("size", [4, 6])
def test_quotients_at_the_limit_are_told_apart(size: int) -> None:
    limit = 2 ** (64 * size)
    for modulus in (0, 1, 2, 2**32 - 1, 2**32, 2**33 + 1, 2**64 + 1, limit - 1):
        widest = modulus * limit
        for product in (widest - 1, widest):
            left, addend = divmod(product, limit - 1)
            case = (left, limit - 1, addend, modulus)
            if max(case) < limit and min(case) >= 0:
                assert _divided(case, size) == _expected(case, size)
