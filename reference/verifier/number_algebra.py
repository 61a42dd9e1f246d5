"""The verifier's interface on plain numbers: what runs when a proof is checked."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from operator import mul

from reference.verifier.algebra import Anything
from spec.field import ONE, ZERO, Extension, P
from spec.protocol.hash import compress, leaf_digest
from spec.rejection import Rejected, Rejection


class NumberAlgebra:
    """Integers below p, extension elements, digests as bytes, bits as 0 and 1.

    Paths of one tree share nodes, so digests are remembered by their inputs. One instance serves one
    verification, since what it remembers is never forgotten.
    """

    def __init__(self) -> None:
        self._nodes: dict[tuple[bytes, bytes], bytes] = {}
        self._leaves: dict[tuple[int, ...], bytes] = {}

    def constant(self, number: int) -> int:
        return number % P

    def elements(self, numbers: Sequence[int]) -> Sequence[int]:
        return numbers

    def digests(self, digests: Sequence[bytes]) -> Sequence[bytes]:
        return digests

    def index_bits(self, index: int, count: int) -> Sequence[int]:
        return [index >> position & 1 for position in range(count)]

    def select(self, bit: int, if_one: Anything, if_zero: Anything) -> Anything:
        return if_one if bit else if_zero

    def multiply_elements(self, left: int, right: int) -> int:
        return left * right % P

    def embed(self, element: int) -> Extension:
        return Extension.of(element)

    def join(self, coefficients: Sequence[int]) -> Extension:
        return Extension.from_coefficients(coefficients)

    def scale(self, value: Extension, factor: int) -> Extension:
        return value * factor

    def linear_combination(self, coefficients: Sequence[Extension], elements: Sequence[int]) -> Extension:
        # Six sums of integer products: an Extension object per column would take most of the time.
        used = [coefficient.coefficients for coefficient in coefficients[: len(elements)]]
        return Extension.from_coefficients(sum(map(mul, column, elements)) for column in zip(*used, strict=True))

    def inverses(self, values: Sequence[Extension], reason: Rejection, detail: str) -> Sequence[Extension]:
        if ZERO in values:
            raise Rejected(reason, detail)
        # products[i] is the product of the first i values; one inversion serves all.
        products = list(accumulate(values, mul, initial=ONE))
        inverse_of_rest = products[-1].inverse()
        result = []
        for value, product_before in zip(reversed(values), reversed(products[:-1]), strict=True):
            result.append(inverse_of_rest * product_before)
            inverse_of_rest = inverse_of_rest * value
        return result[::-1]

    def leaf_digest(self, row: Sequence[int]) -> bytes:
        key = tuple(row)
        if key not in self._leaves:
            self._leaves[key] = leaf_digest(key)
        return self._leaves[key]

    def compress(self, left: bytes, right: bytes) -> bytes:
        key = (left, right)
        if key not in self._nodes:
            self._nodes[key] = compress(left, right)
        return self._nodes[key]

    def require_equal(self, left: Anything, right: Anything, reason: Rejection, detail: str) -> None:
        if left != right:
            raise Rejected(reason, detail)
