"""The recursion's machine as an audit takes it: its chips' meanings, its order of compressions, its two memories."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from proofs_of_constraints.calls.orders import work_obligations
from proofs_of_constraints.calls.sha256_tables import sha256_table_obligations
from proofs_of_constraints.circuit.memory import memory_obligations
from proofs_of_constraints.circuit.row_obligations import circuit_obligations
from proofs_of_constraints.circuit.view import MEMORIES
from proofs_of_constraints.machine.audited import AuditedMachine, ChipMeaning, Order
from proofs_of_constraints.obligations.assumptions import BALANCE, CIRCUIT
from proofs_of_constraints.obligations.obligation import Kind, Obligation, Outcome, Session, Verdict
from proofs_of_constraints.translation.polynomial import Polynomial, polynomial_of
from spec.air.chip import Chip, Role
from spec.circuit.buses import LIMB_BITS, SHA256
from spec.circuit.machine import circuit_machine
from spec.circuit.row import FLAG

EXAMPLE = circuit_machine("circuit", ("first", "second"))
"""Machines of circuits differ in their public values alone."""

ORDER = Order("compress", (SHA256.first.name, SHA256.rest.name), SHA256.buses)


def _of_limb_table(chip: Chip) -> Iterator[Obligation]:
    def all_limbs(_: Session) -> Outcome:
        if list(EXAMPLE.tables[chip.name].rows()) != [(value,) for value in range(1 << LIMB_BITS)]:
            return Outcome(Verdict.REFUTED, "the rows are not all numbers of 16 bits")
        return Outcome(Verdict.PROVEN, f"{1 << LIMB_BITS} rows")

    yield Obligation(Kind.FUNCTION, chip.name, "", (), all_limbs)


def _of_circuit(chip: Chip) -> Iterator[Obligation]:
    yield from circuit_obligations(EXAMPLE, chip)


def _of_all_chips(chips: Sequence[Chip]) -> Iterator[Obligation]:
    by_name = {chip.name: chip for chip in chips}
    yield from memory_obligations(MEMORIES)
    if by_name.keys() >= set(ORDER.chips):
        compress = by_name[ORDER.ordered_by]
        yield Obligation(Kind.ORDER, compress.name, "keys of calls", (CIRCUIT,), lambda _: _prove_keys(compress))
        yield from work_obligations(ORDER, by_name, lambda _: Polynomial.variable(FLAG), (BALANCE, CIRCUIT))


def _prove_keys(chip: Chip) -> Outcome:
    """Every message of an order has the row's own number as its key, which no other row of the circuit has."""
    key = Polynomial.variable(ORDER.key)
    if ORDER.key not in chip.fixed_columns:
        return Outcome(Verdict.REFUTED, "the key is no number of the circuit")
    for interaction in chip.interactions:
        if interaction.bus in ORDER.buses:
            found = polynomial_of(interaction.message[interaction.bus.fields.index(ORDER.key)])
            if found != key:
                return Outcome(Verdict.REFUTED, f"the key of {interaction.name} is not the row's number")
    return Outcome(Verdict.PROVEN, "the key is the row's number")


_MEANINGS: dict[Role, ChipMeaning] = {
    Role.PROGRAM_TABLE: _of_circuit,
    Role.WORK: partial(sha256_table_obligations, SHA256),
    Role.MACHINE_TABLE: _of_limb_table,
}


CIRCUIT_AUDIT = AuditedMachine(
    machine=EXAMPLE,
    opcodes={},
    chains=(),
    run_tokens=(),
    orders=(ORDER,),
    meanings=_MEANINGS,
    whole=_of_all_chips,
    memories=MEMORIES,
)
