"""What the machine's digest and a program's id cover: everything that a proof depends on, and no prose.

Each check returns what is wrong, or None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace

from proofs_of_constraints.machine.audited import AuditedMachine
from proofs_of_constraints.machine.example_statement import (
    asking_chips,
    example_digest,
    example_key,
    other_machine,
    other_parameters,
)
from spec.air.bus import Bus, Scope
from spec.air.chip import Chip, Role
from spec.air.machine import Machine, describe_machine
from spec.field import ONE
from spec.protocol.key import VerificationKey

NOT_COVERED = {"reserved_identities"}
"""What only the declaration of a machine asks for, and no proof."""

FEW_CONSTRAINTS = 8
"""All are described alike, and a work table has thousands."""

SPARE = "spare"
"""A public value that nothing speaks of: what a change may name instead of another one."""


def digest_covers_the_machine(audited: AuditedMachine) -> str | None:
    """The digest changes with every field of the machine, and not with prose.

    Of a closed form it covers height and description: that the form is its table is a check of its own.
    """
    # Few chips and constraints show how the text is made, and it is made many times here.
    machine = _with_fewer_chips(audited.machine)
    with_spare = replace(machine, public_values=(*machine.public_values, SPARE))
    names = {field.name for field in fields(Machine)} - NOT_COVERED
    if names != set(_CHANGES):
        return f"the check does not know the fields {', '.join(sorted(names ^ set(_CHANGES)))}"
    for name, changes in _CHANGES.items():
        # Where a global message speaks of the index, no other public value may be it.
        base = _without_global_messages(with_spare) if name == "segment_index" else with_spare
        described = describe_machine(base)
        if any(describe_machine(changed) == described for changed in changes(base)):
            return f"the machine digest does not cover all of {name}"
    if describe_machine(_in_other_words(machine)) != describe_machine(machine):
        return "the machine digest covers prose"
    return None


def digest_covers_chips(audited: AuditedMachine) -> str | None:
    """The digest has every chip, and changes with every part of one."""
    machine = audited.machine
    described = describe_machine(machine)
    for chip in machine.chips:
        alone = _alone(machine, chip)
        _, start, text = alone.partition(f"chip {chip.name} ")
        if not start or start + text not in described:
            return f"the machine digest does not cover chip {chip.name}"
        if any(_alone(machine, changed) == alone for changed in _with_one_change(chip)):
            return f"{chip.name}: the machine digest does not cover everything declared"
    return None


def key_covers_fields(audited: AuditedMachine) -> str | None:
    """The program's id changes with every field of the key, with every root and answer of every commitment."""
    key = example_key(audited.machine)
    names = {field.name for field in fields(VerificationKey)}
    if names != set(_KEY_CHANGES):
        return f"the check does not know the fields {', '.join(sorted(names ^ set(_KEY_CHANGES)))}"
    for name, changes in _KEY_CHANGES.items():
        if any(changed.program_id == key.program_id for changed in changes(key)):
            return f"the key's digest does not cover {name}"
    return None


def _alone(machine: Machine, chip: Chip) -> str:
    """The text of the machine with this chip alone: one chip's is made as that of all of them."""
    return describe_machine(_with_only(machine, [chip]))


def _with_one_change(chip: Chip) -> Iterator[Chip]:
    if chip.constraints:
        yield replace(chip, constraints=chip.constraints[:-1])
        *before, last_constraint = chip.constraints
        changed = replace(last_constraint, expression=last_constraint.expression + 1)
        yield replace(chip, constraints=(*before, changed))
    *others, last = chip.interactions
    if others:
        yield replace(chip, interactions=tuple(others))
    yield replace(chip, interactions=(*others, replace(last, sign=-last.sign)))
    yield replace(chip, interactions=(*others, replace(last, multiplicity=last.multiplicity + 1)))
    yield replace(chip, interactions=(*others, replace(last, message=(last.message[0] + 1, *last.message[1:]))))
    yield replace(chip, columns=(*chip.columns, "another"))
    if chip.role in (Role.MACHINE_TABLE, Role.PROGRAM_TABLE):
        yield replace(chip, fixed_columns=(*chip.fixed_columns, "another"))
    yield replace(chip, accesses=chip.accesses + 1)


