"""The algebra on plain numbers with compiled hashing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimized.verifier import scalars
from optimized.verifier.elements import Elements
from spec.field import Extension
from spec.protocol.hash import Digest
from spec.protocol.numbers import NumberAlgebra


class CompiledAlgebra(NumberAlgebra):
    """`NumberAlgebra` whose compressions are compiled."""

    def value_words(self, values: Sequence[Extension]) -> Sequence[int]:
        if isinstance(values, Elements):
            words: list[int] = values.scalars.reshape(-1).tolist()
            return words
        return super().value_words(values)

    def compress_anew(self, state: Sequence[int], block: Sequence[int]) -> Digest:
        return self._chained(state, block)

    def chain(self, state: Sequence[int], words: Sequence[int]) -> Sequence[int]:
        return self._chained(state, words)

    def _chained(self, state: Sequence[int], words: Sequence[int]) -> Digest:
        result = np.array(state, dtype=np.uint64)
        scalars.chain(result, np.array(words, dtype=np.uint64))
        return tuple(result.tolist())
