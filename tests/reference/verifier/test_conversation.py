"""The whole conversation of verifying a run: what is absorbed and what is drawn, in order and word by word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from spec.protocol.form import SegmentForm
from spec.protocol.hash import Domain, Prefix, digest_bytes, digest_words, tagged_digest
from spec.protocol.labels import Label
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.proof import RunProof, SegmentProof
from spec.protocol.run import RunStatement, SegmentPlace, leaves_root, parameters_digest, run_digest, segment_leaf
from spec.protocol.stacking import Commitment
from tests.forging.conversations import overheard, words_of
from tests.forging.verdicts import reference_verifier
from tests.small_machine import SMALL_MACHINE
from tests.small_runs import TWO_SEGMENTS

L, D = Label, Domain

Event = tuple[Domain, int, Label, tuple[int, ...], tuple[int, ...] | None]
"""Domain, number of the conversation, label, indices, and what is absorbed; None where something is drawn."""


def heard(proof: RunProof) -> list[Event]:
    """What the verifier absorbs and draws; what a second challenge absorbs is left out, having no words."""
    with overheard() as listened:
        reference_verifier(proof)
    return [(p.domain, p.conversation, p.label, p.indices, words) for p, words in listened.events if words != ()]


class Script:
    """What should be heard in one conversation."""

    def __init__(self, domain: Domain, number: int) -> None:
        self.domain, self.number = domain, number
        self.events: list[Event] = []

    def says(self, label: Label, words: Sequence[int], *indices: int) -> None:
        self.events.append((self.domain, self.number, label, indices, tuple(words)))

    def draws(self, label: Label, *indices: int) -> None:
        self.events.append((self.domain, self.number, label, indices, None))


MACHINE = digest_words(SMALL_MACHINE.digest)
PARAMETERS = digest_words(parameters_digest(TWO_SEGMENTS.parameters))


def of_stacking(form: SegmentForm) -> list[int]:
    schedule = form.parameters.schedule(form.height_log2)
    return [schedule.height_log2, form.parameters.rate_log2, schedule.folds[0]]


def program_script(proof: RunProof) -> list[Event]:
    """The program's id: a conversation for each stacking height, and one for the key."""
    events: list[Event] = []
    parameters = proof.key.parameters
    key = Script(D.PROGRAM, 0)
    key.says(L.MACHINE, MACHINE)
    key.says(L.PARAMETERS, PARAMETERS)
    key.says(L.HEIGHTS, [1, *proof.key.program_heights_log2])
    key.says(L.START, proof.key.start)
    for number, (height, commitment) in enumerate(sorted(proof.key.commitments.items())):
        script = Script(D.PROGRAM_COMMITMENT, number)
        script.says(L.STACKING, [height, parameters.rate_log2, parameters.schedule(height).folds[0]])
        script.says(L.PROGRAM_ROOT, commitment.root)
        script.says(L.PINNED_ANSWERS, words_of(commitment.answers))
        events += script.events
        with overheard() as listened:
            _ = replace(proof.key).program_id
        digests = [words for place, words in listened.said if place.label is L.PROGRAM_COMMITMENT]
        key.says(L.PROGRAM_COMMITMENT, digests[number], height)
    return events + key.events


def continuation_script(proof: RunProof, number: int, segment: SegmentProof, form: SegmentForm) -> Iterator[Event]:
    """The pinning point of a segment's continuation tables, then its leaf."""
    pinning, leaf = Script(D.CONTINUATION_PINNING, number), Script(D.SEGMENT_LEAF, number)
    pinning.says(L.MACHINE, MACHINE)
    pinning.says(L.PARAMETERS, PARAMETERS)
    pinning.says(L.PROGRAM, digest_words(proof.key.program_id))
    for script in (pinning, leaf):
        script.says(L.SEGMENT_INDEX, [number])
        script.says(L.STACKING, of_stacking(form))
        script.says(L.HEIGHTS, [1, *segment.shape.heights_log2["boundary"]])
        script.says(L.CONTINUATION_ROOT, segment.continuation_root)
    pinning.draws(L.CONTINUATION_PINNING)
    leaf.says(L.PINNED_ANSWERS, words_of(segment.pinned_answers))
    yield from pinning.events
    yield from leaf.events


def nonce_words(nonces: Sequence[int]) -> list[int]:
    return [word for nonce in nonces for word in (nonce >> 32, nonce & 0xFFFFFFFF)]