def _with_fewer_chips(machine: Machine) -> Machine:
    """The machine with the first two chips of each role, and with few constraints of each of them."""
    chips = [chip for role in Role for chip in machine.chips_of(role)[:2]]
    return _with_only(machine, [replace(chip, constraints=chip.constraints[:FEW_CONSTRAINTS]) for chip in chips])


def _without_global_messages(machine: Machine) -> Machine:
    return _with_only(machine, [chip for chip in machine.chips if not chip.global_interactions])


def _with_only(machine: Machine, chips: Sequence[Chip]) -> Machine:
    """The machine with these chips alone, and with what is said of them alone."""
    names = {chip.name for chip in chips}
    tables = {
        name: replace(table, only_for=tuple(asking for asking in table.only_for if asking in names))
        for name, table in machine.tables.items()
        if name in names
    }
    return replace(
        machine,
        chips=tuple(chips),
        tables=tables,
        required=tuple(name for name in machine.required if name in names),
        joins=tuple(join if join.moved_by in names else replace(join, moved_by=None) for join in machine.joins),
    )


def _with_chips(machine: Machine, change: Callable[[Chip], Chip]) -> Machine:
    return replace(machine, chips=tuple(map(change, machine.chips)))


def _with_bus(machine: Machine, old: Bus, new: Bus) -> Machine:
    """The machine with another bus in the place of one of its own, wherever it is spoken to."""

    def change(chip: Chip) -> Chip:
        spoken = tuple(replace(i, bus=new) if i.bus == old else i for i in chip.interactions)
        return replace(chip, interactions=spoken)

    return replace(
        machine,
        chips=tuple(map(change, machine.chips)),
        buses=tuple(new if bus == old else bus for bus in machine.buses),
        tokens=tuple(replace(token, bus=new) if token.bus == old else token for token in machine.tokens),
    )


def _in_other_words(machine: Machine) -> Machine:
    """The machine with other prose."""
    changed = _with_chips(machine, lambda chip: replace(chip, purpose="something", domain="some executions"))
    for bus in machine.buses:
        changed = _with_bus(changed, bus, replace(bus, receiver_assumes="something", sender_ensures="something"))
    return changed


def _bus_changes(machine: Machine) -> Iterator[Machine]:
    taken = {bus.identity for bus in machine.buses} | set(machine.reserved_identities)
    unused = next(identity for identity in range(1, len(taken) + 2) if identity not in taken)
    for bus in machine.buses:
        yield _with_bus(machine, bus, replace(bus, identity=unused))
        yield _with_bus(machine, bus, replace(bus, fields=(*bus.fields[:-1], "another")))
        if bus.scope is Scope.GLOBAL:
            yield _with_bus(machine, bus, replace(bus, scope=Scope.LOCAL))


def _table_changes(machine: Machine) -> Iterator[Machine]:
    for name, table in machine.tables.items():
        asking = asking_chips(machine, name)
        for changed in (
            replace(table, height_log2=table.height_log2 + 1),
            replace(table, description=f"{table.description}, or another"),
            # A table for some is for all that ask it, so this is the only other one.
            *([replace(table, only_for=() if table.only_for else asking)] if asking else []),
        ):
            yield replace(machine, tables={**machine.tables, name: changed})


def _token_changes(machine: Machine) -> Iterator[Machine]:
    for position, token in enumerate(machine.tokens):
        before, after = machine.tokens[:position], machine.tokens[position + 1 :]
        for changed in (
            (),
            (replace(token, sign=-token.sign),),
            (replace(token, message=(7, *token.message[1:])),),
            (replace(token, times=(machine.segment_index, 7)),),
        ):
            yield replace(machine, tokens=(*before, *changed, *after))


def _join_changes(machine: Machine) -> Iterator[Machine]:
    for position, join in enumerate(machine.joins):
        before, after = machine.joins[:position], machine.joins[position + 1 :]
        names = [chip.name for chip in machine.chips if chip.name != join.moved_by]
        for changed in (
            replace(join, enters=SPARE),
            replace(join, leaves=SPARE),
            replace(join, start_limit=join.start_limit - 1),
            replace(join, moved_by=names[0]),
        ):
            yield replace(machine, joins=(*before, changed, *after))


