"""Source lines of a guest, from the DWARF line tables of its ELF file: there are some where it was built with -g."""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from elftools.common.exceptions import DWARFError, ELFError
from elftools.elf.elffile import ELFFile

_FIRST_INDEXED_FROM_ZERO = 5
"""The version of DWARF from which on files and directories are counted from 0 [DWARF 5, 6.2.4]."""


@dataclass(frozen=True)
class _Row:
    address: int
    place: str | None
    """None where a sequence of addresses ends."""


class SourceLines:
    """The source line of each address."""

    def __init__(self, elf: bytes) -> None:
        try:
            self._rows = sorted(_rows(elf), key=lambda row: row.address)
        except (ELFError, DWARFError, KeyError, IndexError, AttributeError, ValueError, UnicodeDecodeError):
            # Debug information is for messages only: what cannot be read is as if it were not there.
            self._rows = []
        self._addresses = [row.address for row in self._rows]

    def __bool__(self) -> bool:
        return bool(self._rows)

    def at(self, address: int) -> str | None:
        """`file:line` of the instruction at a byte address; None where nothing is known."""
        position = bisect_right(self._addresses, address)
        return self._rows[position - 1].place if position else None


def _rows(elf: bytes) -> Iterator[_Row]:
    file: Any = ELFFile(io.BytesIO(elf))
    if not file.has_dwarf_info():
        return
    dwarf = file.get_dwarf_info()
    for unit in dwarf.iter_CUs():
        program = dwarf.line_program_for_CU(unit)
        if program is None:
            continue
        first = 0 if program["version"] >= _FIRST_INDEXED_FROM_ZERO else 1
        names = [entry.name.decode() for entry in program["file_entry"]]
        for entry in program.get_entries():
            state = entry.state
            if state is None:
                continue
            place = None if state.end_sequence else f"{names[state.file - first]}:{state.line}"
            yield _Row(state.address, place)
