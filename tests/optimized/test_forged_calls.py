"""A wrong call is not provable: of its chip and each work table a lie that the checker names and verifiers refuse."""

from __future__ import annotations

from functools import cache

import pytest

from optimized.kernels import OptimizedKernels
from reference.checker import check_trace
from reference.program_keys import proving_key
from reference.prover.keys import ProvingKey
from reference.prover.run import prove_run
from reference.tables import Trace
from reference.trace.build import build_trace
from spec.isa.calls import SHA256_COMPRESS
from spec.parameters import TINY
from spec.protocol.proof_encoding import encode_proof
from spec.rejection import Rejected, Rejection
from spec.rv64im.machine import CALL_CHIPS, WORK_CHIPS
from tests.both_verifiers import verify
from tests.changed_traces import recounted, shifted
from tests.reference.assembly import SCRATCH
from tests.reference.call_programs import calling_program
from tests.reference.violations import rows_named

KERNELS = OptimizedKernels()

LIES = {
    "sha256_compress": ("after_0", {Rejection.ZEROCHECK_MISMATCH, Rejection.LOCAL_BUSES_UNBALANCED}),
    "sha256_first": ("key", {Rejection.LOCAL_BUSES_UNBALANCED}),
    "sha256_rest": ("left_4_low", {Rejection.ZEROCHECK_MISMATCH, Rejection.LOCAL_BUSES_UNBALANCED}),
}
"""By chip, a column of its first row that the lie adds one to, and why verifiers may refuse it."""


@cache
def _honest() -> tuple[ProvingKey, Trace]:
    program = calling_program(SHA256_COMPRESS, (SCRATCH.start, SCRATCH.start + 64))
    return proving_key(KERNELS, program, TINY), build_trace(program)


def _reason(trace: Trace) -> Rejection | None:
    key, honest = _honest()
    try:
        verify(encode_proof(prove_run(KERNELS, key, [trace])), key.verification, honest.output, allow_insecure=True)
    except Rejected as rejected:
        return rejected.reason
    return None


def test_honest_call_is_accepted_by_both_verifiers() -> None:
    assert _reason(_honest()[1]) is None


@pytest.mark.parametrize("chip", LIES)
def test_lie_about_a_call_is_named_by_the_checker_and_refused_by_both_verifiers(chip: str) -> None:
    column, reasons = LIES[chip]
    forged = recounted(shifted(_honest()[1], chip, 0, **{column: 1}))
    assert (chip, 0) in rows_named(check_trace(forged))
    assert _reason(forged) in reasons


def test_every_call_and_work_table_has_a_lie() -> None:
    assert list(LIES) == [chip.name for chip in (*CALL_CHIPS, *WORK_CHIPS)]
