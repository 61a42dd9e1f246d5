"""What a call orders is done once, under its key, and no other work answers it.

Everything that a row of an order says has one key, which for the call is the clock of its row; so calls have different
keys. Of one key, tables' rows are counted by kind. The buses balance, key by key and place by place: as many rows send
a message of a key for a place as receive one. From these counts alone it follows that every kind of row occurs once for
a key that a call has, and never for another. So each message of a key and a place has one sender and one receiver, and
what is received is what was sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import z3

from proofs_of_constraints.calls.call_view import call_view_of
from proofs_of_constraints.calls.work_tables import RowKind, row_kinds
from proofs_of_constraints.machine.audited import Order
from proofs_of_constraints.obligations.assumptions import BALANCE, INDUCTION, ORDER_KEYS, STAMPS
from proofs_of_constraints.obligations.obligation import Counterexample, Kind, Obligation, Outcome, Session, Verdict
from proofs_of_constraints.translation.bit_sums import BitSum
from proofs_of_constraints.translation.formulas import all_of
from proofs_of_constraints.translation.polynomial import Polynomial, polynomial_of
from spec.air.chip import Chip
from spec.field import P
from spec.protocol.shape import FIRST_CLOCK
from spec.rv64im.buses import CLOCK_BITS

Slot = tuple[str, int | None]
"""A bus, and the place of a message on it, if the bus has places."""


class _RefutedError(Exception):
    """An order's rows do not have the shape that the argument rests on; the message says which and how."""


@dataclass(frozen=True)
class _Said:
    """The messages of a kind of row by slot: +1 sent, -1 received."""

    name: str
    slots: Sequence[tuple[Slot, int]]


def order_obligations(order: Order, chips: Mapping[str, Chip]) -> Iterator[Obligation]:
    """The obligations of an order whose chips are these, by name."""
    call = order.ordered_by
    keys = (INDUCTION, STAMPS)
    yield Obligation(Kind.ORDER, call, "keys of calls", keys, lambda s: _prove_keys_differ(s, order, chips[call]))
    yield from work_obligations(order, chips, lambda chip: call_view_of(chip).row.real, (BALANCE, ORDER_KEYS))


def work_obligations(
    order: Order, chips: Mapping[str, Chip], real: Callable[[Chip], Polynomial], assumed: tuple[str, ...]
) -> Iterator[Obligation]:
    """What is proven of an order whose keys differ, which is assumed: `real` is how often a row of the chip orders."""
    call = order.ordered_by
    for name in order.tables:

        def one_key(_: Session, name: str = name) -> Outcome:
            return _prove_one_key(order, chips[name])

        yield Obligation(Kind.ORDER, name, "", (), one_key)

    def answered(session: Session) -> Outcome:
        return _prove_answers(session, order, chips, real(chips[call]))

    yield Obligation(Kind.ORDER, call, "answers", assumed, answered)


def _prove_keys_differ(session: Session, order: Order, chip: Chip) -> Outcome:
    """All messages of a call's row have its clock as their key, and of two rows of the chain it is not the same."""
    view = call_view_of(chip)
    for interaction in chip.interactions:
        if interaction.bus in order.buses:
            key = polynomial_of(interaction.message[interaction.bus.fields.index(order.key)])
            if key != view.key:
                return Outcome(Verdict.REFUTED, f"the key of {interaction.name} is not the row's clock")
    advance = view.row.departure[1] - view.key
    if advance != Polynomial.constant(chip.accesses):
        return Outcome(Verdict.REFUTED, f"the row does not advance the clock by {chip.accesses}")
    earlier, later, multiple = z3.Ints("earlier later multiple")
    in_chain = [earlier >= FIRST_CLOCK, later >= earlier + chip.accesses, later < 1 << CLOCK_BITS]
    if session.satisfying(f"order/{chip.name}/keys/not vacuous", in_chain) is None:
        return Outcome(Verdict.REFUTED, "no segment has two such rows")
    same_key = later - earlier == multiple * P
    model = session.satisfying(f"order/{chip.name}/keys", [*in_chain, same_key])
    if model is not None:
        return Outcome(Verdict.REFUTED, "two calls of a segment may have one key", _counts(model))
    return Outcome(Verdict.PROVEN, "the key is the row's clock")


