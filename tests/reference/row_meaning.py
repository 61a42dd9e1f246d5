"""Reads instruction rows back: do they do what the instruction set says?

Nothing of the executor or of the fillers is used: operands, results and accesses come from what a row says on the
buses, the instruction from the program's word, its meaning from the machine step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from reference.columns import RowColumns
from reference.tables import Table, Trace
from spec.air.chip import Interaction, Role
from spec.isa import decode
from spec.isa.step import Operands, effect
from spec.memory_map import SINK
from spec.program import Program
from spec.rv64im.buses import MEMORY, STATE
from spec.rv64im.program_row import HALTED
from spec.word import INTEGER_WORDS


@dataclass(frozen=True)
class SpokenAccess:
    """An access as a row says it on the memory bus."""

    space: int
    address: int
    before: int
    after: int


@dataclass(frozen=True)
class SpokenRow:
    """A real row: its pc in bytes, its next pc as on the state bus, its accesses by declared name."""

    chip: str
    pc: int
    next_pc: int
    accesses: dict[str, SpokenAccess]


def spoken_rows(trace: Trace) -> Iterator[SpokenRow]:
    """Every real row of every instruction table."""
    for table in trace.tables:
        if table.chip.role is Role.INSTRUCTION:
            yield from _rows_of(table)


def _rows_of(table: Table) -> Iterator[SpokenRow]:
    columns = RowColumns(table.main, table.fixed, {})
    said = {i.name: (_messages(columns, i), columns.values(i.multiplicity).tolist()) for i in table.chip.interactions}
    names = [i.name.removesuffix("_taken") for i in table.chip.interactions if i.bus is MEMORY and i.sign < 0]
    assert all(i.bus is STATE for i in table.chip.interactions if i.name in ("arrive", "leave"))
    for row in np.nonzero(said["leave"][1])[0].tolist():
        accesses = {}
        for name in names:
            (taken, times), (put_back, _) = said[f"{name}_taken"], said[f"{name}_put_back"]
            if times[row]:
                before, after = taken[row], put_back[row]
                assert before[:2] == after[:2]
                accesses[name] = SpokenAccess(before[0], before[1], _word(before[2:6]), _word(after[2:6]))
        yield SpokenRow(table.chip.name, said["arrive"][0][row][0] * 4, said["leave"][0][row][0], accesses)


def _messages(columns: RowColumns, interaction: Interaction) -> list[tuple[int, ...]]:
    return list(zip(*(columns.values(part).tolist() for part in interaction.message), strict=True))


def _word(limbs: Sequence[int]) -> int:
    assert all(limb < 2**16 for limb in limbs)
    return sum(limb << 16 * i for i, limb in enumerate(limbs))


def assert_row_means_its_instruction(row: SpokenRow, program: Program) -> None:
    """Compares a row with the machine step on the operands that the row itself took."""
    decoded = decode(dict(program.code)[row.pc])
    assert decoded is not None
    accesses = dict(row.accesses)
    left = accesses.pop("source1", None) or accesses.pop("call_number", None)
    right = accesses.pop("source2", None) or accesses.pop("exit_code", None)
    destination = accesses.pop("destination", None)
    memory, memory_next = accesses.pop("memory", None), accesses.pop("memory_next", None)
    assert not accesses
    operands = Operands(
        pc=row.pc,
        left=left.before if left else 0,
        right=right.before if right else 0,
        immediate=INTEGER_WORDS.constant(decoded.immediate),
        low=memory.before if memory else 0,
        high=memory_next.before if memory_next else 0,
    )
    expected = effect(INTEGER_WORDS, decoded.instruction, operands)
    assert expected.normal
    assert row.next_pc == (HALTED if expected.halts else expected.next_pc // 4)
    for access, register in ((left, decoded.rs1), (right, decoded.rs2)):
        assert access is None or (access.space, access.address, access.after) == (1, register, access.before)
    if expected.result is not None:
        assert destination is not None
        assert (destination.space, destination.address) == (1, decoded.rd or SINK)
        assert destination.after == expected.result
    elif destination is not None:
        assert destination.address == SINK
    for access, after in ((memory, expected.low), (memory_next, expected.high)):
        assert access is None or (access.space, access.after) == (0, after)
    if memory is not None:
        address = INTEGER_WORDS.add(operands.left, operands.immediate)
        assert memory.address == address // 8
        assert memory_next is None or memory_next.address == memory.address + 1
