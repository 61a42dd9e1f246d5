"""Arrays of elements are sequences of the elements in them."""

from __future__ import annotations

import pytest

from optimized.verifier.elements import Elements, Rounds, rounds_to_scalars, to_scalars
from spec.field import Extension, P

GIVEN = [Extension((i, P - 1 - i, 2, 3, 4, 5 + i)) for i in range(6)]
"""Two rounds of three coefficients."""

ELEMENTS = Elements(to_scalars(GIVEN))
ROUNDS = Rounds(ELEMENTS.scalars.reshape(2, 3, 6))


def test_array_of_elements_is_the_sequence_of_them() -> None:
    assert (len(ELEMENTS), list(ELEMENTS), list(reversed(ELEMENTS))) == (6, GIVEN, GIVEN[::-1])
    assert (ELEMENTS[0], ELEMENTS[-1], list(ELEMENTS[2:4])) == (GIVEN[0], GIVEN[-1], GIVEN[2:4])
    with pytest.raises(IndexError):
        ELEMENTS[6]


def test_array_of_rounds_is_the_sequence_of_what_each_sends() -> None:
    assert [list(sent) for sent in ROUNDS] == [GIVEN[:3], GIVEN[3:]]
    assert [len(sent) for sent in ROUNDS[1:]] == [3]
    assert list(ROUNDS[-1]) == GIVEN[3:]


def test_elements_and_rounds_of_either_form_become_the_same_words() -> None:
    assert to_scalars(ELEMENTS) is ELEMENTS.scalars
    assert to_scalars(GIVEN).tolist() == [list(element.coefficients) for element in GIVEN]
    assert to_scalars([]).shape == (0, 6)
    assert rounds_to_scalars(ROUNDS) is ROUNDS.scalars
    assert rounds_to_scalars([GIVEN[:3], tuple(GIVEN[3:])]).tolist() == ROUNDS.scalars.tolist()
