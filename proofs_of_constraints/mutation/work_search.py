"""Rows of a work table that a mutant accepts though they are wrong: an honest row's cell changed, the rest made anew.

From the changed cell on, each constraint gives the cells that it gives in an honest row, now by the mutant's words. So
a row comes out in which everything follows but the one cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from proofs_of_constraints.calls.completion import CompletionError, Step, columns_of_bits, steps_of
from proofs_of_constraints.calls.work_tables import row_kinds
from proofs_of_constraints.mutation.example_rows import Cells
from proofs_of_constraints.mutation.row_meaning import row_faults, row_obstacles
from proofs_of_constraints.mutation.search import touched_columns
from proofs_of_constraints.obligations.concrete_row import ConcreteRow
from proofs_of_constraints.translation.bit_sums import BitSum
from spec.air.chip import Chip
from spec.field import P, inverse

COLUMNS_TRIED = 6
"""About so many of those that a changed constraint gives, and of the others that it touches, spread over all."""

EXAMPLES_TRIED = 3
"""Honest rows, spread over all."""

FLAG_VALUES = (0, 1, 2, P - 1)


class WorkRowSearch:
    """The search for one mutant, deterministic and bounded."""

    def __init__(self, original: Chip, chip: Chip) -> None:
        self.chip = chip
        # Rows of all kinds get their cells in the same steps.
        kind = row_kinds(original)[0]
        try:
            self._steps = steps_of(kind)
        except CompletionError:
            self._steps = columns_of_bits(kind)
        self._step_of = {name: i for i, step in enumerate(self._steps) for name in step.digits}
        self._slopes: dict[str, int] = {}
        """By constraint, the coefficient of its lowest digit."""

        self._constraints = {c.name: c.expression for c in chip.constraints}
        columns = touched_columns(original, chip)
        missing = {c.name for c in original.constraints if self._constraints.get(c.name) is not c.expression}
        given = [n for n in columns if n in self._step_of and self._steps[self._step_of[n]].source in missing]
        others = [name for name in columns if name not in given]
        self.columns = [n for few in (given, others) for n in few[:: max(1, len(few) // COLUMNS_TRIED)]]

    def wrong_row(self, examples: Sequence[Cells]) -> tuple[Cells, str] | None:
        """A row that the mutant accepts and that is wrong, and what is wrong with it; None if none is found."""
        return next(self.wrong_rows(examples), None)

    def wrong_rows(self, examples: Sequence[Cells]) -> Iterator[tuple[Cells, str]]:
        """Such rows, one of each change."""
        for cells in examples[:: max(1, len(examples) // EXAMPLES_TRIED)]:
            for column in self.columns:
                for changed in self._changed(cells, column):
                    row = ConcreteRow(self.chip, changed)
                    faults = row_faults(row)
                    if faults and not row_obstacles(row):
                        yield changed, faults[0]

    def _changed(self, cells: Cells, column: str) -> Iterator[Cells]:
        """The row with other values of a cell, and everything that follows from it."""
        number = self._step_of.get(column)
        if number is None:
            tried = [(value, 0) for value in FLAG_VALUES if value != cells[column]]
        else:
            step = self._steps[number]
            place = step.digits.index(column)
            # The next digit's worth, which leaves small numbers, or a little more or less of the whole number.
            amounts = (2 << place, -2 << place, 1 << place, -1 << place, 1, -1, 2, -2)
            values = dict.fromkeys((cells[column] + amount * inverse(1 << place)) % P for amount in amounts)
            tried = [(value, number) for value in values]
        for value, first in tried:
            completed = self._completed({**cells, column: value}, first, column, cells)
            if completed is not None:
                yield completed

    def _completed(self, cells: Cells, first: int, fixed: str, before: Cells) -> Cells | None:
        """The cells from a step on, with one of them as it is; None where a number has too many digits."""
        for step in self._steps[first:]:
            is_received = step.given == BitSum() and step.source not in self._constraints
            if is_received:
                if fixed in step.digits:
                    place = step.digits.index(fixed)
                    number = sum(before[name] << i for i, name in enumerate(step.digits)) - (cells[fixed] << place)
                    if not self._set_digits(cells, step, number % P, fixed):
                        return None
            elif step.source in self._constraints:
                given = self._given(cells, step, fixed)
                if given is None or not self._set_digits(cells, step, given, fixed):
                    return None
        return cells

    def _given(self, cells: Cells, step: Step, fixed: str) -> int | None:
        """What the digits but the fixed one must add up to, by the mutant's constraint."""
        for name in step.digits:
            if name != fixed:
                cells[name] = 0
        free = next((name for name in step.digits if name != fixed), None)
        if free is None:
            return 0
        expression = self._constraints[step.source]
        rest = ConcreteRow(self.chip, cells).value(expression)
        if step.source not in self._slopes:
            # Where the mutant's coefficient is no constant, the row is found not to satisfy it.
            slope = (ConcreteRow(self.chip, {**cells, free: 1}).value(expression) - rest) % P
            self._slopes[step.source] = slope * inverse(1 << step.digits.index(free)) % P
        slope = self._slopes[step.source]
        return -rest * inverse(slope) % P if slope else None

    def _set_digits(self, cells: Cells, step: Step, number: int, fixed: str) -> bool:
        if not step.are_bits:
            cells[step.digits[0]] = cells[fixed] if step.digits[0] == fixed else number
            return True
        if number >> len(step.digits):
            return False
        for place, name in enumerate(step.digits):
            digit = number >> place & 1
            if name == fixed:
                if digit:
                    return False
            else:
                cells[name] = digit
        return True
