"""Nothing of a machine is left to itself: who may send where, what fields may hold, and rows that say nothing.

What is expected stands in the audited machine, a second time and apart from the declaration. Each check returns what is
wrong, or None.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from proofs_of_constraints.machine.audited import VERIFIER, AuditedMachine
from proofs_of_constraints.machine.example_values import base_element
from proofs_of_constraints.obligations.checked_row import CheckedRow, lookups_of
from proofs_of_constraints.obligations.obligation import Kind
from proofs_of_constraints.obligations.table_cells import table_cells
from spec.air.chip import Chip, Role
from spec.field import P

FIELD_BITS = P.bit_length()
"""What any element has."""

FIXED_TABLES = (Role.MACHINE_TABLE, Role.PROGRAM_TABLE)


def senders_are_declared(audited: AuditedMachine) -> str | None:
    """Just those send to a bus of whom it is expected."""
    names = {bus.name for bus in audited.machine.buses}
    if names != set(audited.senders):
        return f"of bus {sorted(names ^ set(audited.senders))[0]} it is not said, or said in vain, who sends there"
    for name, expected in audited.senders.items():
        chips = [c for c in audited.machine.chips if any(i.bus.name == name and i.sign > 0 for i in c.interactions)]
        strangers = [chip.name for chip in chips if chip.name not in expected and chip.role not in expected]
        if strangers:
            return f"{strangers[0]} sends to bus {name}, and is not expected to"
        found = {chip.name for chip in chips} | {chip.role for chip in chips}
        if any(token.bus.name == name and token.sign > 0 for token in audited.tokens):
            found.add(VERIFIER)
            if VERIFIER not in expected:
                return f"the verifier sends to bus {name}, and is not expected to"
        silent = sorted(str(sender) for sender in expected - found)
        if silent:
            return f"{silent[0]} is expected to send to bus {name}, and does not"
    return None


def fields_are_bounded(audited: AuditedMachine) -> str | None:
    """What a bus says of its fields holds in every row of the fixed table that answers it; of the other buses that have
    one sender or many it is what the audit proves of them."""
    machine = audited.machine
    answered = lookups_of(machine)
    ordered = {bus.name for order in audited.orders for bus in order.buses}
    apart = {*answered, *ordered, *(bus.name for bus in audited.memories)}
    for bus in machine.buses:
        unknown = set(bus.field_bits) - set(bus.fields)
        if unknown:
            return f"bus {bus.name} bounds {sorted(unknown)[0]}, which is none of its fields"
        if bus.name in answered:
            lookup = answered[bus.name]
            cells = table_cells(lookup.table)
            for field, column in zip(bus.fields, lookup.columns, strict=True):
                wide = np.flatnonzero(cells[:, column] >> bus.field_bits.get(field, FIELD_BITS))
                if len(wide):
                    number, bits = int(wide[0]), bus.field_bits[field]
                    told = int(cells[number, column])
                    return f"bus {bus.name} has {field} of {bits} bits, its table {told} in row {number}"
        elif bus.name not in apart and dict(bus.field_bits) != dict(audited.bounds.get(bus.name, {})):
            return f"bus {bus.name} bounds its fields by {dict(bus.field_bits)}, and nothing proves that"
    return None


def zero_rows_say_nothing(audited: AuditedMachine) -> str | None:
    """The row of zeros, with which tables are filled up, satisfies every constraint and speaks to no bus."""
    return next((fault for chip in audited.machine.chips for fault in _faults_of_zero(audited, chip)), None)


def _faults_of_zero(audited: AuditedMachine, chip: Chip) -> Iterator[str]:
    public = {f"public.{name}": base_element(name) for name in audited.machine.public_values}
    row = CheckedRow(chip, {**dict.fromkeys((*chip.columns, *chip.fixed_columns), 0), **public}, {})
    yield from (f"{chip.name}: a row of zeros violates {c.name}" for c in chip.constraints if row.value(c.expression))
    speaking = (i.name for i in chip.interactions if row.value(i.multiplicity))
    yield from (f"{chip.name}: a row of zeros says {name}" for name in speaking)


def missing_kinds(audited: AuditedMachine, chip: Chip, found: set[Kind]) -> list[Kind]:
    """The kinds of obligation that a chip of this role must have, and has not."""
    required = audited.required_kinds.get(chip.role, frozenset())
    return [kind for kind in Kind if kind in required - found]
