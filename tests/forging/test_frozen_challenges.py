"""Every challenge is needed: whoever knew one of them in advance could prove a false statement.

For each label the challenge is fixed for prover and verifier, as if it did not depend on what it must bind. Then an
attack on exactly that step succeeds. The same attack, which believes in the fixed challenge, is refused with the real
transcript, for the reason of that step.

Three labels matter only where a commitment is near several vectors, in the list-decoding regime: `program_pinning`,
`continuation_pinning` and `out_of_domain`. No false statement follows from them alone when the commitment is exact. For
them the weaker property is shown: of two different vectors with the same answer at the fixed point, one is committed
and the other one answers, and both are accepted; at the real point the answers differ.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from reference.prover.keys import proving_key
from spec.field import Extension, P
from spec.protocol.labels import Label
from spec.protocol.proof import RunProof
from spec.protocol.stacking import Commitment
from spec.rejection import Rejection
from tests.both_verifiers import Refusal
from tests.forging.attacks import ATTACKS, SOME, Attack, base, points_at
from tests.forging.bent_kernels import FoldedBend, ReplacedColumns
from tests.forging.liars import Liar, frozen
from tests.forging.lies import LAST
from tests.forging.verdicts import refusal
from tests.small_machine import SMALL_MACHINE, program_cells
from tests.small_runs import ONE_SEGMENT, SMALL, prove_claiming

R = Rejection


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_attack_with_a_challenge_known_in_advance_is_accepted(attack: Attack) -> None:
    with frozen(attack.label, *attack.indices, challenge=attack.challenge):
        assert refusal(attack.prove(attack.challenge)) is None


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_the_same_attack_with_the_real_transcript_is_refused(attack: Attack) -> None:
    assert refusal(attack.prove(attack.challenge)) == attack.refused


# What binds one vector of several: the weaker property.

SAME_AT_TWO = {2: 2, 1: P - 1}
"""Neighbouring entries to which 2 and -1 are added: the answer at the point 2 is the same."""


def pinned_elsewhere(which: Commitment) -> RunProof:
    """A commitment to one vector with the answers of another one."""
    kernels = ReplacedColumns(which, SAME_AT_TWO)
    key = proving_key(kernels, SMALL_MACHINE, SMALL, program_cells(ONE_SEGMENT.moves), [0])
    return prove_claiming(kernels, key, ONE_SEGMENT.segments, ONE_SEGMENT.run.output)


PINNED = {Label.PROGRAM_PINNING: Commitment.PROGRAM, Label.CONTINUATION_PINNING: Commitment.CONTINUATION}


@pytest.mark.parametrize("label", PINNED, ids=lambda label: label.name.lower())
def test_answers_at_a_pinning_point_known_in_advance_may_be_those_of_another_vector(label: Label) -> None:
    with frozen(label, challenge=base(2)):
        assert refusal(pinned_elsewhere(PINNED[label])) is None
    assert refusal(pinned_elsewhere(PINNED[label])) == Refusal(R.STACKING_MISMATCH, "segment 0")


def answered_elsewhere(outside: Extension, positions: Sequence[int]) -> RunProof:
    """A folded vector that fits all that is known of it, with the out-of-domain answer of the one that was folded."""
    unseen = (outside, *points_at(0, positions))
    kernels = FoldedBend(unseen, keeps_weighted_sum=True, answers_as_before=True)
    return prove_claiming(kernels, ONE_SEGMENT.key, ONE_SEGMENT.segments, ONE_SEGMENT.run.output)


def test_answer_at_an_out_of_domain_point_known_in_advance_may_be_that_of_another_vector() -> None:
    """The positions are known as well, so that the two vectors can agree wherever else they are looked at."""
    positions = (3, 1, 4)
    with frozen(Label.QUERIES, 0, challenge=positions):
        with frozen(Label.OUT_OF_DOMAIN, 0, challenge=SOME):
            assert refusal(answered_elsewhere(SOME, positions)) is None
        refused = Refusal(R.FINAL_VECTOR_CLAIM_MISMATCH, f"segment 0, iteration {LAST}")
        assert refusal(answered_elsewhere(SOME, positions)) == refused


def test_every_label_that_is_drawn_has_an_attack() -> None:
    _, heard = Liar(ONE_SEGMENT, ONE_SEGMENT.segments, ONE_SEGMENT.run.output).heard()
    drawn = {place.label for place, words in heard.events if words is None}
    weaker = {*PINNED, Label.OUT_OF_DOMAIN}
    assert {attack.label for attack in ATTACKS} | weaker == drawn
    assert drawn == {label for label in Label if label >= Label.PROGRAM_PINNING}
