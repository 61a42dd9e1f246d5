"""A recorded verification is proven by the same protocol and accepted by the reference verifier; a wrong one is not."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from optimized.kernels import OptimizedKernels
from reference.prover.keys import ProvingKey, proving_key
from reference.prover.run import prove_run
from reference.recursion.recorder import Recorder
from reference.recursion.witness import circuit_trace, program_tables
from reference.tables import Trace
from reference.verifier.run import verify_run
from reference.verifier.statement import PLAIN_TOOLS
from spec.circuit.machine import circuit_machine
from spec.parameters import TINY
from spec.rejection import Rejected, Rejection
from tests.changed_traces import shifted
from tests.recorded_verification import Recording
from tests.small_runs import CAPPED, ONE_SEGMENT

KERNELS = OptimizedKernels()
MACHINE = circuit_machine("node", ())


@cache
def _node() -> tuple[ProvingKey, Trace]:
    """The circuit that verifies a proof of the small machine: its key, and the trace that an accepted proof gives."""
    recorder: Any = Recording(replace(ONE_SEGMENT, parameters=CAPPED).proof, Recorder).algebra  # type: ignore[arg-type]
    tables = program_tables(MACHINE, recorder.circuit)
    return proving_key(KERNELS, MACHINE, TINY, tables, (0,)), circuit_trace(MACHINE, recorder)


def _verify(trace: Trace) -> None:
    """Proves the trace and verifies the proof. Raises Rejected at the first check that fails."""
    proof = prove_run(KERNELS, _node()[0], [trace])
    verify_run(PLAIN_TOOLS.algebra(), proof, (), (), PLAIN_TOOLS.steps)


def test_proof_of_a_recorded_verification_is_accepted() -> None:
    _verify(_node()[1])


@pytest.mark.parametrize(
    ("chip", "column", "reasons"),
    [
        ("hint_octet", "hint_0", {Rejection.LOCAL_BUSES_UNBALANCED}),
        ("equal", "value_0", {Rejection.LOCAL_BUSES_UNBALANCED}),
        ("multiply_add", "result_2", {Rejection.ZEROCHECK_MISMATCH, Rejection.LOCAL_BUSES_UNBALANCED}),
        ("sha256_rest", "key", {Rejection.LOCAL_BUSES_UNBALANCED}),
    ],
)
def test_circuit_with_a_changed_cell_is_refused(chip: str, column: str, reasons: set[Rejection]) -> None:
    with pytest.raises(Rejected) as rejected:
        _verify(shifted(_node()[1], chip, 0, **{column: 1}))
    assert rejected.value.reason in reasons
