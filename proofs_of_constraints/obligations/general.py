"""What is proven of the chips of every machine, whatever they mean: padding, multiplicities, rows, messages."""

from __future__ import annotations

from collections.abc import Iterator, Set

import z3
from z3.z3util import get_vars

from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.obligations.checked_row import CheckedRow, lookups_of
from proofs_of_constraints.obligations.obligation import (
    Counterexample,
    Kind,
    Obligation,
    Outcome,
    Session,
    UndecidedError,
    Verdict,
)
from proofs_of_constraints.translation.bit_vector_row import BitVectorRow
from proofs_of_constraints.translation.cases import cases
from proofs_of_constraints.translation.declared_rows import declared_facts, definition_of, row_with_lookups
from proofs_of_constraints.translation.formulas import all_of
from proofs_of_constraints.translation.integer_row import IntegerRow
from proofs_of_constraints.translation.interval import BOOLEAN, WrapError
from proofs_of_constraints.translation.polynomial import Polynomial, polynomial_of
from proofs_of_constraints.translation.row_system import RowSystem
from spec.air.chip import Chip, Role
from spec.air.expression import FixedColumn, MainColumn
from spec.field import P

FIXED_TABLES = (Role.MACHINE_TABLE, Role.PROGRAM_TABLE)

LIKELY_FLAGS = (1, 2, P - 1)
"""Values of one flag with which there may be a whole row where the solver's first choice has none."""

WITNESS_RESOURCES = 8_000_000
"""Steps of the solver for one question whether flags belong to a whole row: that the claim is refuted is known before.
They are counted and not timed, so that the row that is shown does not depend on the machine's load."""

MOST_CELLS = 400
"""The widest row of which all cells are looked for where only some decide a claim."""


def general_obligations(audited: AuditedMachine, chip: Chip) -> Iterator[Obligation]:
    """The obligations of a chip that ask for no meaning."""
    if chip.role in FIXED_TABLES:
        yield Obligation(Kind.DISCIPLINE, chip.name, "", (), lambda _: prove_sends_fixed(chip))
        return

    def whole() -> RowSystem:
        return row_with_lookups(chip, audited.contracts)

    yield Obligation(Kind.MULTIPLICITIES, chip.name, "", (), lambda s: prove_multiplicities(s, chip, whole()))
    yield Obligation(Kind.PADDING, chip.name, "", (), lambda s: prove_padding(s, chip, whole()))
    yield Obligation(Kind.NOT_VACUOUS, chip.name, "", (), lambda s: _prove_row_exists(s, audited, chip))
    yield Obligation(Kind.DISCIPLINE, chip.name, "", (), lambda _: _prove_messages(audited, chip))


def flag_row(chip: Chip) -> IntegerRow:
    """What the constraints alone say of flags and multiplicities, on padding rows too: no lookup is assumed."""
    system = declared_facts(chip)
    system.propagate()
    multiplicities = [system.resolve(polynomial_of(i.multiplicity)) for i in chip.interactions]
    spoken_of = {name for polynomial in multiplicities for name in polynomial.variables()}
    spoken_of |= {name for name, interval in system.ranges.items() if interval == BOOLEAN}
    spoken_of |= _defining(system, spoken_of)
    system.facts = [f for f in system.facts if all(factor.variables() <= spoken_of for factor in f.factors)]
    return IntegerRow(system)


def _defining(system: RowSystem, names: Set[str]) -> set[str]:
    """The variables of which the definitions of these are made: a sum of flags is no flag of its own."""
    found: set[str] = set()
    for fact in system.facts:
        variables = {name for factor in fact.factors for name in factor.variables()}
        if len(fact.factors) == 1 and any(fact.source == definition_of(name) for name in variables & names):
            found |= variables
    return found


def refute(
    session: Session,
    title: str,
    row: IntegerRow,
    claim: z3.BoolRef,
    *,
    proven: str = "",
    refuted: str = "",
    whole: RowSystem | None = None,
) -> Outcome:
    """The outcome of a claim about a row, with what to say in either case. Where the row is of flags alone, `whole` is
    the system of all its cells."""
    formulas = [z3.Not(claim), *row.formulas()]
    model = session.satisfying(title, formulas)
    if model is None:
        return Outcome(Verdict.PROVEN, proven)
    if whole is not None:
        deciding = {str(variable) for variable in get_vars(claim)}
        free = sorted(n for n in deciding if row.system.ranges.get(n, BOOLEAN) != BOOLEAN)
        shortly = Session(resource_limit=WITNESS_RESOURCES)
        for choice in ([], *([z3.Int(name) == value] for name in free for value in LIKELY_FLAGS)):
            found = shortly.satisfying(f"{title}/likely flags", [*formulas, *choice])
            if found is None:
                continue
            flags = {name: value for name, value in row.cells(found).items() if name in deciding}
            derived = _completed(shortly, title, whole, flags)
            if derived is not None:
                return Outcome(Verdict.REFUTED, refuted, Counterexample(flags, derived=derived))
    return Outcome(Verdict.REFUTED, refuted, Counterexample(_numbers(model), derived=row.cells(model)))


def _numbers(model: z3.ModelRef) -> dict[str, int]:
    return {str(d): model[d].as_long() for d in model.decls() if z3.is_int_value(model[d])}


def _completed(session: Session, title: str, whole: RowSystem, flags: dict[str, int]) -> dict[str, int] | None:
    """A row with these flags that satisfies everything, or None where none is found."""
    if len(whole.ranges) > MOST_CELLS:
        return None
    with_flags = whole.copy()
    with_flags.assume(flags)
    for name, system in cases(with_flags):
        try:
            cells = BitVectorRow(system)
            found = session.satisfying(f"{title}/whole row, {name}", cells.formulas(), bit_vectors=True)
        except (UndecidedError, WrapError):
            continue
        if found is not None:
            return cells.cells(found)
    return None


