"""The curves of ECDSA in Python, and points as bytes."""

from __future__ import annotations

from dataclasses import dataclass

from guest.accelerators.constants.curves import Curve, Point
from guest.accelerators.constants.elements import Element
from guest.accelerators.constants.secp256 import SECP256K1_PRIME, SECP256R1_PRIME


@dataclass(frozen=True)
class SignatureCurve:
    """A curve of prime order with a generator."""

    prime: int
    order: int
    a: int
    b: int
    generator: tuple[int, int]

    @property
    def curve(self) -> Curve:
        return Curve(Element(self.a, 0, self.prime), Element(self.b, 0, self.prime), self.order)

    def point(self, x: int, y: int) -> Point:
        return Element(x, 0, self.prime), Element(y, 0, self.prime)

    def multiply(self, scalar: int, point: Point = None) -> Point:
        """A multiple of the point, or else of the generator."""
        return self.curve.multiply(point if point is not None else self.point(*self.generator), scalar % self.order)

    def encode(self, point: Point) -> bytes:
        """64 bytes, zeros for infinity."""
        if point is None:
            return bytes(64)
        x, y = point
        return x.real.to_bytes(32, "big") + y.real.to_bytes(32, "big")

    def sign(self, secret: int, number: int, nonce: int) -> tuple[int, int, int]:
        """r, s and the recovery identifier [SEC 1, 4.1.3]."""
        point = self.multiply(nonce)
        assert point is not None
        x, y = point[0].real, point[1].real
        r = x % self.order
        s = pow(nonce, -1, self.order) * (number + r * secret) % self.order
        return r, s, (y & 1) | (x >= self.order) << 1


SECP256K1 = SignatureCurve(
    prime=SECP256K1_PRIME,
    order=0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
    a=0,
    b=7,
    generator=(
        0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
        0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
    ),
)

SECP256R1 = SignatureCurve(
    prime=SECP256R1_PRIME,
    order=0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    a=SECP256R1_PRIME - 3,
    b=0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    generator=(
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    ),
)


def scalar_bytes(number: int) -> bytes:
    """32 big-endian bytes."""
    return number.to_bytes(32, "big")
