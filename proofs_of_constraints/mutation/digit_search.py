"""Rows of Keccak's work table that a mutant accepts though they are wrong: an honest row's cell changed, and what
lookups tell then.

From the changed cell on, each lookup that the mutant still has tells its columns anew, in the order in which they are
declared. So a row comes out in which everything follows but the one cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from proofs_of_constraints.calls.keccak_lookups import DigitRelation, keccak_relations
from proofs_of_constraints.mutation.example_rows import Cells
from proofs_of_constraints.mutation.row_meaning import row_faults, row_obstacles
from proofs_of_constraints.mutation.search import touched_columns
from proofs_of_constraints.obligations.concrete_row import ConcreteRow
from spec.air.chip import Chip, Interaction
from spec.air.expression import MainColumn
from spec.field import P
from spec.rv64im.chips.keccak import TABLE as KECCAK

COLUMNS_TRIED = 8
"""Those that a change touches, and first those of an answer."""

EXAMPLES_TRIED = 3
"""Honest rows, spread over all."""

FLAG_VALUES = (0, 1, 2, P - 1)
DIGITS_TRIED = (0, 1, 4, 6, 7)
"""Which of a byte's digits are changed."""


class DigitRowSearch:
    """The search for one mutant, deterministic and bounded."""

    def __init__(self, original: Chip, chip: Chip) -> None:
        self.chip = chip
        relations = keccak_relations(KECCAK)
        self._lookups = _lookups_of(chip, relations)
        touched = touched_columns(original, chip)
        told = {name for i, _ in _lookups_of(original, relations) for name in _told(i)}
        first = [name for name in touched if name in told]
        self.columns = [*first, *(name for name in touched if name not in told)][:COLUMNS_TRIED]
        self._flags = {name for name in chip.columns if name.startswith("is_")}

    def wrong_row(self, examples: Sequence[Cells]) -> tuple[Cells, str] | None:
        """A row that the mutant accepts and that is wrong, and what is wrong with it; None if none is found."""
        return next(self.wrong_rows(examples), None)

    def wrong_rows(self, examples: Sequence[Cells]) -> Iterator[tuple[Cells, str]]:
        """Such rows, one of each change."""
        for cells in examples[:: max(1, len(examples) // EXAMPLES_TRIED)]:
            for column in self.columns:
                for value in self._values(cells, column):
                    changed = self._completed({**cells, column: value}, column)
                    row = ConcreteRow(self.chip, changed)
                    faults = row_faults(row)
                    if faults and not row_obstacles(row):
                        yield changed, faults[0]

    def _values(self, cells: Cells, column: str) -> list[int]:
        """Other values of a cell: with one digit more or less, in either base, those first whose digits are bits."""
        if column in self._flags:
            return [value for value in FLAG_VALUES if value != cells[column]]
        tried = [cells[column] + sign * base**i for i in DIGITS_TRIED for base in (4, 5) for sign in (1, -1)]
        return sorted((v for v in dict.fromkeys(tried) if v >= 0), key=lambda v: not (_of_bits(v, 4) or _of_bits(v, 5)))

    def _completed(self, cells: Cells, fixed: str) -> Cells:
        """The cells with what lookups tell; one stays as it is."""
        for lookup, relation in self._lookups:
            row = ConcreteRow(self.chip, cells)
            if lookup.sign > 0 or not row.value(lookup.multiplicity):
                continue
            try:
                answer = relation.answer(row.value(lookup.message[0]))
            except ValueError:
                # The row is found not to satisfy it.
                continue
            for part, value in zip(lookup.message[1:], answer, strict=True):
                if isinstance(part, MainColumn) and part.name != fixed:
                    cells[part.name] = value
        return cells


def _lookups_of(chip: Chip, relations: Mapping[str, DigitRelation]) -> list[tuple[Interaction, DigitRelation]]:
    return [(i, relations[i.bus.name]) for i in chip.interactions if i.bus.name in relations]


def _of_bits(value: int, base: int) -> bool:
    """Whether all digits are 0 or 1."""
    while value % base < 2 and value >= base:
        value //= base
    return value < 2


def _told(lookup: Interaction) -> list[str]:
    return [part.name for part in lookup.message[1:] if isinstance(part, MainColumn)]
