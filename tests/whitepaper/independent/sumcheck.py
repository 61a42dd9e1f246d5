"""The rounds of a sumcheck, as Sections 0.4 and 4.5 have them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.whitepaper.independent.document import P
from tests.whitepaper.independent.field import ZERO, Element, horner
from tests.whitepaper.independent.hashing import Transcript

HALF = (P + 1) // 2
"""The inverse of 2."""


def follow_rounds(
    transcript: Transcript,
    rounds: Sequence[Sequence[Element]],
    claim: Element,
    label: str,
    place: tuple[int, ...] = (),
    beside: Sequence[Element] | None = None,
    said: str | None = None,
    before: Callable[[int], None] = lambda _: None,
) -> tuple[Element, list[Element]]:
    """The last claim, and the point, first coordinate first."""
    point: list[Element] = []
    for number, sent in enumerate(rounds):
        transcript.absorb_elements(said or f"{label}_polynomial", sent, *place, number)
        before(number)
        challenge = transcript.sample(label, *place, number)
        rest = ZERO
        for coefficient in sent:
            rest = rest + coefficient
        constant = (claim - rest).scaled(HALF) if beside is None else claim - beside[-1 - number] * rest
        claim = horner([constant, *sent], challenge)
        point.insert(0, challenge)
    return claim, point
