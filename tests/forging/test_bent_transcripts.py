"""Provers that draw, absorb or grind otherwise than the protocol says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from reference.prover import grinding, sha256_arrays
from spec.protocol.hash import Domain
from spec.protocol.labels import Label
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import RunProof
from spec.protocol.transcript import Transcript
from spec.rejection import Rejection
from tests.both_verifiers import Refusal
from tests.forging.bent_kernels import HonestKernels
from tests.forging.conversations import Overheard, Place, Words, overheard
from tests.forging.liars import frozen
from tests.forging.lies import HONEST, LAST, proven_by
from tests.forging.verdicts import refusal
from tests.small_runs import ONE_SEGMENT

R = Rejection
SEGMENT = ONE_SEGMENT.segments[0]
LOCAL = Refusal(R.LOCAL_BUSES_UNBALANCED, "segment 0")
ZEROCHECK = Refusal(R.ZEROCHECK_MISMATCH, "segment 0")
STACKING = Refusal(R.STACKING_MISMATCH, "segment 0")
FINAL_QUERY = Refusal(R.FINAL_VECTOR_QUERY_MISMATCH, f"segment 0, iteration {LAST}")
FINAL_CLAIM = Refusal(R.FINAL_VECTOR_CLAIM_MISMATCH, f"segment 0, iteration {LAST}")


# Challenges.

TAKEN: dict[Label, Refusal] = {
    Label.CONTINUATION_PINNING: STACKING,
    Label.PROGRAM_PINNING: STACKING,
    Label.GLOBAL_ALPHA: ZEROCHECK,
    Label.GLOBAL_BETA: ZEROCHECK,
    Label.LOCAL_ALPHA: LOCAL,
    Label.LOCAL_BETA: LOCAL,
    Label.GKR_BATCHING: Refusal(R.GKR_LAYER_MISMATCH, "segment 0, layer 1"),
    Label.GKR_ROUND: Refusal(R.GKR_LAYER_MISMATCH, "segment 0, layer 1"),
    Label.ZEROCHECK_BATCHING: ZEROCHECK,
    Label.ZEROCHECK_ROUND: ZEROCHECK,
    Label.STACKING_BATCHING: STACKING,
    Label.STACKING_ROUND: STACKING,
    Label.COLUMN_BATCHING: FINAL_CLAIM,
    Label.FOLDING: FINAL_QUERY,
    Label.OUT_OF_DOMAIN: FINAL_CLAIM,
    Label.QUERY_BATCHING: FINAL_CLAIM,
}
"""All labels but those of queries, of the circuit's scope and of its merges: no message of a prover depends on the last
coordinate of a layer's point, whose factor of eq is not sent.
"""


@pytest.mark.parametrize("label", TAKEN, ids=lambda label: label.name.lower())
def test_prover_that_takes_another_challenge_is_refused(label: Label) -> None:
    """It takes one more than what it drew, wherever the label occurs, and goes on."""

    def draw(place: Place, challenge: Any, _heard: Overheard) -> Any:
        return challenge + 1 if place.label is label else challenge

    with overheard(draw=draw):
        proof = ONE_SEGMENT.proven(ONE_SEGMENT.segments)
    assert refusal(proof) == TAKEN[label]


@pytest.mark.parametrize("used", [Label.LOCAL_ALPHA, Label.LOCAL_BETA, Label.GKR_SCOPE], ids=lambda used: used.name)
def test_challenge_used_twice_is_refused(used: Label) -> None:
    """A challenge that is known already in place of chi."""

    def draw(place: Place, challenge: Any, heard: Overheard) -> Any:
        return heard.challenge(used) if place.label is Label.ZEROCHECK_BATCHING else challenge

    with overheard(draw=draw):
        proof = ONE_SEGMENT.proven(ONE_SEGMENT.segments)
    assert refusal(proof) == ZEROCHECK


def _number(bits: Sequence[int]) -> int:
    return sum(bit << i for i, bit in enumerate(bits))


def proven_with_positions(order: Any) -> RunProof:
    """The honest cells, with the first iteration's queries used in another order."""

    def draw(place: Place, drawn: Any, _heard: Overheard) -> Any:
        return order(drawn) if place.label is Label.QUERIES and place.indices == (0,) else drawn

    with overheard(draw=draw):
        return ONE_SEGMENT.proven(ONE_SEGMENT.segments)


def test_positions_sorted_are_refused() -> None:
    with frozen(Label.QUERIES, 0, challenge=(5, 2, 9)):
        assert refusal(proven_with_positions(lambda drawn: drawn)) is None
        assert refusal(proven_with_positions(lambda drawn: sorted(drawn, key=_number))) == FINAL_CLAIM


def test_positions_without_repetitions_are_refused() -> None:
    with frozen(Label.QUERIES, 0, challenge=(5, 2, 5)):
        assert refusal(proven_with_positions(lambda drawn: drawn)) is None
        once = proven_with_positions(lambda drawn: list({_number(bits): bits for bits in drawn}.values()))
        assert refusal(once) == FINAL_CLAIM


