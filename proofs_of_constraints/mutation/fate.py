"""What becomes of a mutant: quick evidence on concrete rows first, then the checks and the proofs.

A mutant is *killed* by a concrete row, checked modulo p, that it accepts although it is wrong or rejects although it is
honest, or by a check of its messages' shape that fails. It is *broken* when a proof no longer goes through but no row
was found, and *survives* when every obligation that the change can touch is still proven: that is the proof that what
was changed is redundant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from proofs_of_constraints.audit import outcome_in
from proofs_of_constraints.machine.obligations import declaration_obligations
from proofs_of_constraints.mutation.digit_search import DigitRowSearch
from proofs_of_constraints.mutation.division_search import MODULAR_CALLS, DivisionRowSearch
from proofs_of_constraints.mutation.example_rows import Cells, example_rows
from proofs_of_constraints.mutation.operators import Mutant, Operator, is_lookup, is_wide_call
from proofs_of_constraints.mutation.row_meaning import has_meaning, row_faults, row_obstacles
from proofs_of_constraints.mutation.search import WrongRowSearch
from proofs_of_constraints.mutation.work_search import WorkRowSearch
from proofs_of_constraints.obligations.concrete_row import ConcreteRow
from proofs_of_constraints.obligations.memory import memory_obligations
from proofs_of_constraints.obligations.obligation import Kind, Obligation, Outcome, Session, Verdict
from proofs_of_constraints.rv64im import RV64IM_AUDIT, orders_of, row_meaning_obligations, row_shape_obligations
from proofs_of_constraints.translation.cells import cells_of
from spec.air.chip import Chip, Role
from spec.air.expression import Expression
from spec.rv64im.chips.keccak import TABLE as KECCAK
from spec.rv64im.machine import CHIP_BY_NAME, CHIPS

RESOURCE_LIMIT = 8_000_000
"""What one query may cost, in the solver's own count: the costliest query of the unchanged machine takes a quarter."""


class Fate(Enum):
    """What became of a mutant, with the evidence."""

    WRONG_ROW = "killed: accepts a wrong row"
    HONEST_ROW = "killed: rejects an honest row"
    CHECK = "killed: fails a check"
    BROKEN = "broken"
    SURVIVES = "survives"

    @property
    def has_witness(self) -> bool:
        """Whether a concrete row shows it."""
        return self in (Fate.WRONG_ROW, Fate.HONEST_ROW)

    @property
    def is_killed(self) -> bool:
        return self.has_witness or self is Fate.CHECK


@dataclass(frozen=True)
class MutantResult:
    """A mutant's fate, in words what decided it, and the row that shows it, by column, if one does."""

    chip: str
    change: str
    operator: Operator
    fate: Fate
    reason: str
    row: Cells | None = None

    @property
    def name(self) -> str:
        return f"{self.chip}: {self.change}"


def fate_of(mutant: Mutant, resource_limit: int = RESOURCE_LIMIT) -> MutantResult:
    """Decides on a mutant of a chip of the machine. The same on every machine: nothing is measured in seconds."""
    if has_meaning(mutant.chip):
        found = _shown_by_example(mutant)
        if found is not None:
            return found
        for search in _searches_for(mutant.chip):
            wrong = search(CHIP_BY_NAME[mutant.chip.name], mutant.chip).wrong_row(example_rows(mutant.chip))
            if wrong is not None:
                return _result(mutant, Fate.WRONG_ROW, wrong[1], wrong[0])
    return _by_obligations(mutant, resource_limit)


def _searches_for(chip: Chip) -> Sequence[type[DigitRowSearch | WorkRowSearch | DivisionRowSearch | WrongRowSearch]]:
    if chip.name == KECCAK.chip.name:
        return (DigitRowSearch,)
    if chip.role is Role.WORK:
        return (WorkRowSearch,)
    if chip.name in MODULAR_CALLS:
        return (DivisionRowSearch, WrongRowSearch)
    return (WrongRowSearch,)


def _result(mutant: Mutant, fate: Fate, reason: str, row: Cells | None = None) -> MutantResult:
    return MutantResult(mutant.chip.name, mutant.change, mutant.operator, fate, reason, row)


