"""A wrong call is not provable: of every call and work table a lie that the checker names and verifiers refuse."""

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
from spec.isa.calls import CALLS, Call
from spec.parameters import TINY
from spec.protocol.proof_encoding import encode_proof
from spec.rejection import Rejected, Rejection
from spec.rv64im.machine import CALL_CHIPS, RV64IM, WORK_CHIPS
from tests.both_verifiers import verify
from tests.changed_traces import recounted, shifted
from tests.reference.call_programs import calling_program, scratch_values
from tests.reference.call_run import operands_apart
from tests.reference.violations import rows_named

KERNELS = OptimizedKernels()

LIES = {
    "keccak_f": ("keccak_f", "after_0", {Rejection.LOCAL_BUSES_UNBALANCED}),
    "sha256_compress": (
        "sha256_compress",
        "after_0",
        {Rejection.ZEROCHECK_MISMATCH, Rejection.LOCAL_BUSES_UNBALANCED},
    ),
    "multiply_add_modulo_256": (
        "multiply_add_modulo_256",
        "result_0",
        {Rejection.ZEROCHECK_MISMATCH, Rejection.LOCAL_BUSES_UNBALANCED},
    ),
    "multiply_add_modulo_384": ("multiply_add_modulo_384", "carry_40", {Rejection.ZEROCHECK_MISMATCH}),
    "advice": ("advice", "word_3", {Rejection.LOCAL_BUSES_UNBALANCED}),
    "keccak_round": ("keccak_f", "mixed_low_3_7", {Rejection.LOCAL_BUSES_UNBALANCED}),
    "sha256_first": ("sha256_compress", "key", {Rejection.LOCAL_BUSES_UNBALANCED}),
    "sha256_rest": (
        "sha256_compress",
        "left_4_low",
        {Rejection.ZEROCHECK_MISMATCH, Rejection.LOCAL_BUSES_UNBALANCED},
    ),
    "keccak_digits": ("keccak_f", "keccak_limb_multiplicity", {Rejection.LOCAL_BUSES_UNBALANCED}),
    "keccak_chi": ("keccak_f", "keccak_chi_multiplicity", {Rejection.LOCAL_BUSES_UNBALANCED}),
}
"""By chip, the call whose trace has it, a column of its first row changed by one, and why verifiers may refuse it."""

CALL_BY_NAME = {call.name: call for call in CALLS}


@cache
def _honest(call: Call) -> tuple[ProvingKey, Trace]:
    words = dict.fromkeys(scratch_values(call.doublewords), 1)
    program = calling_program(call, operands_apart(call), values=words)
    return proving_key(KERNELS, program, TINY), build_trace(program)


def _reason(call: Call, trace: Trace) -> Rejection | None:
    key, honest = _honest(call)
    try:
        verify(encode_proof(prove_run(KERNELS, key, [trace])), key.verification, honest.output, allow_insecure=True)
    except Rejected as rejected:
        return rejected.reason
    return None


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_honest_call_is_accepted_by_both_verifiers(call: Call) -> None:
    assert _reason(call, _honest(call)[1]) is None


@pytest.mark.parametrize("chip", LIES)
def test_lie_about_a_call_is_named_by_the_checker_and_refused_by_both_verifiers(chip: str) -> None:
    name, column, reasons = LIES[chip]
    call = CALL_BY_NAME[name]
    forged = shifted(_honest(call)[1], chip, 0, **{column: 1})
    if chip not in RV64IM.tables:
        forged = recounted(forged)
    assert (chip, 0) in rows_named(check_trace(forged))
    assert _reason(call, forged) in reasons


def test_every_call_and_work_table_and_fixed_table_of_theirs_has_a_lie() -> None:
    of_calls = [chip.name for chip in (*CALL_CHIPS, *WORK_CHIPS)]
    assert list(LIES) == [*of_calls, *(name for name, table in RV64IM.tables.items() if table.only_for)]
