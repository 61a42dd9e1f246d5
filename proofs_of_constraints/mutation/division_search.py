"""Rows of a modular call that a mutant accepts though their division is off by p, in a limb that a range guards.

The call divides limb by limb, in equations modulo p. A byte or a carry outside its range lets one limb's equation hold
though over the integers its sides differ by p, and the remainder is off by p times the limb's weight. With no carries
but the one that is asked about, such divisions can be written down.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from proofs_of_constraints.mutation.example_rows import Cells
from proofs_of_constraints.mutation.row_meaning import row_faults, row_obstacles
from proofs_of_constraints.mutation.search import touched_columns
from proofs_of_constraints.obligations.concrete_row import ConcreteRow
from spec.air.chip import Chip
from spec.field import P
from spec.isa.calls import MULTIPLY_ADD_MODULO_256, MULTIPLY_ADD_MODULO_384
from spec.rv64im.buses import LIMB_BITS

MODULAR_CALLS = frozenset({MULTIPLY_ADD_MODULO_256.name, MULTIPLY_ADD_MODULO_384.name})
"""The chips whose rows divide."""

LARGEST = (1 << LIMB_BITS) - 1
"""The limb that is written as one number in the place of its low byte, with 0 as the high one."""

FACTOR = -(-P // LARGEST)
"""The least number whose product with that is at least p: a limb by which it is multiplied."""

LEFT_OVER = LARGEST * FACTOR - P
"""What that product is modulo p, which is less than a limb's base."""

CARRY = -(-P >> LIMB_BITS)
"""The least carry that weighs at least p, and twice what an honest one may be."""

CARRIED = (CARRY << LIMB_BITS) - P
"""What that carry weighs modulo p."""

Division = Mapping[str, Mapping[int, int]]
"""Operands, quotient, remainder and carries of a division: the limbs that are not 0, by place."""

_TOUCHED = re.compile(r"(left|right|modulus|quotient|carry)_(\d+)")


class DivisionRowSearch:
    """The search for one mutant of a modular call; each row that it tries is judged by itself."""

    def __init__(self, original: Chip, chip: Chip) -> None:
        self.chip = chip
        places = [_TOUCHED.fullmatch(name) for name in touched_columns(original, chip)]
        self._places = dict.fromkeys((place[1], int(place[2])) for place in places if place)

    def wrong_row(self, examples: Sequence[Cells]) -> tuple[Cells, str] | None:
        """A row that the mutant accepts and that is wrong, and what is wrong with it; None if none is found."""
        real = next(cells for cells in examples if cells["real"])
        for numbers in self._divisions():
            cells = {**real, **_cells(self.chip, numbers)}
            row = ConcreteRow(self.chip, cells)
            faults = row_faults(row)
            if faults and not row_obstacles(row):
                return cells, faults[0]
        return None

    def _divisions(self) -> Iterator[Division]:
        """Divisions that are off by p in the limb of a touched column."""
        # A number of n limbs has a product of 2 n, and the last one carries nothing on.
        top = sum(name.startswith("carry_") for name in self.chip.columns) // 2
        for name, number in self._places:
            match name:
                case "left" | "right":
                    limb, other = number // 2, "right" if name == "left" else "left"
                    result, modulus = {limb: LEFT_OVER}, {top: LARGEST - 1}
                    yield {name: {limb: LARGEST}, other: {0: FACTOR}, "modulus": modulus, "result": result}
                case "modulus" | "quotient":
                    limb, other = number // 2, "quotient" if name == "modulus" else "modulus"
                    yield {name: {limb: LARGEST}, other: {0: FACTOR}, "addend": {limb: LEFT_OVER}}
                case _ if number < 2 * top:
                    # What is carried, less p, is a product; the next limb takes the carry off with a multiple.
                    low, next_low = min(number, top), min(number + 1, top)
                    product = {"left": {low: 0xFF}, "right": {number - low: CARRIED // 0xFF}}
                    multiple = {"quotient": {number + 1 - next_low: 1}, "modulus": {next_low: CARRY}}
                    yield product | multiple | {"carry": {number: CARRY}}


def _cells(chip: Chip, numbers: Division) -> Cells:
    """The columns of a division with a remainder below the modulus: the highest limb where they differ decides."""
    cells: Cells = {}
    for column in chip.columns:
        name, _, number = column.rpartition("_")
        if name in ("addend", "result", "carry"):
            cells[column] = numbers.get(name, {}).get(int(number), 0)
        elif name in ("left", "right", "modulus", "quotient") and number.isdigit():
            limb, is_high = divmod(int(number), 2)
            value = numbers.get(name, {}).get(limb, 0)
            low = value if value == LARGEST else value & 0xFF
            cells[column] = (value - low) >> 8 if is_high else low
    result, modulus = numbers.get("result", {}), numbers["modulus"]
    place = max(limb for limb in {*result, *modulus} if result.get(limb, 0) != modulus.get(limb, 0))
    flags = {name: int(name == f"decides_{place}") for name in chip.columns if name.startswith("decides_")}
    return cells | flags | {"margin": modulus.get(place, 0) - result.get(place, 0)}
