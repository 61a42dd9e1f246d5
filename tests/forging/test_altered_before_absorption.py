"""Every value that a prover absorbs, altered on its way into the transcript: the prover goes on as if it had said so
all along, and the step that the value belongs to refuses the proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pytest

from spec.field import EXTENSION_DEGREE, P
from spec.parameters import Schedule
from spec.protocol import hash as hashing
from spec.protocol.form import SegmentForm
from spec.protocol.hash import BLOCK_WORDS, STATE_WORDS, Domain
from spec.protocol.labels import Label
from spec.protocol.proof import RunProof
from spec.rejection import Rejection
from tests.both_verifiers import Refusal
from tests.forging.conversations import Overheard, Place, Words, as_said, overheard
from tests.forging.verdicts import refusal
from tests.small_machine import SMALL_MACHINE
from tests.small_runs import KERNELS, ONE_SEGMENT, TWO_SEGMENTS, Example, prove_claiming

VALUES = frozenset(
    {
        Label.PINNED_ANSWERS,
        Label.BUS_TOTALS,
        Label.GKR_ROUND_POLYNOMIAL,
        Label.GKR_LAYER_ENDS,
        Label.ZEROCHECK_ROUND_POLYNOMIAL,
        Label.COLUMN_VALUES,
        Label.STACKING_ROUND_POLYNOMIAL,
        Label.STACKED_VALUES,
        Label.FOLDING_ROUND_POLYNOMIAL,
        Label.OUT_OF_DOMAIN_ANSWER,
        Label.FINAL_VECTOR,
    }
)
"""Labels of extension elements: one coefficient of each element is altered. Of other messages it is each word."""

DIGESTS = frozenset(
    {
        Label.MACHINE,
        Label.PARAMETERS,
        Label.PROGRAM,
        Label.PROGRAM_ROOT,
        Label.PROGRAM_COMMITMENT,
        Label.CONTINUATION_ROOT,
        Label.OUTPUT,
        Label.LEAVES_ROOT,
        Label.RUN,
        Label.LEAF,
        Label.MAIN_ROOT,
        Label.FOLDED_ROOT,
    }
)
"""Labels of digests: the first and the last word are altered."""

NONCES = frozenset({Label.COLUMN_BATCHING, Label.FOLDING, Label.QUERIES})
"""Challenges before which a nonce is absorbed."""


@dataclass(frozen=True)
class Alteration:
    """A place and the word there that is altered."""

    place: Place
    word: int


def alterations(heard: Overheard, domain: Domain, label: Label, conversation: int = 0) -> Iterator[Alteration]:
    """Every alteration of what is said under a label."""
    for place, words in heard.said:
        if (place.domain, place.label, place.conversation) == (domain, label, conversation) and words:
            if label in NONCES:
                yield Alteration(place, 1)
            elif label in VALUES:
                for number in range(len(words) // EXTENSION_DEGREE):
                    yield Alteration(place, number * EXTENSION_DEGREE + number % EXTENSION_DEGREE)
            else:
                some = (0, STATE_WORDS - 1) if label in DIGESTS else range(len(words))
                yield from (Alteration(place, word) for word in some)


def proven_with(example: Example, alteration: Alteration) -> RunProof:
    """The proof of a prover that alters one word and goes on."""
    schedule = example.parameters.schedule(example.form.height_log2)

    def change(place: Place, words: Words, state: Sequence[int]) -> Words:
        # The root of the continuation tables is said twice: for the pinning point, and in the leaf.
        is_said_again = place.label is alteration.place.label is Label.CONTINUATION_ROOT
        if place != alteration.place and not is_said_again:
            return words
        if place.label in NONCES:
            return failing_nonce(place, words, state, schedule)
        altered = list(words)
        altered[alteration.word] = (altered[alteration.word] + 1) % P
        return tuple(altered)

    # A key computes its program's id once: this one has not yet.
    key = replace(example.key, verification=replace(example.key.verification))
    with overheard(change) as heard:
        proof = prove_claiming(KERNELS, key, example.segments, example.run.output)
    return replace(as_said(proof, heard), key=replace(key.verification))


def failing_nonce(place: Place, words: Words, state: Sequence[int], schedule: Schedule) -> Words:
    """The next nonce that does not show the proof of work."""
    bits = {
        Label.COLUMN_BATCHING: lambda: schedule.column_batching_grinding_bits,
        Label.FOLDING: lambda: schedule.folding_grinding_bits[place.indices[0]],
        Label.QUERIES: lambda: schedule.query_grinding_bits[place.indices[0]],
    }[place.label]()
    nonce = words[0] << 32 | words[1]
    while True:
        nonce += 1
        block = [*state, nonce >> 32, nonce & 0xFFFFFFFF, int(place.label), *(*place.indices, 0, 0)[:2]]
        first = hashing.compress(Domain.GRINDING.initial_value, block + [0] * (BLOCK_WORDS - len(block)))[0]
        if first & ((1 << bits) - 1):
            return nonce >> 32, nonce & 0xFFFFFFFF


def outcomes(example: Example, domain: Domain, label: Label, conversation: int = 0) -> dict[Alteration, Refusal | None]:
    """The verdict on every alteration under a label."""
    with overheard() as heard:
        replace(example).proof  # noqa: B018 - proven anew, key included, to hear it
    found = {a: refusal(proven_with(example, a)) for a in alterations(heard, domain, label, conversation)}
    assert found, f"nothing is said under {label.name}"
    return found


SEGMENT = "segment 0"
LAST = len(ONE_SEGMENT.form.iterations) - 1
UNBALANCED = Refusal(Rejection.LOCAL_BUSES_UNBALANCED, SEGMENT)
ZEROCHECK = Refusal(Rejection.ZEROCHECK_MISMATCH, SEGMENT)
STACKING = Refusal(Rejection.STACKING_MISMATCH, SEGMENT)
CLAIM = Refusal(Rejection.FINAL_VECTOR_CLAIM_MISMATCH, f"{SEGMENT}, iteration {LAST}")
QUERY = Refusal(Rejection.FINAL_VECTOR_QUERY_MISMATCH, f"{SEGMENT}, iteration {LAST}")

STATEMENT: dict[tuple[Domain, Label], Refusal] = {
    # The pinning point of the continuation tables: other answers than at the verifier's point.
    (Domain.CONTINUATION_PINNING, Label.MACHINE): STACKING,
    (Domain.CONTINUATION_PINNING, Label.PARAMETERS): STACKING,
    (Domain.CONTINUATION_PINNING, Label.PROGRAM): STACKING,
    (Domain.CONTINUATION_PINNING, Label.SEGMENT_INDEX): STACKING,
    (Domain.CONTINUATION_PINNING, Label.STACKING): STACKING,
    (Domain.CONTINUATION_PINNING, Label.HEIGHTS): STACKING,
    (Domain.CONTINUATION_PINNING, Label.CONTINUATION_ROOT): Refusal(
        Rejection.COMMITMENT_ROOT_MISMATCH, f"{SEGMENT}, iteration 0"
    ),
    # The pinning point of the program's tables, likewise.
    (Domain.PROGRAM_PINNING, Label.MACHINE): STACKING,
    (Domain.PROGRAM_PINNING, Label.PARAMETERS): STACKING,
    (Domain.PROGRAM_PINNING, Label.STACKING): STACKING,
    (Domain.PROGRAM_PINNING, Label.HEIGHTS): STACKING,
    (Domain.PROGRAM_PINNING, Label.PROGRAM_ROOT): STACKING,
    # The leaf and the run's digest: other challenges from the first on.
    (Domain.SEGMENT_LEAF, Label.SEGMENT_INDEX): UNBALANCED,
    (Domain.SEGMENT_LEAF, Label.STACKING): UNBALANCED,
    (Domain.SEGMENT_LEAF, Label.HEIGHTS): UNBALANCED,
    (Domain.SEGMENT_LEAF, Label.PINNED_ANSWERS): STACKING,
    (Domain.RUN, Label.MACHINE): UNBALANCED,
    (Domain.RUN, Label.PARAMETERS): UNBALANCED,
    (Domain.RUN, Label.PROGRAM): UNBALANCED,
    (Domain.RUN, Label.OUTPUT): UNBALANCED,
    (Domain.RUN, Label.SEGMENT_COUNT): UNBALANCED,
    (Domain.RUN, Label.LEAVES_ROOT): UNBALANCED,
    # Other global challenges only: the fractions of global blocks are not the verifier's.
    (Domain.GLOBAL_CHALLENGES, Label.RUN): ZEROCHECK,
    # The program's commitment: its id is in the run's digest, its answers are those in the key.
    (Domain.PROGRAM_COMMITMENT, Label.STACKING): UNBALANCED,
    (Domain.PROGRAM_COMMITMENT, Label.PROGRAM_ROOT): UNBALANCED,
    (Domain.PROGRAM_COMMITMENT, Label.PINNED_ANSWERS): UNBALANCED,
    (Domain.PROGRAM, Label.MACHINE): UNBALANCED,
    (Domain.PROGRAM, Label.PARAMETERS): UNBALANCED,
    (Domain.PROGRAM, Label.HEIGHTS): UNBALANCED,
    (Domain.PROGRAM, Label.START): UNBALANCED,
    (Domain.PROGRAM, Label.PROGRAM_COMMITMENT): UNBALANCED,
    # The segment's statement.
    (Domain.SEGMENT, Label.RUN): UNBALANCED,
    (Domain.SEGMENT, Label.SEGMENT_INDEX): UNBALANCED,
    (Domain.SEGMENT, Label.LEAF): UNBALANCED,
    (Domain.SEGMENT, Label.STACKING): UNBALANCED,
    (Domain.SEGMENT, Label.HEIGHTS): UNBALANCED,
}
"""What the statement is made of, by conversation and label."""

MESSAGES: dict[Label, Refusal] = {
    Label.MAIN_ROOT: Refusal(Rejection.COMMITMENT_ROOT_MISMATCH, f"{SEGMENT}, iteration 0"),
    Label.ZEROCHECK_ROUND_POLYNOMIAL: ZEROCHECK,
    Label.COLUMN_VALUES: ZEROCHECK,
    Label.STACKING_ROUND_POLYNOMIAL: STACKING,
    Label.STACKED_VALUES: STACKING,
    Label.COLUMN_BATCHING: Refusal(Rejection.GRINDING_INSUFFICIENT, SEGMENT),
    Label.FOLDING_ROUND_POLYNOMIAL: CLAIM,
    Label.OUT_OF_DOMAIN_ANSWER: CLAIM,
    Label.FINAL_VECTOR: QUERY,
}
"""What a segment's prover says, where every message under a label is refused alike."""

