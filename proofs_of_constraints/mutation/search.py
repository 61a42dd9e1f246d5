"""Rows that a mutant accepts though they are wrong: honest rows with a cell changed, and others to make up for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from proofs_of_constraints.mutation.example_rows import Cells
from proofs_of_constraints.mutation.row_meaning import row_faults, row_obstacles
from proofs_of_constraints.obligations.concrete_row import ConcreteRow
from proofs_of_constraints.translation.cells import cells_of
from spec.air.chip import Chip
from spec.air.expression import Expression, Product
from spec.field import P, inverse
from spec.rv64im.buses import RANGE

CHANGED_CELLS = 4
"""At most so many cells of a row are changed."""

EXAMPLES_TRIED = 12
"""About so many honest rows are changed, spread over all."""

ROWS_TRIED = 4000
"""Per mutant. Where this finds nothing, the solver is asked."""


def changed_cells(cell: int) -> list[int]:
    """Other values to try in the place of a cell: neighbours, a power of two more or less, flags.

    The last is the high part of -1 with a low part of 0: what a range that is too wide lets through.
    """
    near = (1 - cell, cell + 1, cell - 1, cell + 2**16, cell - 2**16, cell + 2**8, cell - 2**8, cell + 2**15)
    tried = (*near, -cell, 0, -inverse(2**16))
    return [other for other in dict.fromkeys(number % P for number in tried) if other != cell]


class WrongRowSearch:
    """The search for one mutant, deterministic and bounded."""

    def __init__(self, original: Chip, chip: Chip) -> None:
        self.chip = chip
        known: dict[Expression, frozenset[str]] = {}
        self.columns = touched_columns(original, chip, known)
        self._constraints = [(c, cells_of(c.expression, known)) for c in chip.constraints]
        self._interactions = [
            (i, frozenset().union(*(cells_of(part, known) for part in (i.multiplicity, *i.message))))
            for i in chip.interactions
        ]
        self._rows_left = ROWS_TRIED

    def wrong_row(self, examples: Sequence[Cells]) -> tuple[Cells, str] | None:
        """A row that the mutant accepts and that is wrong, and what is wrong with it; None if none is found."""
        return next(self.wrong_rows(examples), None)

    def wrong_rows(self, examples: Sequence[Cells]) -> Iterator[tuple[Cells, str]]:
        """Such rows, one of each way to change a cell."""
        spread = examples[:: max(1, len(examples) // EXAMPLES_TRIED)]
        for depth in range(1, CHANGED_CELLS + 1):
            for cells in spread:
                for column in self.columns:
                    for value in changed_cells(cells[column]):
                        found = next(self._repaired({**cells, column: value}, (column,), depth), None)
                        if found is not None:
                            yield found
                        if self._rows_left <= 0:
                            return

    def _repaired(self, cells: Cells, changed: tuple[str, ...], depth: int) -> Iterator[tuple[Cells, str]]:
        """Wrong rows with these cells changed and up to `depth` in all."""
        self._rows_left -= 1
        row = ConcreteRow(self.chip, cells)
        unmet = self._unmet(row, changed)
        if unmet is None:
            faults = row_faults(row)
            if faults and not row_obstacles(row):
                yield cells, faults[0]
            return
        expression, names = unmet
        if len(changed) == depth or expression is None:
            return
        for name in sorted(names - set(changed)):
            if self._rows_left <= 0:
                return
            for value in _solutions(self.chip, expression, cells, name):
                if value != cells[name]:
                    yield from self._repaired({**cells, name: value}, (*changed, name), depth)

    def _unmet(self, row: ConcreteRow, changed: tuple[str, ...]) -> tuple[Expression | None, frozenset[str]] | None:
        """What the change violates: an expression that must vanish, None for one that nothing can be done about."""
        unmet: tuple[Expression | None, frozenset[str]] | None = None
        for interaction, names in self._interactions:
            if not names.isdisjoint(changed) and not row.is_answered(interaction):
                if interaction.bus != RANGE:
                    return None, names
                # A number that need not be 0, but may.
                unmet = unmet or (interaction.message[0], names)
        for constraint, names in self._constraints:
            if not names.isdisjoint(changed) and row.value(constraint.expression):
                return constraint.expression, names
        return unmet


def touched_columns(original: Chip, chip: Chip, known: dict[Expression, frozenset[str]] | None = None) -> list[str]:
    """The columns of what differs between the two chips; those that only say how often come last.

    `known` holds what is found of shared expressions.
    """
    known = {} if known is None else known
    said: set[str] = set()
    counted: set[str] = set()
    for one, other in ((original, chip), (chip, original)):
        constraints = {c.expression for c in other.constraints}
        interactions = {(i.bus.name, i.sign, i.multiplicity, i.message) for i in other.interactions}
        for constraint in one.constraints:
            if constraint.expression not in constraints:
                said |= cells_of(constraint.expression, known)
        for i in one.interactions:
            if (i.bus.name, i.sign, i.multiplicity, i.message) not in interactions:
                counted |= cells_of(i.multiplicity, known)
                said = said.union(*(cells_of(part, known) for part in i.message))
    return [name for names in (said, counted - said) for name in chip.columns if name in names]


def _solutions(chip: Chip, expression: Expression, cells: Cells, name: str) -> Iterator[int]:
    """The values of a cell at which a factor of the expression vanishes that is linear in the cell."""
    rows = [ConcreteRow(chip, {**cells, name: value}) for value in (0, 1, 2)]
    for factor in _factors(expression):
        at = [row.value(factor) for row in rows]
        slope = (at[1] - at[0]) % P
        if slope and (at[2] - at[1]) % P == slope:
            yield -at[0] * inverse(slope) % P


def _factors(expression: Expression) -> Iterator[Expression]:
    match expression:
        case Product(left, right):
            yield from _factors(left)
            yield from _factors(right)
        case _:
            yield expression
