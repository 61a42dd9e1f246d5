"""The memory argument, step by step, over the declared interactions: a read returns the last write.

Four buses carry chains of tokens. A row takes the token of a place and puts back one of the same place with a greater
*stamp*: state (clock), memory (clock), continuation (segment), cursor (key). Rows are gone through by growing stamp.
The induction hypothesis is that one token of the place is *held*: put and not yet taken. Every token is taken exactly
once, as the bus balances, so what a row takes is the held token or one that is put later, and that has a stamp not
below the row's own. Here it is proven for every interaction that the row's constraints leave only the first, and that
the token put back is the one held next. The induction over these steps is `proofs_of_constraints/theorem`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import z3

from proofs_of_constraints.obligations.assumptions import BALANCE, INDUCTION, LOOKUP_TABLES, REGIONS, STAMPS
from proofs_of_constraints.obligations.obligation import Counterexample, Kind, Obligation, Outcome, Session, Verdict
from proofs_of_constraints.obligations.tables import LAST_CURSOR, bounded_memory_row
from proofs_of_constraints.translation.declared_rows import interactions_on
from proofs_of_constraints.translation.formulas import all_of
from proofs_of_constraints.translation.instruction_view import LayoutError
from proofs_of_constraints.translation.integer_row import IntegerRow
from proofs_of_constraints.translation.interval import Interval, bits
from proofs_of_constraints.translation.polynomial import Polynomial, polynomial_of
from proofs_of_constraints.translation.row_system import RowSystem
from proofs_of_constraints.translation.rv64im_rows import declared_row
from spec.air.bus import Bus
from spec.air.chip import Chip, Interaction, Role
from spec.protocol.shape import FIRST_CLOCK
from spec.rv64im.buses import CLOCK_BITS, CONTINUATION, CURSOR, MEMORY, STATE
from spec.rv64im.chips.continuation import ADDRESS_BITS, BOUNDARY, MEMORY_TABLE
from spec.rv64im.machine import RV64IM

STAMP = {STATE.name: "clock", MEMORY.name: "clock", CONTINUATION.name: "segment", CURSOR.name: "key"}
"""By bus, the field that grows along a chain."""

PLACE = ("space", "address")
"""The fields that stay as they are along a chain, where a bus has them."""

ASSUMED = (BALANCE, LOOKUP_TABLES, INDUCTION, STAMPS)

Token = Mapping[str, Polynomial]
Claims = Mapping[str, z3.BoolRef]


def memory_obligations(chips: Sequence[Chip]) -> Iterator[Obligation]:
    """One obligation for each chip that passes tokens on."""
    for chip in chips:
        if chip.role is Role.INSTRUCTION:

            def instruction(session: Session, chip: Chip = chip) -> Outcome:
                return _prove_instruction_chip(session, chip)

            yield Obligation(Kind.MEMORY, chip.name, "", ASSUMED, instruction)
        elif chip.name in (BOUNDARY.name, MEMORY_TABLE.name):

            def continuation(session: Session, chip: Chip = chip) -> Outcome:
                prove = _prove_boundary if chip.name == BOUNDARY.name else _prove_memory_table
                return prove(session, chip)

            yield Obligation(Kind.MEMORY, chip.name, "", (*ASSUMED, REGIONS), continuation)


def _only(chip: Chip, bus: Bus, sign: int) -> Interaction:
    found = interactions_on(chip, bus, sign)
    if len(found) != 1:
        raise LayoutError(f"{chip.name}: {len(found)} interactions of one direction with bus {bus.name}, not one")
    return found[0]


def _token(interaction: Interaction) -> Token:
    if len(interaction.message) != interaction.bus.width:
        raise LayoutError(f"{interaction.name} does not have the fields of bus {interaction.bus.name}")
    return dict(zip(interaction.bus.fields, map(polynomial_of, interaction.message), strict=True))


def _same_multiplicity(chip: Chip, *interactions: Interaction) -> Polynomial:
    """The multiplicity that all have: what is taken is put back.

    Raises LayoutError if the chip's messages have another shape.
    """
    multiplicities = [polynomial_of(interaction.multiplicity) for interaction in interactions]
    if any(multiplicity != multiplicities[0] for multiplicity in multiplicities):
        names = ", ".join(interaction.name for interaction in interactions)
        raise LayoutError(f"{chip.name}: {names} do not happen on the same rows")
    return multiplicities[0]


def _same_parts(chip: Chip, one: Interaction, other: Interaction, parts: Sequence[str]) -> None:
    """Raises LayoutError if two messages of a row differ in one of these fields."""
    first, second = _token(one), _token(other)
    for part in parts:
        if first[part] != second[part]:
            raise LayoutError(f"{chip.name}: {one.name} and {other.name} have not the same {part}")


class _Steps:
    """The claims about one row that takes a token and puts one back."""

    def __init__(self, session: Session, chip: Chip, system: RowSystem) -> None:
        self._session = session
        self._chip = chip
        self.proven = 0
        system.simplify()
        if system.contradiction is not None:
            raise LayoutError(f"{chip.name}: no row satisfies {system.contradiction}")
        self.row = IntegerRow(system)

    def number(self, polynomial: Polynomial) -> z3.ArithRef:
        """The element as an integer in [0, p)."""
        return self.row.value(polynomial)

    def prove(self, hypotheses: Sequence[z3.BoolRef], claims: Claims) -> None:
        """Raises _RefutedError, naming every claim that does not follow from the row's constraints and hypotheses, or
        if no row satisfies these at all: anything would follow then."""
        title = ", ".join(claims)
        if self._refuting(f"not vacuous/{title}", hypotheses, z3.BoolVal(False)) is None:
            raise _RefutedError(Outcome(Verdict.REFUTED, "no row satisfies constraints and hypotheses"))
        model = self._refuting(title, hypotheses, all_of(*claims.values()))
        if model is not None:
            failed = tuple(n for n, claim in claims.items() if self._refuting(n, hypotheses, claim) is not None)
            cells = {str(d): model[d].as_long() for d in model.decls() if z3.is_int_value(model[d])}
            found = Counterexample(cells, failed, derived=self.row.cells(model))
            raise _RefutedError(Outcome(Verdict.REFUTED, ", ".join(failed), found))
        self.proven += len(claims)

    def _refuting(self, name: str, hypotheses: Sequence[z3.BoolRef], claim: z3.BoolRef) -> z3.ModelRef | None:
        # The claim was made before: the ranges of its variables are among the formulas.
        given = self.row.formulas(linear_only=True)
        title = f"{Kind.MEMORY.value}/{self._chip.name}/{name}"
        return self._session.satisfying(title, [z3.Not(claim), *hypotheses, *given])

    def take_and_put(self, taken: Interaction, put: Interaction, others: Claims | None = None) -> None:
        """The induction step of a chain, and other claims about the row."""
        stamp = STAMP[taken.bus.name]
        before = {field: self.number(part) for field, part in _token(taken).items()}
        after = {field: self.number(part) for field, part in _token(put).items()}
        held = {field: z3.Int(f"held {field}") for field in taken.bus.fields}
        is_held = all_of(*(before[field] == held[field] for field in taken.bus.fields))
        put_later = before[stamp] >= after[stamp]
        claims = {
            f"{taken.name} takes the token that is held": is_held,
            f"{put.name} has a greater stamp": after[stamp] > held[stamp],
        }
        claims |= {f"{put.name} keeps the {part}": after[part] == held[part] for part in PLACE if part in held}
        self.prove([z3.Or(is_held, put_later)], {**claims, **(others or {})})


class _RefutedError(Exception):
    """A claim has a counterexample."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.detail)
        self.outcome = outcome