MESSAGES_BY_PLACE: dict[Label, tuple[Rejection, str]] = {
    Label.GKR_ROUND_POLYNOMIAL: (Rejection.GKR_LAYER_MISMATCH, "layer"),
    Label.GKR_LAYER_ENDS: (Rejection.GKR_LAYER_MISMATCH, "layer"),
    Label.FOLDING: (Rejection.GRINDING_INSUFFICIENT, "iteration"),
    Label.QUERIES: (Rejection.GRINDING_INSUFFICIENT, "iteration"),
}
"""What is refused with the place's first index."""


@pytest.mark.parametrize(("domain", "label"), STATEMENT, ids=lambda named: named.name.lower())
def test_statement_altered_before_it_is_absorbed_is_refused(domain: Domain, label: Label) -> None:
    found = outcomes(ONE_SEGMENT, domain, label)
    assert found == dict.fromkeys(found, STATEMENT[domain, label])


@pytest.mark.parametrize("label", MESSAGES, ids=lambda label: label.name.lower())
def test_message_altered_before_it_is_absorbed_is_refused_by_its_step(label: Label) -> None:
    found = outcomes(ONE_SEGMENT, Domain.SEGMENT, label)
    assert found == dict.fromkeys(found, MESSAGES[label])


@pytest.mark.parametrize("label", MESSAGES_BY_PLACE, ids=lambda label: label.name.lower())
def test_message_altered_before_it_is_absorbed_is_refused_at_its_place(label: Label) -> None:
    reason, what = MESSAGES_BY_PLACE[label]
    found = outcomes(ONE_SEGMENT, Domain.SEGMENT, label)
    assert found == {a: Refusal(reason, f"{SEGMENT}, {what} {a.place.indices[0]}") for a in found}


