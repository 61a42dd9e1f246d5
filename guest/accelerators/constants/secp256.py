"""secp256k1 and secp256r1 [SEC 2]."""

from __future__ import annotations

from guest.accelerators.constants.initialisers import base_point_text, base_text, define, prime_definitions

SECP256K1_PRIME = 2**256 - 2**32 - 977
SECP256R1_PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1


def secp256k1() -> list[str]:
    """The header's definitions."""
    return [
        *prime_definitions("SECP256K1", SECP256K1_PRIME, 4),
        define("SECP256K1_ORDER", base_text(2**256 - 0x14551231950B75FC4402DA1732FC9BEBF, 4)),
        define(
            "SECP256K1_GENERATOR",
            base_point_text(
                0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
                0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
                4,
            ),
        ),
    ]


def secp256r1() -> list[str]:
    """The header's definitions."""
    b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    return [
        *prime_definitions("SECP256R1", SECP256R1_PRIME, 4),
        define("SECP256R1_ORDER", base_text(2**256 - 2**224 + 2**192 - 0x4319055258E8617B0C46353D039CDAAF, 4)),
        define("SECP256R1_A", base_text(SECP256R1_PRIME - 3, 4)),
        define("SECP256R1_B", base_text(b, 4)),
        define(
            "SECP256R1_GENERATOR",
            base_point_text(
                0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
                0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
                4,
            ),
        ),
    ]