def _shown_by_example(mutant: Mutant) -> MutantResult | None:
    """An honest row that does something wrong now counts for more than one that is rejected."""
    rejected: MutantResult | None = None
    changed = _changed_parts(mutant.chip)
    for cells in example_rows(mutant.chip):
        row = ConcreteRow(mutant.chip, cells)
        # An honest row satisfies everything that is as it was.
        obstacles = ConcreteRow(changed, cells).violations() or row_obstacles(row)
        if not obstacles:
            faults = row_faults(row)
            if faults:
                return _result(mutant, Fate.WRONG_ROW, faults[0], cells)
        elif rejected is None:
            rejected = _result(mutant, Fate.HONEST_ROW, obstacles[0], cells)
    return rejected


def _changed_parts(chip: Chip) -> Chip:
    """The mutant with what differs from the machine's chip alone."""
    original = CHIP_BY_NAME[chip.name]
    constraints = {id(constraint) for constraint in original.constraints}
    expressions = {id(constraint.expression) for constraint in original.constraints}
    interactions = {id(interaction) for interaction in original.interactions}
    return replace(
        chip,
        constraints=tuple(
            c for c in chip.constraints if id(c) not in constraints and id(c.expression) not in expressions
        ),
        interactions=tuple(i for i in chip.interactions if id(i) not in interactions),
    )


def obligations_about(mutant: Mutant) -> Iterator[Obligation]:
    """The obligations that the change can touch, the likely killers first.

    The meaning of a wide call is asked part by part, and takes less time than its many clocks.
    """
    chip = mutant.chip
    kept = {Kind.NOT_VACUOUS, Kind.COMPLETE} if mutant.is_weaker else set()
    meaning = [o for o in row_meaning_obligations(chip) if o.kind not in kept]
    if is_wide_call(chip):
        yield from meaning
    yield from (o for o in row_shape_obligations(chip) if o.kind not in kept)
    yield from _obligations_of_the_declaration(chip)
    yield from orders_of(chip if other.name == chip.name else other for other in CHIPS)
    if not is_wide_call(chip):
        yield from meaning
    yield from memory_obligations([chip])


def _obligations_of_the_declaration(chip: Chip) -> Iterator[Obligation]:
    """Those of the machine with this chip; one that is refuted where no machine may have it."""
    try:
        changed = RV64IM_AUDIT.with_chip(chip)
    except ValueError as error:
        refused = Outcome(Verdict.REFUTED, str(error))
        yield Obligation(Kind.MACHINE, "", "declaration", (), lambda _: refused)
        return
    yield from declaration_obligations(changed)


def _by_obligations(mutant: Mutant, resource_limit: int) -> MutantResult:
    broken: MutantResult | None = None
    for obligation in obligations_about(mutant):
        outcome = outcome_in(obligation, Session(resource_limit=resource_limit))
        reason = f"{obligation.identity}: {outcome.detail}"
        if outcome.verdict is Verdict.REFUTED:
            row = _refuting_row(mutant.chip, outcome)
            return _result(mutant, Fate.CHECK if row is None else Fate.WRONG_ROW, reason, row)
        if outcome.verdict is Verdict.UNKNOWN and broken is None:
            broken = _result(mutant, Fate.BROKEN, reason)
    return broken or _result(mutant, Fate.SURVIVES, "every obligation is proven")


def _refuting_row(chip: Chip, outcome: Outcome) -> Cells | None:
    """The whole row that the solver found, or that an example becomes with the cells that it found."""
    found = outcome.counterexample
    if found is None:
        return None
    cells = {n: cell for n, cell in found.columns.items() if n in chip.columns}
    if not found.satisfies_declaration:
        return _completed(chip, cells)
    # The solver leaves open what only other tables speak of, such as the numbers of registers.
    decided = _decided_columns(chip)
    return _completed(chip, {n: cell for n, cell in cells.items() if n in decided}) or dict(found.columns)


def _decided_columns(chip: Chip) -> frozenset[str]:
    """The columns of constraints and of lookups."""
    known: dict[Expression, frozenset[str]] = {}
    expressions = [c.expression for c in chip.constraints]
    expressions += [part for i in chip.interactions if is_lookup(i) for part in (i.multiplicity, *i.message)]
    return frozenset().union(*(cells_of(expression, known) for expression in expressions))


def _completed(chip: Chip, cells: Cells) -> Cells | None:
    examples: Sequence[Cells] = example_rows(chip) if has_meaning(chip) else []
    for example in reversed(examples):
        row = ConcreteRow(chip, {**example, **cells})
        if not row_obstacles(row) and row_faults(row):
            return {**example, **cells}
    return None
