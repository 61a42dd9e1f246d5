"""Cells of the chips in spec/rv64im/chips/misaligned.py."""

from reference.trace.cells import Cells, Filler, array, byte_array, bytes_of, limb_array, top_bit, written
from reference.trace.clock import Access, Row
from reference.trace.load import doubleword_offset_of, location_cells
from spec.isa.instruction import Load, Store
from spec.memory_map import DOUBLEWORD_BYTES
from spec.word import XLEN

_WINDOW_BYTES = 2 * DOUBLEWORD_BYTES
_UNUSED = Access(address=0, before=0, after=0, previous_clock=0, clock=0)


def _width_bytes(row: Row) -> int:
    meaning = row.step.decoded.instruction.meaning
    if not isinstance(meaning, Load | Store):
        raise TypeError(f"{row.step.decoded.instruction.name} does not access memory")
    return meaning.width_bytes


def _location(row: Row) -> Cells:
    offset = doubleword_offset_of(row)
    flags = {f"offset_is_{i}": int(i == offset) for i in range(1, DOUBLEWORD_BYTES)}
    crossing = "memory_next" in row.accesses
    cells = location_cells(row) | flags | {"crossing": int(crossing)}
    if not crossing:
        # No token is taken, so only the lookup of the high part counts.
        cells |= {"memory_next_previous_clock": 0, "memory_next_clock_high": 0}
    return cells


def _window(row: Row) -> tuple[int, int]:
    """The sixteen bytes before and after; zeros for a second doubleword that is not accessed."""
    low, high = row.accesses["memory"], row.accesses.get("memory_next", _UNUSED)
    return low.before | high.before << XLEN, low.after | high.after << XLEN


def _load(row: Row) -> Cells:
    offset, width_bytes = doubleword_offset_of(row), _width_bytes(row)
    memory = bytes_of(_window(row)[0], _WINDOW_BYTES)
    moved = memory[offset : offset + DOUBLEWORD_BYTES]
    last_byte = moved[width_bytes - 1]
    meaning = row.step.decoded.instruction.meaning
    narrow_signed = isinstance(meaning, Load) and meaning.signed and width_bytes < DOUBLEWORD_BYTES
    return {
        **_location(row),
        **array("byte", memory),
        **array("moved", moved),
        "last_byte": last_byte,
        "sign": top_bit(last_byte, 8) if narrow_signed else 0,
        **limb_array("result", written(row)),
    }


def _store(row: Row) -> Cells:
    offset, width_bytes = doubleword_offset_of(row), _width_bytes(row)
    before, after = _window(row)
    covered = range(offset, offset + width_bytes)
    return {
        **_location(row),
        **byte_array("stored", row.step.right, DOUBLEWORD_BYTES),
        **byte_array("before", before, _WINDOW_BYTES),
        **byte_array("after", after, _WINDOW_BYTES),
        **{f"covered_{i}": int(i in covered) for i in range(1, _WINDOW_BYTES - 1)},
    }


FILLERS: dict[str, Filler] = {"load_misaligned": _load, "store_misaligned": _store}
