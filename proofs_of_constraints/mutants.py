"""Chips with one thing taken away or weakened: the obligations must notice, or the thing is redundant.

A mutant is *killed* when an obligation is refuted: by a concrete row that satisfies the mutated declaration and does
something else than the instruction, or by a fault of its messages. It is *broken* when a proof no longer goes through
but no row was found, and *survives* when every obligation is still proven.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from proofs_of_constraints.audit import prove
from proofs_of_constraints.instruction_obligations import instruction_obligations
from proofs_of_constraints.obligation import Kind, Obligation, Result, Verdict
from proofs_of_constraints.row_obligations import row_obligations
from proofs_of_constraints.table_obligations import table_obligations
from spec.air.bus import AND, BYTE_PAIR, CLOCK_HIGH, LIMB_BITS, PROGRAM, RANGE, SHIFT
from spec.air.chip import Chip, Interaction, Role
from spec.air.expression import Constant, lift

MUTANT_TIMEOUT_SECONDS = 10
"""A proof that a mutant breaks may search long: a broken proof is a verdict, too."""

LOOKUPS = (RANGE, AND, BYTE_PAIR, CLOCK_HIGH, SHIFT)


class Fate(Enum):
    """What became of a mutant."""

    KILLED = "killed"
    BROKEN = "broken"
    SURVIVES = "survives"


@dataclass(frozen=True)
class Mutant:
    """A chip with one change, and the words for it."""

    change: str
    chip: Chip

    @property
    def name(self) -> str:
        return f"{self.chip.name}: {self.change}"


@dataclass(frozen=True)
class MutantResult:
    """A mutant's fate, and the obligation that decided it; None for a survivor."""

    mutant: Mutant
    fate: Fate
    by: Result | None


def mutants_of(chip: Chip) -> Iterator[Mutant]:
    """Every mutant of a chip."""
    for constraint in chip.constraints:
        kept = tuple(c for c in chip.constraints if c is not constraint)
        yield Mutant(f"without constraint {constraint.name}", replace(chip, constraints=kept))
    for interaction in chip.interactions:
        others = tuple(i for i in chip.interactions if i is not interaction)
        if interaction.bus in LOOKUPS and interaction.sign < 0:
            yield Mutant(f"without lookup {interaction.name}", replace(chip, interactions=others))
            wider = _wider(interaction)
            if wider is not None:
                yield Mutant(f"{interaction.name} one bit wider", _with(chip, interaction, wider))
        if chip.role is Role.INSTRUCTION and interaction.bus != PROGRAM:
            always = replace(interaction, multiplicity=lift(1))
            yield Mutant(f"{interaction.name} on every row", _with(chip, interaction, always))


def _with(chip: Chip, old: Interaction, new: Interaction) -> Chip:
    return replace(chip, interactions=tuple(new if i is old else i for i in chip.interactions))


def _wider(interaction: Interaction) -> Interaction | None:
    """The same lookup of one bit more, where it has a known width below the greatest."""
    if interaction.bus != RANGE:
        return None
    value, width = interaction.message
    if not isinstance(width, Constant) or width.value >= LIMB_BITS:
        return None
    return replace(interaction, message=(value, lift(width.value + 1)))


def obligations_about(chip: Chip) -> list[Obligation]:
    """The obligations that a weaker chip may violate, the quick ones first."""
    if chip.role is not Role.INSTRUCTION:
        return list(table_obligations(chip))
    strong = (Kind.FUNCTION, Kind.DETERMINISM)
    return [*row_obligations(chip), *(o for o in instruction_obligations(chip) if o.kind in strong)]


def fate_of(mutant: Mutant, timeout_seconds: float = MUTANT_TIMEOUT_SECONDS) -> MutantResult:
    """Proves the mutant's obligations until one is refuted."""
    broken: Result | None = None
    for obligation in obligations_about(mutant.chip):
        result = prove(obligation, timeout_seconds)
        if result.outcome.verdict is Verdict.REFUTED:
            return MutantResult(mutant, Fate.KILLED, result)
        if result.outcome.verdict is Verdict.UNKNOWN and broken is None:
            broken = result
    return MutantResult(mutant, Fate.SURVIVES if broken is None else Fate.BROKEN, broken)


def run_mutants(chips: Sequence[Chip]) -> Iterator[MutantResult]:
    """The fate of every mutant of these chips."""
    for chip in chips:
        for mutant in mutants_of(chip):
            yield fate_of(mutant)
