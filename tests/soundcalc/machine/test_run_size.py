"""Estimated sizes against the bytes of proofs; the conversations of real proofs against the terms of the figures."""

from __future__ import annotations

from pathlib import Path

import pytest

import limpid
from limpid.api import parameter_set
from soundcalc.machine.run_size import run_size
from soundcalc.machine.shapes import run_security
from spec.parameters import PARAMETER_SETS, TINY
from spec.protocol.proof_encoding import decode_proof, encode_proof
from spec.rv64im.machine import RV64IM
from tests.reference.proven_run import proven_run

EXAMPLES = Path(__file__).parents[3] / "guest/examples/elf"
TOLERANCE = 0.03
FEW_QUERIES_TOLERANCE = 0.15
"""A handful of paths meet where chance will have it: the size of such a proof is far from its expectation."""


def test_size_of_a_run_agrees_with_its_bytes(quickstart: Path) -> None:
    encoded = (quickstart / "build" / "sha256.proof").read_bytes()
    proof = decode_proof(encoded, RV64IM)
    shapes = [segment.shape for segment in proof.segments]
    estimate = run_size(shapes, proof.key.parameters, proof.output).total_bytes
    assert len(encoded) == pytest.approx(estimate, rel=TOLERANCE)


def test_size_of_a_run_with_few_queries_is_near_its_bytes() -> None:
    proof = proven_run().proof
    shapes = [segment.shape for segment in proof.segments]
    estimate = run_size(shapes, TINY, proof.output).total_bytes
    assert len(encode_proof(proof)) == pytest.approx(estimate, rel=FEW_QUERIES_TOLERANCE)


def test_statement_is_counted_as_it_is_written() -> None:
    proof = proven_run().proof
    shapes = [segment.shape for segment in proof.segments]
    before, after = (run_size(shapes, TINY, output) for output in (b"", bytes(1000)))
    assert after.parts["statement"] == before.parts["statement"] + 1000
    twice = run_size(shapes * 2, TINY, b"")
    assert twice.parts["main"] == 2 * before.parts["main"]


@pytest.mark.slow
@pytest.mark.parametrize("parameters", [name for name in PARAMETER_SETS if name != TINY.name])
@pytest.mark.parametrize(("guest", "private_input"), [("fibonacci", (10).to_bytes(8, "little")), ("sha256", b"abc")])
def test_real_proof_has_the_estimated_size_and_the_labels_of_its_terms(
    guest: str, private_input: bytes, parameters: str
) -> None:
    proof = limpid.prove(EXAMPLES / f"{guest}.elf", private_input, parameters=parameters)
    shapes = [segment.shape for segment in decode_proof(proof.encoded, RV64IM).segments]
    size = run_size(shapes, parameter_set(parameters), proof.output).total_bytes
    assert len(proof.encoded) == pytest.approx(size, rel=TOLERANCE)
    accepted = limpid.verify(proof.encoded, program=proof.key, output=proof.output)
    terms = [label for report in accepted.security.reports for label in report.terms]
    assert sorted(accepted.verified.sampled_labels) == sorted(terms)
    assert run_security(shapes, parameter_set(parameters), proof.output) == accepted.security
