"""One concrete row against what its table is for, whatever kind of table it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from proofs_of_constraints.mutation.instruction_meaning import instruction_faults, instruction_inadmissible
from proofs_of_constraints.mutation.table_meaning import table_faults, table_inadmissible
from proofs_of_constraints.mutation.work_meaning import work_faults, work_inadmissible
from proofs_of_constraints.obligations.concrete_row import ConcreteRow
from spec.air.chip import Chip, Role


def has_meaning(chip: Chip) -> bool:
    """Whether a row of the chip can be judged; a lookup table's rows are its fixed columns."""
    return chip.role in _MEANINGS


def row_obstacles(row: ConcreteRow) -> list[str]:
    """Why the row cannot stand: constraints, lookups and contracts it violates, else what no other table says."""
    inadmissible, _ = _MEANINGS[row.chip.role]
    return row.violations() or list(inadmissible(row))


def row_faults(row: ConcreteRow) -> list[str]:
    """What the row does that it must not do."""
    _, faults = _MEANINGS[row.chip.role]
    return list(faults(row))


_Judgement = Callable[[ConcreteRow], Iterator[str]]

_MEANINGS: Mapping[Role, tuple[_Judgement, _Judgement]] = {
    Role.INSTRUCTION: (instruction_inadmissible, instruction_faults),
    Role.WORK: (work_inadmissible, work_faults),
    Role.CONTINUATION: (table_inadmissible, table_faults),
}
"""By role, why a row may not stand, and what it does wrong."""
