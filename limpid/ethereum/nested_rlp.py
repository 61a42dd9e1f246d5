"""RLP of others, which may be nested without end: the decoder of the package calls itself for every list."""

from __future__ import annotations

from typing import Any

import rlp
from rlp.codec import consume_length_prefix

MAXIMUM_DEPTH = 16
"""Blocks are nested seven levels deep: the storage keys of an access list of a transaction."""


def decoded(encoded: bytes) -> Any:
    """What bytes in RLP hold: byte strings, and lists of these. Raises rlp.DecodingError for other bytes, and for lists
    nested deeper than MAXIMUM_DEPTH."""
    ends: list[int] = []
    position = 0
    while position < len(encoded):
        while ends and position >= ends[-1]:
            ends.pop()
        try:
            _, kind, length, start = consume_length_prefix(encoded, position)
        except IndexError as error:
            # The package looks for a byte behind the last one.
            raise rlp.DecodingError("cut short in a length", encoded) from error
        position = start
        if kind is list:
            ends.append(start + length)
            if len(ends) > MAXIMUM_DEPTH:
                raise rlp.DecodingError(f"nested deeper than {MAXIMUM_DEPTH}", encoded)
        else:
            position += length
    return rlp.decode(encoded)
