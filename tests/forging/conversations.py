"""Listening to what a prover says to its transcripts, and having it say something else.

Everything a prover says is absorbed, so the proof can be put together from what was absorbed: a value that is altered
on its way into the transcript is altered in the proof, and the prover goes on as if it had said so all along.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from optimized.verifier.steps import OptimizedSteps
from reference.verifier.steps import PlainSteps
from spec.field import EXTENSION_DEGREE, Extension
from spec.protocol.hash import Domain
from spec.protocol.labels import Label
from spec.protocol.proof import IterationProof, LayerProof, RoundPolynomial, RunProof, SegmentProof
from spec.protocol.stacking import Commitment
from spec.protocol.transcript import Transcript

Words = tuple[int, ...]


@dataclass(frozen=True)
class Place:
    """A place in a conversation: which one of its domain, and the message's or the challenge's label and indices."""

    domain: Domain
    conversation: int
    label: Label
    indices: tuple[int, ...] = ()


@dataclass
class Overheard:
    """What was absorbed and what was drawn, in order."""

    events: list[tuple[Place, Words | None]] = field(default_factory=list)
    """A message with its words, or a draw without any. What a second challenge absorbs is an empty message."""

    drawn: dict[Place, Extension] = field(default_factory=dict)
    """The challenges."""

    @property
    def said(self) -> list[tuple[Place, Words]]:
        """The messages alone."""
        return [(place, words) for place, words in self.events if words is not None]

    def words(self, domain: Domain, conversation: int) -> Mapping[tuple[Label, tuple[int, ...]], Words]:
        """Every message of a conversation by label and indices; what a second challenge absorbs is left out."""
        return {
            (place.label, place.indices): words
            for place, words in self.said
            if (place.domain, place.conversation) == (domain, conversation) and words
        }

    def challenge(self, label: Label, *indices: int, segment: int = 0) -> Extension:
        """A challenge of a segment's own conversation."""
        return self.drawn[Place(Domain.SEGMENT, segment, label, indices)]


Change = Callable[[Place, Words, Sequence[int]], Words | None]
"""What is absorbed in place of these words, given the state before; None: nothing at all."""

Draw = Callable[[Place, Any, Overheard], Any]
"""What is taken for a challenge in place of the drawn one."""


def unchanged(_place: Place, words: Words, _state: Sequence[int]) -> Words:
    return words


def as_drawn(_place: Place, challenge: Any, _heard: Overheard) -> Any:
    return challenge


def say_rounds(patch: pytest.MonkeyPatch) -> None:
    """The optimized verifier says to its transcript what rounds send, and asks it for their challenges, as the plain
    one does: compiled rounds only leave the state that comes of it."""
    patch.setattr(OptimizedSteps, "follow_rounds", PlainSteps.follow_rounds)


@contextmanager
def overheard(change: Change = unchanged, draw: Draw = as_drawn) -> Iterator[Overheard]:
    """Within it, every transcript is listened to, and says and draws what it is made to."""
    heard = Overheard()
    numbers: Counter[Domain] = Counter()
    known: dict[int, tuple[Any, Domain, int]] = {}
    start, absorb, sample = Transcript.__init__, Transcript.absorb, Transcript.sample
    sample_positions = Transcript.sample_positions

    def place_of(transcript: Any, label: Label, indices: tuple[int, ...]) -> Place:
        _, domain, number = known[id(transcript)]
        return Place(domain, number, label, indices)

    def listening_start(self: Any, algebra: Any, domain: Domain) -> None:
        start(self, algebra, domain)
        # The transcript is kept, so that no other one gets its identity.
        known[id(self)] = (self, domain, numbers[domain])
        numbers[domain] += 1

    def listening_absorb(self: Any, label: Label, words: Sequence[Any], *indices: int) -> None:
        place = place_of(self, label, indices)
        changed = change(place, tuple(words), tuple(self.state)) if words else ()
        if changed is not None:
            heard.events.append((place, changed))
            absorb(self, label, changed, *indices)

    def listening_sample(self: Any, label: Label, *indices: int) -> Any:
        place = place_of(self, label, indices)
        challenge = draw(place, sample(self, label, *indices), heard)
        heard.drawn[place] = challenge
        heard.events.append((place, None))
        return challenge

    def listening_positions(self: Any, label: Label, count: int, bits: int, *indices: int) -> Any:
        place = place_of(self, label, indices)
        positions = sample_positions(self, label, count, bits, *indices)
        heard.events.append((place, None))
        return draw(place, positions, heard)

    with pytest.MonkeyPatch.context() as patch:
        say_rounds(patch)
        patch.setattr(Transcript, "__init__", listening_start)
        patch.setattr(Transcript, "absorb", listening_absorb)
        patch.setattr(Transcript, "sample", listening_sample)
        patch.setattr(Transcript, "sample_positions", listening_positions)
        yield heard


