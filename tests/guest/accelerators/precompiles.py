"""The Ethereum precompiles on their own encodings, made of the accelerators: what their published vectors call."""

from __future__ import annotations

from collections.abc import Callable

from Crypto.Hash import keccak

from tests.guest.accelerators.library import EOK, Library

_PADDING = bytes(16)
_BLS12_381_ORDER = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001

Precompile = Callable[[Library, bytes], bytes | None]
"""The output for an input; None where the precompile fails."""


def ecrecover(library: Library, call_data: bytes) -> bytes | None:
    padded = call_data.ljust(128, b"\0")
    identifier = int.from_bytes(padded[32:64], "big") - 27
    if identifier not in (0, 1):
        return b""
    status, key = library.call("secp256k1_ecrecover", padded[:32], padded[64:128], identifier, result_bytes=64)
    if key is None or status != EOK:
        return b""
    return bytes(12) + keccak.new(digest_bits=256, data=key).digest()[12:]


def modexp(library: Library, call_data: bytes) -> bytes | None:
    padded = call_data.ljust(96, b"\0")
    base_size, exponent_size, modulus_size = (int.from_bytes(padded[i : i + 32], "big") for i in (0, 32, 64))
    operands = padded[96:].ljust(base_size + exponent_size + modulus_size, b"\0")
    base, exponent = operands[:base_size], operands[base_size : base_size + exponent_size]
    modulus = operands[base_size + exponent_size :][:modulus_size]
    arguments = (base, base_size, exponent, exponent_size, modulus, modulus_size)
    return library.call("modexp", *arguments, result_bytes=modulus_size)[1]


def bn254_add(library: Library, call_data: bytes) -> bytes | None:
    padded = call_data.ljust(128, b"\0")
    return library.call("bn254_g1_add", padded[:64], padded[64:128], result_bytes=64)[1]


def bn254_multiply(library: Library, call_data: bytes) -> bytes | None:
    padded = call_data.ljust(96, b"\0")
    return library.call("bn254_g1_mul", padded[:64], padded[64:96], result_bytes=64)[1]


def bn254_pairing(library: Library, call_data: bytes) -> bytes | None:
    if len(call_data) % 192 != 0:
        return None
    return _truth(library.call("bn254_pairing", call_data, len(call_data) // 192, result_bytes=1)[1])


def blake2f(library: Library, call_data: bytes) -> bytes | None:
    if len(call_data) != 213:
        return None
    rounds = int.from_bytes(call_data[:4], "big")
    status, state = library.blake2f(rounds, call_data[4:68], call_data[68:196], call_data[196:212], call_data[212])
    return state if status == EOK else None


def point_evaluation(library: Library, call_data: bytes) -> bytes | None:
    arguments = (call_data[96:144], call_data[32:64], call_data[64:96], call_data[144:192])
    verified = library.call("kzg_point_eval", *arguments, result_bytes=1)[1]
    return (4096).to_bytes(32, "big") + _BLS12_381_ORDER.to_bytes(32, "big") if verified == b"\1" else None


def bls12_add(group: str, point_bytes: int) -> Precompile:
    def precompile(library: Library, call_data: bytes) -> bytes | None:
        points = _without_padding(call_data)
        if points is None or len(points) != 2 * point_bytes:
            return None
        arguments = points[:point_bytes], points[point_bytes:]
        return _with_padding(library.call(f"bls12_{group}_add", *arguments, result_bytes=point_bytes)[1])

    return precompile


def bls12_sum_of_products(group: str, point_bytes: int) -> Precompile:
    encoded_bytes = point_bytes // 48 * 64

    def precompile(library: Library, call_data: bytes) -> bytes | None:
        pairs, size = b"", encoded_bytes + 32
        if len(call_data) % size != 0:
            return None
        for start in range(0, len(call_data), size):
            point = _without_padding(call_data[start : start + encoded_bytes])
            if point is None:
                return None
            pairs += point + call_data[start + encoded_bytes : start + size]
        count = len(call_data) // size
        return _with_padding(library.call(f"bls12_{group}_msm", pairs, count, result_bytes=point_bytes)[1])

    return precompile


def bls12_pairing(library: Library, call_data: bytes) -> bytes | None:
    pairs = _without_padding(call_data)
    if pairs is None or len(pairs) % 288 != 0:
        return None
    return _truth(library.call("bls12_pairing", pairs, len(pairs) // 288, result_bytes=1)[1])


def bls12_map(name: str, element_bytes: int, point_bytes: int) -> Precompile:
    def precompile(library: Library, call_data: bytes) -> bytes | None:
        element = _without_padding(call_data)
        if element is None or len(element) != element_bytes:
            return None
        return _with_padding(library.call(name, element, result_bytes=point_bytes)[1])

    return precompile


def _without_padding(call_data: bytes) -> bytes | None:
    """Field elements of 48 bytes from such of 64, the first 16 of which are 0."""
    elements = [call_data[i : i + 64] for i in range(0, len(call_data), 64)]
    if any(len(element) != 64 or element[:16] != _PADDING for element in elements):
        return None
    return b"".join(element[16:] for element in elements)


def _with_padding(output: bytes | None) -> bytes | None:
    if output is None:
        return None
    return b"".join(_PADDING + output[i : i + 48] for i in range(0, len(output), 48))


def _truth(output: bytes | None) -> bytes | None:
    return None if output is None else output.rjust(32, b"\0")


PRECOMPILES: dict[str, Precompile] = {
    "ecRecover": ecrecover,
    "modexp_eip2565": modexp,
    "bn256Add": bn254_add,
    "bn256ScalarMul": bn254_multiply,
    "bn256Pairing": bn254_pairing,
    "blake2F": blake2f,
    "fail-blake2f": blake2f,
    "pointEvaluation": point_evaluation,
    "blsG1Add": bls12_add("g1", 96),
    "fail-blsG1Add": bls12_add("g1", 96),
    "blsG2Add": bls12_add("g2", 192),
    "fail-blsG2Add": bls12_add("g2", 192),
    "blsG1MultiExp": bls12_sum_of_products("g1", 96),
    "blsG2MultiExp": bls12_sum_of_products("g2", 192),
    "blsPairing": bls12_pairing,
    "blsMapG1": bls12_map("bls12_map_fp_to_g1", 48, 96),
    "fail-blsMapG1": bls12_map("bls12_map_fp_to_g1", 48, 96),
    "blsMapG2": bls12_map("bls12_map_fp2_to_g2", 96, 192),
}
"""By the name of a file of vectors."""
