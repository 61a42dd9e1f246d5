"""Rounds are followed as the reference follows them: the same claim, point, state and labels."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from optimized.verifier.algebra import CompiledAlgebra
from optimized.verifier.elements import Rounds, rounds_to_scalars
from optimized.verifier.steps import OptimizedSteps
from reference.verifier.run import NumberSteps
from reference.verifier.steps import PlainSteps
from spec.field import Extension, P, X
from spec.protocol.hash import Domain
from spec.protocol.labels import Label
from spec.protocol.transcript import Transcript

CLAIM = Extension((9, 8, 7, P - 6, 5, 4))
BESIDE = [X + 2, X * X - 3, X * 5 + 1, Extension((1, 2, 3, P - 4, 5, 6))]
LABELS = Label.GKR_ROUND_POLYNOMIAL, Label.GKR_ROUND


def sent(rounds: int, degree: int) -> list[tuple[Extension, ...]]:
    return [tuple(X * (3 * r + d) + (P - 1 - r) for d in range(degree)) for r in range(rounds)]


@pytest.mark.parametrize("degree", [2, 3], ids=["one block", "two blocks"])
@pytest.mark.parametrize("place", [(), (7,)], ids=["no layer", "layer"])
@pytest.mark.parametrize("beside", [None, BESIDE], ids=["plain", "beside eq"])
def test_rounds_are_followed_as_the_reference_follows_them(
    beside: Sequence[Extension] | None, place: Sequence[int], degree: int
) -> None:
    rounds = sent(len(BESIDE), degree)
    cases: list[tuple[NumberSteps, Sequence[Sequence[Extension]]]] = [
        (PlainSteps(), rounds),
        (OptimizedSteps(), rounds),
        (OptimizedSteps(), Rounds(rounds_to_scalars(rounds))),
    ]
    said = []
    for steps, given in cases:
        transcript = Transcript(CompiledAlgebra(), Domain.SEGMENT)
        claim, point = steps.follow_rounds(transcript, given, CLAIM, *LABELS, place, beside)
        # What is drawn next depends on whether the state has been read.
        after = transcript.sample(Label.GKR_MERGE)
        said.append((claim, list(point), after, tuple(transcript.state), transcript.sampled_labels))
    assert said[0] == said[1] == said[2]


def test_no_rounds_leave_the_claim_and_draw_nothing() -> None:
    transcript = Transcript(CompiledAlgebra(), Domain.SEGMENT)
    state = transcript.state
    assert OptimizedSteps().follow_rounds(transcript, [], CLAIM, *LABELS) == (CLAIM, [])
    assert (transcript.state, transcript.sampled_labels) == (state, [])
