"""One honest run under the parameters for tests, proven once per process, and ways to lie about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from optimized.kernels import OptimizedKernels
from reference.program_keys import FIRST_CURSOR, proving_key
from reference.prover.keys import ProvingKey
from reference.prover.keys import proving_key as key_of_tables
from reference.prover.run import prove_run
from reference.tables import Trace
from reference.trace.build import build_trace
from reference.verifier.program import Verified
from spec.air.chip import Role
from spec.parameters import TINY
from spec.program import Program
from spec.protocol.proof import RunProof, SegmentProof
from spec.protocol.proof_encoding import encode_proof
from spec.rejection import Rejected, Rejection
from spec.rv64im.buses import LIMB_BITS
from spec.rv64im.machine import RV64IM, SEGMENT_PUBLIC_VALUES
from spec.rv64im.tokens import EXIT_CODE_VALUES
from tests.both_verifiers import verify
from tests.reference.every_instruction import every_instruction_program

KERNELS = OptimizedKernels()
INPUT = (0x1234_5678_9ABC_DEF0).to_bytes(8, "little")


@dataclass(frozen=True)
class ProvenRun:
    """A program, its key, its honest trace and the proof of it."""

    program: Program
    key: ProvingKey
    trace: Trace
    proof: RunProof


@cache
def proven_run() -> ProvenRun:
    """A run that executes every instruction of the machine."""
    program = every_instruction_program([(7, 3)], [2**63 + 5])
    key = proving_key(KERNELS, program, TINY)
    trace = build_trace(program, INPUT)
    return ProvenRun(program, key, trace, prove_run(KERNELS, key, [trace]))


def accept(proof: RunProof) -> Verified:
    """Verifies the proof's bytes against the honest run's key and output.

    Raises Rejected at the first check that fails.
    """
    honest = proven_run()
    return verify(encode_proof(proof), honest.key.verification, honest.trace.output, allow_insecure=True)


def reason_for(proof: RunProof) -> Rejection | None:
    """Why the proof's bytes are refused; None if they are accepted."""
    try:
        accept(proof)
    except Rejected as rejected:
        return rejected.reason
    return None


def reason_for_trace(trace: Trace) -> Rejection | None:
    """Why the proof of a run of one segment under its program's key is refused, whatever it writes and ends with."""
    tables = [table for table in trace.tables if table.chip.role is Role.PROGRAM_TABLE]
    rows = tables[0]
    entry = int(rows.fixed[0, rows.chip.fixed_columns.index("pc")])
    fixed = tuple(table.fixed.tobytes() for table in tables)
    if fixed not in _KEYS:
        _KEYS[fixed] = key_of_tables(KERNELS, RV64IM, TINY, tables, (entry, FIRST_CURSOR))
    proof = prove_run(KERNELS, _KEYS[fixed], [trace])
    code = sum(trace.public_values[name] << (LIMB_BITS * i) for i, name in enumerate(EXIT_CODE_VALUES))
    try:
        verify(encode_proof(proof), None, None, exit_code=code, allow_insecure=True)
    except Rejected as rejected:
        return rejected.reason
    return None


_KEYS: dict[tuple[bytes, ...], ProvingKey] = {}
"""By the cells of the program's tables."""


def with_segment(change: Callable[[SegmentProof], SegmentProof]) -> RunProof:
    """The honest proof with its one segment changed."""
    proof = proven_run().proof
    return replace(proof, segments=(change(proof.segments[0]),))


def with_public(name: str, value: int) -> RunProof:
    """The honest proof with one public value changed."""

    def change(segment: SegmentProof) -> SegmentProof:
        values = list(segment.public_values)
        values[SEGMENT_PUBLIC_VALUES.index(name)] = value
        return replace(segment, public_values=tuple(values))

    return with_segment(change)
