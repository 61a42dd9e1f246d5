"""An instruction chip as an auditor reads it: what it fetches, where it goes, which accesses it makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from proofs_of_constraints.translation.declared_rows import interactions_on
from proofs_of_constraints.translation.polynomial import Polynomial, polynomial_of
from spec.air.chip import Chip, Interaction
from spec.rv64im.buses import EXIT, LIMBS, MEMORY, PROGRAM, STATE
from spec.rv64im.program_row import OPCODES


class LayoutError(ValueError):
    """A chip's bus messages do not have the shape of an instruction row; the message names chip and fault."""


@dataclass(frozen=True)
class Access:
    """One memory access: the token it takes and the one it puts back."""

    name: str
    multiplicity: Polynomial
    space: Polynomial
    address: Polynomial
    before: tuple[Polynomial, ...]
    after: tuple[Polynomial, ...]
    previous_clock: Polynomial
    clock: Polynomial


@dataclass(frozen=True)
class InstructionView:
    """The bus messages of an instruction chip as polynomials of its columns."""

    chip: Chip
    real: Polynomial
    fetched_pc: Polynomial
    opcode: Polynomial
    destination: Polynomial
    source1: Polynomial
    source2: Polynomial
    constants: tuple[Polynomial, ...]
    arrival: tuple[Polynomial, ...]
    departure: tuple[Polynomial, ...]
    accesses: tuple[Access, ...]
    exit_code: tuple[Polynomial, ...] | None

    @property
    def selectors(self) -> dict[str, str]:
        """By opcode, the column that selects it; a chip of one opcode is selected by its multiplicity.

        Raises LayoutError if a chip's multiplicity is not a column.
        """
        if len(self.chip.instructions) == 1:
            name = self.real.only_variable()
            if name is None:
                raise LayoutError(f"{self.chip.name}: the fetch's multiplicity is not a column")
            return {self.chip.instructions[0]: name}
        return {opcode: f"is_{opcode}" for opcode in self.chip.instructions}

    def selection(self, opcode: str) -> dict[str, int]:
        """The selectors' values on a row that executes the opcode."""
        return {column: int(name == opcode) for name, column in self.selectors.items()}


def view_of(chip: Chip) -> InstructionView:
    """Reads a chip's interactions. Raises LayoutError where they do not have an instruction row's shape."""

    def only(bus_name: str, found: Sequence[Interaction]) -> Interaction:
        if len(found) != 1:
            raise LayoutError(f"{chip.name}: {len(found)} interactions where one with bus {bus_name} is expected")
        return found[0]

    unknown = [opcode for opcode in chip.instructions if opcode not in OPCODES]
    if unknown:
        raise LayoutError(f"{chip.name}: {unknown[0]} is no opcode of the program's bus")
    fetch = only("program", interactions_on(chip, PROGRAM, -1))
    arrive = only("state", interactions_on(chip, STATE, -1))
    leave = only("state", interactions_on(chip, STATE, +1))
    exits = interactions_on(chip, EXIT, +1)
    pc, opcode, destination, source1, source2, *constants = map(polynomial_of, fetch.message)
    taken, put_back = interactions_on(chip, MEMORY, -1), interactions_on(chip, MEMORY, +1)
    if not len(taken) == len(put_back) == len(chip.access_names):
        counts = f"{len(taken)} memory tokens taken, {len(put_back)} put back"
        raise LayoutError(f"{chip.name}: {counts}, {len(chip.access_names)} accesses declared")
    return InstructionView(
        chip,
        polynomial_of(fetch.multiplicity),
        pc,
        opcode,
        destination,
        source1,
        source2,
        tuple(constants),
        tuple(map(polynomial_of, arrive.message)),
        tuple(map(polynomial_of, leave.message)),
        tuple(_access(chip, *parts) for parts in zip(chip.access_names, taken, put_back, strict=True)),
        tuple(map(polynomial_of, only("exit", exits).message)) if exits else None,
    )


def _access(chip: Chip, name: str, taken: Interaction, put_back: Interaction) -> Access:
    space, address, *before, previous = map(polynomial_of, taken.message)
    other_space, other_address, *after, now = map(polynomial_of, put_back.message)
    multiplicity = polynomial_of(taken.multiplicity)
    if (space, address, multiplicity) != (other_space, other_address, polynomial_of(put_back.multiplicity)):
        raise LayoutError(f"{chip.name}: {taken.name} and {put_back.name} are not one access")
    if len(before) != LIMBS or len(after) != LIMBS:
        raise LayoutError(f"{chip.name}: {taken.name} does not have {LIMBS} limbs")
    return Access(name, multiplicity, space, address, tuple(before), tuple(after), previous, now)
