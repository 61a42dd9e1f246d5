"""Points of BN254 by py_ecc, as the accelerators' bytes."""

from __future__ import annotations

from typing import Any

from py_ecc.optimized_bn128 import (
    FQ,
    FQ2,
    G1,
    G2,
    Z1,
    Z2,
    add,
    b2,
    curve_order,
    field_modulus,
    multiply,
    neg,
    normalize,
)

__all__ = [
    "FQ",
    "FQ2",
    "G1",
    "G2",
    "ORDER",
    "PRIME",
    "Z1",
    "Z2",
    "add",
    "b2",
    "g1_bytes",
    "g2_bytes",
    "multiply",
    "neg",
]

PRIME = int(field_modulus)
ORDER = int(curve_order)
FIELD_BYTES = 32


def g1_bytes(point: Any) -> bytes:
    """x then y; zeros for infinity."""
    if point[2] == FQ(0):
        return bytes(2 * FIELD_BYTES)
    return b"".join(int(coordinate).to_bytes(FIELD_BYTES, "big") for coordinate in normalize(point))


def g2_bytes(point: Any) -> bytes:
    """x then y, each imaginary part first; zeros for infinity."""
    if point[2] == FQ2([0, 0]):
        return bytes(4 * FIELD_BYTES)
    return b"".join(
        int(part).to_bytes(FIELD_BYTES, "big") for coordinate in normalize(point) for part in coordinate.coeffs[::-1]
    )
