"""A wrong trace is not provable: for every chip a lie that the checker names and whose proof the verifier refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reference.checker import check_trace
from reference.prover.run import prove_run
from reference.tables import Trace
from spec.air.chip import Role
from spec.protocol.proof_encoding import encode_proof
from spec.rejection import Rejected, Rejection
from spec.rv64im.machine import CALL_CHIPS, CHIPS, RV64IM, WORK_CHIPS
from tests.both_verifiers import verify
from tests.changed_traces import cell, recounted, shifted, table_of
from tests.reference.proven_run import KERNELS, proven_run, reason_for
from tests.reference.violations import accused, rows_named

LIES = {
    "constant": "value_0",
    "add": "result_0",
    "sub": "result_3",
    "addi": "immediate_low",
    "addw": "sign",
    "subw": "result_1",
    "addiw": "sign",
    "and": "both_0",
    "andi": "result_upper_2",
    "or": "left_7",
    "ori": "immediate_0",
    "xor": "both_5",
    "xori": "result_upper_0",
    "sll": "result_0",
    "slli": "by_limbs_1",
    "sllw": "power",
    "slliw": "piece_1",
    "srl": "moved_2",
    "srli": "power",
    "srlw": "amount",
    "srliw": "half",
    "sra": "left_sign",
    "srai": "result_3",
    "sraw": "left_sign",
    "sraiw": "dropped",
    "slt": "left_sign",
    "sltu": "decides_3",
    "slti": "less",
    "sltiu": "margin",
    "branch_equal": "equal",
    "branch_less_signed": "target",
    "branch_less_unsigned": "next_pc",
    "jalr": "dropped_bit",
    "ld": "address_low",
    "load_word": "in_upper_word",
    "load_half": "in_limb_1",
    "load_byte": "odd",
    "sd": "address_high",
    "sw": "after_2",
    "sh": "in_limb_0",
    "sb": "new_limb",
    "load_misaligned": "crossing",
    "store_misaligned": "covered_3",
    "mul": "carry_0",
    "mulw": "result_1",
    "multiply_high": "left_sign",
    "divide": "quotient_0",
    "divide_word": "remainder_0",
    "halt": "exit_code_0",
    "range_table": "range_multiplicity",
    "byte_table": "byte_pair_multiplicity",
    "shift_table": "shift_multiplicity",
    "program_table": "program_multiplicity",
    "image_table": "image_multiplicity",
    "region_table": "region_multiplicity",
    "boundary": "value_in_0",
    "memory": "final_0",
}
"""By chip, a column of its first row that the lie adds one to."""

SHARED_LIES = ("real", "pc", "clock", "destination", "source1_previous_clock", "source1_clock_high")
"""Columns that every register-register chip has."""

REASONS = {Rejection.ZEROCHECK_MISMATCH, Rejection.LOCAL_BUSES_UNBALANCED, Rejection.GLOBAL_BUSES_UNBALANCED}


def _refused_for(forged: Trace) -> Rejection | None:
    honest = proven_run()
    return reason_for(prove_run(KERNELS, honest.key, [forged]))


def _reason_for_any_output(encoded: bytes, exit_code: int = 0) -> Rejection | None:
    try:
        verify(encoded, None, None, exit_code=exit_code, allow_insecure=True)
    except Rejected as rejected:
        return rejected.reason
    return None


def test_every_chip_has_a_lie() -> None:
    """Those of calls, work tables and their fixed tables stand in tests/optimized/test_forged_calls.py: plain kernels
    are slow on them."""
    of_calls = {chip.name for chip in (*CALL_CHIPS, *WORK_CHIPS)}
    of_calls |= {name for name, table in RV64IM.tables.items() if of_calls & set(table.only_for)}
    assert list(LIES) == [chip.name for chip in CHIPS if chip.name not in of_calls]


@pytest.mark.parametrize(("chip", "column"), [*LIES.items(), *(("add", column) for column in SHARED_LIES)])
def test_lie_is_named_by_the_checker_and_refused_by_the_verifier(chip: str, column: str) -> None:
    forged = shifted(proven_run().trace, chip, 0, **{column: 1})
    if table_of(forged, chip).chip.role not in (Role.MACHINE_TABLE, Role.PROGRAM_TABLE):
        forged = recounted(forged)
    assert (chip, 0) in rows_named(check_trace(forged))
    assert _refused_for(forged) in REASONS


def test_output_that_the_run_did_not_write_is_refused() -> None:
    """The whole trace is honest but for the claimed output and the memory rows that must agree with it."""
    trace = proven_run().trace
    lie = replace(trace, output=trace.output[:-1] + bytes([trace.output[-1] ^ 1]))
    assert accused(check_trace(lie)) == {"bus output"}
    honest = proven_run()
    proof = prove_run(KERNELS, honest.key, [lie])
    assert proof.output != honest.trace.output
    assert reason_for(proof) is Rejection.OUTPUT_DIFFERS
    assert _reason_for_any_output(encode_proof(proof)) is Rejection.GLOBAL_BUSES_UNBALANCED


def test_exit_code_that_the_program_did_not_give_is_refused() -> None:
    trace = proven_run().trace
    code = cell(trace, "halt", 0, "exit_code_0")
    lie = replace(trace, public_values=trace.public_values | {"exit_code_0": code + 1})
    assert accused(check_trace(lie)) == {"bus exit"}
    proof = prove_run(KERNELS, proven_run().key, [lie])
    assert _reason_for_any_output(encode_proof(proof), exit_code=code + 1) is Rejection.LOCAL_BUSES_UNBALANCED
