"""The algebra on plain numbers: what runs when a proof is made or checked."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from operator import mul

from spec.field import EXTENSION_DEGREE, ONE, ZERO, Extension, P
from spec.protocol import hash as hashing
from spec.protocol.algebra import Algebra, Anything, OpenedLeaf
from spec.protocol.hash import BLOCK_WORDS, Digest, Domain
from spec.protocol.merkle import MerkleOpening, TreeShape, distinct, padded_words, sibling_positions
from spec.rejection import Rejected, Rejection, between

Numbers = Algebra[int, Extension, int, int]
"""The interface on plain numbers."""


LIMB_BITS = 16
"""The bits of either limb of a 32-bit word: a limb is an element of the field where a word may exceed p."""


class NumberAlgebra:
    """Integers below p, extension elements, words as integers, bits as 0 and 1.

    Paths of one tree share nodes, so compressions are remembered by their inputs. One instance serves one
    verification, since what it remembers is never forgotten.
    """

    def __init__(self) -> None:
        self._compressed: dict[tuple[int, ...], Digest] = {}

    def element(self, number: int) -> int:
        return number % P

    def value(self, number: int) -> Extension:
        return Extension.of(number)

    def word(self, number: int) -> int:
        return number

    def read_elements(self, numbers: Sequence[int]) -> Sequence[int]:
        return numbers

    def read_values(self, elements: Sequence[Extension]) -> Sequence[Extension]:
        return elements

    def read_words(self, numbers: Sequence[int]) -> Sequence[int]:
        return numbers

    def read_leaves(
        self, opening: MerkleOpening, positions: Sequence[Sequence[int]], shape: TreeShape, where: str
    ) -> Sequence[OpenedLeaf[int, int]]:
        indices = [sum(bit << k for k, bit in enumerate(bits)) for bits in positions]
        return expand_opening(self, opening, indices, shape, where)

    def embed(self, element: int) -> Extension:
        return Extension.of(element)

    def join(self, coefficients: Sequence[int]) -> Extension:
        return Extension.from_coefficients(coefficients)

    def element_words(self, elements: Sequence[int]) -> Sequence[int]:
        return elements

    def value_words(self, values: Sequence[Extension]) -> Sequence[int]:
        return [coefficient for value in values for coefficient in value.coefficients]

    def multiply_elements(self, left: int, right: int) -> int:
        return left * right % P

    def scale(self, value: Extension, factor: int) -> Extension:
        return value * factor

    def linear_combination(self, coefficients: Sequence[Extension], elements: Sequence[int]) -> Extension:
        """The sum of elements times coefficients. Raises ValueError if there are not as many of both."""
        if len(coefficients) != len(elements):
            raise ValueError(f"{len(coefficients)} coefficients for {len(elements)} elements")
        # Six sums of integer products: an Extension object per column would take most of the time.
        columns = zip(*(coefficient.coefficients for coefficient in coefficients), strict=True)
        return Extension.from_coefficients(sum(map(mul, column, elements)) for column in columns)

    def inverses(self, values: Sequence[Extension], reason: Rejection, where: str) -> Sequence[Extension]:
        """The inverses of all values. Raises Rejected, with this reason and place, if one of them is zero."""
        if ZERO in values:
            raise Rejected(reason, where, expected="no zero", found=_plain(values))
        return self.reciprocals(values)

    def reciprocals(self, values: Sequence[Extension]) -> Sequence[Extension]:
        """The inverses of values none of which is zero. A faster algebra replaces this alone."""
        # products[i] is the product of the first i values; one inversion serves all.
        products = list(accumulate(values, mul, initial=ONE))
        inverse_of_rest = products[-1].inverse()
        result = []
        for value, product_before in zip(reversed(values), reversed(products[:-1]), strict=True):
            result.append(inverse_of_rest * product_before)
            inverse_of_rest = inverse_of_rest * value
        return result[::-1]

    def challenge(self, state: Sequence[int]) -> Extension:
        high = b"".join(word.to_bytes(4, "big") for word in state[EXTENSION_DEGREE:])
        return Extension.from_coefficients(state[i] + (high[i] << 32) for i in range(EXTENSION_DEGREE))

    def low_bits(self, word: int, count: int) -> Sequence[int]:
        return [word >> position & 1 for position in range(count)]

    def equals(self, element: int, number: int) -> int:
        return int(element == number % P)

    def select(self, bit: int, if_one: Anything, if_zero: Anything) -> Anything:
        return if_one if bit else if_zero

    def compress(self, state: Sequence[int], block: Sequence[int]) -> Digest:
        key = (*state, *block)
        if key not in self._compressed:
            self._compressed[key] = self.compress_anew(state, block)
        return self._compressed[key]

    def chain(self, state: Sequence[int], words: Sequence[int]) -> Sequence[int]:
        for start in range(0, len(words), BLOCK_WORDS):
            state = self.compress(state, words[start : start + BLOCK_WORDS])
        return state

    def compress_anew(self, state: Sequence[int], block: Sequence[int]) -> Digest:
        """One compression. A faster algebra replaces this alone."""
        return hashing.compress(state, block)

    def words_of_limbs(self, limbs: Sequence[int], reason: Rejection, where: str) -> Sequence[int]:
        """The words of pairs of limbs. Raises Rejected, with this reason and place, for a limb that is too large."""
        if any(limb >> LIMB_BITS for limb in limbs):
            raise Rejected(reason, where, expected=between(0, (1 << LIMB_BITS) - 1), found=max(limbs))
        return [low + (high << LIMB_BITS) for low, high in zip(limbs[::2], limbs[1::2], strict=True)]

    def require_equal(self, found: Anything, expected: Anything, reason: Rejection, where: str) -> None:
        """Raises Rejected, with this reason and place, if the values differ."""
        if found != expected:
            raise Rejected(reason, where, expected=_plain(expected), found=_plain(found))


def _plain(side: object) -> object:
    """Field elements as lists of their coefficients, sequences as lists: what JSON has."""
    if isinstance(side, Extension):
        return list(side.coefficients)
    return [_plain(part) for part in side] if isinstance(side, list | tuple) else side


def chain_digest(algebra: NumberAlgebra, row: Sequence[int]) -> Sequence[int]:
    """The digest of a leaf."""
    words = [*row, *[0] * (padded_words(len(row), BLOCK_WORDS) - len(row))]
    return algebra.chain(Domain.MERKLE_LEAF.initial_value, words)


def expand_opening(
    algebra: NumberAlgebra, opening: MerkleOpening, positions: Sequence[int], shape: TreeShape, where: str
) -> list[OpenedLeaf[int, int]]:
    """The single paths that an opening stands for, in the order of the positions. It does not say that they reach the
    root.

    Raises Rejected unless there is exactly one row per distinct position and exactly the siblings needed.
    """
    leaves = distinct(positions)
    if len(opening.rows) != len(leaves):
        rows = len(opening.rows)
        detail = f"{where}: {rows} rows, expected {len(leaves)}"
        raise Rejected(Rejection.OPENING_ROW_COUNT, detail, expected=len(leaves), found=rows)
    missing = sibling_positions(leaves, shape.path_length)
    needed = sum(map(len, missing))
    if len(opening.siblings) != needed:
        stated = len(opening.siblings)
        detail = f"{where}: {stated} digests, expected {needed}"
        raise Rejected(Rejection.OPENING_SIBLING_COUNT, detail, expected=needed, found=stated)
    siblings = iter(opening.siblings)
    row_at = dict(zip(leaves, opening.rows, strict=True))
    nodes: dict[int, Sequence[int]] = {position: chain_digest(algebra, row) for position, row in row_at.items()}
    layers: list[dict[int, Sequence[int]]] = []
    node_initial = Domain.MERKLE_NODE.initial_value
    known = leaves
    for positions_missing in missing:
        nodes.update((position, next(siblings)) for position in positions_missing)
        layers.append(nodes)
        known = distinct(position >> 1 for position in known)
        nodes = {
            parent: algebra.compress(node_initial, (*nodes[2 * parent], *nodes[2 * parent + 1])) for parent in known
        }
    return [
        OpenedLeaf(row_at[position], [layer[(position >> up) ^ 1] for up, layer in enumerate(layers)])
        for position in positions
    ]
