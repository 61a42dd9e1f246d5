"""Rounds are followed to the claim that the polynomial has at the drawn point."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from reference.verifier.sumcheck import follow_rounds
from spec.field import ONE, ZERO, Extension, P, X
from spec.protocol.cube import equality, extension_at
from spec.protocol.hash import Domain
from spec.protocol.labels import Label
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.transcript import Transcript

VARIABLES = 3
LEFT = [X * i + 5 for i in range(1 << VARIABLES)]
RIGHT = [X * X * (i + 1) + P - i for i in range(1 << VARIABLES)]
BESIDE = [X + 2, X * X - 3, Extension((1, 2, 3, P - 4, 5, 6))]


def _corners(count: int) -> list[list[Extension]]:
    return [[Extension.of(x >> (count - 1 - i) & 1) for i in range(count)] for x in range(1 << count)]


def _value(point: Sequence[Extension]) -> Extension:
    """The value of a polynomial of degree 2 in every coordinate."""
    return extension_at(LEFT, point) * extension_at(RIGHT, point)


def _weight(beside: Sequence[Extension] | None, coordinates: Sequence[Extension]) -> Extension:
    return ONE if beside is None else equality(ONE, beside[: len(coordinates)], coordinates)


def _coefficients(left: int, bound: Sequence[Extension], beside: Sequence[Extension] | None) -> tuple[Extension, ...]:
    """c_1 and c_2 of the round polynomial in coordinate `left`, without its own factor of eq."""
    at = [
        sum((_weight(beside, x) * _value([*x, Extension.of(number), *bound]) for x in _corners(left)), ZERO)
        for number in range(3)
    ]
    quadratic = (at[2] - at[1] * 2 + at[0]) * Extension.of(2).inverse()
    return at[1] - at[0] - quadratic, quadratic


@pytest.mark.parametrize("beside", [None, BESIDE], ids=["plain", "beside eq"])
def test_claim_that_is_left_is_the_value_at_the_drawn_point(beside: Sequence[Extension] | None) -> None:
    claim = sum((_weight(beside, x) * _value(x) for x in _corners(VARIABLES)), ZERO)
    said, drawn = Label.GKR_ROUND_POLYNOMIAL, Label.GKR_ROUND
    prover = Transcript(NumberAlgebra(), Domain.SEGMENT)
    bound: list[Extension] = []
    rounds = []
    for number in range(VARIABLES):
        rounds.append(_coefficients(VARIABLES - 1 - number, bound, beside))
        prover.absorb_values(said, rounds[-1], 4, number)
        bound.insert(0, prover.sample(drawn, 4, number))

    verifier = Transcript(NumberAlgebra(), Domain.SEGMENT)
    before: list[tuple[int, list[str]]] = []
    left, point = follow_rounds(
        verifier,
        rounds,
        claim,
        said,
        drawn,
        (4,),
        beside,
        before_challenge=lambda number: before.append((number, list(verifier.sampled_labels))),
    )
    assert point == bound
    # The verifier's claim does not have the factor of eq that no message has.
    assert left == _value(point)
    assert verifier.state == prover.state
    labels = [f"gkr_round_4_{number}" for number in range(VARIABLES)]
    assert before == [(number, labels[:number]) for number in range(VARIABLES)]
    assert verifier.sampled_labels == labels


def test_no_rounds_leave_the_claim_and_draw_nothing() -> None:
    transcript = Transcript(NumberAlgebra(), Domain.SEGMENT)
    state = transcript.state
    assert follow_rounds(transcript, [], X, Label.STACKING_ROUND_POLYNOMIAL, Label.STACKING_ROUND) == (X, [])
    assert (transcript.state, transcript.sampled_labels) == (state, [])
