"""Following the rounds of a sumcheck."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from spec.field import Extension
from spec.protocol.algebra import Bit, Element, Value, Word
from spec.protocol.cube import next_claim, next_claim_beside_equality
from spec.protocol.labels import Label
from spec.protocol.transcript import Transcript

BeforeChallenge = Callable[[int], None]
"""What is done between a round's message and its challenge, by the round's number: a proof of work is checked."""


def _nothing(_round: int) -> None:
    return None


def follow_rounds(
    transcript: Transcript[Element, Value, Word, Bit],
    rounds: Sequence[Sequence[Extension]],
    claim: Value,
    said: Label,
    sampled: Label,
    place: Sequence[int] = (),
    beside: Sequence[Value] | None = None,
    before_challenge: BeforeChallenge = _nothing,
) -> tuple[Value, list[Value]]:
    """The claim that is left after the rounds, and the bound point, first coordinate first.

    The last coordinate is bound first. `beside` are the coordinates of a point whose eq is a factor of the sum that is
    not sent.
    """
    bound: list[Value] = []
    for number, sent in enumerate(rounds):
        message = transcript.algebra.read_values(sent)
        transcript.absorb_values(said, message, *place, number)
        before_challenge(number)
        challenge = transcript.sample(sampled, *place, number)
        if beside is None:
            claim = next_claim(message, claim, challenge)
        else:
            claim = next_claim_beside_equality(message, claim, challenge, beside[len(beside) - 1 - number])
        bound.append(challenge)
    return claim, bound[::-1]
