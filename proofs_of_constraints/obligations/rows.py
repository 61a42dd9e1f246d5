"""What is proven of every row of an instruction chip, whatever it executes: selectors, padding, clocks, messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import z3

from proofs_of_constraints.obligations.assumptions import BALANCE, CLOCKS, LOOKUP_TABLES, PROGRAM_TABLE
from proofs_of_constraints.obligations.general import flag_row, has_value, prove_multiplicities, refute
from proofs_of_constraints.obligations.obligation import Counterexample, Kind, Obligation, Outcome, Session, Verdict
from proofs_of_constraints.translation.formulas import all_of
from proofs_of_constraints.translation.instruction_view import InstructionView, view_of
from proofs_of_constraints.translation.integer_row import IntegerRow
from proofs_of_constraints.translation.interval import Interval, bits
from proofs_of_constraints.translation.polynomial import Polynomial, polynomial_of
from proofs_of_constraints.translation.rv64im_rows import declared_row
from spec.air.bus import Bus
from spec.air.chip import Chip
from spec.rv64im.buses import CLOCK_BITS, EXIT, MEMORY, STATE
from spec.rv64im.program_row import HALTED, OPCODES


def row_obligations(chip: Chip, ordering: Sequence[Bus] = ()) -> Iterator[Obligation]:
    """The obligations of an instruction chip as a whole. It may order work on these buses."""
    yield Obligation(Kind.SELECTED, chip.name, "", (PROGRAM_TABLE,), lambda s: _prove_selected(s, view_of(chip)))
    yield Obligation(Kind.PADDING, chip.name, "", (), lambda s: _prove_padding(s, view_of(chip)))
    yield Obligation(
        Kind.MULTIPLICITIES, chip.name, "", (), lambda s: prove_multiplicities(s, chip, declared_row(chip))
    )
    assumptions = (BALANCE, LOOKUP_TABLES, CLOCKS)
    yield Obligation(Kind.CLOCK_ORDER, chip.name, "", assumptions, lambda s: _prove_clock_order(s, view_of(chip)))
    yield Obligation(Kind.DISCIPLINE, chip.name, "", (), lambda s: _prove_discipline(view_of(chip), ordering))


def _prove_selected(session: Session, view: InstructionView) -> Outcome:
    """A real row sets one selector, the one of the opcode it fetches."""
    row = flag_row(view.chip)
    branches = []
    for opcode in view.chip.instructions:
        selected = [
            has_value(row, Polynomial.variable(column), value) for column, value in view.selection(opcode).items()
        ]
        branches.append(z3.And(has_value(row, view.opcode, OPCODES[opcode]), *selected))
    claim = z3.Or(has_value(row, view.real, 0), *branches)
    title, fault = (
        f"selected/{view.chip.name}",
        "a real row sets not just the selector of the opcode it fetches",
    )
    whole, counted = declared_row(view.chip), f"{len(branches)} opcodes"
    return refute(session, title, row, claim, proven=counted, refuted=fault, whole=whole)


def _prove_padding(session: Session, view: InstructionView) -> Outcome:
    """Where the fetch has multiplicity 0, every interaction has."""
    row = flag_row(view.chip)
    zero = [has_value(row, polynomial_of(i.multiplicity), 0) for i in view.chip.interactions]
    claim = z3.Implies(has_value(row, view.real, 0), all_of(*zero))
    title, fault = f"padding/{view.chip.name}", "a row that is not real sends or receives"
    whole, counted = declared_row(view.chip), f"{len(zero)} interactions"
    return refute(session, title, row, claim, proven=counted, refuted=fault, whole=whole)


def _prove_clock_order(session: Session, view: InstructionView) -> Outcome:
    """Sub-clocks are consecutive, the row ends after the last, and every token taken is from an earlier clock."""
    clock = view.arrival[1]
    for i, access in enumerate(view.accesses):
        if access.clock != clock + Polynomial.constant(i):
            return Outcome(Verdict.REFUTED, f"access {access.name} is not at the row's clock + {i}")
    advance = view.departure[1] - clock
    if not advance.is_constant or advance.constant_term != view.chip.accesses:
        return Outcome(Verdict.REFUTED, f"the row does not advance the clock by {view.chip.accesses}")
    if not max(1, len(view.accesses)) <= view.chip.accesses < 1 << CLOCK_BITS:
        return Outcome(Verdict.REFUTED, f"{len(view.accesses)} accesses, but the clock advances by {advance}")
    for access in view.accesses:
        system = declared_row(view.chip)
        system.constrain("real", view.real - Polynomial.constant(1))
        system.constrain(f"{access.name} is made", access.multiplicity - Polynomial.constant(1))
        system.restrict("assumed clock", clock, Interval(1, (1 << CLOCK_BITS) - 1))
        system.restrict("assumed token", access.previous_clock, bits(CLOCK_BITS))
        system.forget_long_products()
        system.simplify()
        if system.contradiction is not None:
            return Outcome(Verdict.REFUTED, f"{access.name} is never made: {system.contradiction}")
        row = IntegerRow(system)
        gap = row.integer(row.terms(access.clock)) - row.integer(row.terms(access.previous_clock))
        title = f"clock-order/{view.chip.name}/{access.name}"
        model = session.satisfying(title, [z3.Not(gap > 0), *row.formulas(linear_only=True)])
        if model is not None:
            found = Counterexample(row.cells(model), derived=row.cells(model))
            return Outcome(Verdict.REFUTED, f"{access.name} may take a token that is not older", found)
    return Outcome(Verdict.PROVEN, f"{len(view.accesses)} accesses")


def _prove_discipline(view: InstructionView, ordering: Sequence[Bus]) -> Outcome:
    """The row sends on its three buses and for its order only, one state for one state, one token for one token, reads
    before writes; each bus of an order that it speaks to hears it once, and answers once."""
    sent = [i for i in view.chip.interactions if i.sign > 0]
    for interaction in sent:
        if interaction.bus not in (STATE, MEMORY, EXIT, *ordering):
            return Outcome(Verdict.REFUTED, f"{interaction.name} sends to bus {interaction.bus.name}")
    for interaction in view.chip.interactions:
        if len(interaction.message) != interaction.bus.width:
            return Outcome(Verdict.REFUTED, f"{interaction.name} does not have the fields of its bus")
        if interaction.bus in (STATE, EXIT, *ordering) and polynomial_of(interaction.multiplicity) != view.real:
            return Outcome(Verdict.REFUTED, f"{interaction.name} does not happen once on every row")
    ordered = [(i.bus.name, i.sign) for i in view.chip.interactions if i.bus in ordering]
    if len(set(ordered)) != len(ordered):
        return Outcome(Verdict.REFUTED, "two messages of one order go to one bus")
    if view.exit_code is not None and view.departure[0] != Polynomial.constant(HALTED):
        return Outcome(Verdict.REFUTED, "a row that exits does not halt")
    order = [access.address for access in view.accesses]
    return _reads_before_writes(view, order)


def _reads_before_writes(view: InstructionView, order: Sequence[Polynomial]) -> Outcome:
    """A register that is both read and written is read first: the write would be read otherwise."""
    if view.destination in order and not view.destination.is_constant:
        written = order.index(view.destination)
        for source in (view.source1, view.source2):
            if source in order and not source.is_constant and order.index(source) > written:
                return Outcome(Verdict.REFUTED, "a source register is read after the destination is written")
    return Outcome(Verdict.PROVEN, f"{len(view.chip.interactions)} interactions")
