"""The program's fixed tables as functions of a program: no row dropped, added, moved, or changed on the way.

`spec.rv64im.chips.program_tables` runs on programs that hold a symbolic number, in each place in turn; so what is said
of a row holds for all numbers. What the program table says of one word is the matter of the decode obligations: here it
is that each word of a program that has a row has its own, in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from proofs_of_constraints.obligations.obligation import Counterexample, Kind, Obligation, Outcome, Session, Verdict
from proofs_of_constraints.translation.formulas import any_of
from proofs_of_constraints.translation.symbolic import SYMBOLIC_BITS, SymbolicInteger, all_paths, term_of
from spec.air.chip import Chip
from spec.isa import INSTRUCTIONS, decode
from spec.memory_map import RegionKind, Space
from spec.program import Program, Region
from spec.rv64im.chips.fixed_tables import padded
from spec.rv64im.chips.program_tables import PROGRAM_FIXED_ROWS
from spec.rv64im.program_row import OPCODES, program_row

KIND_NUMBERS = {"IMAGE": 0, "ZERO": 1, "REGISTERS": 2, "INPUT": 3, "OUTPUT": 4}
SPACE_NUMBERS = {"MEMORY": 0, "REGISTERS": 1}
"""What the numbers in the region table stand for, for whoever reads a key."""

XLEN = 64
ENTRIES = 3
LONGEST = 9
"""Tables of all lengths up to one more than a power of two are filled up."""

Row = tuple[Any, ...]
Numbers = Sequence[Any]
"""The numbers of a program's entries, one of which may be symbolic."""


@dataclass(frozen=True)
class _TableMeaning:
    """A program made of numbers, two for each entry, and the rows that it must have."""

    program: Callable[[Numbers], Program]
    rows: Callable[[Numbers], list[Row]]


def _program(**parts: Any) -> Program:
    return Program(**{"entry": 0, "code": (), "image": (), "regions": (), "executable": (), **parts})


def _entries(numbers: Numbers) -> Iterator[tuple[Any, Any]]:
    return zip(numbers[0::2], numbers[1::2], strict=True)


def _image_row(address: Any, value: Any) -> Row:
    return (address, *(value >> 16 * i & 0xFFFF for i in range(4)))


def _regions(numbers: Numbers) -> tuple[Region, ...]:
    """A region of every kind in either space, in turn with these ends."""
    both = [(space, kind) for space in Space for kind in RegionKind]
    ends = list(_entries(numbers))
    return tuple(Region(space, kind, *ends[i % len(ends)]) for i, (space, kind) in enumerate(both))


def _region_rows(numbers: Numbers) -> list[Row]:
    both = [(space, kind) for space in SPACE_NUMBERS.values() for kind in KIND_NUMBERS.values()]
    ends = list(_entries(numbers))
    return [(*pair, *ends[i % len(ends)]) for i, pair in enumerate(both)]


_MEANINGS: Mapping[str, _TableMeaning] = {
    "image_table": _TableMeaning(
        lambda numbers: _program(image=tuple(_entries(numbers))),
        lambda numbers: [_image_row(*entry) for entry in _entries(numbers)],
    ),
    "region_table": _TableMeaning(lambda numbers: _program(regions=_regions(numbers)), _region_rows),
}


def program_table_obligations(chip: Chip) -> Iterator[Obligation]:
    """What the rows of one of the program's tables are. Of a table that is not known there is nothing to prove."""
    if chip.name in _MEANINGS:
        meaning = _MEANINGS[chip.name]
        yield Obligation(Kind.FUNCTION, chip.name, "", (), lambda s: _prove_rows(s, chip.name, meaning))
    elif chip.name == "program_table":
        yield Obligation(Kind.FUNCTION, chip.name, "", (), lambda _: _prove_words(chip.name))


def _prove_rows(session: Session, name: str, meaning: _TableMeaning) -> Outcome:
    """Every row, whatever number stands in one place of the program."""
    fault = _fault_of_numbers() or _fault_of_padding()
    if fault is not None:
        return Outcome(Verdict.REFUTED, fault)
    number = z3.BitVec("number", SYMBOLIC_BITS)
    word = z3.ULT(number, 1 << XLEN)
    for place in range(2 * ENTRIES):

        def numbers(symbolic: Any, place: int = place) -> list[Any]:
            return [symbolic if i == place else 0x0123_4567_89AB_CDEF * (i + 1) % 2**XLEN for i in range(2 * ENTRIES)]

        def both(symbolic: SymbolicInteger) -> tuple[list[Row], list[Row]]:
            return PROGRAM_FIXED_ROWS[name](meaning.program(numbers(symbolic))), meaning.rows(numbers(symbolic))

        for path in all_paths(both, number):
            found, expected = path.value
            if [len(row) for row in found] != [len(row) for row in expected]:
                return Outcome(Verdict.REFUTED, f"{len(found)} rows, not the {len(expected)} of the program")
            pairs = [
                (i, term_of(a) != term_of(b))
                for i, rows in enumerate(zip(found, expected, strict=True))
                for a, b in zip(*rows, strict=True)
            ]
            title = f"function/{name}/place {place}"
            wrong = any_of(*(differs for _, differs in pairs))
            model = session.satisfying(title, [word, *path.conditions, wrong], bit_vectors=True)
            if model is not None:
                row = next(i for i, differs in pairs if z3.is_true(model.eval(differs, model_completion=True)))
                columns = {"number": model.eval(number, model_completion=True).as_long()}
                return Outcome(
                    Verdict.REFUTED, f"row {row} is not the program's", Counterexample(columns, is_input=True)
                )
    return Outcome(Verdict.PROVEN, f"{2 * ENTRIES} places")


def _prove_words(name: str) -> Outcome:
    """By enumeration: a word of each instruction, with words that are none or have no row in between."""
    fault = _fault_of_padding()
    if fault is not None:
        return Outcome(Verdict.REFUTED, fault)
    words = [word for instruction in INSTRUCTIONS for word in (instruction.match, 0)]
    code = tuple((4 * (100 + i), word) for i, word in enumerate(words))
    expected = []
    for address, word in code:
        decoded = decode(word)
        row = None if decoded is None else program_row(address, decoded)
        if row is not None:
            registers = (row.destination, row.source1, row.source2)
            expected.append((address // 4, OPCODES[row.opcode], *registers, *row.constants))
    found = PROGRAM_FIXED_ROWS[name](_program(code=code))
    if len(found) != len(expected):
        return Outcome(Verdict.REFUTED, f"{len(found)} rows, not the {len(expected)} of the program")
    wrong = [i for i, (one, other) in enumerate(zip(found, expected, strict=True)) if one != other]
    if wrong:
        return Outcome(Verdict.REFUTED, f"row {wrong[0]} is not the program's")
    return Outcome(Verdict.PROVEN, f"{len(expected)} words")


def _fault_of_numbers() -> str | None:
    found = ({kind.name: int(kind) for kind in RegionKind}, {space.name: int(space) for space in Space})
    return None if found == (KIND_NUMBERS, SPACE_NUMBERS) else "the numbers of kinds and spaces are others"


def _fault_of_padding() -> str | None:
    """Tables are filled up to a power of two, with rows that they have already."""
    for length in range(1, LONGEST + 1):
        rows = [(i + 1, i + 2) for i in range(length)]
        found = padded(list(rows))
        if found[:length] != rows or not set(found) <= set(rows):
            return f"a table of {length} rows is filled up with other rows"
        if len(found) < 2 or len(found) & (len(found) - 1) or len(found) >= 2 * max(2, length):
            return f"a table of {length} rows is filled up to {len(found)}"
    return None
