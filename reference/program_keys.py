"""Keys of RV64IM programs."""

from __future__ import annotations

import numpy as np

from reference.fixed_tables import program_tables
from reference.prover.kernels import Kernels
from reference.prover.keys import ProvingKey
from reference.prover.keys import proving_key as key_of_tables
from reference.tables import Table
from spec.isa.encoding import INSTRUCTION_BYTES
from spec.parameters import ParameterSet
from spec.program import Program
from spec.protocol.key import VerificationKey
from spec.rv64im.machine import RV64IM

FIRST_CURSOR = 0
"""Where the memory table of the first segment starts."""


def fixed_cells(program: Program, *, listed: bool) -> list[Table]:
    """The program's tables in machine order, their counts zero."""
    tables = []
    for name, fixed in program_tables(program, listed=listed).items():
        chip = RV64IM.chip_by_name[name]
        tables.append(Table(chip, np.zeros((len(fixed), len(chip.columns)), dtype=np.uint64), fixed))
    return tables


def proving_key(kernels: Kernels, program: Program, parameters: ParameterSet) -> ProvingKey:
    """The key of a program.

    Raises NoInstructionError for a program of which no word can execute, ProgramTooLargeError if the parameters ask for
    listed shapes and none holds it.
    """
    tables = fixed_cells(program, listed=parameters.listed_shapes)
    start = (program.entry // INSTRUCTION_BYTES, FIRST_CURSOR)
    return key_of_tables(kernels, RV64IM, parameters, tables, start)


def entry_address(key: VerificationKey) -> int:
    """The byte address at which the program starts."""
    return key.start[0] * INSTRUCTION_BYTES


def verification_key(kernels: Kernels, program: Program, parameters: ParameterSet) -> VerificationKey:
    """The verification key alone. Raises as `proving_key`."""
    return proving_key(kernels, program, parameters).verification
