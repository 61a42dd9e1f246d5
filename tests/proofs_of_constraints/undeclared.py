"""Machines that no declaration admits: what an audit has to notice by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace

from proofs_of_constraints.audit import prove
from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.machine.obligations import declaration_obligations
from proofs_of_constraints.obligations.obligation import Verdict
from spec.air.chip import Chip
from spec.air.machine import Machine


def undeclared_machine(machine: Machine, **changes: object) -> Machine:
    """The machine with other fields, unchecked."""
    changed = object.__new__(Machine)
    for field in fields(Machine):
        object.__setattr__(changed, field.name, changes.get(field.name, getattr(machine, field.name)))
    return changed


def undeclared(audited: AuditedMachine, **changes: object) -> AuditedMachine:
    """The audited machine with other fields, unchecked."""
    return replace(audited, machine=undeclared_machine(audited.machine, **changes))


def with_chip(audited: AuditedMachine, changed: Chip) -> AuditedMachine:
    """The machine with this chip in the place of the one of its name, unchecked."""
    chips = tuple(changed if chip.name == changed.name else chip for chip in audited.machine.chips)
    return undeclared(audited, chips=chips)


def faults_of_declaration(audited: AuditedMachine) -> Mapping[str, str]:
    """What is wrong with the declaration, by property."""
    results = [prove(obligation) for obligation in declaration_obligations(audited)]
    return {r.instruction: r.outcome.detail for r in results if r.outcome.verdict is not Verdict.PROVEN}
