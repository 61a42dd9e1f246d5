"""The cells that many chips have in common, by column name: limbs, bytes, and what every row begins with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from reference.trace.clock import Row
from spec.isa.calls import CALL_BY_NUMBER
from spec.isa.step import effective_address
from spec.rv64im.buses import CLOCK_LOW_BITS, LIMB_BITS, LIMBS
from spec.word import BYTE_BITS, INTEGER_WORDS, XLEN

Cells: TypeAlias = dict[str, int]
"""Column name to an integer; it stands for its residue modulo p."""

Filler: TypeAlias = Callable[[Row], Cells]
"""The columns of a chip's own, beside the common ones."""

WorkFiller: TypeAlias = Callable[[Row], list[tuple[str, Cells]]]
"""The rows of work tables that a row orders: by table, all columns."""


def parts(number: int, bits: int, count: int) -> list[int]:
    """The low `count` parts of `bits` bits of a nonnegative number, least significant first."""
    return [number >> bits * i & (1 << bits) - 1 for i in range(count)]


def limbs(word: int, count: int = LIMBS) -> list[int]:
    """The low limbs of a word."""
    return parts(word, LIMB_BITS, count)


def bytes_of(word: int, count: int) -> list[int]:
    """The low bytes of a word."""
    return parts(word, BYTE_BITS, count)


def array(name: str, cells: Sequence[int]) -> Cells:
    """The cells of a column array name_0, name_1, ..."""
    return {f"{name}_{i}": cell for i, cell in enumerate(cells)}


def limb_array(name: str, word: int, count: int = LIMBS) -> Cells:
    """A word's low limbs as the cells of a column array."""
    return array(name, limbs(word, count))


def byte_array(name: str, word: int, count: int) -> Cells:
    """A word's low bytes as the cells of a column array."""
    return array(name, bytes_of(word, count))


def top_bit(word: int, bits: int) -> int:
    """The most significant bit of the low `bits` bits."""
    return word >> (bits - 1) & 1


def written(row: Row) -> int:
    """What the row writes to its destination."""
    return row.accesses["destination"].after


def immediate_cells(row: Row) -> Cells:
    """A sign-extended immediate: its low limb, and whether the limbs above are all ones."""
    immediate = INTEGER_WORDS.constant(row.step.decoded.immediate)
    return {"immediate_low": limbs(immediate, 1)[0], "immediate_is_negative": top_bit(immediate, XLEN)}


def address_of(row: Row) -> int:
    """The byte address of rs1 + immediate, modulo 2^64."""
    words = INTEGER_WORDS
    return effective_address(words, row.step.left, words.constant(row.step.decoded.immediate))


def address_cells(row: Row) -> Cells:
    """Base register and effective address."""
    low, high = limbs(address_of(row), 2)
    return {**limb_array("base", row.step.left), "address_low": low, "address_high": high}


def pointer_cells(row: Row) -> Cells:
    """The pointers of a call's operands, two limbs each."""
    cells: Cells = {}
    operands = CALL_BY_NUMBER[row.step.left].operands
    for operand, pointer in zip(operands, row.step.pointers, strict=True):
        low, high = limbs(pointer, 2)
        cells |= {f"{operand.name}_pointer_low": low, f"{operand.name}_pointer_high": high}
    return cells


def common_cells(row: Row) -> Cells:
    """What every instruction chip has: pc, clock, selectors, register indices, the tokens taken."""
    fetched = row.program_row
    cells = {"pc": fetched.pc, "clock": row.clock}
    if len(row.chip.instructions) == 1:
        cells["real"] = 1
    else:
        cells.update({f"is_{opcode}": int(opcode == fetched.opcode) for opcode in row.chip.instructions})
    for name, access in row.accesses.items():
        cells[f"{name}_previous_clock"] = access.previous_clock
        cells[f"{name}_clock_high"] = (access.clock - access.previous_clock - 1) >> CLOCK_LOW_BITS
        if name in ("source1", "source2", "destination"):
            cells[name] = access.address
    if "destination" in row.accesses:
        cells |= limb_array("destination_before", row.accesses["destination"].before)
    return cells
