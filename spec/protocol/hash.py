"""The one hash, SHA-256 [FIPS 180-4], and the ways in which the protocol uses its compression function.

Inside the protocol everything hashed is a sequence of 32-bit words, and a digest or a state is eight of them. A
base-field element is one word, so that a circuit swaps no bytes. Leaves, nodes, transcripts and proofs of work start
from initial values of their own: digests of their names.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from enum import Enum, unique

from spec.protocol.sha256 import compression

STATE_WORDS = 8
BLOCK_WORDS = 16
WORD_BYTES = 4
DIGEST_BYTES = STATE_WORDS * WORD_BYTES
"""The sizes of SHA-256's state, block and word [FIPS 180-4, section 1]."""

_DIGEST_FORMAT = f">{STATE_WORDS}I"

Digest = tuple[int, ...]
"""Eight words."""


def digest_words(digest: bytes) -> Digest:
    """The eight big-endian words of 32 bytes."""
    return struct.unpack(_DIGEST_FORMAT, digest)


def digest_bytes(digest: Sequence[int]) -> bytes:
    """The 32 bytes of eight words."""
    return struct.pack(f">{len(digest)}I", *digest)


@unique
class Domain(Enum):
    """What hashing is for; the value is the name whose digest is the initial value."""

    MERKLE_LEAF = "limpid merkle leaf"
    MERKLE_NODE = "limpid merkle node"
    GRINDING = "limpid grinding"
    PROGRAM_PINNING = "limpid program pinning"
    CONTINUATION_PINNING = "limpid continuation pinning"
    PROGRAM = "limpid program"
    PROGRAM_COMMITMENT = "limpid program commitment"
    SEGMENT_LEAF = "limpid segment leaf"
    RUN = "limpid run"
    GLOBAL_CHALLENGES = "limpid global challenges"
    SEGMENT = "limpid segment"
    KEY_LIST = "limpid key list"

    @property
    def initial_value(self) -> Digest:
        """Eight words."""
        return _INITIAL_VALUES[self]


_INITIAL_VALUES = {domain: digest_words(hashlib.sha256(domain.value.encode("ascii")).digest()) for domain in Domain}


@unique
class Prefix(Enum):
    """The first bytes of what is hashed as bytes, by SHA-256 itself: digests of different meaning share no input."""

    PARAMETERS = b"limpid parameters\0"
    RUN_LEAF = b"limpid run leaf\0"
    RUN_NODE = b"limpid run node\0"
    OUTPUT = b"limpid output\0"


def tagged_digest(prefix: Prefix, payload: bytes) -> bytes:
    """SHA-256 of the prefix and the payload: 32 bytes."""
    return hashlib.sha256(prefix.value + payload).digest()


def compress(state: Sequence[int], block: Sequence[int]) -> Digest:
    """The compression function of SHA-256 [FIPS 180-4, 6.2.2] on words."""
    return compression(state, b"".join(word.to_bytes(WORD_BYTES, "big") for word in block))
