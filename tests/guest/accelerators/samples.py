"""One call of each accelerator for the machine, and two pairs for the pairings."""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass
from functools import cache

from py_ecc.optimized_bls12_381 import G1 as BLS12_G1
from py_ecc.optimized_bls12_381 import G2 as BLS12_G2
from py_ecc.optimized_bls12_381 import curve_order as bls12_order
from py_ecc.optimized_bls12_381 import multiply as bls12_multiply
from py_ecc.optimized_bls12_381 import normalize as bls12_normalize

from tests.guest.accelerators import bn254_points as bn254
from tests.guest.accelerators.curves import SECP256K1, SECP256R1, SignatureCurve, scalar_bytes
from tests.guest.accelerators.library import Library
from tests.guest.accelerators.machine import Function

_RANDOM = random.Random(2)
_SCALAR = _RANDOM.randbytes(32)


@dataclass(frozen=True)
class Sample:
    """A call: what its page calls it, the operands, and the same call of the native library."""

    function: Function
    title: str
    operands: bytes
    arguments: tuple[bytes | int, ...]
    result_bytes: int

    def expected(self, library: Library) -> tuple[int, bytes | None]:
        name = self.function.name.lower()
        if self.function is Function.BLAKE2F:
            state, message, offset = (argument for argument in self.arguments if isinstance(argument, bytes))
            return library.blake2f(12, state, message, offset, 1)
        return library.call(name, *self.arguments, result_bytes=self.result_bytes)


def _bls12(*points: object) -> bytes:
    numbers: list[int] = []
    for point in points:
        for coordinate in bls12_normalize(point):
            parts = coordinate.coeffs if hasattr(coordinate, "coeffs") else (coordinate.n,)
            numbers += map(int, parts)
    return b"".join(number.to_bytes(48, "big") for number in numbers)


def _signature(curve: SignatureCurve) -> tuple[bytes, bytes, int, bytes]:
    number, secret, nonce = (int.from_bytes(_RANDOM.randbytes(32), "big") % curve.order for _ in range(3))
    r, s, identifier = curve.sign(secret, number, nonce)
    return scalar_bytes(number), scalar_bytes(r) + scalar_bytes(s), identifier, curve.encode(curve.multiply(secret))


def _fixed(function: Function, title: str, result_bytes: int, *operands: bytes) -> Sample:
    """A call whose arguments are just pointers."""
    return Sample(function, title, b"".join(operands), operands, result_bytes)


def _hash(function: Function, title: str, size: int) -> Sample:
    message = _RANDOM.randbytes(size)
    return Sample(function, title, message, (message, size), 32)


def _many(function: Function, title: str, result_bytes: int, *items: bytes) -> Sample:
    encoded = b"".join(items)
    return Sample(function, title, encoded, (encoded, len(items)), result_bytes)


def _modexp(title: str, size: int, exponent: bytes) -> Sample:
    base, modulus = _RANDOM.randbytes(size), b"\xf1" + _RANDOM.randbytes(size - 1)
    sizes = (len(base), len(exponent), len(modulus))
    operands = struct.pack("<3Q", *sizes) + base + exponent + modulus
    arguments = (base, sizes[0], exponent, sizes[1], modulus, sizes[2])
    return Sample(Function.MODEXP, title, operands, arguments, size)