def segment_script(
    number: int, segment: SegmentProof, form: SegmentForm, run: Sequence[int], leaf: Sequence[int]
) -> list[Event]:
    """A segment's own conversation: everything is absorbed before what depends on it is drawn."""
    script = Script(D.SEGMENT, number)
    schedule = form.parameters.schedule(form.height_log2)
    script.says(L.RUN, run)
    script.says(L.SEGMENT_INDEX, [number])
    script.says(L.LEAF, leaf)
    script.says(L.PUBLIC_VALUES, segment.public_values)
    script.says(L.STACKING, of_stacking(form))
    script.says(L.HEIGHTS, segment.shape.numbers())
    script.says(L.MAIN_ROOT, segment.main_root)
    script.draws(L.LOCAL_ALPHA)
    script.draws(L.LOCAL_BETA)

    script.says(L.BUS_TOTALS, words_of(segment.bus_totals))
    script.draws(L.GKR_SCOPE)
    for j, layer in enumerate(segment.layers, start=1):
        script.draws(L.GKR_BATCHING, j)
        for i, sent in enumerate(layer.rounds):
            script.says(L.GKR_ROUND_POLYNOMIAL, words_of(sent), j, i)
            script.draws(L.GKR_ROUND, j, i)
        script.says(L.GKR_LAYER_ENDS, words_of(layer.ends), j)
        script.draws(L.GKR_MERGE, j)

    script.draws(L.ZEROCHECK_BATCHING)
    for i, sent in enumerate(segment.zerocheck_rounds):
        script.says(L.ZEROCHECK_ROUND_POLYNOMIAL, words_of(sent), i)
        script.draws(L.ZEROCHECK_ROUND, i)
    columns = [value for commitment in Commitment for value in segment.column_values[commitment]]
    script.says(L.COLUMN_VALUES, words_of(columns))

    script.draws(L.STACKING_BATCHING)
    for i, sent in enumerate(segment.stacking_rounds):
        script.says(L.STACKING_ROUND_POLYNOMIAL, words_of(sent), i)
        script.draws(L.STACKING_ROUND, i)
    script.says(L.STACKED_VALUES, words_of(segment.stacked_values))

    if schedule.column_batching_grinding_bits:
        script.says(L.COLUMN_BATCHING, nonce_words(segment.column_batching_nonce))
    script.draws(L.COLUMN_BATCHING)
    for i, iteration in enumerate(segment.iterations):
        for r, sent in enumerate(iteration.rounds):
            script.says(L.FOLDING_ROUND_POLYNOMIAL, words_of(sent), i, r)
            if schedule.folding_grinding_bits[i]:
                script.says(L.FOLDING, nonce_words(iteration.folding_nonces[r : r + 1]), i, r)
            script.draws(L.FOLDING, i, r)
        is_last = i == len(segment.iterations) - 1
        if is_last:
            script.says(L.FINAL_VECTOR, words_of(segment.final_vector))
        else:
            script.says(L.FOLDED_ROOT, iteration.root, i)
            script.draws(L.OUT_OF_DOMAIN, i)
            script.says(L.OUT_OF_DOMAIN_ANSWER, words_of(iteration.answer), i)
        if schedule.query_grinding_bits[i]:
            script.says(L.QUERIES, nonce_words(iteration.query_nonce), i)
        script.draws(L.QUERIES, i)
        if not is_last:
            script.draws(L.QUERY_BATCHING, i)
    return script.events


def test_conversation_of_the_verifier_is_that_of_the_protocol() -> None:
    proof = TWO_SEGMENTS.proof
    forms = [SegmentForm(segment.shape, proof.key.parameters) for segment in proof.segments]
    statement = RunStatement(SMALL_MACHINE, proof.key.parameters, proof.key.program_id, proof.output, 2)
    leaves = [
        tuple(
            segment_leaf(
                NumberAlgebra(),
                SegmentPlace(statement, number, form),
                number,
                segment.continuation_root,
                segment.pinned_answers,
            )
        )
        for number, (segment, form) in enumerate(zip(proof.segments, forms, strict=True))
    ]
    root = leaves_root([digest_bytes(leaf) for leaf in leaves])
    digest = run_digest(NumberAlgebra(), statement, root)

    expected = program_script(proof)
    for number, (segment, form) in enumerate(zip(proof.segments, forms, strict=True)):
        expected += continuation_script(proof, number, segment, form)

    run = Script(D.RUN, 0)
    run.says(L.MACHINE, MACHINE)
    run.says(L.PARAMETERS, PARAMETERS)
    run.says(L.PROGRAM, digest_words(proof.key.program_id))
    run.says(L.OUTPUT, digest_words(tagged_digest(Prefix.OUTPUT, proof.output)))
    run.says(L.SEGMENT_COUNT, [2])
    run.says(L.LEAVES_ROOT, digest_words(root))
    across = Script(D.GLOBAL_CHALLENGES, 0)
    across.says(L.RUN, digest)
    across.draws(L.GLOBAL_ALPHA)
    across.draws(L.GLOBAL_BETA)

    program = Script(D.PROGRAM_PINNING, 0)
    height = forms[0].height_log2
    program.says(L.MACHINE, MACHINE)
    program.says(L.PARAMETERS, PARAMETERS)
    program.says(L.STACKING, of_stacking(forms[0]))
    program.says(L.HEIGHTS, [1, *proof.key.program_heights_log2])
    program.says(L.PROGRAM_ROOT, proof.key.commitments[height].root)
    program.draws(L.PROGRAM_PINNING)

    expected += [*run.events, *across.events, *program.events]
    for number, (segment, form, leaf) in enumerate(zip(proof.segments, forms, leaves, strict=True)):
        expected += segment_script(number, segment, form, digest, leaf)
    assert heard(replace(proof, key=replace(proof.key))) == expected
