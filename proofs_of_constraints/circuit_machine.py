"""The recursion's machine as an audit takes it: its chips' meanings, its order of compressions, its two memories."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from proofs_of_constraints.calls.orders import work_obligations
from proofs_of_constraints.calls.sha256_tables import sha256_senders, sha256_table_obligations
from proofs_of_constraints.circuit.memory import memory_obligations
from proofs_of_constraints.circuit.row_obligations import circuit_obligations
from proofs_of_constraints.circuit.view import MEMORIES
from proofs_of_constraints.machine.audited import VERIFIER, AuditedMachine, ChipMeaning, Order
from proofs_of_constraints.obligations.assumptions import BALANCE, CIRCUIT
from proofs_of_constraints.obligations.obligation import Kind, Obligation, Outcome, Session, Verdict
from proofs_of_constraints.translation.polynomial import Polynomial, polynomial_of
from spec.air.chip import Chip, Role
from spec.air.chips.sha256 import Sha256Layout
from spec.circuit.buses import LIMB, LIMB_BITS, OCTET, SHA256, VALUE
from spec.circuit.machine import LIMB_TABLE, circuit_machine, limb_rows
from spec.circuit.row import FLAG

EXAMPLE_PUBLIC_VALUES = ("first", "second")
"""Machines of circuits differ in their public values and in the layout of their compressions alone."""


def _of_limb_table(chip: Chip) -> Iterator[Obligation]:
    def all_limbs(_: Session) -> Outcome:
        if chip.name != LIMB_TABLE.name or limb_rows() != [(value,) for value in range(1 << LIMB_BITS)]:
            return Outcome(Verdict.REFUTED, "the rows are not all numbers of 16 bits")
        return Outcome(Verdict.PROVEN, f"{1 << LIMB_BITS} rows")

    yield Obligation(Kind.FUNCTION, chip.name, "", (), all_limbs)


def _of_all_chips(order: Order, chips: Sequence[Chip]) -> Iterator[Obligation]:
    by_name = {chip.name: chip for chip in chips}
    yield from memory_obligations(MEMORIES)
    if by_name.keys() >= set(order.chips):
        compress = by_name[order.ordered_by]
        yield Obligation(Kind.ORDER, compress.name, "keys of calls", (CIRCUIT,), lambda _: _prove_keys(order, compress))
        yield from work_obligations(order, by_name, lambda _: Polynomial.variable(FLAG), (BALANCE, CIRCUIT))


def _prove_keys(order: Order, chip: Chip) -> Outcome:
    """Every message of an order has the row's own number as its key, which no other row of the circuit has."""
    key = Polynomial.variable(order.key)
    if order.key not in chip.fixed_columns:
        return Outcome(Verdict.REFUTED, "the key is no number of the circuit")
    for interaction in chip.interactions:
        if interaction.bus in order.buses:
            found = polynomial_of(interaction.message[interaction.bus.fields.index(order.key)])
            if found != key:
                return Outcome(Verdict.REFUTED, f"the key of {interaction.name} is not the row's number")
    return Outcome(Verdict.PROVEN, "the key is the row's number")


_OF_ROWS = frozenset({Kind.NOT_VACUOUS, Kind.FUNCTION, Kind.DETERMINISM, Kind.COMPLETE, Kind.PADDING, Kind.DISCIPLINE})

_REQUIRED_KINDS = {
    Role.PROGRAM_TABLE: _OF_ROWS,
    Role.WORK: _OF_ROWS | {Kind.MULTIPLICITIES},
    Role.MACHINE_TABLE: frozenset({Kind.FUNCTION, Kind.DISCIPLINE}),
}


def circuit_audit(layout: Sha256Layout) -> AuditedMachine:
    """The machine of circuits whose compressions are laid out so."""
    machine = circuit_machine("circuit", EXAMPLE_PUBLIC_VALUES, layout)
    order = Order("compress", (layout.first.name, layout.rest.name), layout.buses)
    meanings: dict[Role, ChipMeaning] = {
        Role.PROGRAM_TABLE: partial(circuit_obligations, machine),
        Role.WORK: partial(sha256_table_obligations, layout),
        Role.MACHINE_TABLE: _of_limb_table,
    }
    return AuditedMachine(
        machine=machine,
        opcodes={},
        chains=(),
        senders={
            VALUE.name: frozenset({Role.PROGRAM_TABLE, VERIFIER}),
            OCTET.name: frozenset({"constant_octet", "hint_octet", "pack", "compress", "choose"}),
            LIMB.name: frozenset({"limb_table"}),
            **sha256_senders("compress", layout),
        },
        run_tokens=(),
        orders=(order,),
        required_kinds=_REQUIRED_KINDS,
        meanings=meanings,
        whole=partial(_of_all_chips, order),
        memories=MEMORIES,
    )


CIRCUIT_AUDIT = circuit_audit(SHA256)
"""The audit of the nodes' circuits: wide rows."""