@cache
def samples() -> tuple[Sample, ...]:
    """In the order of the header."""
    k1_hash, k1_signature, identifier, k1_key = _signature(SECP256K1)
    r1_hash, r1_signature, _, r1_key = _signature(SECP256R1)
    bn_point = bn254.g1_bytes(bn254.multiply(bn254.G1, 12345))
    bn_pairs = [
        bn254.g1_bytes(bn254.multiply(bn254.G1, 6)) + bn254.g2_bytes(bn254.multiply(bn254.G2, 35)),
        bn254.g1_bytes(bn254.neg(bn254.multiply(bn254.G1, 14))) + bn254.g2_bytes(bn254.multiply(bn254.G2, 15)),
    ]
    bls_g1, bls_g2 = bls12_multiply(BLS12_G1, 12345), bls12_multiply(BLS12_G2, 12345)
    bls_pairs = [
        _bls12(bls12_multiply(BLS12_G1, 6), bls12_multiply(BLS12_G2, 35)),
        _bls12(bls12_multiply(BLS12_G1, bls12_order - 14), bls12_multiply(BLS12_G2, 15)),
    ]
    published = (
        "8f59a8d2a1a625a17f3fea0fe5eb8c896db3764f3185481bc22f91b4aaffcca25f26936857bc3a7c2539ea8ec3a952b7",
        "564c0a11a0f704f4fc3e8acfe0f8245f0ad1347b378fbf96e206da11a5d36306",
        "24d25032e67a7e6a4910df5834b8fe70e6bcfeeac0352434196bdf4b2485d5a1",
        "873033e038326e87ed3e1276fd140253fa08e9fc25fb2d9a98527fc22a2c9612fbeafdad446cbc7bcdbdcd780af2c16a",
    )
    recovery = Sample(
        Function.SECP256K1_ECRECOVER,
        "`secp256k1_ecrecover`",
        k1_hash + k1_signature + bytes([identifier]),
        (k1_hash, k1_signature, identifier),
        64,
    )
    word, other, modulus = (_RANDOM.randbytes(32) for _ in range(3))
    return (
        _hash(Function.KECCAK256, "`keccak256` of 1,360 bytes", 1360),
        _hash(Function.SHA256, "`sha256` of 1,280 bytes", 1280),
        _hash(Function.RIPEMD160, "`ripemd160` of 640 bytes", 640),
        _fixed(Function.BLAKE2F, "`blake2f` of 12 rounds", 64, *(_RANDOM.randbytes(size) for size in (64, 128, 16))),
        _modexp("`modexp`, 32 bytes, exponent 65,537", 32, b"\1\0\1"),
        _modexp("`modexp`, 32 bytes, exponent of 32 bytes", 32, _SCALAR),
        _modexp("`modexp`, 48 bytes, exponent of 32 bytes", 48, _SCALAR),
        _modexp("`modexp`, 256 bytes, exponent 65,537", 256, b"\1\0\1"),
        _fixed(Function.SECP256K1_VERIFY, "`secp256k1_verify`", 1, k1_hash, k1_signature, k1_key),
        recovery,
        _fixed(Function.SECP256R1_VERIFY, "`secp256r1_verify`", 1, r1_hash, r1_signature, r1_key),
        _fixed(Function.BN254_G1_ADD, "`bn254_g1_add`", 64, bn_point, bn254.g1_bytes(bn254.G1)),
        _fixed(Function.BN254_G1_MUL, "`bn254_g1_mul`", 64, bn_point, _SCALAR),
        _many(Function.BN254_PAIRING, "`bn254_pairing` of 2 pairs", 1, *bn_pairs),
        _fixed(Function.KZG_POINT_EVAL, "`kzg_point_eval`", 1, *map(bytes.fromhex, published)),
        _fixed(Function.BLS12_G1_ADD, "`bls12_g1_add`", 96, _bls12(bls_g1), _bls12(BLS12_G1)),
        _many(Function.BLS12_G1_MSM, "`bls12_g1_msm` of 1 pair", 96, _bls12(bls_g1) + _SCALAR),
        _many(Function.BLS12_G1_MSM, "`bls12_g1_msm` of 8 pairs", 96, *([_bls12(bls_g1) + _SCALAR] * 8)),
        _fixed(Function.BLS12_G2_ADD, "`bls12_g2_add`", 192, _bls12(bls_g2), _bls12(BLS12_G2)),
        _many(Function.BLS12_G2_MSM, "`bls12_g2_msm` of 1 pair", 192, _bls12(bls_g2) + _SCALAR),
        _many(Function.BLS12_PAIRING, "`bls12_pairing` of 2 pairs", 1, *bls_pairs),
        _fixed(Function.BLS12_MAP_FP_TO_G1, "`bls12_map_fp_to_g1`", 96, bytes(16) + _SCALAR),
        _fixed(Function.BLS12_MAP_FP2_TO_G2, "`bls12_map_fp2_to_g2`", 192, bytes(16) + _SCALAR + bytes(47) + b"\5"),
        _fixed(Function.U256_ADD, "`u256_add`", 32, word, other),
        _fixed(Function.U256_MUL, "`u256_mul`", 32, word, other),
        _fixed(Function.U256_DIV, "`u256_div`", 32, word, other[:24].rjust(32, b"\0")),
        _fixed(Function.U256_MULMOD, "`u256_mulmod`", 32, word, other, modulus),
        _fixed(Function.U256_EXP, "`u256_exp`, exponent of 16 bits", 32, word, bytes(30) + b"\xab\xcd"),
    )
