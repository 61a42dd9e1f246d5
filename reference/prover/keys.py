"""Key generation: committing to a program's tables at every stacking height, and pinning them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from reference.prover.kernels import Committed, Kernels
from reference.tables import Table
from spec.air.chip import Role
from spec.air.machine import Machine
from spec.field import Extension
from spec.parameters import ParameterSet
from spec.protocol.hash import Digest
from spec.protocol.key import (
    ProgramCommitment,
    VerificationKey,
    key_heights,
    program_stacking,
    program_table_numbers,
)
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.run import program_pinning_point
from spec.protocol.stacking import Commitment, leaf_tree


@dataclass(frozen=True, eq=False)
class PinnedProgram:
    """A program's tables, committed at one stacking height; nothing where the machine has no program tables."""

    committed: Committed | None
    point: Extension
    commitment: ProgramCommitment


@dataclass(frozen=True, eq=False)
class ProvingKey:
    """A verification key with what the prover needs to open its commitments."""

    verification: VerificationKey
    tables: tuple[Table, ...]
    """The program's tables in machine order; only their fixed columns matter."""

    held: dict[int, PinnedProgram] = field(default_factory=dict)
    """The commitment that was used last, by its stacking height: segments of a run share it."""

    def at_height(self, kernels: Kernels, height_log2: int) -> PinnedProgram:
        """The program's commitment at a stacking height."""
        if height_log2 not in self.held:
            key = self.verification
            self.held.clear()
            self.held[height_log2] = pin_program(kernels, key.machine, key.parameters, self.tables, height_log2)
        return self.held[height_log2]


def pin_program(
    kernels: Kernels,
    machine: Machine,
    parameters: ParameterSet,
    tables: Sequence[Table],
    height_log2: int,
) -> PinnedProgram:
    """Commits to a program's tables at one stacking height and answers at the point that the root determines."""
    heights_log2 = [table.height.bit_length() - 1 for table in tables]
    layout = program_stacking(machine, heights_log2, height_log2)
    committed: Committed | None = None
    root: Digest = ()
    if layout.count:
        tree = leaf_tree(layout.count, height_log2, parameters)
        folding_log2 = parameters.schedule(height_log2).folds[0]
        committed = kernels.commit(tables, Commitment.PROGRAM, layout, parameters.rate_log2, folding_log2, tree)
        root = committed.root
    numbers = program_table_numbers(machine, heights_log2)
    point, _ = program_pinning_point(NumberAlgebra(), machine, parameters, numbers, height_log2, root)
    answers = () if committed is None else committed.answers(point)
    return PinnedProgram(committed, point, ProgramCommitment(root, answers))


def proving_key(
    kernels: Kernels, machine: Machine, parameters: ParameterSet, tables: Sequence[Table], start: Sequence[int]
) -> ProvingKey:
    """The key of a program, given by the cells of its tables in machine order, and the numbers it starts with.

    Raises ValueError if the tables are others, or in another order.
    """
    expected = [chip.name for chip in machine.chips_of(Role.PROGRAM_TABLE)]
    if [table.chip.name for table in tables] != expected:
        raise ValueError(f"program tables {[table.chip.name for table in tables]}, expected {expected}")
    heights_log2 = tuple(table.height.bit_length() - 1 for table in tables)
    commitments = {
        height: pin_program(kernels, machine, parameters, tables, height).commitment
        for height in key_heights(parameters, heights_log2)
    }
    verification = VerificationKey(machine, parameters, heights_log2, tuple(start), commitments)
    return ProvingKey(verification, tuple(tables))
