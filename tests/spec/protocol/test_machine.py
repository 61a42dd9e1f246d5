"""Machines as values: what may be declared, what the digest covers, and that a closed form is its table."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from spec.air.bus import Bus, Scope
from spec.air.chip import Chip, ChipBuilder, Constraint, Interaction, Role
from spec.air.expression import Constant, Expression, Named, Public, lift
from spec.air.machine import Join, Machine, MachineTable, Token, describe_machine, public_names
from spec.field import ONE, ZERO, Extension, P
from tests.small_machine import (
    BOUNDARY,
    CONTINUATION,
    EXIT,
    HALT,
    HALTED,
    MEMORY,
    MOVE,
    PROGRAM_TABLE,
    RANGE,
    RANGE_TABLE,
    SMALL_MACHINE,
    STATE,
    range_closed_form,
)

Build = Callable[[], Machine]


def with_chip(changed: Chip) -> Machine:
    """The small machine with one chip replaced by another one of its name."""
    chips = tuple(changed if chip.name == changed.name else chip for chip in SMALL_MACHINE.chips)
    return replace(SMALL_MACHINE, chips=chips)


def with_message(chip: Chip, name: str, *message: Expression) -> Machine:
    """The small machine with the message of one interaction replaced."""
    interactions = tuple(replace(i, message=message) if i.name == name else i for i in chip.interactions)
    return with_chip(replace(chip, interactions=interactions))


def _builder(role: Role = Role.INSTRUCTION, name: str = "more") -> ChipBuilder:
    return ChipBuilder(name, role, "Another chip.")


def _more(chip: Chip) -> Machine:
    return replace(SMALL_MACHINE, chips=(*SMALL_MACHINE.chips, chip))


def _speaking(role: Role, bus: Bus) -> Machine:
    builder = _builder(role)
    builder.send("says", bus, [builder.column(field) for field in bus.fields])
    return _more(builder.build())


def _silent() -> Machine:
    builder = _builder()
    builder.column("nothing")
    return _more(builder.build())


def _with_fixed_column() -> Machine:
    builder = _builder()
    builder.send("says", RANGE, [builder.fixed_column("given")])
    return _more(builder.build())


def _multiplicity(public: str) -> Machine:
    interactions = tuple(
        replace(i, multiplicity=Public(public)) if i.name == "to_after" else i for i in BOUNDARY.interactions
    )
    return with_chip(replace(BOUNDARY, interactions=interactions))


def _table_for(*names: str) -> Machine:
    """The small machine with its fixed table in segments with tables of these chips alone."""
    return replace(SMALL_MACHINE, tables={"range_table": replace(RANGE_FORM, only_for=names)})


UNDECLARED = Bus("foreign", 99, ("value",), Scope.LOCAL, "nothing", "nothing")
RANGE_FORM = SMALL_MACHINE.tables["range_table"]
ACCOUNT = next(i for i in BOUNDARY.interactions if i.name == "to_after").message

WRONG: dict[str, tuple[Build, str]] = {
    "chip twice": (lambda: _more(MOVE), "machine accounts: more than one chip move"),
    "bus twice": (
        lambda: replace(SMALL_MACHINE, buses=(*SMALL_MACHINE.buses, replace(EXIT, identity=77))),
        "machine accounts: more than one bus exit",
    ),
    "identity twice": (
        lambda: replace(SMALL_MACHINE, buses=(*SMALL_MACHINE.buses, replace(UNDECLARED, identity=EXIT.identity))),
        "machine accounts: more than one bus identity 6",
    ),
    "public value twice": (
        lambda: replace(SMALL_MACHINE, public_values=(*SMALL_MACHINE.public_values, "exit")),
        "machine accounts: more than one public value exit",
    ),
    "reserved identity": (
        lambda: replace(SMALL_MACHINE, reserved_identities=range(6, 9)),
        "machine accounts: exit has a reserved bus identity",
    ),
    "clocks that wrap": (
        lambda: replace(SMALL_MACHINE, clock_bits=30),
        "machine accounts: clocks of 30 bits may wrap around p",
    ),
    "no closed form": (
        lambda: replace(SMALL_MACHINE, tables={}),
        "machine accounts: closed forms of [], expected ['range_table']",
    ),
    "closed form of another table": (
        lambda: replace(SMALL_MACHINE, tables={"range_table": RANGE_FORM, "program_table": RANGE_FORM}),
        "machine accounts: closed forms of ['range_table', 'program_table'], expected ['range_table']",
    ),
    "table for a chip that does not ask": (
        lambda: _table_for("move", "boundary", "halt"),
        "machine accounts: range_table is only for ('move', 'boundary', 'halt'), asked by ['boundary', 'move']",
    ),
    "table not for every chip that asks": (
        lambda: _table_for("move"),
        "machine accounts: range_table is only for ('move',), asked by ['boundary', 'move']",
    ),
    "no interaction": (_silent, "machine accounts: chip more has no interaction"),
    "fixed column of an instruction": (
        _with_fixed_column,
        "machine accounts: chip more has fixed columns, but is no fixed table",
    ),
    "undeclared bus": (
        lambda: _speaking(Role.INSTRUCTION, UNDECLARED),
        "machine accounts: chip more: says uses the bus foreign, which is not declared",
    ),
    "global interaction of an instruction": (
        lambda: _speaking(Role.INSTRUCTION, CONTINUATION),
        "machine accounts: chip more: says is global, but the table is no continuation table",
    ),
    "global interaction of a program table": (
        lambda: _speaking(Role.PROGRAM_TABLE, CONTINUATION),
        "machine accounts: chip more: says is global, but the table is no continuation table",
    ),
    "global message with a public value": (
        lambda: with_message(BOUNDARY, "to_after", ACCOUNT[0], ACCOUNT[1] + Public("pc_in"), ACCOUNT[2]),
        "machine accounts: chip boundary: to_after is global and depends on ['pc_in', 'segment']",
    ),
    "global message with a public value by another name": (
        lambda: with_message(BOUNDARY, "to_after", ACCOUNT[0], Named("hidden", Public("exit") * 2), ACCOUNT[2]),
        "machine accounts: chip boundary: to_after is global and depends on ['exit', 'segment']",
    ),
    "global multiplicity with a public value": (
        lambda: _multiplicity("exit"),
        "machine accounts: chip boundary: to_after is global and depends on ['exit', 'segment']",
    ),
    "constraint on an unknown public value": (
        lambda: with_chip(replace(HALT, constraints=(Constraint("unknown", Public("nobody")),))),
        "machine accounts: chip halt depends on nobody, which is no public value",
    ),
    "join of an unknown value": (
        lambda: replace(SMALL_MACHINE, joins=(Join("pc_in", "pc_next", 1),)),
        "machine accounts: pc_next is no public value",
    ),
    "unknown index": (
        lambda: replace(SMALL_MACHINE, segment_index="number"),
        "machine accounts: number is no public value",
    ),
    "unknown end": (lambda: replace(SMALL_MACHINE, halted=("done", 1)), "machine accounts: done is no public value"),
    "unknown exit value": (
        lambda: replace(SMALL_MACHINE, exit_values=("code",)),
        "machine accounts: code is no public value",
    ),
    "join moved by no chip": (
        lambda: replace(SMALL_MACHINE, joins=(Join("pc_in", "pc_out", 1, moved_by="nobody"),)),
        "machine accounts: nobody, which moves pc_in, is no chip",
    ),
    "start at the end": (
        lambda: replace(SMALL_MACHINE, joins=(Join("pc_in", "pc_out", P),)),
        f"machine accounts: pc_in may start with {HALTED}, which ends a run",
    ),
    "required instruction": (
        lambda: replace(SMALL_MACHINE, required=("move",)),
        "machine accounts: move is required, but is no continuation table",
    ),
    "token of a global bus": (
        lambda: replace(SMALL_MACHINE, tokens=(Token(CONTINUATION, +1, (0, 0, 0)),)),
        "machine accounts: a token of the bus continuation, which is no local bus of it",
    ),
    "token of an undeclared bus": (
        lambda: replace(SMALL_MACHINE, tokens=(Token(UNDECLARED, +1, (0,)),)),
        "machine accounts: a token of the bus foreign, which is no local bus of it",
    ),
    "token of another width": (
        lambda: replace(SMALL_MACHINE, tokens=(Token(STATE, +1, (0,)),)),
        "machine accounts: a token of the bus state has 1 parts and the sign 1",
    ),
    "token of no sign": (
        lambda: replace(SMALL_MACHINE, tokens=(Token(STATE, 2, (0, 0)),)),
        "machine accounts: a token of the bus state has 2 parts and the sign 2",
    ),
    "token of an unknown value": (
        lambda: replace(SMALL_MACHINE, tokens=(Token(STATE, +1, ("nobody", 0)),)),
        "machine accounts: a token of the bus state has nobody, which is no public value",
    ),
    "token counted by an unknown value": (
        lambda: replace(SMALL_MACHINE, tokens=(Token(EXIT, -1, ("exit",), times=("nobody", 1)),)),
        "machine accounts: a token of the bus exit has nobody, which is no public value",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_machine_with_a_wrong_declaration_raises(name: str) -> None:
    build, message = WRONG[name]
    with pytest.raises(ValueError, match="machine accounts") as raised:
        build()
    assert str(raised.value) == message


@pytest.mark.parametrize("role", [Role.MACHINE_TABLE, Role.PROGRAM_TABLE, Role.CONTINUATION])
def test_machine_with_another_local_speaker_is_declared(role: Role) -> None:
    if role is Role.MACHINE_TABLE:
        with pytest.raises(ValueError, match="closed forms"):
            _speaking(role, MEMORY)
    else:
        _speaking(role, MEMORY)


def test_public_names_are_found_through_shared_and_named_parts() -> None:
    """Thirty doublings share their parts: a walk that does not notice would take a billion steps."""
    expression: Expression = Named("inner", Public("a") - Public("b"))
    for _ in range(30):
        expression = expression + expression
    assert public_names(expression, lift(3), Public("c")) == {"a", "b", "c"}


def test_fixed_table_is_there_if_one_of_its_chips_is() -> None:
    machine = _table_for("move", "boundary")
    there, absent = {"range_table": (6,)}, {"range_table": ()}
    assert SMALL_MACHINE.table_heights({}) == there
    assert machine.table_heights({"move": (3, 2)}) == machine.table_heights({"boundary": (1,)}) == there
    assert machine.table_heights({}) == machine.table_heights({"move": (), "halt": (1,)}) == absent


# The digest.

PROSE: dict[str, Machine] = {
    "purpose": with_chip(replace(MOVE, purpose="Something else.")),
    "domain": with_chip(replace(MOVE, domain="some executions")),
    "instructions": with_chip(replace(MOVE, instructions=("other",))),
    "outputs": with_chip(replace(MOVE, outputs=("after",))),
    "name of a constraint": with_chip(
        replace(MOVE, constraints=tuple(replace(c, name=f"{c.name}_") for c in MOVE.constraints))
    ),
    "name of an interaction": with_chip(
        replace(MOVE, interactions=tuple(replace(i, name=f"{i.name}_") for i in MOVE.interactions))
    ),
    "reserved identities": replace(SMALL_MACHINE, reserved_identities=range(50, 60)),
}


def _bus_changed(**changes: Any) -> Machine:
    """The small machine with the exit bus changed, wherever it is spoken of."""
    changed = replace(EXIT, **changes)
    interactions = tuple(replace(i, bus=changed) if i.bus == EXIT else i for i in HALT.interactions)
    halt = replace(HALT, interactions=interactions)
    return replace(
        SMALL_MACHINE,
        chips=tuple(halt if chip is HALT else chip for chip in SMALL_MACHINE.chips),
        buses=tuple(changed if bus == EXIT else bus for bus in SMALL_MACHINE.buses),
        tokens=tuple(replace(t, bus=changed) if t.bus == EXIT else t for t in SMALL_MACHINE.tokens),
    )


def _interaction_changed(change: Callable[[Interaction], Interaction]) -> Machine:
    first, *rest = MOVE.interactions
    return with_chip(replace(MOVE, interactions=(change(first), *rest)))


FIRST_MESSAGE = MOVE.interactions[0].message
TABLE = SMALL_MACHINE.tables["range_table"]

DECLARED: dict[str, Build] = {
    "name": lambda: replace(SMALL_MACHINE, name="other"),
    "order of chips": lambda: replace(SMALL_MACHINE, chips=SMALL_MACHINE.chips[::-1]),
    "order of buses": lambda: replace(SMALL_MACHINE, buses=SMALL_MACHINE.buses[::-1]),
    "public values": lambda: replace(SMALL_MACHINE, public_values=(*SMALL_MACHINE.public_values, "more")),
    "order of public values": lambda: replace(SMALL_MACHINE, public_values=SMALL_MACHINE.public_values[::-1]),
    "segment index": lambda: replace(
        with_chip(replace(BOUNDARY, interactions=BOUNDARY.interactions[:3])), segment_index="exit"
    ),
    "halted name": lambda: replace(SMALL_MACHINE, halted=("clock_out", HALTED)),
    "halted number": lambda: replace(SMALL_MACHINE, halted=("pc_out", HALTED - 1)),
    "exit values": lambda: replace(SMALL_MACHINE, exit_values=()),
    "clock bits": lambda: replace(SMALL_MACHINE, clock_bits=7),
    "instances": lambda: replace(SMALL_MACHINE, maximum_instances=2),
    "segments": lambda: replace(SMALL_MACHINE, maximum_segments=2**10),
    "required": lambda: replace(SMALL_MACHINE, required=()),
    "join's start": lambda: replace(SMALL_MACHINE, joins=(replace(SMALL_MACHINE.joins[0], start_limit=5),)),
    "join's mover": lambda: replace(SMALL_MACHINE, joins=(replace(SMALL_MACHINE.joins[0], moved_by="move"),)),
    "join's names": lambda: replace(SMALL_MACHINE, joins=(replace(SMALL_MACHINE.joins[0], enters="clock_out"),)),
    "token left out": lambda: replace(SMALL_MACHINE, tokens=SMALL_MACHINE.tokens[1:]),
    "token's sign": lambda: replace(SMALL_MACHINE, tokens=(Token(STATE, -1, ("pc_in", 1)), *SMALL_MACHINE.tokens[1:])),
    "token's message": lambda: replace(
        SMALL_MACHINE, tokens=(Token(STATE, +1, ("pc_in", 2)), *SMALL_MACHINE.tokens[1:])
    ),
    "token's times": lambda: replace(SMALL_MACHINE, tokens=(*SMALL_MACHINE.tokens[:2], Token(EXIT, -1, ("exit",)))),
    "bus identity": lambda: _bus_changed(identity=33),
    "bus name": lambda: _bus_changed(name="leaving"),
    "bus field": lambda: _bus_changed(fields=("number",)),
    "table's height": lambda: replace(SMALL_MACHINE, tables={"range_table": replace(TABLE, height_log2=5)}),
    "closed form": lambda: replace(SMALL_MACHINE, tables={"range_table": replace(TABLE, description="other")}),
    "presence of a table": lambda: _table_for("move", "boundary"),
    "role": lambda: with_chip(replace(MOVE, role=Role.CONTINUATION)),
    "accesses": lambda: with_chip(replace(MOVE, accesses=2)),
    "column": lambda: with_chip(replace(MOVE, columns=(*MOVE.columns, "more"))),
    "name of a column": lambda: with_chip(replace(MOVE, columns=("really", *MOVE.columns[1:]))),
    "fixed column": lambda: with_chip(replace(PROGRAM_TABLE, fixed_columns=(*PROGRAM_TABLE.fixed_columns, "more"))),
    "constraint": lambda: with_chip(replace(MOVE, constraints=MOVE.constraints[1:])),
    "order of constraints": lambda: with_chip(replace(MOVE, constraints=MOVE.constraints[::-1])),
    "order of interactions": lambda: with_chip(replace(MOVE, interactions=MOVE.interactions[::-1])),
    "sign": lambda: _interaction_changed(lambda i: replace(i, sign=+1)),
    "message": lambda: _interaction_changed(lambda i: replace(i, message=(*FIRST_MESSAGE[:-1], Constant(0)))),
    "multiplicity": lambda: _interaction_changed(lambda i: replace(i, multiplicity=Constant(1))),
    "bus": lambda: _interaction_changed(lambda i: replace(i, bus=MEMORY)),
}


@pytest.mark.parametrize("name", DECLARED)
def test_digest_of_another_declaration_is_another(name: str) -> None:
    assert DECLARED[name]().digest != SMALL_MACHINE.digest


def test_digests_of_all_these_declarations_are_different() -> None:
    digests = [build().digest for build in DECLARED.values()]
    assert len(set(digests)) == len(digests)


@pytest.mark.parametrize("name", PROSE)
def test_digest_of_other_prose_is_the_same(name: str) -> None:
    assert PROSE[name].digest == SMALL_MACHINE.digest


def test_description_names_every_column_of_a_chip_and_every_bus() -> None:
    described = describe_machine(SMALL_MACHINE)
    assert f"columns {' '.join(MOVE.columns)} fixed " in described
    assert f"columns multiplicity fixed {' '.join(RANGE_TABLE.fixed_columns)}" in described
    assert all(f"bus {bus.name} {bus.identity} {bus.scope.value}" in described for bus in SMALL_MACHINE.buses)


# Closed forms.


def _random_element(generator: random.Random) -> Extension:
    return Extension.from_coefficients(generator.randrange(P) for _ in range(6))


def definition(table: MachineTable, column: int, point: list[Extension]) -> Extension:
    """The multilinear extension as the sum over all rows of eq(point, row) times the cell."""
    total = ZERO
    for row, corner in zip(table.rows(), itertools.product((0, 1), repeat=table.height_log2), strict=True):
        weight = ONE
        for bit, coordinate in zip(corner, point, strict=True):
            weight = weight * (coordinate if bit else ONE - coordinate)
        total = total + weight * row[column]
    return total


def test_closed_form_of_the_small_machine_is_its_table() -> None:
    """On the whole cube, and at random points of the extension field, where it is the multilinear extension."""
    corners = itertools.product((ZERO, ONE), repeat=TABLE.height_log2)
    assert [TABLE.closed_form(corner) for corner in corners] == [tuple(map(Extension.of, row)) for row in TABLE.rows()]
    generator = random.Random(1)
    for _ in range(5):
        point = [_random_element(generator) for _ in range(TABLE.height_log2)]
        assert TABLE.closed_form(point) == (definition(TABLE, 0, point),)


def test_closed_form_other_than_the_table_is_noticed_off_the_cube_alone() -> None:
    """A form that squares a coordinate is right on every corner, and not multilinear."""

    def squared(point: Any) -> tuple[Any, ...]:
        return (range_closed_form(point)[0] + point[0] * point[0] - point[0],)

    corners = itertools.product((ZERO, ONE), repeat=TABLE.height_log2)
    assert [squared(corner) for corner in corners] == [tuple(map(Extension.of, row)) for row in TABLE.rows()]
    point = [_random_element(random.Random(2)) for _ in range(TABLE.height_log2)]
    assert squared(point) != (definition(TABLE, 0, point),)
