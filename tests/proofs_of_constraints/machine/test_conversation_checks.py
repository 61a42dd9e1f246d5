"""A verifier that forgets a message, takes it too late, or draws a challenge too early, is noticed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.machine.conversation_checks import (
    challenges_are_drawn_in_order,
    drawn_in,
    example_conversation,
    expected_labels,
    messages_are_bound,
)
from proofs_of_constraints.rv64im import RV64IM_AUDIT
from reference.verifier.buses import follow_circuit
from spec.field import EXTENSION_DEGREE
from spec.protocol.labels import Label
from spec.protocol.transcript import NONCE_WORDS, Transcript
from tests.proofs_of_constraints.small_audit import SMALL_AUDIT

FORGOTTEN = {
    Label.RUN: "word 0 of G does not change local_alpha",
    Label.LEAF: "word 0 of the leaf does not change local_alpha",
    Label.PUBLIC_VALUES: "the public value pc_in does not change local_alpha",
    Label.MAIN_ROOT: "word 0 of the main root does not change local_alpha",
    Label.BUS_TOTALS: "total 0 of the buses does not change gkr_scope",
    Label.GKR_ROUND_POLYNOMIAL: "coefficient 1 of round 0 of layer 1 does not change gkr_round_1_0",
    Label.GKR_LAYER_ENDS: "end 0 of layer 1 does not change gkr_merge_1",
    Label.ZEROCHECK_ROUND_POLYNOMIAL: "coefficient 1 of round 0 of the zerocheck does not change zerocheck_round_0",
    Label.COLUMN_VALUES: "column value 0 of program does not change stacking_batching",
    Label.STACKING_ROUND_POLYNOMIAL: (
        "coefficient 1 of round 0 of the stacking sumcheck does not change stacking_round_0"
    ),
    Label.STACKED_VALUES: "stacked value 0 does not change column_batching",
    Label.FOLDING_ROUND_POLYNOMIAL: "coefficient 1 of round 0 of iteration 0 does not change folding_0_0",
    Label.FOLDED_ROOT: "word 0 of the root of iteration 0 does not change out_of_domain_0",
    Label.OUT_OF_DOMAIN_ANSWER: "the answer of iteration 0 does not change queries_0",
    Label.FINAL_VECTOR: "entry 0 of the final vector does not change queries_1",
}
"""By what is not absorbed, the fault."""

NONCES = {
    Label.COLUMN_BATCHING: "the nonce before the columns' batching does not change column_batching",
    Label.FOLDING: "folding nonce 0 of iteration 0 does not change folding_0_0",
    Label.QUERIES: "the nonce before the queries of iteration 0 does not change queries_0",
}


@pytest.mark.parametrize("audited", [SMALL_AUDIT, RV64IM_AUDIT], ids=["small", "rv64im"])
def test_verifier_as_it_is_passes(audited: AuditedMachine) -> None:
    assert challenges_are_drawn_in_order(audited) is None
    assert messages_are_bound(audited) is None


def test_conversation_draws_every_label_that_the_protocol_names() -> None:
    conversation = example_conversation(SMALL_AUDIT.machine)
    assert list(drawn_in(conversation)) == list(expected_labels(conversation.form))


@pytest.mark.parametrize("label", FORGOTTEN, ids=lambda label: label.name.lower())
def test_message_that_is_not_absorbed_is_noticed(label: Label, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Transcript.absorb

    def forgetful(transcript: Any, said: Label, words: Sequence[Any], *indices: int) -> None:
        whole(transcript, said, [] if said is label else words, *indices)

    monkeypatch.setattr(Transcript, "absorb", forgetful)
    assert messages_are_bound(SMALL_AUDIT) == FORGOTTEN[label]


@pytest.mark.parametrize(
    ("label", "words", "fault"),
    [
        (Label.RUN, 1, "word 7 of G does not change local_alpha"),
        (Label.PUBLIC_VALUES, 1, "the public value exit does not change local_alpha"),
        (Label.MAIN_ROOT, 1, "word 7 of the main root does not change local_alpha"),
        (Label.BUS_TOTALS, EXTENSION_DEGREE, "total 3 of the buses does not change gkr_scope"),
        (Label.COLUMN_VALUES, EXTENSION_DEGREE, "column value 9 of main does not change stacking_batching"),
        (Label.FOLDED_ROOT, 1, "word 7 of the root of iteration 0 does not change out_of_domain_0"),
        (Label.FINAL_VECTOR, EXTENSION_DEGREE, "entry 3 of the final vector does not change queries_1"),
    ],
    ids=lambda value: value.name.lower() if isinstance(value, Label) else "",
)
def test_message_whose_end_is_not_absorbed_is_noticed(
    label: Label, words: int, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Transcript.absorb

    def forgetful(transcript: Any, said: Label, message: Sequence[Any], *indices: int) -> None:
        whole(transcript, said, message[:-words] if said is label else message, *indices)

    monkeypatch.setattr(Transcript, "absorb", forgetful)
    assert messages_are_bound(SMALL_AUDIT) == fault


@pytest.mark.parametrize("label", FORGOTTEN, ids=lambda label: label.name.lower())
def test_message_absorbed_after_the_next_challenge_is_noticed(label: Label, monkeypatch: pytest.MonkeyPatch) -> None:
    absorb, draw = Transcript.absorb, Transcript._draw
    held_back: list[tuple[Any, ...]] = []

    def late(transcript: Any, said: Label, words: Sequence[Any], *indices: int) -> None:
        if said is label:
            held_back.append((said, words, *indices))
        else:
            absorb(transcript, said, words, *indices)

    def drawing(transcript: Any, drawn: Label, *indices: int) -> None:
        draw(transcript, drawn, *indices)
        state, transcript_is_drawn = transcript._state, transcript._is_drawn
        for said in held_back:
            absorb(transcript, *said)
        if held_back:
            # What was drawn stays what it was: the message counts from the next challenge on.
            pending.append((transcript, transcript._state))
            transcript._state, transcript._is_drawn = state, transcript_is_drawn
        held_back.clear()

    pending: list[tuple[Any, Any]] = []
    challenge = Transcript.sample
    positions = Transcript.sample_positions

    def catching_up(whole: Any) -> Any:
        def sampling(transcript: Any, *arguments: Any) -> Any:
            found = whole(transcript, *arguments)
            for waiting, state in pending:
                waiting._state = state
            pending.clear()
            return found

        return sampling

    monkeypatch.setattr(Transcript, "absorb", late)
    monkeypatch.setattr(Transcript, "_draw", drawing)
    monkeypatch.setattr(Transcript, "sample", catching_up(challenge))
    monkeypatch.setattr(Transcript, "sample_positions", catching_up(positions))
    assert messages_are_bound(SMALL_AUDIT) == FORGOTTEN[label]


@pytest.mark.parametrize("label", NONCES, ids=lambda label: label.name.lower())
def test_nonce_that_is_not_absorbed_is_noticed(label: Label, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Transcript.absorb

    def forgetful(transcript: Any, said: Label, words: Sequence[Any], *indices: int) -> None:
        whole(transcript, said, [0] * NONCE_WORDS if said is label and words else words, *indices)

    monkeypatch.setattr(Transcript, "absorb", forgetful)
    assert messages_are_bound(SMALL_AUDIT) == NONCES[label]


def test_challenge_drawn_before_its_place_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def hasty(transcript: Any, *others: Any) -> Any:
        transcript.sample(Label.ZEROCHECK_BATCHING)
        return follow_circuit(transcript, *others)

    monkeypatch.setattr("reference.verifier.segment.follow_circuit", hasty)
    fault = "zerocheck_batching is drawn where gkr_scope has its place"
    assert challenges_are_drawn_in_order(SMALL_AUDIT) == fault


def test_challenge_that_is_not_drawn_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = list(expected_labels(example_conversation(SMALL_AUDIT.machine).form))
    drawn = expected.index("column_batching")
    monkeypatch.setattr("reference.verifier.segment.verify_whir", lambda *arguments: None)
    fault = f"{drawn} challenges are drawn, not {len(expected)}"
    assert challenges_are_drawn_in_order(SMALL_AUDIT) == fault


def test_two_challenges_of_one_state_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Transcript, "_draw", lambda *arguments: None)
    assert challenges_are_drawn_in_order(SMALL_AUDIT) == "two challenges are drawn from one state"
