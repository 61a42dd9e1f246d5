"""A toy machine of five tables for the GKR circuit: two scopes, odd counts of interactions, instances, two rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reference.tables import Table
from spec.air.bus import Bus, Scope
from spec.air.chip import Chip, ChipBuilder, Role
from spec.air.expression import Public
from spec.field import EXTENSION_DEGREE, Extension, P
from spec.protocol.gkr import SCOPES, BusChallenges, Circuit, bus_challenges, circuit, widest_message
from spec.protocol.shape import TableShape


def _bus(name: str, identity: int, fields: Sequence[str], scope: Scope) -> Bus:
    return Bus(name, identity, tuple(fields), scope, receiver_assumes="", sender_ensures="")


RANGE = _bus("range", 1, ["value"], Scope.LOCAL)
LINK = _bus("link", 2, ["first", "second", "third"], Scope.LOCAL)
CARRIED = _bus("carried", 7, ["address", "value"], Scope.GLOBAL)


def _work() -> Chip:
    """Five local interactions: pairs of one multiplicity, of different ones, and an interaction that stays alone."""
    b = ChipBuilder("work", Role.INSTRUCTION, "")
    real, x, y, count = b.column("real"), b.column("x"), b.column("y"), b.column("count")
    b.receive("x_in_range", RANGE, [x], real)
    b.send("link", LINK, [x, y + 5 - 3 * x, 7], real)
    b.send("scaled_link", LINK, [y, x.divided_by(2), y], 2 - 3 * real)
    b.receive("counted_link", LINK, [x + y, 0, 0 - x], count + y)
    b.send("twice", RANGE, [y - x], real * 2)
    return b.build()


def _sink() -> Chip:
    """A message of constants and public values, which is the same on every row."""
    b = ChipBuilder("sink", Role.MACHINE_TABLE, "")
    real = b.column("real")
    start = Public("start")
    b.receive("constants", RANGE, [start + 1])
    b.send("started", LINK, [start, start * real - 1, 0], 1)
    b.receive("same", LINK, [real, real, real], real)
    return b.build()


def _range() -> Chip:
    b = ChipBuilder("range", Role.MACHINE_TABLE, "")
    value = b.fixed_column("value")
    count = b.column("count")
    b.send("value", RANGE, [value], count)
    return b.build()


def _program() -> Chip:
    b = ChipBuilder("program", Role.PROGRAM_TABLE, "")
    first, second = b.fixed_column("first"), b.fixed_column("second")
    count = b.column("count")
    b.send("row", LINK, [first, second, first * 4], count)
    b.send("again", LINK, [second, first, 1], first)
    return b.build()


def _boundary() -> Chip:
    """One local interaction and three global ones."""
    b = ChipBuilder("boundary", Role.CONTINUATION, "")
    real, address, value = b.column("real"), b.column("address"), b.column("value")
    b.send("link", LINK, [value, address, 3], real)
    b.receive("enters", CARRIED, [address, value], real)
    b.send("leaves", CARRIED, [address, value + 5], real)
    b.send("also_leaves", CARRIED, [address + 1, value], 1 - real)
    return b.build()


WORK, SINK, RANGE_TABLE, PROGRAM, BOUNDARY = _work(), _sink(), _range(), _program(), _boundary()

SHAPES = (
    TableShape(WORK, 3),
    TableShape(WORK, 1),
    TableShape(SINK, 2),
    TableShape(RANGE_TABLE, 3),
    TableShape(PROGRAM, 1),
    TableShape(BOUNDARY, 1),
)
"""Two instances of one chip, and tables of two rows in both scopes."""

PUBLIC_VALUES = {"start": P - 5}


def random_element(random: np.random.Generator) -> Extension:
    """An element of the extension."""
    return Extension.from_coefficients(random.integers(0, P, EXTENSION_DEGREE).tolist())


def random_elements(random: np.random.Generator, count: int) -> list[Extension]:
    """Elements of the extension."""
    return [random_element(random) for _ in range(count)]


@dataclass(frozen=True)
class CircuitInputs:
    """What the kernel takes."""

    tables: Sequence[Table]
    layout: Circuit
    public_values: Mapping[str, int]
    challenges: Mapping[Scope, BusChallenges[Extension]]


def circuit_inputs(
    shapes: Sequence[TableShape], seed: int, largest_cell: int = P - 1, least_cell: int = 0
) -> CircuitInputs:
    """Tables of these shapes with random cells in a range, and random challenges."""
    random = np.random.default_rng(seed)
    tables = [
        Table(
            shape.chip,
            *(
                random.integers(least_cell, largest_cell, (shape.height, len(names)), dtype=np.uint64, endpoint=True)
                for names in (shape.chip.columns, shape.chip.fixed_columns)
            ),
        )
        for shape in shapes
    ]
    chips = [shape.chip for shape in shapes]
    challenges = {
        scope: bus_challenges(random_element(random), random_element(random), widest_message(chips, scope))
        for scope in SCOPES
    }
    return CircuitInputs(tables, circuit(shapes), PUBLIC_VALUES, challenges)