def _prove_one_key(order: Order, chip: Chip) -> Outcome:
    """All messages of a table's row have one key."""
    kinds = row_kinds(chip)
    for kind in kinds:
        messages = [message for message in kind.messages if message.bus in order.buses]
        keys = [message.parts[order.key] for message in messages]
        for message, key in zip(messages, keys, strict=True):
            if (key - keys[0]).centered() != BitSum():
                fault = f"{kind.name}: the key of {message.name} is not that of {messages[0].name}"
                return Outcome(Verdict.REFUTED, fault)
    return Outcome(Verdict.PROVEN if kinds else Verdict.REFUTED, f"rows: {', '.join(kind.name for kind in kinds)}")


def _prove_answers(session: Session, order: Order, chips: Mapping[str, Chip], real: Polynomial) -> Outcome:
    """Every kind of row occurs as often for a key as the call does: once, or not at all."""
    try:
        call = _said_by_call(order, chips[order.ordered_by], real)
        kinds = [_said_by_row(order, chips[name], kind) for name in order.tables for kind in row_kinds(chips[name])]
    except _RefutedError as refuted:
        return Outcome(Verdict.REFUTED, str(refuted))
    counts = {said.name: z3.Int(said.name) for said in (call, *kinds)}
    slots = sorted({slot for said in (call, *kinds) for slot, _ in said.slots}, key=str)
    given = [count >= 0 for count in counts.values()]
    given.append(counts[call.name] <= 1)
    for slot in slots:
        signs = [(counts[said.name], sign) for said in (call, *kinds) for at, sign in said.slots if at == slot]
        given.append(z3.Sum([count * sign for count, sign in signs]) == 0)
    title = f"order/{order.ordered_by}/answers"
    if session.satisfying(f"{title}/not vacuous", [*given, counts[call.name] == 1]) is None:
        return Outcome(Verdict.REFUTED, "no rows can do what a call orders")
    once = all_of(*(counts[said.name] == counts[call.name] for said in kinds))
    model = session.satisfying(title, [*given, z3.Not(once)])
    if model is not None:
        return Outcome(Verdict.REFUTED, "work may be done without an order, or an order more than once", _counts(model))
    # So a slot's one sender and its one receiver belong to the same call, if it has just one kind of each.
    if any(_ends(slot, (call, *kinds)) != [-1, 1] for slot in slots):
        return Outcome(Verdict.REFUTED, "several kinds of row say a message of one key and one place")
    return Outcome(Verdict.PROVEN, f"{len(kinds)} kinds of row, {len(slots)} messages")


def _ends(slot: Slot, rows: Sequence[_Said]) -> list[int]:
    return sorted(sign for said in rows for at, sign in said.slots if at == slot)


def _said_by_call(order: Order, chip: Chip, real: Polynomial) -> _Said:
    slots: list[tuple[Slot, int]] = []
    for interaction in chip.interactions:
        if interaction.bus not in order.buses:
            continue
        if polynomial_of(interaction.multiplicity) != real:
            raise _RefutedError(f"{interaction.name} does not happen once on every row")
        place: int | None = None
        if order.place in interaction.bus.fields:
            part = polynomial_of(interaction.message[interaction.bus.fields.index(order.place)])
            if not part.is_constant:
                raise _RefutedError(f"the {order.place} of {interaction.name} is not known")
            place = part.constant_term
        slots.append(((interaction.bus.name, place), interaction.sign))
    return _Said(chip.name, slots)


def _said_by_row(order: Order, chip: Chip, kind: RowKind) -> _Said:
    slots: list[tuple[Slot, int]] = []
    for message in kind.messages:
        if message.bus not in order.buses:
            continue
        place: int | None = None
        if order.place in message.parts:
            part = message.parts[order.place]
            if not part.is_constant:
                raise _RefutedError(f"{chip.name}: the {order.place} of {message.name} is not known")
            place = part.constant % P
        slots.append(((message.bus.name, place), message.sign))
    return _Said(f"{chip.name} {kind.name}", slots)


def _counts(model: z3.ModelRef) -> Counterexample:
    return Counterexample({str(d): model[d].as_long() for d in model.decls() if z3.is_int_value(model[d])})