def values_of(words: Words) -> tuple[Extension, ...]:
    """The extension elements that these words are."""
    return tuple(
        Extension.from_coefficients(words[i : i + EXTENSION_DEGREE]) for i in range(0, len(words), EXTENSION_DEGREE)
    )


def words_of(values: Sequence[Extension]) -> Words:
    """The words of extension elements."""
    return tuple(coefficient for value in values for coefficient in value.coefficients)


def as_said(proof: RunProof, heard: Overheard) -> RunProof:
    """The proof put together from what its prover said, in place of what it believed to say."""
    segments = tuple(_segment_as_said(segment, number, heard) for number, segment in enumerate(proof.segments))
    return replace(proof, segments=segments)


def _segment_as_said(segment: SegmentProof, number: int, heard: Overheard) -> SegmentProof:
    leaf, said = heard.words(Domain.SEGMENT_LEAF, number), heard.words(Domain.SEGMENT, number)

    def values(label: Label, *indices: int) -> tuple[Extension, ...]:
        return values_of(said.get((label, indices), ()))

    def rounds(label: Label, believed: Sequence[RoundPolynomial], *place: int) -> tuple[RoundPolynomial, ...]:
        return tuple(values(label, *place, i) for i in range(len(believed)))

    def nonce(label: Label, believed: Sequence[int], *place: int) -> tuple[int, ...]:
        if not believed:
            return ()
        high, low = said[label, place]
        return (high << 32 | low,)

    def iteration(of: IterationProof, i: int) -> IterationProof:
        folding = [nonce(Label.FOLDING, of.folding_nonces, i, r) for r in range(len(of.folding_nonces))]
        return replace(
            of,
            rounds=rounds(Label.FOLDING_ROUND_POLYNOMIAL, of.rounds, i),
            folding_nonces=tuple(n for nonces in folding for n in nonces),
            root=said.get((Label.FOLDED_ROOT, (i,)), ()),
            answer=values(Label.OUT_OF_DOMAIN_ANSWER, i),
            query_nonce=nonce(Label.QUERIES, of.query_nonce, i),
        )

    def ends(j: int) -> tuple[Extension, Extension, Extension, Extension]:
        first, second, third, fourth = values(Label.GKR_LAYER_ENDS, j)
        return first, second, third, fourth

    def layer(of: LayerProof, j: int) -> LayerProof:
        return LayerProof(rounds(Label.GKR_ROUND_POLYNOMIAL, of.rounds, j), ends(j))

    column_values = list(values(Label.COLUMN_VALUES))
    by_commitment: dict[Commitment, tuple[Extension, ...]] = {}
    for commitment, believed in segment.column_values.items():
        by_commitment[commitment] = tuple(column_values[: len(believed)])
        column_values = column_values[len(believed) :]
    numerator, denominator, global_numerator, global_denominator = values(Label.BUS_TOTALS)
    return replace(
        segment,
        public_values=said.get((Label.PUBLIC_VALUES, ()), ()),
        continuation_root=leaf.get((Label.CONTINUATION_ROOT, ()), ()),
        pinned_answers=values_of(leaf.get((Label.PINNED_ANSWERS, ()), ())),
        main_root=said.get((Label.MAIN_ROOT, ()), ()),
        bus_totals=(numerator, denominator, global_numerator, global_denominator),
        layers=tuple(layer(of, j) for j, of in enumerate(segment.layers, start=1)),
        zerocheck_rounds=rounds(Label.ZEROCHECK_ROUND_POLYNOMIAL, segment.zerocheck_rounds),
        column_values=by_commitment,
        stacking_rounds=rounds(Label.STACKING_ROUND_POLYNOMIAL, segment.stacking_rounds),
        stacked_values=values(Label.STACKED_VALUES),
        column_batching_nonce=nonce(Label.COLUMN_BATCHING, segment.column_batching_nonce),
        iterations=tuple(iteration(of, i) for i, of in enumerate(segment.iterations)),
        final_vector=values(Label.FINAL_VECTOR),
    )