def has_value(row: IntegerRow, polynomial: Polynomial, value: int) -> z3.BoolRef:
    """That the polynomial is this number on the row."""
    return row.vanishes(polynomial - Polynomial.constant(value))


def prove_multiplicities(session: Session, chip: Chip, whole: RowSystem) -> Outcome:
    """Every multiplicity is linear, and 0 or 1 on every row, of which `whole` is the system."""
    if any(i.multiplicity.degree > 1 for i in chip.interactions):
        return Outcome(Verdict.REFUTED, "a multiplicity is not linear")
    row = flag_row(chip)
    multiplicities = [polynomial_of(i.multiplicity) for i in chip.interactions]
    claim = all_of(*(z3.Or(has_value(row, m, 0), has_value(row, m, 1)) for m in multiplicities))
    title, fault = f"multiplicities/{chip.name}", "a multiplicity is neither 0 nor 1"
    counted = f"{len(multiplicities)} interactions"
    return refute(session, title, row, claim, proven=counted, refuted=fault, whole=whole)


def prove_padding(session: Session, chip: Chip, whole: RowSystem) -> Outcome:
    """A row, of which `whole` is the system, whose first interaction does not happen has no other."""
    row = flag_row(chip)
    multiplicities = [polynomial_of(i.multiplicity) for i in chip.interactions]
    claim = z3.Implies(row.vanishes(multiplicities[0]), all_of(*map(row.vanishes, multiplicities)))
    title, fault = f"padding/{chip.name}", "a row that is not real sends or receives"
    counted = f"{len(multiplicities)} interactions"
    return refute(session, title, row, claim, proven=counted, refuted=fault, whole=whole)


def prove_sends_fixed(chip: Chip) -> Outcome:
    """A lookup table sends its fixed columns, in their order on each bus, with a multiplicity column, and nothing
    else."""
    sent: set[str] = set()
    for interaction in chip.interactions:
        places = [part.index for part in interaction.message if isinstance(part, FixedColumn)]
        in_order = places == sorted(set(places)) and len(places) == len(interaction.message)
        if interaction.sign < 0 or not in_order or len(places) != interaction.bus.width:
            return Outcome(Verdict.REFUTED, f"{interaction.name} does not send fixed columns in their order")
        if not isinstance(interaction.multiplicity, MainColumn):
            return Outcome(Verdict.REFUTED, f"{interaction.name} has no multiplicity column")
        sent |= {chip.fixed_columns[place] for place in places}
    unsent = [name for name in chip.fixed_columns if name not in sent]
    if unsent:
        return Outcome(Verdict.REFUTED, f"{unsent[0]} is sent on no bus")
    counted = {i.multiplicity.name for i in chip.interactions if isinstance(i.multiplicity, MainColumn)}
    if len(counted) != len(chip.interactions):
        return Outcome(Verdict.REFUTED, "two messages are counted by one column")
    if chip.constraints or len(chip.columns) != len(chip.interactions):
        return Outcome(Verdict.REFUTED, "a lookup table has nothing but multiplicities")
    return Outcome(Verdict.PROVEN, f"{len(chip.interactions)} buses")


def real_row(system: RowSystem, chip: Chip) -> RowSystem:
    """The system of a row that is not padding: its first interaction happens."""
    system.constrain("real", polynomial_of(chip.interactions[0].multiplicity) - Polynomial.constant(1))
    return system


def _prove_row_exists(session: Session, audited: AuditedMachine, chip: Chip) -> Outcome:
    """Some row that is not padding satisfies everything, checked on the declaration modulo p."""
    lookups = lookups_of(audited.machine)
    for name, system in cases(real_row(row_with_lookups(chip, audited.contracts), chip)):
        row = BitVectorRow(system)
        model = session.satisfying(f"not-vacuous/{chip.name}/{name}", row.formulas(), bit_vectors=True)
        if model is not None:
            violations = CheckedRow(chip, row.cells(model), lookups).violations()
            if violations:
                return Outcome(Verdict.UNKNOWN, f"{name}: the row found violates {', '.join(violations)}")
            return Outcome(Verdict.PROVEN, f"a row exists: {name}")
    return Outcome(Verdict.REFUTED, "no row satisfies the constraints")


def _prove_messages(audited: AuditedMachine, chip: Chip) -> Outcome:
    """Messages have the fields of their bus; what is taken from a chain is put back on the same rows; nothing else is
    sent, but what the verifier receives and what belongs to an order."""
    closed = {token.bus.name for token in audited.tokens if token.sign < 0}
    for interaction in chip.interactions:
        if len(interaction.message) != interaction.bus.width:
            return Outcome(Verdict.REFUTED, f"{interaction.name} does not have the fields of its bus")
    chained = [chain.bus for chain in audited.chains]
    ordered = [bus for order in audited.orders if chip.name in order.chips for bus in order.buses]
    for interaction in chip.interactions:
        if interaction.sign > 0 and interaction.bus not in chained + ordered and interaction.bus.name not in closed:
            return Outcome(Verdict.REFUTED, f"{interaction.name} sends to bus {interaction.bus.name}")
    for bus in chained:
        taken, put = (
            [polynomial_of(i.multiplicity) for i in chip.interactions if i.bus == bus and i.sign == sign]
            for sign in (-1, +1)
        )
        if taken != put:
            return Outcome(Verdict.REFUTED, f"what is taken from bus {bus.name} is not put back on the same rows")
    return Outcome(Verdict.PROVEN, f"{len(chip.interactions)} interactions")
