"""The machine calls in Python, from the standards' formulas, apart from the C that they are compared with."""

from __future__ import annotations

import random
import struct

from spec.protocol.sha256 import compression

_MASK = 2**64 - 1
_RANDOM = random.Random(1)


def _rotate(value: int, bits: int) -> int:
    return (value << bits | value >> (64 - bits)) & _MASK


def _round_constants() -> list[int]:
    """FIPS 202, algorithm 5."""
    bits, register = [], 1
    for _ in range(24 * 7):
        bits.append(register & 1)
        register <<= 1
        if register & 0x100:
            register ^= 0x171
    return [sum(bits[7 * i + j] << (2**j - 1) for j in range(7)) for i in range(24)]


_ROUND_CONSTANTS = _round_constants()


def keccak_f(state: bytes) -> bytes:
    """Keccak-f[1600] on 200 bytes [FIPS 202, 3.2]."""
    lanes = list(struct.unpack("<25Q", state))
    for constant in _ROUND_CONSTANTS:
        parity = [lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5)]
        lanes = [lane ^ parity[(i + 4) % 5] ^ _rotate(parity[(i + 1) % 5], 1) for i, lane in enumerate(lanes)]
        turned, (x, y) = list(lanes), (1, 0)
        for t in range(24):
            turned[x + 5 * y] = _rotate(lanes[x + 5 * y], (t + 1) * (t + 2) // 2 % 64)
            x, y = y, (2 * x + 3 * y) % 5
        moved = [0] * 25
        for x in range(5):
            for y in range(5):
                moved[y + 5 * ((2 * x + 3 * y) % 5)] = turned[x + 5 * y]
        lanes = [
            moved[i] ^ (~moved[i - i % 5 + (i + 1) % 5] & _MASK & moved[i - i % 5 + (i + 2) % 5]) for i in range(25)
        ]
        lanes[0] ^= constant
    return struct.pack("<25Q", *lanes)


def sha256_compress(state: bytes, block: bytes) -> bytes:
    """One compression: state of eight native words, block of 64 bytes [FIPS 180-4, 6.2.2]."""
    return struct.pack("<8I", *compression(struct.unpack("<8I", state), block))


def multiply_add_modulo(a: int, b: int, c: int, modulus: int, bits: int) -> int:
    """(a b + c) mod modulus, where the machine would not trap."""
    quotient, remainder = divmod(a * b + c, modulus)
    assert quotient < 2**bits, "the quotient does not fit"
    return remainder


def honest_advice(kind: int, number: int, modulus: int, third: int) -> int:
    """What the host should answer."""
    if kind == 0:
        return _RANDOM.getrandbits(64)
    if kind in (1, 2):
        answer = pow(number, -1, modulus) if number % modulus else 0
    else:
        root = pow(number, (modulus + 1) // 4, modulus)
        answer = root if root * root % modulus == number else 0
    return answer >> (64 * third) & _MASK
