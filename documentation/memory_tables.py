"""The guest's memory as tables: spaces, map, regions of the worked example, public values."""

from __future__ import annotations

from documentation import formulas
from documentation.markdown import capitalised, code, number, table
from documentation.worked_example import worked_program, worked_trace
from spec.air.machine import Machine
from spec.memory_map import (
    DOUBLEWORD_BYTES,
    GUARD_PAGE,
    HEAP,
    INPUT_CAPACITY_BYTES,
    INPUT_REGION,
    NULL_PAGE,
    OUTPUT_CAPACITY_BYTES,
    OUTPUT_REGION,
    REGISTER_COUNT,
    SINK,
    STACK,
    Interval,
    RegionKind,
    Space,
)
from spec.rv64im.chips.continuation import ADDRESS_BITS, KEY_BITS
from spec.rv64im.machine import RV64IM, SEGMENT_PUBLIC_VALUES

INTERVALS: tuple[tuple[str, Interval, str], ...] = (
    ("null page", NULL_PAGE, "no region: an access traps"),
    ("heap", HEAP, RegionKind.ZERO.name.lower()),
    ("guard page", GUARD_PAGE, "no region: an access traps"),
    ("stack", STACK, RegionKind.ZERO.name.lower()),
    ("private input", INPUT_REGION, RegionKind.INPUT.name.lower()),
    ("public output", OUTPUT_REGION, RegionKind.OUTPUT.name.lower()),
)
"""(name, interval, kind of region), ascending. The program's own segments lie anywhere outside the reserved ones."""

_INITIAL = {
    RegionKind.IMAGE: "the doubleword of the image table, by lookup: what the file holds",
    RegionKind.ZERO: "zero: memory of a segment beyond its file bytes, heap, stack",
    RegionKind.REGISTERS: "zero: all registers and the sink",
    RegionKind.INPUT: "free: part of the witness, every limb range-checked",
    RegionKind.OUTPUT: "zero; the final value goes to the output bus",
}


def spaces() -> str:
    """The address spaces of the memory bus."""
    rows = [
        (
            code(Space.MEMORY.value),
            "memory",
            f"doublewords of {DOUBLEWORD_BYTES} bytes",
            f"below $2^{{{ADDRESS_BITS}}}$",
        ),
        (
            code(Space.REGISTERS.value),
            "registers",
            f"{REGISTER_COUNT} registers and the sink",
            f"0 to {SINK}, the sink is {SINK}",
        ),
    ]
    order = f"Memory rows are ordered by a key below $2^{{{KEY_BITS}}}$."
    return table(("space", "name", "cells", "addresses"), rows) + f"\n\n{order}"


def memory_map() -> str:
    """The fixed intervals of byte addresses."""
    rows = [
        (name, code(f"{i.start:#010x}"), code(f"{i.end:#010x}"), number(i.size_bytes), kind)
        for name, i, kind in INTERVALS
    ]
    capacities = (
        f"The input holds at most {number(INPUT_CAPACITY_BYTES)} bytes, "
        f"the output at most {number(OUTPUT_CAPACITY_BYTES)} bytes: a length doubleword stands before both."
    )
    return table(("interval", "start", "end, exclusive", "bytes", "region"), rows) + f"\n\n{capacities}"


def region_kinds() -> str:
    """What a region's cells hold at the start."""
    rows = [(number(kind.value), code(kind.name.lower()), capitalised(_INITIAL[kind])) for kind in RegionKind]
    return table(("kind", "name", "initial value"), rows)


def regions() -> str:
    """The worked example's region table."""
    rows = [
        (region.space.name.lower(), code(region.kind.name.lower()), code(hex(region.start)), code(hex(region.end)))
        for region in worked_program().regions
    ]
    return table(("space", "kind", "start, doublewords or registers", "end, exclusive"), rows)


_MEANINGS = {
    "segment": "the segment's index in the run, from 0",
    "pc_in": "program counter before the first row, a byte address over 4",
    "cursor_in": "memory cursor before the segment's part of the memory table",
    "pc_out": "program counter after the last row, or HALTED",
    "clock_out": "clock after the last row; the first row has clock 1",
    "cursor_out": "memory cursor after the segment's part of the memory table",
}


def public_values() -> str:
    """The public values of a segment, in the order in which the transcript absorbs them."""
    rows = [
        (
            code(name),
            _MEANINGS.get(name, "limb of the exit code, 0 unless the segment halts"),
            code(worked_trace().public_values[name]),
        )
        for name in SEGMENT_PUBLIC_VALUES
    ]
    return table(("public value", "meaning", "worked example"), rows, (16, 64, 20))


def closed_forms() -> str:
    """The machine's fixed tables: their rows, and the closed forms that take the place of a commitment."""
    return forms_of(RV64IM)


def forms_of(machine: Machine) -> str:
    """A machine's fixed tables, column by column, with the multilinear extension of each."""
    rows = [
        (code(name), f"$2^{{{fixed.height_log2}}}$", code(column), formula)
        for name, fixed in machine.tables.items()
        for column, formula in zip(
            machine.chip_by_name[name].fixed_columns, formulas.CLOSED_FORMS[fixed.description], strict=True
        )
    ]
    return table(("table", "rows", "column", "closed form"), rows, (18, 8, 18, 56))