def test_fewer_queries_are_refused() -> None:
    """A prover that opens one position less and weighs what it opens consistently."""
    with frozen(Label.QUERIES, 0, challenge=(5, 2, 9)):
        assert refusal(proven_with_positions(lambda drawn: drawn[:-1])) == FINAL_CLAIM


# Absorption.

OPENING_REASONS = {
    R.GRINDING_INSUFFICIENT,
    R.OPENING_ROW_COUNT,
    R.OPENING_SIBLING_COUNT,
    R.COMMITMENT_ROOT_MISMATCH,
    R.FOLDED_ROOT_MISMATCH,
    R.FINAL_VECTOR_QUERY_MISMATCH,
    R.FINAL_VECTOR_CLAIM_MISMATCH,
}
"""What is noticed first, once the prover's challenges of the opening are others than the verifier's."""

UNSAID: dict[Label, set[Rejection]] = {
    Label.MAIN_ROOT: {R.LOCAL_BUSES_UNBALANCED},
    Label.BUS_TOTALS: {R.GKR_LAYER_MISMATCH},
    Label.GKR_ROUND_POLYNOMIAL: {R.GKR_LAYER_MISMATCH},
    Label.GKR_LAYER_ENDS: {R.GKR_LAYER_MISMATCH},
    Label.ZEROCHECK_ROUND_POLYNOMIAL: {R.ZEROCHECK_MISMATCH},
    Label.COLUMN_VALUES: {R.STACKING_MISMATCH},
    Label.STACKING_ROUND_POLYNOMIAL: {R.STACKING_MISMATCH},
    Label.STACKED_VALUES: OPENING_REASONS,
    Label.FOLDING_ROUND_POLYNOMIAL: OPENING_REASONS,
    Label.FOLDED_ROOT: OPENING_REASONS,
    Label.OUT_OF_DOMAIN_ANSWER: OPENING_REASONS,
    Label.FINAL_VECTOR: OPENING_REASONS,
}


@pytest.mark.parametrize("label", UNSAID, ids=lambda label: label.name.lower())
def test_prover_that_does_not_absorb_is_refused(label: Label) -> None:
    """It says a message in the proof alone, so that what it draws next does not depend on it."""

    def change(place: Place, words: Words, _state: Sequence[int]) -> Words | None:
        return None if place.label is label else words

    with overheard(change):
        proof = ONE_SEGMENT.proven(ONE_SEGMENT.segments)
    found = refusal(proof)
    assert found is not None
    assert found.reason in UNSAID[label]


class _EarlyGrinding(HonestKernels):
    """Grinds for the state that a transcript starts with."""

    def grind(self, block: Sequence[int], bits: int) -> int:
        return super().grind([*Domain.SEGMENT.initial_value, *block[8:]], bits)


@pytest.fixture
def unchecked_grinding(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The prover absorbs whatever nonce it found."""

    def absorbed(self: Any, label: Label, bits: int, nonce: Sequence[int], _where: str, *indices: int) -> None:
        if bits:
            self.absorb(label, nonce, *indices)

    monkeypatch.setattr(Transcript, "grind", absorbed)
    return monkeypatch


def test_nonce_ground_too_early_is_refused(unchecked_grinding: pytest.MonkeyPatch) -> None:
    proof = proven_by(_EarlyGrinding())
    unchecked_grinding.undo()
    found = refusal(proof)
    assert found is not None
    assert found.reason is R.GRINDING_INSUFFICIENT


def test_nonce_ground_from_another_initial_value_is_refused(unchecked_grinding: pytest.MonkeyPatch) -> None:
    states = sha256_arrays.initial_states
    unchecked_grinding.setattr(grinding, "initial_states", lambda _, count: states(Domain.MERKLE_NODE, count))
    proof = HONEST.proof()
    unchecked_grinding.undo()
    found = refusal(proof)
    assert found is not None
    assert found.reason is R.GRINDING_INSUFFICIENT


class _ReusedGrinding(HonestKernels):
    """Grinds once, and gives the nonce again for all further challenges."""

    nonce: int | None = None

    def grind(self, block: Sequence[int], bits: int) -> int:
        if self.nonce is None:
            self.nonce = super().grind(block, bits)
        return self.nonce


def test_nonce_used_again_is_refused(unchecked_grinding: pytest.MonkeyPatch) -> None:
    proof = proven_by(_ReusedGrinding())
    unchecked_grinding.undo()
    found = refusal(proof)
    assert found is not None
    assert found.reason is R.GRINDING_INSUFFICIENT


class _PatientGrinding(HonestKernels):
    """Takes the second nonce that works."""

    def grind(self, block: Sequence[int], bits: int) -> int:
        nonce = super().grind(block, bits)
        while True:
            nonce += 1
            tried = [*block[:8], nonce >> 32, nonce & 0xFFFFFFFF, *block[10:]]
            if NumberAlgebra().compress(Domain.GRINDING.initial_value, tried)[0] & ((1 << bits) - 1) == 0:
                return nonce


def test_larger_nonce_that_works_is_accepted() -> None:
    proof = proven_by(_PatientGrinding())
    assert proof.segments[0].column_batching_nonce > HONEST.proof().segments[0].column_batching_nonce
    assert refusal(proof) is None
