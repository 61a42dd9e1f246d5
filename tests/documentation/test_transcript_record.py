"""The recorded conversation of the verifier."""

from __future__ import annotations

from documentation.transcript_record import conversation
from soundcalc.machine.shapes import proof_shapes
from spec.parameters import TINY
from spec.protocol.transcript import Transcript


def test_sampled_labels_of_the_record_are_those_of_the_error_terms() -> None:
    from documentation.transcript_record import recorded_shape

    (shape,) = proof_shapes([recorded_shape()], TINY)
    sampled = [event.label for event in conversation() if event.verb == "samples"]
    assert tuple(sampled) == shape.labels


def test_transcript_after_recording_records_nothing() -> None:
    before = conversation()
    transcript = Transcript("limpid test")
    transcript.observe("payload", b"")
    assert conversation() == before