def _prove_instruction_chip(session: Session, chip: Chip) -> Outcome:
    """Every access takes the token that is held at its clock; the row's clocks are its own and do not wrap."""
    arrive, leave = _only(chip, STATE, -1), _only(chip, STATE, +1)
    real = _same_multiplicity(chip, arrive, leave)
    clock, end = _token(arrive)["clock"], _token(leave)["clock"]
    # Modulo p already: a ring of rows would advance by a multiple of p in all, and the verifier bounds the sum.
    if end - clock != Polynomial.constant(chip.accesses) or chip.accesses < 1:
        return Outcome(Verdict.REFUTED, f"{leave.name} is not {chip.accesses} after {arrive.name}")
    taken, put = interactions_on(chip, MEMORY, -1), interactions_on(chip, MEMORY, +1)
    if len(taken) != len(put):
        return Outcome(Verdict.REFUTED, f"{len(taken)} tokens are taken, {len(put)} put back")
    proven = 0
    try:
        for one, other in zip(taken, put, strict=True):
            multiplicity = _same_multiplicity(chip, one, other)
            system = declared_row(chip)
            system.constrain("real", real - Polynomial.constant(1))
            system.constrain(f"{one.name} happens", multiplicity - Polynomial.constant(1))
            system.forget_long_products()
            system.restrict("clock of a chain", clock, Interval(FIRST_CLOCK, (1 << CLOCK_BITS) - chip.accesses))
            system.restrict("stamp of a token", _token(one)["clock"], bits(CLOCK_BITS))
            steps = _Steps(session, chip, system)
            now = steps.number(_token(other)["clock"])
            own = z3.And(now >= steps.number(clock), now < steps.number(end))
            earlier = [steps.number(_token(before)["clock"]) for before in put[: put.index(other)]]
            claims = {
                f"{other.name} is at a clock of the row": own,
                f"{other.name} is after the accesses before it": all_of(*(now > before for before in earlier)),
            }
            steps.take_and_put(one, other, claims)
            proven += steps.proven
    except _RefutedError as refuted:
        return refuted.outcome
    return Outcome(Verdict.PROVEN, f"{len(taken)} accesses, {proven} claims")


