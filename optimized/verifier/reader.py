"""Reading a proof's opened rows as arrays."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from optimized.verifier.algebra import CompiledAlgebra
from optimized.verifier.refusal import UnexplainedRejected, unexplained
from spec.field import P
from spec.protocol.canonical import Reader
from spec.rejection import Rejection

ELEMENT = np.dtype("<u4")


class ArrayReader(Reader):
    """A reader whose rows are arrays of (count, width) words, and whose keys are hashed by compiled code."""

    algebra = CompiledAlgebra

    def rows(self, count: int, width: int) -> tuple[tuple[int, ...], ...]:
        """The rows as an array: what takes them knows both forms.

        Raises UnexplainedRejected at the first check that fails, which may be another than the reference's.
        """
        with unexplained():
            encoded = self.raw(count * width * ELEMENT.itemsize)
        words = np.frombuffer(encoded, dtype=ELEMENT).reshape(count, width)
        if words.size and int(words.max()) >= P:
            raise UnexplainedRejected(Rejection.ENCODING_ELEMENT_NOT_CANONICAL)
        return cast(Any, words.astype(np.uint32, copy=False))  # type: ignore[no-any-return]
