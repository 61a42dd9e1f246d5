"""Canonical bytes: fixed widths, little-endian, counts bounded before anything is allocated.

A base-field element is four bytes and below p, an extension element six of them, a count four bytes, a digest
32 bytes. Every object has exactly one encoding, and a reader accepts no other.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

from spec.field import EXTENSION_DEGREE, Extension, P
from spec.protocol.hash import Digest, digest_words
from spec.protocol.numbers import NumberAlgebra
from spec.rejection import Rejected, Rejection, between

_ELEMENT_BYTES = 4
_DIGEST_BYTES = 32
"""An element is below 2^31; a digest is SHA-256's."""


def element_bytes(elements: Sequence[int]) -> bytes:
    """Canonical base-field elements as four little-endian bytes each."""
    return struct.pack(f"<{len(elements)}I", *elements)


def extension_bytes(elements: Iterable[Extension]) -> bytes:
    """Extension elements as their six coefficients each, constant coefficient first."""
    return b"".join(element_bytes(element.coefficients) for element in elements)


class Writer:
    """Collects the canonical encoding of an object."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def unsigned(self, number: int, size_bytes: int) -> None:
        """A number of fixed width. Raises OverflowError for one that does not fit."""
        self._parts.append(number.to_bytes(size_bytes, "little"))

    def count(self, count: int) -> None:
        """The length of the list that follows."""
        self.unsigned(count, 4)

    def raw(self, payload: bytes) -> None:
        """Bytes whose length the reader knows."""
        self._parts.append(payload)

    def elements(self, elements: Sequence[int]) -> None:
        """Base-field elements whose number the reader knows."""
        self._parts.append(element_bytes(elements))

    def extensions(self, elements: Iterable[Extension]) -> None:
        """Extension elements whose number the reader knows."""
        self._parts.append(extension_bytes(elements))

    def encoded(self) -> bytes:
        """Everything written so far."""
        return b"".join(self._parts)


class Reader:
    """Reads a canonical encoding strictly. Every method raises Rejected, and nothing else, on bad bytes."""

    algebra: type[NumberAlgebra] | None = None
    """Hashes a key as soon as it is read; None: a key is hashed on the first use of its id."""

    def __init__(self, encoded: bytes) -> None:
        self._encoded = encoded
        self._position = 0

    def raw(self, size_bytes: int) -> bytes:
        """The next bytes. Raises Rejected where the bytes end early."""
        end = self._position + size_bytes
        if end > len(self._encoded):
            raise Rejected(
                Rejection.ENCODING_TRUNCATED,
                f"{size_bytes} bytes at offset {self._position} of {len(self._encoded)}",
                expected=size_bytes,
                found=len(self._encoded) - self._position,
            )
        piece = self._encoded[self._position : end]
        self._position = end
        return piece

    def unsigned(self, size_bytes: int) -> int:
        """A number of fixed width."""
        return int.from_bytes(self.raw(size_bytes), "little")

    def count(self, what: str, minimum: int, maximum: int) -> int:
        """The length of the list that follows, within bounds that the caller derives from the statement.

        Raises Rejected for a length outside of these bounds.
        """
        start = self._position
        count = self.unsigned(4)
        if not minimum <= count <= maximum:
            raise Rejected(
                Rejection.ENCODING_COUNT_OUT_OF_BOUNDS,
                f"{count} {what} at offset {start}, expected {minimum} to {maximum}",
                expected=between(minimum, maximum),
                found=count,
            )
        return count

    def digest(self) -> bytes:
        """A digest of 32 bytes."""
        return self.raw(_DIGEST_BYTES)

    def digests(self, count: int) -> tuple[Digest, ...]:
        """So many digests as their words."""
        payload = self.raw(count * _DIGEST_BYTES)
        return tuple(digest_words(payload[i : i + _DIGEST_BYTES]) for i in range(0, len(payload), _DIGEST_BYTES))

    def elements(self, count: int) -> tuple[int, ...]:
        """So many base-field elements, each below p.

        Raises Rejected for a number that is not below p, and where the bytes end early.
        """
        start = self._position
        elements: tuple[int, ...] = struct.unpack(f"<{count}I", self.raw(count * _ELEMENT_BYTES))
        if count and max(elements) >= P:
            raise Rejected(
                Rejection.ENCODING_ELEMENT_NOT_CANONICAL,
                f"one of {count} elements at offset {start} is not below p",
                expected=between(0, P - 1),
                found=max(elements),
            )
        return elements

    def rows(self, count: int, width: int) -> tuple[tuple[int, ...], ...]:
        """So many rows of so many base-field elements."""
        return tuple(self.elements(width) for _ in range(count))

    def extensions(self, count: int) -> tuple[Extension, ...]:
        """So many extension elements."""
        # One iterator six times over gives six neighbours at a time.
        coefficients = [iter(self.elements(count * EXTENSION_DEGREE))] * EXTENSION_DEGREE
        return tuple(map(Extension, zip(*coefficients, strict=True)))

    def values(self, count: int) -> tuple[Extension, ...]:
        """So many extension elements that are used together: the same as `extensions`."""
        return self.extensions(count)

    def rounds(self, count: int, degree: int) -> tuple[tuple[Extension, ...], ...]:
        """What so many rounds of a sumcheck send: so many extension elements each."""
        return tuple(self.extensions(degree) for _ in range(count))

    def finish(self) -> None:
        """Nothing may follow. Raises Rejected if something does."""
        if self._position != len(self._encoded):
            raise Rejected(
                Rejection.ENCODING_TRAILING_BYTES,
                f"{len(self._encoded) - self._position} bytes after the end",
                expected=self._position,
                found=len(self._encoded),
            )
