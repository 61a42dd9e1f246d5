"""A tree over three segments of an RV64IM program: two are converted together, one alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from reference.program_keys import proving_key
from reference.prover.run import prove_run
from reference.recursion.aggregate import digest_of
from reference.recursion.convert import SpanProof
from reference.recursion.keys import listed_keys
from reference.recursion.tree import TreeProver
from reference.trace.build import build_traces
from reference.trace.limits import limits_of_shape
from reference.verifier.final import Asked, TreeConstants, verify_final
from spec.protocol.numbers import NumberAlgebra
from spec.rejection import Rejected, Rejection
from spec.rv64im import recursion_shapes
from spec.rv64im.machine import CALL_CHIPS, INSTRUCTION_CHIPS, RV64IM
from spec.rv64im.program_row import HALTED
from spec.rv64im.tokens import output_tokens
from tests.plain_workshop import PlainWorkshop
from tests.reference.segmented_run import INPUT, counting_program
from tests.small_tree import DESIGN, KERNELS, NODES

SHAPE = "counting"
HEIGHTS = {chip.name: (3,) for chip in INSTRUCTION_CHIPS if chip not in CALL_CHIPS} | {
    "addi": (6, 1),
    "ld": (4,),
    "sd": (4,),
    "boundary": (5,),
    "memory": (6,),
}
PROGRAMS = ({"program_table": 5, "image_table": 4, "region_table": 4},)
SEGMENTS = replace(NODES, name="tiny segments", listed_shapes=True)
ITERATIONS = 20


@pytest.fixture(autouse=True)
def small_shape(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A listed shape that a few instructions fill. The machine's digest, which covers the declared ones, is known."""
    assert RV64IM.digest
    listed = RV64IM.listed_shapes, RV64IM.listed_programs
    object.__setattr__(RV64IM, "listed_shapes", {SHAPE: HEIGHTS})
    object.__setattr__(RV64IM, "listed_programs", PROGRAMS)
    monkeypatch.setattr(recursion_shapes, "LISTED_PROGRAMS", PROGRAMS)
    yield
    object.__setattr__(RV64IM, "listed_shapes", listed[0])
    object.__setattr__(RV64IM, "listed_programs", listed[1])


@pytest.mark.slow
def test_run_of_an_rv64im_program_ends_in_a_final_proof() -> None:
    program = counting_program(ITERATIONS)
    key = proving_key(KERNELS, program, SEGMENTS)
    proof = prove_run(KERNELS, key, build_traces(program, INPUT, limits_of_shape(SHAPE)))
    assert len(proof.segments) == 3
    design = replace(
        DESIGN,
        segments=RV64IM,
        segment_parameters=SEGMENTS,
        segment_shapes={SHAPE: proof.segments[0].shape},
        segment_counts=(1, 2),
    )
    workshop = PlainWorkshop(KERNELS, design)
    keys = listed_keys(workshop)
    prover = TreeProver(workshop, keys)
    spans = [SpanProof(proof.key, segments) for segments in (proof.segments[:2], proof.segments[2:])]
    left, right = (prover.convert(SHAPE, span, digest_of(proof)) for span in spans)
    final = prover.finish(prover.combine([left, right]))

    constants = TreeConstants(keys.final, keys.root)
    output = (ITERATIONS + 41).to_bytes(8, "little")
    asked = Asked(proof.key, output, output_tokens(output), (0, 0, 0, 0))
    stated = verify_final(NumberAlgebra(), final, constants, asked).statement
    assert (stated.segment_count, stated.ends[0], stated.depth) == (3, HALTED, 1)
    for other, reason in (
        (replace(asked, exit_values=(1, 0, 0, 0)), Rejection.EXIT_CODE_DIFFERS),
        (replace(asked, output=output[::-1], output_tokens=output_tokens(output[::-1])), Rejection.RUN_DIFFERS),
    ):
        with pytest.raises(Rejected) as rejected:
            verify_final(NumberAlgebra(), final, constants, other)
        assert rejected.value.reason is reason
