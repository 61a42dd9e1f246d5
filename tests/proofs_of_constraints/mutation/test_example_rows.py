"""Example rows are honest: they satisfy their chips, and do what they must.

To write them anew after a change of a chip:
LIMPID_UPDATE_GOLDEN=1 pytest tests/proofs_of_constraints/mutation/test_example_rows.py
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator, Sequence
from functools import cache

import pytest

from proofs_of_constraints.mutation.example_rows import EXAMPLE_ROWS_FILE, example_rows, stored_rows
from proofs_of_constraints.mutation.row_meaning import has_meaning, row_faults, row_obstacles
from proofs_of_constraints.obligations.concrete_row import ConcreteRow
from reference.tables import Trace
from reference.trace.build import build_trace, build_traces
from reference.trace.limits import SegmentLimits
from spec.air.chip import Chip, Role
from spec.isa.calls import CALLS, MULTIPLY_ADD_MODULO_256, MULTIPLY_ADD_MODULO_384, Call, Use
from spec.isa.system import CALL_NUMBER_REGISTER
from spec.memory_map import INPUT_REGION
from spec.program import Program
from spec.rv64im.buses import CLOCK_LOW_BITS, SEGMENT_GAP_BITS
from spec.rv64im.chips.continuation import ADDRESS_BITS
from spec.rv64im.machine import CALL_CHIPS, CHIPS, RV64IM, WORK_CHIPS
from tests.reference.assembly import SCRATCH, Assembly
from tests.reference.call_programs import add_call, store
from tests.reference.call_run import from_address
from tests.reference.every_instruction import (
    BASE,
    CORNERS,
    LOADS,
    RESULT,
    RIGHT,
    STORES,
    add_memory,
    every_instruction_program,
)

UPDATING = os.environ.get("LIMPID_UPDATE_GOLDEN") == "1"
ROWS_PER_SELECTION = 16
ROWS_OF_A_WORK_TABLE = 6
MANY_SELECTIONS = 10
PAIRS = (
    *((left, right) for left in CORNERS for right in CORNERS),
    *((0xFEDCBA9876543210, amount) for amount in (0x0123456789ABCDEF, 17, 20, 35, 52, 63)),
    *((0x8765432112345678, amount) for amount in (0xFFFFFFFFFFFF1234, 7, 24, 33, 0xFFFFFFF0, 3)),
    (100, 7),
    (2**63, 2**64 - 1),
    (0xFFFFFFFF80000000, 2**64 - 1),
    (0xFEDCBA9876543210, 0xFEDCBA9876543210),
    (0xFEDCBA9876543210, 0xFEDCBA9876543211),
    (0x7FFF000000000000, 0x8000000000000000),
    # Each limb decides a comparison once, below limbs that are equal and not zero.
    *((0xFEDC_BA98_7654_3210, 0xFEDC_BA98_7654_3210 ^ 0x5 << 16 * limb) for limb in range(4)),
    *((0x7EDC_BA98_7654_3210 ^ 0x5 << 16 * limb, 0x7EDC_BA98_7654_3210) for limb in range(4)),
    # Shifts by half a limb and nothing else.
    *((0xFEDC_BA98_7654_F2F1, amount) for amount in (8, 24, 40, 56)),
)
VALUES = (
    *(2**64 - 1 ^ 0xEDCB << 16 * limb for limb in range(4)),
    0xF123,
    0x8000_F000_8765_4321,
    0x0123_4567_89AB_CDEF,
    2**63,
    2**63 - 1,
    2**31,
    2**31 - 1,
    0x8000_8000_8000_8000,
)
MODULAR_CALLS = (MULTIPLY_ADD_MODULO_256, MULTIPLY_ADD_MODULO_384)
CLOCK_GAPS = (0, 2**15 + 5, 2**16, 2**23 + 2**19 + 3)
EXAMPLE_CHIPS = [chip for chip in CHIPS if has_meaning(chip)]


def _traces(chip: Chip) -> list[Trace]:
    """Runs that show what a chip does: calls and their work stand in a run of their own."""
    return _calling_traces() if chip in (*CALL_CHIPS, *WORK_CHIPS) else _usual_traces()


@cache
def _calling_traces() -> list[Trace]:
    return [build_trace(_calling_program(), _operands())]


@cache
def _usual_traces() -> list[Trace]:
    """Several short segments, so that tokens come from earlier ones."""
    program = every_instruction_program(PAIRS, VALUES)
    short = build_traces(program, b"abcdefgh", SegmentLimits(clock=6000))
    return [*short, build_trace(_far_program(), random.Random(7).randbytes(8192))]


def _operands() -> bytes:
    """Operands of calls: ones, random numbers, and words of few bits."""
    few = b"".join((1 << i % 32).to_bytes(4, "little") for i in range(24))
    return b"\xff" * 96 + random.Random(8).randbytes(3 * 96) + few


def _calling_program() -> Program:
    """Every call, on zeros and on what the input holds, whose first doubleword is its length; at the end of a page of
    2^16 bytes too."""
    assembly = Assembly()
    places = [SCRATCH.start, *(INPUT_REGION.start + 8 + 96 * i for i in range(5)), INPUT_REGION.start + 0x2_FFC8]
    for call in MODULAR_CALLS:
        for numbers in _divisions(call.operands[0].doublewords):
            _add_division(assembly, call, numbers, SCRATCH.start, 0x40)
    for call in CALLS:
        for place in () if call in MODULAR_CALLS else places:
            # Once more on what the first call leaves, and once with operands that overlap.
            for offset in (0, 0, -16):
                for operand in call.operands:
                    shift = 0 if operand.use is Use.UPDATE else 32 + offset
                    assembly.constant(operand.register, place + shift)
                assembly.add("addi", CALL_NUMBER_REGISTER, immediate=call.number)
                assembly.add("ecall")
    for call in MODULAR_CALLS:
        # The lower halves of these pointers have bits of every kind.
        for numbers, place in zip(_divisions(call.operands[0].doublewords), (0x1_FE08, 0x2_80F0), strict=False):
            _add_division(assembly, call, numbers, INPUT_REGION.start + place, 0x48)
    assembly.exit()
    return assembly.program()


def _add_division(assembly: Assembly, call: Call, numbers: Sequence[list[int]], place: int, gap: int) -> None:
    """A modular call on these numbers, whose operands stand so far from one another."""
    pointers = [place + gap * i for i in range(len(call.operands))]
    for pointer, words in zip(pointers[:3], numbers, strict=True):
        store(assembly, from_address(pointer, words))
    add_call(assembly, call, pointers)


def _divisions(size: int) -> Iterator[tuple[list[int], list[int], list[int]]]:
    """Operands of a modular call of so many doublewords: the factors, and the addend with the modulus behind it."""
    random_numbers, most = random.Random(9), (1 << 64 * size) - 1
    modulus = random_numbers.getrandbits(64 * size) | 1 << 64 * size - 1
    numbers = [(0, 0, 0, 1), (most, most, most - 1, most), (1, most, most, most), (most, 1, 5, 7 << 64 * size - 8)]
    # Each limb decides once.
    numbers += [(0, 3, modulus - (5 << 16 * i), modulus) for i in range(0, 4 * size, 3)]
    for _ in range(4):
        left, right = (random_numbers.getrandbits(64 * size) % modulus for _ in range(2))
        numbers.append((left, right, random_numbers.getrandbits(64 * size), modulus))
    for left, right, addend, divisor in numbers:
        both = _words(addend, size) + _words(divisor, size)
        yield _words(left, size), _words(right, size), both


def _words(number: int, size: int) -> list[int]:
    return [number >> 64 * i & (1 << 64) - 1 for i in range(size)]


def _far_program() -> Program:
    """Accesses and jumps at high addresses, with carries of every kind into the limbs of an address."""
    assembly = Assembly(code_start=0x9000_F000)
    for offset in range(8):
        for immediate in (-2048, -7, 5, 2047):
            assembly.constant(BASE, INPUT_REGION.start + 0x1000 * (1 + 8 * (offset % 2)) + offset)
            assembly.constant(RIGHT, 0xFEDC_BA98_7654_3210 * (2 * offset + 1) ^ immediate)
            for instruction in (*LOADS, *STORES):
                registers = {"rs2": RIGHT} if instruction in STORES else {"rd": RESULT}
                assembly.add(instruction.name, rs1=BASE, immediate=immediate, **registers)
    add_memory(assembly, INPUT_REGION.start + 0x1800, 0x80)
    add_memory(assembly, INPUT_REGION.start + 0xFFF0, 0x7F)
    for immediate in (-2048, -3, 8, 2046):
        assembly.add("lui", BASE, immediate=0)
        assembly.constant(BASE, assembly.here + 12 - immediate)
        assembly.add("jalr", RESULT, BASE, immediate=immediate)
    assembly.exit()
    return assembly.program()


def _rows(chip: Chip, traces: list[Trace]) -> Iterator[dict[str, int]]:
    """The real rows of a chip whose register operands, if any, are different registers."""
    for trace in traces:
        for table in trace.tables:
            if table.chip is chip:
                for row in table.main[table.main.any(axis=1)].tolist():
                    cells = dict(zip(chip.columns, row, strict=True))
                    registers = [cells[name] for name in ("source1", "source2", "destination") if name in cells]
                    if len(set(registers)) == len(registers):
                        yield cells | {"public.segment": trace.public_values["segment"]}


def _aspects(chip: Chip, cells: dict[str, int]) -> set[tuple[str, int]]:
    """What an example may show: of each column and definition a class of values, also together with each flag."""
    row = ConcreteRow(chip, cells)
    numbers = cells | {name: row.value(body) for name, body in chip.definitions().items()}
    classes = {name: _class(cell) for name, cell in numbers.items()}
    flags = [n for n, cell in cells.items() if cell < 2 and not n[-1].isdigit()]
    flags += [n for n, number in numbers.items() if n.startswith("decides") and number == 1]
    return {
        *classes.items(),
        *((f"{name} if {flag}={numbers[flag]}", k) for flag in flags for name, k in classes.items()),
    }


def _class(cell: int) -> int:
    """Small values and ends of ranges each count for themselves, others by their number of bits."""
    return cell if cell < 3 or cell in (2**7, 2**8 - 1, 2**15 - 1, 2**15, 2**16 - 4, 2**16 - 1) else -cell.bit_length()


def _chosen(chip: Chip, rows: list[dict[str, int]]) -> list[dict[str, int]]:
    """Few rows that show much, for each selection of an opcode."""
    selections: dict[tuple[int, ...], list[tuple[dict[str, int], set[tuple[str, int]]]]] = {}
    for cells in rows:
        selection = tuple(cell for name, cell in cells.items() if name.startswith(("is_", "from_round_")))
        selections.setdefault(selection, []).append((cells, _aspects(chip, cells)))
    chosen = []
    for alike in selections.values():
        seen: set[tuple[str, int]] = set()
        of_work = ROWS_OF_A_WORK_TABLE if len(selections) < MANY_SELECTIONS else 1
        count = of_work if chip.role is Role.WORK else ROWS_PER_SELECTION
        for number in range(min(count, len(alike))):
            # First the rows that show most values, then those that show most of them together.
            shown = [aspects - seen for _, aspects in alike]
            if number < -(-count // 2):
                shown = [{aspect for aspect in aspects if " if " not in aspect[0]} for aspects in shown]
            position = max(range(len(alike)), key=lambda i: len(shown[i]))
            best, aspects = alike.pop(position)
            seen |= aspects
            chosen.append(best)
        if chip.role is Role.WORK:
            # A row shows thousands of cells, and knows no clock.
            continue
        chosen += [_at_other_clocks(best, gap) for gap in CLOCK_GAPS]
        # Then one row for every end of a range that none of these shows.
        for cells, aspects in alike:
            ends = {(name, kind) for name, kind in aspects - seen if kind > 2 and " if " not in name}
            if ends:
                seen |= ends
                chosen.append(cells)
        # And some whose cells differ most from one another, which show every exchange of two.
        chosen += sorted((cells for cells, _ in alike), key=lambda cells: -len(set(cells.values())))[:2]
    return chosen


def _at_other_address(cells: dict[str, int], gap: int) -> dict[str, int]:
    """The row of the memory table in a region as long as memory, so far from its ends and from the cursor."""
    changed = cells | {"cursor": 0}
    if not cells["space"]:
        changed |= {
            "region_start": 0,
            "region_end": 2**ADDRESS_BITS,
            "address": gap if gap % 2 else 2**ADDRESS_BITS - 1 - gap,
        }
        if not gap:
            changed["cursor"] = changed["region_start"] = changed["address"]
    address = changed["address"]
    differences = {
        "address": address,
        "step": changed["space"] * 2**ADDRESS_BITS + address - changed["cursor"],
        "above_start": address - changed["region_start"],
        "below_end": changed["region_end"] - 1 - address,
    }
    return changed | {f"{name}_high": difference >> 16 for name, difference in differences.items()}


def _at_other_clocks(cells: dict[str, int], gap: int) -> dict[str, int]:
    """The row late in a segment, every token as much older as the gap says, and a little more from access to access."""
    if "origin_segment" in cells:
        later = min(gap, 2**SEGMENT_GAP_BITS - 1)
        return cells | {"public.segment": cells["origin_segment"] + later, "gap_high": later >> 16}
    if "region_start" in cells:
        return _at_other_address(cells, gap)
    names = [name.removesuffix("_previous_clock") for name in cells if name.endswith("_previous_clock")]
    changed = cells | {"clock": (1 << RV64IM.clock_bits) - 100}
    for number, name in enumerate(names):
        later = gap + 70_001 * number if gap else 0
        changed[f"{name}_previous_clock"] = changed["clock"] + number - 1 - later
        changed[f"{name}_clock_high"] = later >> CLOCK_LOW_BITS
    return changed


def _write() -> None:
    lines = []
    for chip in EXAMPLE_CHIPS:
        chosen = _chosen(chip, list(_rows(chip, _traces(chip))))
        chosen = [cells for i, cells in enumerate(chosen) if cells not in chosen[:i]]
        names = [*chip.columns, "public.segment"]
        rows = ",\n    ".join(json.dumps([cells[name] for name in names], separators=(",", ":")) for cells in chosen)
        columns = json.dumps(names, separators=(",", ":"))
        lines.append(f'"{chip.name}": {{\n  "columns": {columns},\n  "rows": [\n    {rows}\n  ]}}')
    EXAMPLE_ROWS_FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")


@pytest.fixture(scope="module", autouse=True)
def _updated() -> None:
    if UPDATING:
        _write()
        stored_rows.cache_clear()


@pytest.mark.parametrize("chip", EXAMPLE_CHIPS, ids=lambda chip: chip.name)
def test_example_row_is_honest(chip: Chip) -> None:
    rows = example_rows(chip)
    assert any(any(cells[name] for name in chip.columns) for cells in rows)
    for cells in rows:
        row = ConcreteRow(chip, cells)
        assert (row.violations(), row_obstacles(row), row_faults(row)) == ([], [], []), cells
