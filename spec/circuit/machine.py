"""The circuit's machine as a value: one segment, no memory beyond it, public values at the first addresses.

A circuit is a program of this machine: the fixed columns of its tables. Its run is one segment that has halted when it
starts, so that a proof of a circuit is a proof of a run like any other.
"""

from __future__ import annotations

from collections.abc import Sequence

from spec.air.chip import Chip, ChipBuilder, Role
from spec.air.chips.sha256 import Sha256Layout
from spec.air.machine import Join, Machine, MachineTable, Token
from spec.circuit.buses import LIMB, LIMB_BITS, SHA256, VALUE, buses
from spec.circuit.chips import arithmetic, constants, hashing, words
from spec.field import EXTENSION_DEGREE
from spec.protocol.algebra import Value

HALTED = 1
"""The public value `end` of a circuit, which is one segment, and starts at 0."""

CIRCUIT_CHIPS: tuple[Chip, ...] = (*constants.CHIPS, *arithmetic.CHIPS, *words.CHIPS, *hashing.CHIPS)
"""Those whose rows a circuit lists."""


def _limb_table() -> Chip:
    row = ChipBuilder("limb_table", Role.MACHINE_TABLE, "Every value of 16 bits.")
    row.send("limb", LIMB, [row.fixed_column("value")], row.column("multiplicity"))
    return row.build()


LIMB_TABLE = _limb_table()


def limb_rows() -> list[tuple[int, ...]]:
    """Row number is the value."""
    return [(value,) for value in range(1 << LIMB_BITS)]


def limb_form(point: Sequence[Value]) -> tuple[Value, ...]:
    """The number that the row's bits are, most significant first."""
    total: Value = point[0]
    for bit in point[1:]:
        total = total * 2 + bit
    return (total,)


def circuit_chips(layout: Sha256Layout) -> tuple[Chip, ...]:
    """The chips whose rows a circuit lists, ordering compressions of this layout."""
    ordering = hashing.compress_chip(layout)
    return tuple(ordering if chip.name == ordering.name else chip for chip in CIRCUIT_CHIPS)


def circuit_machine(name: str, public_values: Sequence[str], layout: Sha256Layout = SHA256) -> Machine:
    """The machine of circuits with these public values: they stand at the addresses from 0 on, each read once."""
    return Machine(
        name=name,
        chips=(*circuit_chips(layout), layout.first, layout.rest, LIMB_TABLE),
        buses=buses(layout),
        public_values=("segment", "start", "end", *public_values),
        tables={LIMB_TABLE.name: MachineTable(LIMB_BITS, limb_rows, limb_form, "value sum_i 2^(15 - i) x_i")},
        tokens=tuple(
            Token(VALUE, +1, (address, public, *([0] * (EXTENSION_DEGREE - 1))))
            for address, public in enumerate(public_values)
        ),
        joins=(Join("start", "end", start_limit=HALTED),),
        segment_index="segment",
        halted=("end", HALTED),
        exit_values=(),
        clock_bits=CLOCK_BITS,
        maximum_segments=1,
    )


CLOCK_BITS = 26
"""Ticks that work tables count: more than a circuit of 2^23 rows of any table has room for."""
