"""The rounds of an inner product's sumcheck against scalars of the extension."""

from __future__ import annotations

import numpy as np

from reference.arrays.extension_arrays import from_elements, to_elements
from reference.prover.product_rounds import bind_last, product_message
from spec.field import ONE, ZERO, Extension, P, X
from spec.protocol.cube import extension_at

POINT = [X + 9, Extension((1, P - 1, 0, 7, P - 3, 2))]
CORNERS = [[Extension.of(x >> (1 - i) & 1) for i in range(2)] for x in range(4)]
LEFT = [[X * i + j for i in range(4)] for j in (1, P - 6)]
RIGHT = [[X * X * j + i for i in range(4)] for j in (2, P - 1)]
LEFTS, RIGHTS = (np.stack([from_elements(vector) for vector in vectors]) for vectors in (LEFT, RIGHT))


def test_message_is_the_round_polynomial_without_its_constant() -> None:
    sent = product_message(LEFTS, RIGHTS)
    assert len(sent) == 2

    def round_polynomial(last: Extension) -> Extension:
        total = ZERO
        for left, right in zip(LEFT, RIGHT, strict=True):
            for first in (ZERO, ONE):
                total = total + extension_at(left, [first, last]) * extension_at(right, [first, last])
        return total

    constant = round_polynomial(ZERO)
    for number in range(1, 4):
        assert round_polynomial(Extension.of(number)) == constant + sent[0] * number + sent[1] * number**2


def test_vectors_bound_at_the_last_coordinate_are_their_extensions() -> None:
    bound = bind_last(bind_last(LEFTS, POINT[1]), POINT[0])
    assert [to_elements(vector) for vector in bound] == [[extension_at(vector, POINT)] for vector in LEFT]
