"""Readers have what the only writer of their address has written: a count, from the balance of the memory's buses."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from proofs_of_constraints.obligations.assumptions import BALANCE, CIRCUIT
from proofs_of_constraints.obligations.obligation import Counterexample, Kind, Obligation, Outcome, Session, Verdict
from spec.air.bus import Bus
from spec.field import P


def memory_obligation(bus: Bus) -> Obligation:
    """The obligation about one memory's bus."""

    def proven(session: Session) -> Outcome:
        return _prove_read_is_written(session, bus)

    return Obligation(Kind.MEMORY, "", f"{bus.name} is written once", (BALANCE, CIRCUIT), proven)


def memory_obligations(buses: tuple[Bus, ...]) -> Iterator[Obligation]:
    """Those of all memories."""
    yield from map(memory_obligation, buses)


def _prove_read_is_written(session: Session, bus: Bus) -> Outcome:
    """One row writes an address, and sends what it writes as often as the address is read; every reader receives once.

    Of the readers of the address, `right` receive what is sent. A message balances modulo p, which is all that a sum of
    fractions shows, and no address is read p times.
    """
    reads, right, multiple = z3.Ints("reads right multiple")
    given = [reads >= 0, reads < P, right >= 0, right <= reads, reads - right == multiple * P]
    title = f"memory/{bus.name}"
    if session.satisfying(f"{title}/not vacuous", [*given, reads > 0]) is None:
        return Outcome(Verdict.REFUTED, "no address is read")
    model = session.satisfying(title, [*given, right != reads])
    if model is None:
        return Outcome(Verdict.PROVEN, "all readers of an address receive what its writer sends")
    found = Counterexample({str(d): model[d].as_long() for d in model.decls() if z3.is_int_value(model[d])})
    return Outcome(Verdict.REFUTED, "a reader may have what nobody has written", found)
