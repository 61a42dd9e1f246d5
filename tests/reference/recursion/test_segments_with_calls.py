"""The circuit that verifies a segment with calls: the proof satisfies it, another statement does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from optimized.kernels import OptimizedKernels
from reference.program_keys import proving_key
from reference.prover.run import prove_run
from reference.recursion.aggregate import digest_of
from reference.recursion.circuits import conversion, recorded
from reference.recursion.convert import SpanProof
from reference.recursion.recorder import Recorder
from reference.recursion.statements import converted
from reference.trace.build import build_traces
from reference.trace.limits import limits_of_shape
from spec.circuit.circuit import faults
from spec.protocol.hash import STATE_WORDS, digest_words
from spec.protocol.node_statement import NumberStatement, public_numbers
from spec.rv64im.machine import CHIPS
from tests.reference.call_run import every_call_program
from tests.reference.listed_shape import HEIGHTS_WITH_CALLS, PARAMETERS, SHAPE, list_shape, small_listing

NO_LIST = (0,) * STATE_WORDS


@pytest.fixture(autouse=True)
def shape_with_calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with small_listing(monkeypatch):
        list_shape(HEIGHTS_WITH_CALLS)
        yield


@cache
def _span() -> tuple[SpanProof, NumberStatement]:
    """A segment that makes every call, and what its node states."""
    kernels, program = OptimizedKernels(), every_call_program()
    traces = build_traces(program, b"", limits_of_shape(SHAPE))
    proof = prove_run(kernels, proving_key(kernels, program, PARAMETERS), traces)
    (segment,) = proof.segments
    span = SpanProof(proof.key, (segment,))
    return span, converted(span, digest_of(proof), digest_words(span.key.program_id), NO_LIST)


def _circuit(said: NumberStatement) -> Recorder:
    return recorded(conversion(_span()[0]), public_numbers(said))


def test_segment_has_every_table() -> None:
    span, _ = _span()
    assert {table.chip.name for table in span.form.shape.tables} == {chip.name for chip in CHIPS}


def test_circuit_is_satisfied_by_the_proof() -> None:
    recorder = _circuit(_span()[1])
    assert recorder.broken == []
    assert faults(recorder.circuit) == []


@pytest.mark.slow
def test_circuit_is_not_satisfied_by_another_statement() -> None:
    _, said = _span()
    lie = _circuit(replace(said, first_index=said.first_index + 1))
    assert lie.broken
    assert lie.circuit == _circuit(said).circuit
