"""The algebra on plain numbers."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from spec.field import ONE, ZERO, Extension, P
from spec.protocol.hash import Domain, compress
from spec.protocol.merkle import MerkleOpening, TreeShape
from spec.protocol.numbers import NumberAlgebra
from spec.rejection import Rejected, Rejection

ALGEBRA = NumberAlgebra()


def random_values(seed: int, count: int) -> list[Extension]:
    generator = random.Random(seed)
    return [Extension.from_coefficients(generator.randrange(P) for _ in range(6)) for _ in range(count)]


def test_constants_are_canonical() -> None:
    assert (ALGEBRA.element(-1), ALGEBRA.element(P + 3)) == (P - 1, 3)
    assert ALGEBRA.value(-2) == Extension((P - 2, 0, 0, 0, 0, 0))
    assert ALGEBRA.word(2**32 - 1) == 2**32 - 1


def test_elements_values_and_words_are_read_as_they_are() -> None:
    values = random_values(1, 2)
    assert (ALGEBRA.read_elements([1, 2]), ALGEBRA.read_words([3]), ALGEBRA.read_values(values)) == (
        [1, 2],
        [3],
        values,
    )


def test_embedded_and_joined_elements_are_coefficients() -> None:
    assert ALGEBRA.embed(5) == Extension((5, 0, 0, 0, 0, 0))
    assert ALGEBRA.join([1, 2, 3, 4, 5, 6]) == Extension((1, 2, 3, 4, 5, 6))


def test_words_of_elements_and_values_are_canonical_coefficients() -> None:
    assert ALGEBRA.element_words([7, P - 1]) == [7, P - 1]
    assert ALGEBRA.value_words([Extension((1, 2, 3, 4, 5, 6)), ONE]) == [1, 2, 3, 4, 5, 6, 1, 0, 0, 0, 0, 0]


def test_products_are_those_of_the_field() -> None:
    (value,) = random_values(2, 1)
    assert ALGEBRA.multiply_elements(P - 1, P - 1) == 1
    assert ALGEBRA.scale(value, P - 1) == ZERO - value


def test_linear_combination_is_the_sum_of_its_products() -> None:
    coefficients, elements = random_values(3, 4), [0, 1, P - 1, 12345]
    expected = coefficients[1] - coefficients[2] + coefficients[3] * 12345
    assert ALGEBRA.linear_combination(coefficients, elements) == expected
    assert ALGEBRA.linear_combination(coefficients[:1], [1]) == coefficients[0]


@pytest.mark.parametrize("count", [(1, 2), (2, 1)])
def test_linear_combination_of_unequal_counts_raises(count: tuple[int, int]) -> None:
    """A part of a message that no power of beta weighs would be free."""
    with pytest.raises(ValueError, match=f"{count[0]} coefficients for {count[1]} elements"):
        ALGEBRA.linear_combination(random_values(4, count[0]), [1] * count[1])


@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_inverses_are_inverses(count: int) -> None:
    values = random_values(5, count)
    inverses = ALGEBRA.inverses(values, Rejection.FINGERPRINT_VANISHES, "here")
    assert [value * inverse for value, inverse in zip(values, inverses, strict=True)] == [ONE] * count


@pytest.mark.parametrize("at", [0, 1, 2])
def test_inverse_of_zero_is_rejected_for_the_reason_given(at: int) -> None:
    values = random_values(6, 3)
    values[at] = ZERO
    with pytest.raises(Rejected) as rejected:
        ALGEBRA.inverses(values, Rejection.BUS_DENOMINATOR_VANISHES, "here")
    assert (rejected.value.reason, rejected.value.detail) == (Rejection.BUS_DENOMINATOR_VANISHES, "here")


def test_low_bits_come_lowest_first() -> None:
    assert ALGEBRA.low_bits(0b110101, 4) == [1, 0, 1, 0]
    assert ALGEBRA.low_bits(5, 0) == []


def test_equality_with_a_number_is_a_bit() -> None:
    assert [ALGEBRA.equals(P - 1, number) for number in (-1, P - 1, 0)] == [1, 1, 0]


def test_selected_is_the_first_where_the_bit_is_one() -> None:
    assert (ALGEBRA.select(1, "one", "zero"), ALGEBRA.select(0, "one", "zero")) == ("one", "zero")


def test_required_equality_that_does_not_hold_is_rejected() -> None:
    ALGEBRA.require_equal([1, 2], [1, 2], Rejection.STACKING_MISMATCH, "here")
    with pytest.raises(Rejected) as rejected:
        ALGEBRA.require_equal([1, 2], [1, 3], Rejection.STACKING_MISMATCH, "here")
    assert (rejected.value.reason, rejected.value.detail) == (Rejection.STACKING_MISMATCH, "here")


def test_compressions_are_computed_once() -> None:
    calls: list[tuple[int, ...]] = []

    class Counting(NumberAlgebra):
        def compress_anew(self, state: Sequence[int], block: Sequence[int]) -> tuple[int, ...]:
            calls.append((*state, *block))
            return super().compress_anew(state, block)

    algebra = Counting()
    state, block = [1] * 8, [2] * 16
    assert algebra.compress(state, block) == algebra.compress(tuple(state), tuple(block)) == compress(state, block)
    algebra.compress(state, [3] * 16)
    assert calls == [(*state, *block), (*state, *[3] * 16)]


# Openings.

SHAPE = TreeShape(depth=3, width=2, cap_log2=0)
ROWS = [(10 * i, 10 * i + 1) for i in range(8)]


def leaf(row: Sequence[int]) -> tuple[int, ...]:
    return compress(Domain.MERKLE_LEAF.initial_value, [*row] + [0] * (16 - len(row)))


def node(left: Sequence[int], right: Sequence[int]) -> tuple[int, ...]:
    return compress(Domain.MERKLE_NODE.initial_value, [*left, *right])


LAYERS = [[leaf(row) for row in ROWS]]
while len(LAYERS[-1]) > 1:
    LAYERS.append([node(*LAYERS[-1][i : i + 2]) for i in range(0, len(LAYERS[-1]), 2)])


def bits(position: int) -> list[int]:
    return [position >> i & 1 for i in range(3)]


def opened(positions: Sequence[int], opening: MerkleOpening, shape: TreeShape = SHAPE) -> list[object]:
    """Row and siblings at each position."""
    leaves = NumberAlgebra().read_leaves(opening, [bits(position) for position in positions], shape, "here")
    return [(tuple(of.row), [tuple(digest) for digest in of.siblings]) for of in leaves]


def path(position: int, layers: int = 3) -> tuple[tuple[int, ...], list[tuple[int, ...]]]:
    """The row at a position and the digests beside its path."""
    return ROWS[position], [LAYERS[layer][position >> layer ^ 1] for layer in range(layers)]


def test_opening_of_one_leaf_has_its_whole_path() -> None:
    opening = MerkleOpening((ROWS[5],), tuple(path(5)[1]), ())
    assert opened([5], opening) == [path(5)]


def test_opening_of_several_leaves_gives_each_its_path_in_the_order_asked_for() -> None:
    """Leaves 4 and 5 are neighbours; 1 is in the other half. Repetitions share a row."""
    siblings = (LAYERS[0][0], LAYERS[1][1], LAYERS[1][3])
    opening = MerkleOpening((ROWS[1], ROWS[4], ROWS[5]), siblings, ())
    assert opened([5, 1, 4, 5], opening) == [path(5), path(1), path(4), path(5)]


def test_opening_below_a_cap_ends_there() -> None:
    shape = TreeShape(depth=3, width=2, cap_log2=1)
    opening = MerkleOpening((ROWS[6],), (LAYERS[0][7], LAYERS[1][2]), tuple(LAYERS[2]))
    assert opened([6], opening, shape) == [path(6, layers=2)]


@pytest.mark.parametrize(
    ("rows", "siblings", "reason", "detail"),
    [
        (1, 3, Rejection.OPENING_ROW_COUNT, "here: 1 rows, expected 2"),
        (3, 3, Rejection.OPENING_ROW_COUNT, "here: 3 rows, expected 2"),
        (2, 3, Rejection.OPENING_SIBLING_COUNT, "here: 3 digests, expected 4"),
        (2, 5, Rejection.OPENING_SIBLING_COUNT, "here: 5 digests, expected 4"),
        (2, 0, Rejection.OPENING_SIBLING_COUNT, "here: 0 digests, expected 4"),
    ],
)
def test_opening_of_another_size_is_rejected(rows: int, siblings: int, reason: Rejection, detail: str) -> None:
    opening = MerkleOpening(tuple(ROWS[:rows]), tuple(LAYERS[0][:siblings]), ())
    with pytest.raises(Rejected) as rejected:
        opened([0, 6, 0], opening)
    assert (rejected.value.reason, rejected.value.detail) == (reason, detail)
