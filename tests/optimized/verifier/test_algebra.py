"""The compiled algebra computes what the plain one computes."""

from __future__ import annotations

import pytest

from optimized.verifier.algebra import CompiledAlgebra
from optimized.verifier.elements import Elements, to_scalars
from spec.field import ZERO, Extension, P
from spec.protocol.numbers import NumberAlgebra
from spec.rejection import Rejected, Rejection

VALUES = [Extension((i, P - 1 - i, 2 * i, 3, 0, i * i)) for i in range(5)]


@pytest.mark.parametrize("count", range(len(VALUES) + 1))
def test_inverses_are_those_of_the_plain_algebra(count: int) -> None:
    asked = VALUES[:count], Rejection.BUS_DENOMINATOR_VANISHES, "here"
    assert list(CompiledAlgebra().inverses(*asked)) == list(NumberAlgebra().inverses(*asked))


def test_zero_has_no_inverse() -> None:
    with pytest.raises(Rejected) as caught:
        CompiledAlgebra().inverses([*VALUES, ZERO], Rejection.FINGERPRINT_VANISHES, "here")
    assert (caught.value.reason, caught.value.detail) == (Rejection.FINGERPRINT_VANISHES, "here")


def test_words_of_elements_in_an_array_are_their_coefficients() -> None:
    words = NumberAlgebra().value_words(VALUES)
    assert CompiledAlgebra().value_words(VALUES) == words
    assert CompiledAlgebra().value_words(Elements(to_scalars(VALUES))) == words
