"""The recorded conversations of the verifier."""

from __future__ import annotations

from documentation.error_terms import labels_with_terms
from documentation.transcript_record import ONE_QUERY, Event, conversation, conversation_of, recorded_form
from spec.protocol.form import SegmentForm
from spec.protocol.hash import Domain
from spec.protocol.labels import Label, label_text
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.shape import SegmentShape
from spec.protocol.transcript import Transcript
from tests.small_machine import SMALL_MACHINE


def _small_form() -> SegmentForm:
    heights = {"move": (3, 2), "halt": (1,), "range_table": (6,), "program_table": (2,), "boundary": (1,)}
    return SegmentForm(SegmentShape(SMALL_MACHINE, heights), ONE_QUERY)


def _sampled(events: tuple[Event, ...]) -> list[str]:
    return [label_text(event.label, *event.indices) for event in events if event.verb == "samples"]


def test_sampled_labels_of_the_worked_example_are_those_of_the_error_terms() -> None:
    assert sorted(_sampled(conversation())) == sorted(labels_with_terms(recorded_form()))


def test_sampled_labels_of_another_machine_are_those_of_the_error_terms() -> None:
    assert sorted(_sampled(conversation_of(_small_form()))) == sorted(labels_with_terms(_small_form()))


def test_conversation_of_a_run_has_proof_of_work_before_each_challenge_that_may_ask_for_it() -> None:
    events = conversation_of(_small_form())
    ground = [(event.label, event.indices) for event in events if event.verb == "grinds"]
    expected = [
        (event.label, event.indices)
        for event in events
        if event.verb == "samples" and event.label in (Label.COLUMN_BATCHING, Label.FOLDING, Label.QUERIES)
    ]
    assert ground == expected


def test_transcript_after_recording_records_nothing() -> None:
    before = conversation()
    transcript = Transcript(NumberAlgebra(), Domain.SEGMENT)
    transcript.absorb_numbers(Label.SEGMENT_INDEX, [0])
    assert conversation() == before
