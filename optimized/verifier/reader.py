"""Reading the long lists of a proof as arrays."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from optimized.verifier.algebra import CompiledAlgebra
from optimized.verifier.elements import Elements, Rounds
from optimized.verifier.refusal import UnexplainedRejected, unexplained
from spec.field import EXTENSION_DEGREE, Extension, P
from spec.protocol.canonical import Reader
from spec.protocol.hash import DIGEST_BYTES, STATE_WORDS, Digest
from spec.rejection import Rejection

ELEMENT = np.dtype("<u4")
DIGEST_WORD = np.dtype(">u4")
"""A digest is bytes of SHA-256, whose words are big-endian."""


class ArrayReader(Reader):
    """A reader whose rows and digests are arrays of a row of words each, whose lists of extension elements are arrays
    within sequences, and whose keys are hashed by compiled code. What takes them knows both forms."""

    algebra = CompiledAlgebra

    def rows(self, count: int, width: int) -> tuple[tuple[int, ...], ...]:
        """The rows as an array. Raises UnexplainedRejected if the bytes end early or a number is not below p."""
        return cast(Any, self._words(count * width).reshape(count, width))  # type: ignore[no-any-return]

    def digests(self, count: int) -> tuple[Digest, ...]:
        """The digests as an array of (count, 8) words. Raises UnexplainedRejected if the bytes end early."""
        with unexplained():
            encoded = self.raw(count * DIGEST_BYTES)
        words = np.frombuffer(encoded, dtype=DIGEST_WORD).astype(np.uint64)
        return cast(Any, words.reshape(count, STATE_WORDS))  # type: ignore[no-any-return]

    def values(self, count: int) -> tuple[Extension, ...]:
        """The elements over an array. Raises UnexplainedRejected as `rows` does."""
        words = self._words(count * EXTENSION_DEGREE).astype(np.uint64)
        return cast(Any, Elements(words.reshape(count, EXTENSION_DEGREE)))  # type: ignore[no-any-return]

    def rounds(self, count: int, degree: int) -> tuple[tuple[Extension, ...], ...]:
        """The polynomials over an array. Raises UnexplainedRejected as `rows` does."""
        words = self._words(count * degree * EXTENSION_DEGREE).astype(np.uint64)
        return cast(Any, Rounds(words.reshape(count, degree, EXTENSION_DEGREE)))  # type: ignore[no-any-return]

    def _words(self, count: int) -> NDArray[np.uint32]:
        """Canonical base-field elements. The first check that fails may be another than the reference's."""
        with unexplained():
            encoded = self.raw(count * ELEMENT.itemsize)
        words = np.frombuffer(encoded, dtype=ELEMENT)
        if words.size and int(words.max()) >= P:
            raise UnexplainedRejected(Rejection.ENCODING_ELEMENT_NOT_CANONICAL)
        return words.astype(np.uint32, copy=False)
