"""Functions that the compiler has written out in place of a call, from the debug information of a guest."""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from elftools.common.exceptions import DWARFError, ELFError
from elftools.dwarf.descriptions import describe_form_class
from elftools.dwarf.ranges import BaseAddressEntry
from elftools.elf.elffile import ELFFile


@dataclass(frozen=True)
class Inlined:
    """A function in a place where it is written out."""

    name: str
    start: int
    """The lowest byte address of that place: tells places apart."""


@dataclass(frozen=True)
class _Range:
    start: int
    end: int
    chain: tuple[Inlined, ...]
    """The outermost first."""


class InlinedFunctions:
    """What is written out at each address; nothing where the file has no such information."""

    def __init__(self, elf: bytes) -> None:
        try:
            self._ranges = sorted(_ranges(elf), key=lambda range_: (range_.start, len(range_.chain)))
        except (ELFError, DWARFError, KeyError, IndexError, AttributeError, ValueError, UnicodeDecodeError):
            # Debug information is for display only: what cannot be read is as if it were not there.
            self._ranges = []
        self._starts = [range_.start for range_ in self._ranges]
        self._longest = max((range_.end - range_.start for range_ in self._ranges), default=0)

    def at(self, address: int) -> tuple[Inlined, ...]:
        """The functions that are written out around a byte address, the outermost first."""
        found: tuple[Inlined, ...] = ()
        position = bisect_right(self._starts, address) - 1
        while position >= 0 and self._starts[position] > address - self._longest:
            range_ = self._ranges[position]
            if address < range_.end and len(range_.chain) > len(found):
                found = range_.chain
            position -= 1
        return found


def _ranges(elf: bytes) -> Iterator[_Range]:
    file: Any = ELFFile(io.BytesIO(elf))
    if not file.has_dwarf_info():
        return
    dwarf = file.get_dwarf_info()
    for unit in dwarf.iter_CUs():
        top = unit.get_top_DIE()
        pending: list[tuple[Any, tuple[Inlined, ...]]] = [(top, ())]
        while pending:
            entry, chain = pending.pop()
            if entry.tag == "DW_TAG_inlined_subroutine":
                intervals = list(_intervals(dwarf, unit, entry))
                if intervals:
                    chain = (*chain, Inlined(_name(entry), min(start for start, _ in intervals)))
                    for start, end in intervals:
                        yield _Range(start, end, chain)
            pending += [(child, chain) for child in entry.iter_children()]


def _intervals(dwarf: Any, unit: Any, entry: Any) -> Iterator[tuple[int, int]]:
    """The byte addresses of an entry: one interval, or a list of them."""
    attributes = entry.attributes
    if "DW_AT_low_pc" in attributes and "DW_AT_high_pc" in attributes:
        low, high = attributes["DW_AT_low_pc"].value, attributes["DW_AT_high_pc"]
        yield low, high.value if describe_form_class(high.form) == "address" else low + high.value
    elif "DW_AT_ranges" in attributes:
        base = unit.get_top_DIE().attributes["DW_AT_low_pc"].value
        for part in dwarf.range_lists().get_range_list_at_offset(attributes["DW_AT_ranges"].value, cu=unit):
            if isinstance(part, BaseAddressEntry):
                base = part.base_address
            elif getattr(part, "is_absolute", False):
                yield part.begin_offset, part.end_offset
            else:
                yield base + part.begin_offset, base + part.end_offset


def _name(entry: Any) -> str:
    """The name of the function that an entry is an instance of."""
    while "DW_AT_name" not in entry.attributes:
        attribute = "DW_AT_abstract_origin" if "DW_AT_abstract_origin" in entry.attributes else "DW_AT_specification"
        entry = entry.get_DIE_from_attribute(attribute)
    name: str = entry.attributes["DW_AT_name"].value.decode()
    return name
