"""modexp against Python's pow, at every size of modulus, and EIP-198's corners."""

from __future__ import annotations

import random

import pytest

from tests.guest.accelerators.library import EFAIL, EOK, Library

MAXIMUM_BYTES = 1024


def _modexp(library: Library, base: bytes, exponent: bytes, modulus: bytes) -> tuple[int, bytes | None]:
    arguments = (base, len(base), exponent, len(exponent), modulus, len(modulus))
    return library.call("modexp", *arguments, result_bytes=len(modulus))


def _expected(base: bytes, exponent: bytes, modulus: bytes) -> bytes:
    """EIP-198, by Python."""
    numbers = (int.from_bytes(operand, "big") for operand in (base, exponent, modulus))
    b, e, m = numbers
    return (pow(b, e, m) if m else 0).to_bytes(len(modulus), "big")


@pytest.mark.parametrize("size", [1, 2, 7, 8, 9, 31, 32, 33, 47, 48, 49, 55, 56, 57, 63, 64, 65, 128, 200])
def test_modexp_of_random_numbers_is_that_of_python(library: Library, size: int) -> None:
    generator = random.Random(size)
    for round_number in range(12):
        modulus = generator.randbytes(size)
        if round_number % 3 == 0:
            modulus = modulus[:-1] + bytes([modulus[-1] & 0xFE])
        base = generator.randbytes(generator.randrange(3 * size))
        exponent = generator.randbytes(generator.randrange(12))
        assert _modexp(library, base, exponent, modulus) == (EOK, _expected(base, exponent, modulus)), modulus.hex()


@pytest.mark.parametrize("size", [32, 48, 56, 64, 120])
@pytest.mark.parametrize("low", [0, 1, 2**63, 2**64 - 1])
def test_modexp_with_moduli_near_powers_of_two_is_that_of_python(library: Library, size: int, low: int) -> None:
    """Numbers of all ones and all zeros make the estimates of quotients as wrong as they get."""
    high = 2 ** (8 * size - 1)
    numbers = [high + low, 2 * high - 1 - low, high // 2 + low, 2 * high - 2 ** (4 * size) + low]
    for modulus in numbers:
        if modulus <= 0:
            continue
        for base in (*numbers, modulus - 1, modulus, modulus + 1):
            operands = [number.to_bytes(size + 1, "big") for number in (base, 5, modulus)]
            assert _modexp(library, *operands) == (EOK, _expected(*operands)), (hex(base), hex(modulus))


def test_modexp_at_the_maximum_size_is_that_of_python(library: Library) -> None:
    generator = random.Random(0)
    base, modulus = generator.randbytes(MAXIMUM_BYTES), b"\xff" + generator.randbytes(MAXIMUM_BYTES - 1)
    exponent = bytes(MAXIMUM_BYTES - 3) + b"\x01\x00\x01"
    assert _modexp(library, base, exponent, modulus) == (EOK, _expected(base, exponent, modulus))


def test_modexp_with_a_long_exponent_is_that_of_python(library: Library) -> None:
    generator = random.Random(1)
    for size in (32, 48, 64):
        base, exponent, modulus = (generator.randbytes(size) for _ in range(3))
        assert _modexp(library, base, exponent, modulus) == (EOK, _expected(base, exponent, modulus))


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 15, 16, 17, 0xFFFF, 0x10001, 2**32 - 1, 2**32, 2**32 + 1, 2**100])
@pytest.mark.parametrize("size", [16, 48, 72])
def test_modexp_with_an_exponent_of_every_window_shape_is_that_of_python(
    library: Library, exponent: int, size: int
) -> None:
    generator = random.Random(exponent)
    base, modulus = generator.randbytes(size), generator.randbytes(size)
    operands = base, exponent.to_bytes(16, "big"), modulus
    assert _modexp(library, *operands) == (EOK, _expected(*operands))


@pytest.mark.parametrize(
    ("base", "exponent", "modulus", "output"),
    [
        (b"", b"", b"", b""),
        (b"\5", b"\3", b"", b""),
        (b"\5", b"\3", b"\0", b"\0"),
        (b"\5", b"\3", bytes(40), bytes(40)),
        (b"\5", b"", b"\1", b"\0"),
        (b"\5", b"\0", b"\0\1", b"\0\0"),
        (b"", b"", b"\7", b"\1"),
        (b"\0", b"\0", b"\0\7", b"\0\1"),
        (b"", b"\0", bytes(100) + b"\7", bytes(100) + b"\1"),
        (b"", b"\3", b"\7", b"\0"),
        (bytes(200) + b"\2", bytes(200) + b"\3", bytes(200) + b"\5", bytes(200) + b"\3"),
        (b"", b"\1", b"\1" + bytes(100), bytes(101)),
    ],
    ids=[
        "all empty",
        "empty modulus",
        "modulus 0",
        "long modulus 0",
        "modulus 1, empty exponent",
        "modulus 1 with a zero before it",
        "0 to the 0",
        "0 to the 0, written out",
        "0 to the 0, long",
        "0 to the 3",
        "zeros before all operands",
        "0 to the 1, even modulus",
    ],
)
def test_modexp_in_a_corner_gives_what_eip_198_says(
    library: Library, base: bytes, exponent: bytes, modulus: bytes, output: bytes
) -> None:
    assert _modexp(library, base, exponent, modulus) == (EOK, output)


@pytest.mark.parametrize("position", range(3), ids=["base", "exponent", "modulus"])
def test_modexp_with_an_operand_above_the_maximum_size_fails(library: Library, position: int) -> None:
    operands = [b"\3", b"\3", b"\3"]
    operands[position] = bytes(MAXIMUM_BYTES) + b"\3"
    assert _modexp(library, *operands) == (EFAIL, None)
