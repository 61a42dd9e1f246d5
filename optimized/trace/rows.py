"""The executed rows of one chip, and the cells that many chips have in common: limbs, bytes, tokens taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from optimized.execution.events import Events
from optimized.execution.predecoded import Predecoded
from spec.air.chip import Chip
from spec.rv64im.buses import CLOCK_LOW_BITS, LIMB_BITS, LIMBS
from spec.rv64im.program_row import OPCODES
from spec.word import BYTE_BITS, XLEN

Numbers: TypeAlias = NDArray[np.uint64]
"""(rows,) 64-bit words."""

Column: TypeAlias = NDArray[np.integer[Any]] | NDArray[np.bool_] | int
"""A column's cells as integers, which stand for their residues modulo p; or the same one on every row."""

Cells: TypeAlias = dict[str, Column]


@dataclass(frozen=True)
class Rows:
    """The events of one chip in the order of execution."""

    chip: Chip
    events: Events
    table: Predecoded

    @property
    def left(self) -> Numbers:
        return self.events.left

    @property
    def right(self) -> Numbers:
        return self.events.right

    @property
    def result(self) -> Numbers:
        return self.events.result

    @property
    def immediate(self) -> Numbers:
        """The sign-extended immediate, modulo 2^64."""
        return self.table.immediate[self.events.word]

    def constant(self, index: int) -> NDArray[np.uint32]:
        """One of the program table's constants."""
        return self.table.constants[:, index][self.events.word]

    def opcode_is(self, *names: str) -> NDArray[np.bool_]:
        """Where the instruction is one of these."""
        opcodes = self.table.opcode[self.events.word]
        return np.isin(opcodes, [OPCODES[name] for name in names])

    @property
    def address(self) -> Numbers:
        """The byte address of rs1 + immediate, modulo 2^64."""
        return self.left + self.immediate

    @property
    def offset(self) -> Numbers:
        """The position of the address in its doubleword, in bytes."""
        return self.address & np.uint64(7)


def parts(name: str, word: Numbers, bits: int, count: int) -> Cells:
    """The low parts of `bits` bits of a word as the cells of a column array, least significant first."""
    mask = np.uint64((1 << bits) - 1)
    return {f"{name}_{i}": word >> np.uint64(bits * i) & mask for i in range(count)}


def limb_array(name: str, word: Numbers, count: int = LIMBS) -> Cells:
    """A word's low limbs."""
    return parts(name, word, LIMB_BITS, count)


def byte_array(name: str, word: Numbers, count: int) -> Cells:
    """A word's low bytes."""
    return parts(name, word, BYTE_BITS, count)


def upper_limbs(name: str, word: Numbers, first: int) -> Cells:
    """The limbs of a word from one on."""
    return limb_array(name, word >> np.uint64(LIMB_BITS * first), LIMBS - first)


def limb(word: Numbers, index: int | Numbers) -> Numbers:
    """One limb of each word."""
    return word >> np.uint64(LIMB_BITS) * np.uint64(index) & np.uint64(0xFFFF)


def top_bit(word: Numbers, bits: int) -> Numbers:
    """The most significant bit of the low `bits` bits."""
    return word >> np.uint64(bits - 1) & np.uint64(1)


def one_hot(name: str, selected: Numbers, count: int) -> Cells:
    """Flags of which the selected one is set."""
    return {f"{name}_{i}": selected == i for i in range(count)}


def immediate_cells(rows: Rows) -> Cells:
    """A sign-extended immediate: its low limb, and whether the limbs above are all ones."""
    immediate = rows.immediate
    return {"immediate_low": limb(immediate, 0), "immediate_is_negative": top_bit(immediate, XLEN)}


def address_cells(rows: Rows) -> Cells:
    """Base register and effective address."""
    address = rows.address
    return {**limb_array("base", rows.left), "address_low": limb(address, 0), "address_high": limb(address, 1)}


def _previous_clocks(rows: Rows, name: str) -> NDArray[np.uint32]:
    events = rows.events
    return {
        "source1": events.source1_previous,
        "call_number": events.source1_previous,
        "source2": events.source2_previous,
        "exit_code": events.source2_previous,
        "memory": events.memory_previous,
        "memory_next": events.memory_next_previous,
        "destination": events.destination_previous,
    }[name]


def common_cells(rows: Rows) -> Cells:
    """What every instruction chip has: pc, clock, selectors, register indices, the tokens taken."""
    events, table = rows.events, rows.table
    cells: Cells = {"pc": events.word.astype(np.uint64) + np.uint64(table.first_pc // 4), "clock": events.clock}
    opcodes: Sequence[str] = rows.chip.instructions
    cells |= {"real": 1} if len(opcodes) == 1 else {f"is_{name}": rows.opcode_is(name) for name in opcodes}
    for position, name in enumerate(rows.chip.access_names):
        previous = _previous_clocks(rows, name)
        high = events.clock + np.uint32(position) - previous - np.uint32(1) >> np.uint32(CLOCK_LOW_BITS)
        if name == "memory_next":
            # Without a second doubleword no token is taken.
            high = np.where(crossing(rows), high, np.uint32(0))
        cells |= {f"{name}_previous_clock": previous, f"{name}_clock_high": high}
    accesses = rows.chip.access_names
    if "source1" in accesses:
        cells["source1"] = table.source1[events.word]
    if "source2" in accesses:
        cells["source2"] = table.source2[events.word]
    if "destination" in accesses:
        cells["destination"] = table.destination[events.word]
        cells |= limb_array("destination_before", events.before)
    return cells


def crossing(rows: Rows) -> NDArray[np.bool_]:
    """Where a load or store touches a second doubleword."""
    width = np.abs(rows.table.width_bytes[rows.events.word].astype(np.int64))
    return rows.offset.astype(np.int64) + width > 8
