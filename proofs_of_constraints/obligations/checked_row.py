"""A concrete row against a chip's declaration, modulo p: what makes a counterexample or a witness believable.

It reads the declaration through its own interpretation, not through the translation to formulas.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from proofs_of_constraints.obligations.obligation import Counterexample
from proofs_of_constraints.obligations.table_cells import messages_of
from spec.air.bus import Bus
from spec.air.chip import Chip, Interaction, Role
from spec.air.expression import Expression, FixedColumn, evaluate
from spec.air.machine import Machine, MachineTable
from spec.field import P

_MADE_UP = re.compile(r"[!*.]")
"""In the names of a solver's own variables and of products."""

SHOWN_REGISTERS = {"source1": 10, "source2": 11, "destination": 12}
"""Where nothing decides which registers a row names: different ones, that any program may name."""


@dataclass(frozen=True)
class Lookup:
    """What a fixed table of the machine sends to a bus: the cells of these fixed columns, row by row."""

    table: MachineTable
    columns: tuple[int, ...]

    def holds(self, message: tuple[int, ...]) -> bool:
        """Whether some row sends this message."""
        return message in messages_of(self.table, self.columns)


Lookups = Mapping[str, Lookup]
"""By bus name, what the machine's fixed tables answer there."""


def lookups_of(machine: Machine) -> Lookups:
    """Every bus to which a fixed table of the machine sends its fixed columns."""
    return {
        interaction.bus.name: Lookup(
            machine.tables[chip.name],
            tuple(part.index for part in interaction.message if isinstance(part, FixedColumn)),
        )
        for chip in machine.chips_of(Role.MACHINE_TABLE)
        for interaction in chip.interactions
        if interaction.sign > 0
    }


class CheckedRow:
    """Numbers for the cells of one row, as an interpretation of the declaration's expressions."""

    def __init__(self, chip: Chip, cells: Mapping[str, int], lookups: Lookups) -> None:
        self.chip = chip
        self._cells = cells
        self._lookups = lookups
        self._known: dict[Expression, int] = {}

    def constant(self, element: int) -> int:
        return element

    def main(self, index: int) -> int:
        return self._cells[self.chip.columns[index]]

    def fixed(self, index: int) -> int:
        return self._cells[self.chip.fixed_columns[index]]

    def public(self, name: str) -> int:
        return self._cells[f"public.{name}"]

    def add(self, left: int, right: int) -> int:
        return (left + right) % P

    def subtract(self, left: int, right: int) -> int:
        return (left - right) % P

    def multiply(self, left: int, right: int) -> int:
        return left * right % P

    def value(self, expression: Expression) -> int:
        """The expression's value modulo p."""
        return evaluate(expression, self, self._known)

    def message(self, interaction: Interaction) -> tuple[int, ...]:
        """The tuple that an interaction sends or receives."""
        return tuple(self.value(part) for part in interaction.message)

    def violations(self) -> list[str]:
        """The names of the constraints, lookups and bus contracts that the row does not satisfy."""
        found = [c.name for c in self.chip.constraints if self.value(c.expression)]
        return found + [i.name for i in self.chip.interactions if not self.is_answered(i)]

    def is_answered(self, interaction: Interaction) -> bool:
        """Whether the bus may hold what the interaction receives; true for what is sent, or does not happen."""
        if interaction.sign > 0 or not self.value(interaction.multiplicity):
            return True
        return self._may_hold(interaction.bus, self.message(interaction))

    def describe_messages(self) -> list[str]:
        """The row's bus messages as an auditor reads them, without lookups in fixed tables."""
        lines = []
        for interaction in self.chip.interactions:
            if interaction.bus.name in self._lookups:
                continue
            verb = "send" if interaction.sign > 0 else "receive"
            # A chip under audit may have the wrong number of parts.
            parts = zip(interaction.bus.fields, self.message(interaction), strict=False)
            text = ", ".join(f"{name}={value:#x}" for name, value in parts)
            times = self.value(interaction.multiplicity)
            lines.append(f"{interaction.name}: {verb} {interaction.bus.name}({text}) times {times}")
        return lines

    def _may_hold(self, bus: Bus, message: tuple[int, ...]) -> bool:
        if bus.name in self._lookups:
            return self._lookups[bus.name].holds(message)
        parts = zip(bus.fields, message, strict=True)
        return all(value < 1 << bus.field_bits[name] for name, value in parts if name in bus.field_bits)


def with_registers(chip: Chip, cells: Mapping[str, int], lookups: Lookups) -> dict[str, int]:
    """The cells with registers in the place of zeros that a solver left, where the row is none the worse for it."""
    shown = {n: r for n, r in SHOWN_REGISTERS.items() if n in chip.columns and not cells[n]}
    changed = {**cells, **shown}
    before, after = (set(CheckedRow(chip, row, lookups).violations()) for row in (cells, changed))
    return changed if after <= before else dict(cells)


def whole_row(machine: Machine, chip: Chip, found: Counterexample) -> Counterexample:
    """A counterexample of some cells as a row of the chip with its messages; cells that nothing speaks of are 0.

    What the solver found besides the chip's cells, such as the token that is held, stays behind them.
    """
    if not found.derived:
        return found
    public = {f"public.{name}": 0 for name in machine.public_values}
    cells = {**dict.fromkeys((*chip.columns, *chip.fixed_columns), 0), **public, **found.derived}
    lookups = lookups_of(machine)
    cells = with_registers(chip, cells, lookups) if chip.role is Role.INSTRUCTION else cells
    row = CheckedRow(chip, cells, lookups)
    used = [name for name in public if name in found.derived]
    others = {n: v for n, v in found.columns.items() if n not in cells and not _MADE_UP.search(n)}
    return replace(
        found,
        columns={name: cells[name] for name in (*chip.columns, *used)} | others,
        messages=tuple(row.describe_messages()),
        satisfies_declaration=not row.violations(),
    )
