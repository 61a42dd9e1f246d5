"""One concrete row against what its table is for, whatever kind of table it is."""

from __future__ import annotations

from proofs_of_constraints.mutation.instruction_meaning import instruction_faults, instruction_inadmissible
from proofs_of_constraints.mutation.table_meaning import table_faults, table_inadmissible
from proofs_of_constraints.obligations.concrete_row import ConcreteRow
from spec.air.chip import Chip, Role


def has_meaning(chip: Chip) -> bool:
    """Whether a row of the chip can be judged; a lookup table's rows are its fixed columns."""
    return chip.role in (Role.INSTRUCTION, Role.CONTINUATION)


def row_obstacles(row: ConcreteRow) -> list[str]:
    """Why the row cannot stand: constraints, lookups and contracts it violates, else what no other table says."""
    of_instruction = row.chip.role is Role.INSTRUCTION
    return row.violations() or list(instruction_inadmissible(row) if of_instruction else table_inadmissible(row))


def row_faults(row: ConcreteRow) -> list[str]:
    """What the row does that it must not do."""
    return list(instruction_faults(row) if row.chip.role is Role.INSTRUCTION else table_faults(row))