def _prove_boundary(session: Session, chip: Chip) -> Outcome:
    """The row opens and closes the segment's chain of its address, and is its one link in the run's chain."""
    enters, leaves = _only(chip, MEMORY, +1), _only(chip, MEMORY, -1)
    before, after = _only(chip, CONTINUATION, -1), _only(chip, CONTINUATION, +1)
    real = _same_multiplicity(chip, enters, leaves, before, after)
    values = [field for field in MEMORY.fields if field not in (*PLACE, "clock")]
    _same_parts(chip, enters, before, [*PLACE, *values])
    _same_parts(chip, leaves, after, [*PLACE, *values])
    _same_parts(chip, enters, leaves, PLACE)
    if _token(enters)["clock"] != Polynomial.constant(0) or FIRST_CLOCK < 1:
        return Outcome(Verdict.REFUTED, f"{enters.name} does not come before every row")
    segment = Polynomial.variable("public.segment")
    system = declared_row(chip)
    system.constrain("real", real - Polynomial.constant(1))
    system.restrict("segment", segment, Interval(0, RV64IM.maximum_segments - 1))
    system.restrict("stamp of a token", _token(before)["segment"], Interval(0, RV64IM.maximum_segments))
    try:
        steps = _Steps(session, chip, system)
        put = steps.number(_token(after)["segment"])
        claims = {
            f"{after.name} is stamped with the next segment": put == steps.number(segment) + 1,
            # Behind the first row of an address every token that is left has at least this row's stamp.
            "an address has one row in a segment": steps.number(_token(before)["segment"]) < put,
        }
        steps.take_and_put(before, after, claims)
    except _RefutedError as refuted:
        return refuted.outcome
    return Outcome(Verdict.PROVEN, f"4 interactions, {steps.proven} claims")


def _prove_memory_table(session: Session, chip: Chip) -> Outcome:
    """The row opens and closes the run's chain of its address, and no other row has this address."""
    first, last = _only(chip, CONTINUATION, +1), _only(chip, CONTINUATION, -1)
    before, after = _only(chip, CURSOR, -1), _only(chip, CURSOR, +1)
    _same_multiplicity(chip, first, last, before, after)
    _same_parts(chip, first, last, PLACE)
    if _token(first)["segment"] != Polynomial.constant(0):
        return Outcome(Verdict.REFUTED, f"{first.name} does not come before every segment")
    try:
        steps = _Steps(session, chip, bounded_memory_row(chip))
        space, address = (steps.number(_token(first)[part]) for part in PLACE)
        cursor, following = steps.number(_token(before)["key"]), steps.number(_token(after)["key"])
        other_space, other_address = z3.Ints("other_space other_address")
        registers_end = steps.number(Polynomial.variable("region_end")) <= LAST_CURSOR - (1 << ADDRESS_BITS)
        # Along the cursor's chain all rows so far have a key below the cursor.
        hypotheses = [
            z3.Implies(space == 1, registers_end),
            other_space * (1 << ADDRESS_BITS) + other_address < cursor,
            z3.Or(other_space == 0, other_space == 1),
            other_address >= 0,
            other_address < 1 << ADDRESS_BITS,
        ]
        key = space * (1 << ADDRESS_BITS) + address
        claims = {
            f"{after.name} has a greater stamp": following > cursor,
            f"{after.name} is the key plus 1": following == key + 1,
            f"{after.name} does not wrap": following <= LAST_CURSOR,
            "an address is initialised once": z3.Not(z3.And(space == other_space, address == other_address)),
        }
        steps.prove(hypotheses, claims)
    except _RefutedError as refuted:
        return refuted.outcome
    return Outcome(Verdict.PROVEN, f"4 interactions, {steps.proven} claims")