def test_folded_root_altered_before_it_is_absorbed_is_refused_where_it_is_opened() -> None:
    found = outcomes(ONE_SEGMENT, Domain.SEGMENT, Label.FOLDED_ROOT)
    reason = Rejection.FOLDED_ROOT_MISMATCH
    assert found == {a: Refusal(reason, f"{SEGMENT}, iteration {a.place.indices[0] + 1}") for a in found}


def test_bus_total_altered_before_it_is_absorbed_is_refused() -> None:
    """The local total is held against the verifier's tokens, the global one only against the circuit."""
    circuit = Refusal(Rejection.GKR_LAYER_MISMATCH, f"{SEGMENT}, layer 1")
    assert list(outcomes(ONE_SEGMENT, Domain.SEGMENT, Label.BUS_TOTALS).values()) == [
        UNBALANCED,
        UNBALANCED,
        circuit,
        circuit,
    ]


def test_public_value_altered_before_it_is_absorbed_is_refused() -> None:
    found = outcomes(ONE_SEGMENT, Domain.SEGMENT, Label.PUBLIC_VALUES)
    assert dict(zip(SMALL_MACHINE.public_values, found.values(), strict=True)) == {
        "segment": Refusal(Rejection.SEGMENT_INDEX, "segment 0 states 1"),
        "pc_in": Refusal(Rejection.START_DIFFERS, "segment 0: pc_in is 1, expected 0"),
        "pc_out": Refusal(Rejection.NOT_HALTED, "pc_out is 0 at the end"),
        "clock_out": UNBALANCED,
        "exit": Refusal(Rejection.EXIT_CODE_DIFFERS, "it ended with 1, expected 0"),
    }


