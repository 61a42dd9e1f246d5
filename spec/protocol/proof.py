"""The proof of a run, as objects: what the prover says, in the order in which it says it.

All lengths follow from the statement and the heights (`spec.protocol.form`); `spec.protocol.proof_encoding` has the
bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spec.field import Extension
from spec.protocol.hash import Digest
from spec.protocol.key import VerificationKey
from spec.protocol.merkle import MerkleOpening
from spec.protocol.shape import SegmentShape
from spec.protocol.stacking import Commitment

RoundPolynomial = tuple[Extension, ...]
"""The coefficients c_1, ..., c_d; the verifier derives c_0."""


@dataclass(frozen=True)
class LayerProof:
    """One layer of the GKR circuit: its rounds, then p(y,0), p(y,1), q(y,0), q(y,1) at the point they end at."""

    rounds: tuple[RoundPolynomial, ...]
    ends: tuple[Extension, Extension, Extension, Extension]


@dataclass(frozen=True)
class IterationProof:
    """One iteration of WHIR.

    `root` and `answer` belong to the folded vector; the last iteration has none, but the vector itself, which
    `SegmentProof` holds. `openings` has one opening for each tree that the queries open.
    """

    rounds: tuple[RoundPolynomial, ...]
    folding_nonces: tuple[int, ...]
    """One a round where the schedule asks for proof of work, else none."""

    root: Digest
    answer: tuple[Extension, ...]
    query_nonce: tuple[int, ...]
    openings: tuple[MerkleOpening, ...]


@dataclass(frozen=True)
class SegmentProof:
    """The proof of one segment, in the order in which the prover speaks."""

    public_values: tuple[int, ...]
    shape: SegmentShape
    continuation_root: Digest
    """Empty for a segment without continuation tables."""

    pinned_answers: tuple[Extension, ...]
    main_root: Digest
    bus_totals: tuple[Extension, Extension, Extension, Extension]
    """Numerator and denominator of the local buses, then of the global ones: layer 1 of the circuit."""

    layers: tuple[LayerProof, ...]
    zerocheck_rounds: tuple[RoundPolynomial, ...]
    column_values: Mapping[Commitment, tuple[Extension, ...]]
    stacking_rounds: tuple[RoundPolynomial, ...]
    stacked_values: tuple[Extension, ...]
    column_batching_nonce: tuple[int, ...]
    iterations: tuple[IterationProof, ...]
    final_vector: tuple[Extension, ...]

    def public(self, name: str) -> int:
        """A public value by its name."""
        return self.public_values[self.shape.machine.public_values.index(name)]


@dataclass(frozen=True)
class RunProof:
    """The proof of a run, with the statement that it claims: the program's key and the public output."""

    key: VerificationKey
    output: bytes
    segments: tuple[SegmentProof, ...]
