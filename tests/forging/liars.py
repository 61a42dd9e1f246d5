"""Provers that add something to what they say, and find out how much they have to add to get past a check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest

from reference.prover.kernels import Kernels
from reference.prover.keys import ProvingKey
from reference.tables import Trace
from reference.verifier.run import verify_run
from spec.field import EXTENSION_DEGREE, ONE, ZERO, Extension, P
from spec.protocol.algebra import Anything
from spec.protocol.form import SegmentForm
from spec.protocol.hash import Domain
from spec.protocol.labels import Label
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import RunProof
from spec.protocol.stacking import Commitment
from spec.protocol.transcript import Transcript
from spec.rejection import Rejected, Rejection
from tests.forging.conversations import Overheard, Place, Words, as_said, overheard, say_rounds
from tests.small_machine import output_tokens
from tests.small_runs import KERNELS, Example, prove_claiming


@dataclass(frozen=True)
class Addend:
    """What is added to an extension element that the prover says."""

    label: Label
    position: int
    amount: Extension
    indices: tuple[int, ...] = ()
    segment: int = 0

    def times(self, factor: Extension) -> Addend:
        return replace(self, amount=self.amount * factor)


@dataclass(frozen=True)
class Liar:
    """A prover of any cells, honest but for what it adds to what it says."""

    example: Example
    segments: tuple[Trace, ...]
    output: bytes
    addends: tuple[Addend, ...] = ()
    kernels: Kernels = KERNELS
    key: ProvingKey | None = None
    """The example's, if none."""

    def adding(self, *addends: Addend) -> Liar:
        """The same, adding this as well."""
        return replace(self, addends=(*self.addends, *addends))

    def heard(self) -> tuple[RunProof, Overheard]:
        """The proof, and what was said and drawn."""
        with overheard(self._change) as heard:
            proof = prove_claiming(self.kernels, self.key or self.example.key, self.segments, self.output)
        return as_said(proof, heard), heard

    def proof(self) -> RunProof:
        return self.heard()[0]

    def _change(self, place: Place, words: Words, _state: Sequence[int]) -> Words:
        changed = list(words)
        for addend in self.addends:
            if place == Place(Domain.SEGMENT, addend.segment, addend.label, addend.indices):
                for i, coefficient in enumerate(addend.amount.coefficients, addend.position * EXTENSION_DEGREE):
                    changed[i] = (changed[i] + coefficient) % P
        return tuple(changed)


@dataclass(frozen=True)
class Check:
    """An equality that the verifier requires."""

    reason: Rejection
    where: str = "segment 0"


class ObservingAlgebra(NumberAlgebra):
    """Requires nothing, but notes by how much the two sides of each requirement differ."""

    def __init__(self) -> None:
        super().__init__()
        self.differences: dict[Check, list[Extension]] = {}

    def require_equal(self, found: Anything, expected: Anything, reason: Rejection, where: str) -> None:
        if isinstance(found, Extension) and isinstance(expected, Extension):
            self.differences.setdefault(Check(reason, where), []).append(found - expected)


def difference(proof: RunProof, check: Check) -> Extension:
    """By how much the two sides of a check differ. Raises KeyError if verification does not come to it."""
    algebra = ObservingAlgebra()
    with suppress(Rejected):
        verify_run(algebra, proof, output_tokens(proof.output), None)
    return algebra.differences[check][0]


def repaired(liar: Liar, check: Check, *direction: Addend) -> Liar:
    """The liar with so much of a direction added that the check holds, which depends on it affinely.

    Where it does not, because challenges depend on what is added, the result is a liar whose proof fails.
    """
    without, with_one = (difference(liar.adding(*(a.times(t) for a in direction)).proof(), check) for t in (ZERO, ONE))
    slope = with_one - without
    amount = ZERO if slope == ZERO else (ZERO - without) * slope.inverse()
    return liar.adding(*(addend.times(amount) for addend in direction))


def column_position(form: SegmentForm, commitment: Commitment, table: str, column: int) -> int:
    """Where a table's column stands among all column values, which is also its power of gamma."""
    position = 0
    for which, layout in form.layouts.items():
        for placed in layout.columns:
            name = form.shape.tables[placed.table].chip.name
            if (which, name, placed.column) == (commitment, table, column):
                return position
            position += 1
    raise KeyError(f"{table} has no column {column} in {commitment.value}")


@contextmanager
def frozen(label: Label, *indices: int, challenge: Any) -> Iterator[None]:
    """Within it, a challenge is this one, whatever was said before; of positions, this one drawn as often as asked."""
    sample, sample_positions = Transcript.sample, Transcript.sample_positions

    def frozen_sample(self: Any, of: Label, *at: int) -> Any:
        drawn = sample(self, of, *at)
        return challenge if (of, at) == (label, indices) else drawn

    def frozen_positions(self: Any, of: Label, count: int, bits: int, *at: int) -> Any:
        drawn = sample_positions(self, of, count, bits, *at)
        if (of, at) != (label, indices):
            return drawn
        numbers = [challenge[i % len(challenge)] for i in range(count)]
        return [self.algebra.low_bits(self.algebra.word(number), bits) for number in numbers]

    with pytest.MonkeyPatch.context() as patch:
        say_rounds(patch)
        patch.setattr(Transcript, "sample", frozen_sample)
        patch.setattr(Transcript, "sample_positions", frozen_positions)
        yield