def test_root_of_continuation_altered_in_the_leaf_alone_is_refused() -> None:
    """The prover pins the root that it opens and puts another one into the leaf."""

    def change(place: Place, words: Words, _state: Sequence[int]) -> Words:
        is_leaf = place.domain is Domain.SEGMENT_LEAF and place.label is Label.CONTINUATION_ROOT
        return (words[0] ^ 1, *words[1:]) if is_leaf else words

    with overheard(change) as heard:
        proof = ONE_SEGMENT.proven(ONE_SEGMENT.segments)
    assert refusal(proof) == UNBALANCED
    # Said in the proof as well, the pinning point is the verifier's for another root.
    assert refusal(as_said(proof, heard)) == STACKING


@pytest.mark.parametrize("label", [Label.GKR_LAYER_ENDS, Label.COLUMN_VALUES, Label.FINAL_VECTOR])
def test_message_of_a_second_segment_altered_is_refused_there(label: Label) -> None:
    with overheard() as heard:
        proof = replace(TWO_SEGMENTS).proof
    (first, *_) = alterations(heard, Domain.SEGMENT, label, conversation=1)
    form = SegmentForm(proof.segments[1].shape, TWO_SEGMENTS.parameters)
    last = len(form.iterations) - 1
    expected = {
        Label.GKR_LAYER_ENDS: Refusal(Rejection.GKR_LAYER_MISMATCH, "segment 1, layer 1"),
        Label.COLUMN_VALUES: Refusal(Rejection.ZEROCHECK_MISMATCH, "segment 1"),
        Label.FINAL_VECTOR: Refusal(Rejection.FINAL_VECTOR_QUERY_MISMATCH, f"segment 1, iteration {last}"),
    }
    assert refusal(proven_with(TWO_SEGMENTS, first)) == expected[label]


def test_every_label_that_is_said_has_a_test() -> None:
    """A message that no test alters would show up here."""
    with overheard() as heard:
        replace(ONE_SEGMENT).proof  # noqa: B018
    said = {(place.domain, place.label) for place, words in heard.said if words}
    in_segment = {*MESSAGES, *MESSAGES_BY_PLACE, Label.FOLDED_ROOT, Label.BUS_TOTALS, Label.PUBLIC_VALUES}
    in_leaf_with_its_pinning = (Domain.SEGMENT_LEAF, Label.CONTINUATION_ROOT)
    assert {label for _, label in said} == {label for label in Label if label < Label.PROGRAM_PINNING} | NONCES
    assert said == {*STATEMENT, *((Domain.SEGMENT, label) for label in in_segment), in_leaf_with_its_pinning}
