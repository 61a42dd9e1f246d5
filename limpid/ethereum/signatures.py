"""The public keys that come with the transactions of a block."""

from __future__ import annotations

from typing import Any

import rlp
from coincurve import PublicKey
from eth_hash.auto import keccak

from limpid.ethereum.nested_rlp import decoded

NO_KEY = bytes(65)
"""Stands for the key of a transaction that nobody signed: no guest takes it for one."""

_FIRST_PROTECTED_V = 35
_LEGACY_V = 27
"""From this v on a signature names its chain; the least v of one that names none [EIP-155]."""


def public_key(transaction: bytes) -> bytes:
    """The key that signed a transaction: 4, then x and y; zeros where no key did, or where this is no transaction."""
    try:
        parity, r, s, message = _signature(transaction)
        signature = r.rjust(32, b"\0") + s.rjust(32, b"\0") + bytes([parity])
        key = PublicKey.from_signature_and_message(signature, keccak(message), hasher=None)
    except (ValueError, TypeError, AttributeError, IndexError, rlp.DecodingError):
        return NO_KEY
    return key.format(compressed=False)


def _signature(transaction: bytes) -> tuple[int, bytes, bytes, bytes]:
    """The parity of y, r, s, and what was signed [EIP-155, EIP-2718]."""
    is_legacy = transaction[0] >= 0xC0
    fields: Any = decoded(transaction if is_legacy else transaction[1:])
    *content, first, r, s = fields
    number = int.from_bytes(first, "big")
    if not is_legacy:
        return number, r, s, transaction[:1] + rlp.encode(content)
    if number < _FIRST_PROTECTED_V:
        return number - _LEGACY_V, r, s, rlp.encode(content)
    chain_id, parity = divmod(number - _FIRST_PROTECTED_V, 2)
    return parity, r, s, rlp.encode([*content, chain_id, b"", b""])