def _shape_changes(machine: Machine) -> Iterator[Machine]:
    first = machine.chips[0].name
    yield replace(machine, listed_shapes={**machine.listed_shapes, "another": {first: (5,)}})
    for shape, instances in machine.listed_shapes.items():
        taller = {name: tuple(height + 1 for height in heights) for name, heights in instances.items()}
        more = {name: (*heights, heights[-1] - 1) for name, heights in instances.items()}
        for changed in (taller, more):
            yield replace(machine, listed_shapes={**machine.listed_shapes, shape: changed})


def _program_changes(machine: Machine) -> Iterator[Machine]:
    yield replace(machine, listed_programs=(*machine.listed_programs, {machine.chips[0].name: 5}))
    for position in range(len(machine.listed_programs)):
        others = [heights for i, heights in enumerate(machine.listed_programs) if i != position]
        yield replace(machine, listed_programs=tuple(others))


def _required_changes(machine: Machine) -> Iterator[Machine]:
    """Without the last; a machine that requires no table has none that could be required."""
    if machine.required:
        yield replace(machine, required=machine.required[:-1])


def _one(**changes: Callable[[Machine], object]) -> Callable[[Machine], Iterator[Machine]]:
    """A single change: fields by name, each from the machine."""

    def change(machine: Machine) -> Iterator[Machine]:
        yield replace(machine, **{name: value(machine) for name, value in changes.items()})  # type: ignore[arg-type]

    return change


_CHANGES: Mapping[str, Callable[[Machine], Iterator[Machine]]] = {
    "name": _one(name=lambda machine: f"{machine.name}, changed"),
    "chips": _one(chips=lambda machine: (machine.chips[1], machine.chips[0], *machine.chips[2:])),
    "buses": _bus_changes,
    "public_values": _one(public_values=lambda machine: (*machine.public_values[1:], machine.public_values[0])),
    "tables": _table_changes,
    "tokens": _token_changes,
    "joins": _join_changes,
    "segment_index": _one(segment_index=lambda machine: SPARE),
    "halted": _one(halted=lambda machine: (machine.halted[0], machine.halted[1] + 1)),
    "exit_values": _one(exit_values=lambda machine: (*machine.exit_values, SPARE)),
    "clock_bits": _one(clock_bits=lambda machine: machine.clock_bits - 1),
    "required": _required_changes,
    "maximum_instances": _one(maximum_instances=lambda machine: machine.maximum_instances + 1),
    "maximum_segments": _one(maximum_segments=lambda machine: machine.maximum_segments + 1),
    "listed_shapes": _shape_changes,
    "listed_programs": _program_changes,
}
"""By field, the machines that differ in it, or in a part of it."""


def _height_changes(key: VerificationKey) -> Iterator[VerificationKey]:
    heights = key.program_heights_log2
    for i, height in enumerate(heights):
        yield replace(key, program_heights_log2=(*heights[:i], height + 1, *heights[i + 1 :]))


def _start_changes(key: VerificationKey) -> Iterator[VerificationKey]:
    for i, number in enumerate(key.start):
        yield replace(key, start=(*key.start[:i], number + 1, *key.start[i + 1 :]))


def _commitment_changes(key: VerificationKey) -> Iterator[VerificationKey]:
    for height, commitment in key.commitments.items():
        others = {h: c for h, c in key.commitments.items() if h != height}
        yield replace(key, commitments=others)
        yield replace(key, commitments={**others, height: replace(commitment, root=example_digest("another root"))})
        for i, answer in enumerate(commitment.answers):
            answers = (*commitment.answers[:i], answer + ONE, *commitment.answers[i + 1 :])
            yield replace(key, commitments={**others, height: replace(commitment, answers=answers)})


def _machine_changes(key: VerificationKey) -> Iterator[VerificationKey]:
    yield replace(key, machine=other_machine(key.machine))


def _parameter_changes(key: VerificationKey) -> Iterator[VerificationKey]:
    yield replace(key, parameters=other_parameters(key.parameters))


_KEY_CHANGES: Mapping[str, Callable[[VerificationKey], Iterator[VerificationKey]]] = {
    "machine": _machine_changes,
    "parameters": _parameter_changes,
    "program_heights_log2": _height_changes,
    "start": _start_changes,
    "commitments": _commitment_changes,
}
"""By field, the keys that differ in it."""
