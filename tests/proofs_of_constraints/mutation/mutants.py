"""Mutants by name."""

from proofs_of_constraints.mutation.operators import Mutant, mutants_of
from spec.rv64im.machine import CHIP_BY_NAME


def mutant(chip: str, change: str) -> Mutant:
    """The mutant of a chip with this change."""
    return next(mutant for mutant in mutants_of(CHIP_BY_NAME[chip]) if mutant.change == change)
