"""The algebra on plain numbers with compiled hashing and inversion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimized.verifier import scalars
from optimized.verifier.elements import Elements, to_element, to_elements, to_scalars
from spec.field import EXTENSION_DEGREE, Extension
from spec.protocol.hash import Digest
from spec.protocol.numbers import NumberAlgebra


class CompiledAlgebra(NumberAlgebra):
    """`NumberAlgebra` whose compressions and inversions are compiled."""

    def value_words(self, values: Sequence[Extension]) -> Sequence[int]:
        if isinstance(values, Elements):
            words: list[int] = values.scalars.reshape(-1).tolist()
            return words
        return super().value_words(values)

    def reciprocals(self, values: Sequence[Extension]) -> Sequence[Extension]:
        given = to_scalars(values)
        # One inversion, of the product of all, serves all.
        products = np.empty((1 + len(given), EXTENSION_DEGREE), dtype=np.uint64)
        scalars.running_products(given, products)
        inverse = to_scalars([to_element(products[-1]).inverse()])[0]
        scalars.divide_out(given, inverse, products)
        return to_elements(products[:-1])

    def compress_anew(self, state: Sequence[int], block: Sequence[int]) -> Digest:
        return self._chained(state, block)

    def chain(self, state: Sequence[int], words: Sequence[int]) -> Sequence[int]:
        return self._chained(state, words)

    def _chained(self, state: Sequence[int], words: Sequence[int]) -> Digest:
        result = np.array(state, dtype=np.uint64)
        scalars.chain(result, np.array(words, dtype=np.uint64))
        return tuple(result.tolist())
