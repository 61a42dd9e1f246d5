"""Key generation: committing to everything fixed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reference.fixed_tables import fixed_tables, program_tables
from reference.prover.commitment import CommittedData, commit
from reference.prover.field_arrays import Matrix
from reference.prover.kernels import Kernels
from spec.parameters import ParameterSet
from spec.program import Program
from spec.protocol.key import VerificationKey
from spec.rv64im.machine import machine_digest
from spec.rv64im.machine_commitments import MACHINE_COMMITMENTS, MachineCommitment


@dataclass(frozen=True)
class ProvingKey:
    """A verification key with what the prover needs to open its commitments."""

    verification: VerificationKey
    machine: CommittedData
    program: CommittedData
    fixed: Mapping[str, Matrix]
    """The fixed columns by chip."""


def commit_machine(kernels: Kernels, rate_log2: int) -> CommittedData:
    """The commitment to the machine's fixed tables: the same for every program at this rate."""
    return commit(kernels, list(fixed_tables().values()), rate_log2)


def proving_key(
    kernels: Kernels, program: Program, parameters: ParameterSet, machine: CommittedData | None = None
) -> ProvingKey:
    """The key of a program; `machine` is the machine's commitment at this rate, if the caller has it already.

    Raises ProgramTooLargeError if the parameters ask for listed shapes and none holds the program.
    """
    machine_commitment = machine or commit_machine(kernels, parameters.rate_log2)
    tables = program_tables(program, listed=parameters.listed_shapes)
    program_commitment = commit(kernels, list(tables.values()), parameters.rate_log2)
    heights_log2 = tuple(shape.height_log2 for shape in machine_commitment.shapes)
    machine_claim = MachineCommitment(machine_commitment.root, heights_log2)
    verification = _verification_key(program, parameters, machine_claim, program_commitment)
    return ProvingKey(verification, machine_commitment, program_commitment, {**fixed_tables(), **tables})


def verification_key(kernels: Kernels, program: Program, parameters: ParameterSet) -> VerificationKey:
    """The verification key alone: the machine's commitment is known, so only the program's tables are committed to.

    Raises ProgramTooLargeError if the parameters ask for listed shapes and none holds the program.
    """
    tables = program_tables(program, listed=parameters.listed_shapes)
    committed = commit(kernels, list(tables.values()), parameters.rate_log2)
    return _verification_key(program, parameters, MACHINE_COMMITMENTS[parameters.rate_log2], committed)


def _verification_key(
    program: Program, parameters: ParameterSet, machine: MachineCommitment, committed: CommittedData
) -> VerificationKey:
    return VerificationKey(
        parameters=parameters,
        machine_digest=machine_digest(),
        machine_root=machine.root,
        machine_heights_log2=machine.heights_log2,
        program_root=committed.root,
        program_heights_log2=tuple(shape.height_log2 for shape in committed.shapes),
        entry=program.entry,
    )
