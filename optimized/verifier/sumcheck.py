"""Following the rounds of a sumcheck in one call: absorbing what was sent, sampling, the next claim."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimized.compilation import compiled
from optimized.verifier.elements import Scalars, rounds_to_scalars, to_element, to_elements, to_scalars
from optimized.verifier.scalars import add, chain, challenge, multiply, scale, subtract
from spec.field import EXTENSION_DEGREE, Extension
from spec.protocol.cube import HALF
from spec.protocol.hash import BLOCK_WORDS, WORD_BYTES
from spec.protocol.labels import Label, label_text
from spec.protocol.merkle import padded_words
from spec.protocol.transcript import HEADER_WORDS, Transcript

_HALF = np.uint64(HALF)


@compiled
def _follow(
    rounds: Scalars, beside: Scalars, message: Scalars, counter: int, state: Scalars, claim: Scalars, bound: Scalars
) -> None:
    """Follows all rounds; state and claim are changed, the challenges written in the order of their drawing.

    `message` is what a round's blocks are hashed from: its header is there, in which the word at `counter` is the
    round's number. `beside` is empty where no factor is left out.
    """
    count, degree, _ = rounds.shape
    total = np.empty(EXTENSION_DEGREE, dtype=np.uint64)
    for number in range(count):
        sent, drawn = rounds[number], bound[number]
        message[counter] = np.uint64(number)
        total[:] = 0
        for i in range(degree):
            first = HEADER_WORDS + i * EXTENSION_DEGREE
            message[first : first + EXTENSION_DEGREE] = sent[i]
            add(total, sent[i], total)
        chain(state, message)
        challenge(state, drawn)
        # The constant coefficient, which is not sent (`spec.protocol.cube.next_claim`).
        if len(beside):
            multiply(total, beside[len(beside) - 1 - number], total)
            subtract(claim, total, total)
        else:
            subtract(claim, total, total)
            scale(total, _HALF, total)
        claim[:] = sent[degree - 1]
        for i in range(degree - 2, -1, -1):
            multiply(claim, drawn, claim)
            add(claim, sent[i], claim)
        multiply(claim, drawn, claim)
        add(claim, total, claim)


def follow_rounds(
    transcript: Transcript[int, Extension, int, int],
    rounds: Sequence[Sequence[Extension]],
    claim: Extension,
    said: Label,
    sampled: Label,
    place: Sequence[int],
    beside: Sequence[Extension] | None,
) -> tuple[Extension, list[Extension]]:
    """`reference.verifier.sumcheck.follow_rounds`, without anything between a message and its challenge."""
    if not rounds:
        return claim, []
    sent = rounds_to_scalars(rounds)
    payload = sent[0].size
    message = np.zeros(padded_words(HEADER_WORDS + payload, BLOCK_WORDS), dtype=np.uint64)
    # Label, bytes, then the place, of which the round's number is the last index.
    message[: 2 + len(place)] = [int(said), payload * WORD_BYTES, *place]
    state = np.array(transcript.state, dtype=np.uint64)
    left = to_scalars([claim])[0]
    bound = np.empty((len(sent), EXTENSION_DEGREE), dtype=np.uint64)
    _follow(sent, to_scalars(beside or ()), message, 2 + len(place), state, left, bound)
    labels = [label_text(sampled, *place, number) for number in range(len(sent))]
    transcript.go_on_from(tuple(state.tolist()), labels)
    return to_element(left), to_elements(bound)[::-1]
