"""Forgeries that one check of key, run, chain or shape stands in the way of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from reference.prover.keys import ProvingKey, proving_key
from reference.tables import Table, Trace
from spec.air.machine import Join, Machine
from spec.field import P
from spec.protocol.hash import Domain
from spec.protocol.labels import Label
from tests.both_verifiers import Refusal
from tests.changed_traces import Cell, on_machine, plus_cells, split, with_public, with_tables
from tests.forging import lies
from tests.forging.bent_rounds import OneRowTables
from tests.forging.conversations import Place, Words, overheard
from tests.forging.forgery import HERE, SEGMENT, Forgery, R, of_cells, of_liar
from tests.forging.liars import Liar
from tests.small_machine import EXIT, HALT, MOVE, SMALL_MACHINE, Move, program_cells
from tests.small_runs import (
    KERNELS,
    LEAST_HEIGHTS,
    ONE_SEGMENT,
    SMALL,
    THREE_SEGMENTS,
    TWO_SEGMENTS,
    Example,
    counted,
    encoded,
    prove_claiming,
)

# The key.


def _under(verification: Any, segments: Sequence[Trace], output: bytes, refused: Refusal) -> Forgery:
    key = replace(ONE_SEGMENT.key, verification=verification)
    return Forgery(prove_claiming(KERNELS, key, segments, output), refused)


LEAST, NEXT = LEAST_HEIGHTS


def key_without_a_height() -> Forgery:
    honest = ONE_SEGMENT.key.verification
    changed = replace(honest, commitments={LEAST: honest.commitments[LEAST]})
    refused = Refusal(R.KEY_COMMITMENTS, f"2^[{LEAST}], expected 2^[{LEAST}, {NEXT}]")
    return _under(changed, [SEGMENT], ONE_SEGMENT.run.output, refused)


def key_without_answers() -> Forgery:
    """The commitment that lacks them is the one at the height that is not used."""
    honest = ONE_SEGMENT.key.verification
    commitments = {**honest.commitments, NEXT: replace(honest.commitments[NEXT], answers=())}
    refused = Refusal(R.KEY_COMMITMENTS, f"0 answers at 2^{NEXT}")
    return _under(replace(honest, commitments=commitments), [SEGMENT], ONE_SEGMENT.run.output, refused)


def key_with_a_start_that_no_run_has() -> Forgery:
    """All pcs of program and run are higher by 2^20."""
    offset = 2**20
    (table,) = program_cells(ONE_SEGMENT.moves)
    fixed = table.fixed.copy()
    fixed[:, table.chip.fixed_columns.index("pc")] += np.uint64(offset)
    key = proving_key(KERNELS, SMALL_MACHINE, SMALL, [replace(table, fixed=fixed)], [offset])
    cells: dict[Cell, int] = {("program_table", row, "pc"): offset for row in range(4)}
    cells |= {("move", row, "pc"): offset for row in range(3)} | {("halt", 0, "pc"): offset}
    segment = with_public(plus_cells(SEGMENT, cells), pc_in=offset)
    refused = Refusal(R.KEY_START, f"[{offset}]")
    return Forgery(prove_claiming(KERNELS, key, [segment], ONE_SEGMENT.run.output), refused)


def key_of_a_table_of_one_row() -> Forgery:
    """A program that only halts, in a table of one row."""
    (table,) = program_cells(())
    single = replace(table, main=table.main[:1], fixed=table.fixed[:1])
    segment = Example(()).segments[0]
    tables = [
        replace(t, main=t.main[:1], fixed=t.fixed[:1]) if t.chip.name == "program_table" else t for t in segment.tables
    ]
    key = proving_key(KERNELS, SMALL_MACHINE, SMALL, [single], [0])
    refused = Refusal(R.FIXED_TABLE_HEIGHT, "the program's tables have heights 2^[0]")
    return Forgery(prove_claiming(OneRowTables(), key, [with_tables(segment, tables)], b""), refused)


# The run.


def _on(machine: Machine) -> ProvingKey:
    return proving_key(KERNELS, machine, SMALL, program_cells(ONE_SEGMENT.moves), [0])


def too_many_segments() -> Forgery:
    machine = replace(SMALL_MACHINE, maximum_segments=2)
    segments = [on_machine(segment, machine) for segment in THREE_SEGMENTS.segments]
    proof = prove_claiming(KERNELS, _on(machine), segments, THREE_SEGMENTS.run.output)
    return Forgery(proof, Refusal(R.ENCODING_COUNT_OUT_OF_BOUNDS, "3 segments"))


def segment_of_a_weaker_machine() -> Forgery:
    """A machine without the constraint that the minted balance breaks."""
    weaker_move = replace(MOVE, constraints=MOVE.constraints[:2])
    weaker = replace(SMALL_MACHINE, chips=(weaker_move, *SMALL_MACHINE.chips[1:]))
    minted = lies.minted()
    (cells,) = minted.segments
    tables = tuple(Table(weaker_move, t.main, t.fixed) if t.chip is MOVE else t for t in cells.tables)
    segment = replace(on_machine(cells, weaker), tables=tables)
    return of_liar(replace(minted, segments=(segment,)), R.MACHINE_DIFFERS)


RENAMED = replace(SMALL_MACHINE, public_values=("segment", "pc_in", "pc_out", "exit", "clock_out"))
"""A machine whose exit code stands where the small machine's last clock does."""


def public_values_by_other_names() -> Forgery:
    """An honest run, which is said to have ended with its last clock as exit code."""
    honest = ONE_SEGMENT.proof
    (segment,) = honest.segments
    renamed = replace(segment, shape=replace(segment.shape, machine=RENAMED))
    refused = Refusal(R.MACHINE_DIFFERS, HERE)
    return Forgery(replace(honest, segments=(renamed,)), refused, (SEGMENT.public_values["clock_out"],))


def other_exit_code() -> Forgery:
    example = Example(ONE_SEGMENT.moves, exit_code=3)
    return Forgery(example.proof, Refusal(R.EXIT_CODE_DIFFERS, "it ended with 3, expected 0"))


def too_many_messages_of_a_run() -> Forgery:
    """Messages of boundary rows on the continuation bus in each of three segments."""
    refused = Refusal(R.INTERACTION_BOUND, "bus continuation may have 12 messages")
    return Forgery(THREE_SEGMENTS.proof, refused, bound=12)


def too_many_messages_of_a_segment() -> Forgery:
    refused = Refusal(R.INTERACTION_BOUND, "bus state may have 12 messages")
    return Forgery(ONE_SEGMENT.proof, refused, bound=12)


# The chain.


def another_index() -> Forgery:
    """A segment that says of itself that it is the second one, in its own conversation too."""

    def change(place: Place, words: Words, _state: Sequence[int]) -> Words:
        return (1,) if place.domain is Domain.SEGMENT and place.label is Label.SEGMENT_INDEX else words

    # Both accounts come from the start of the run, which is one segment further away.
    segment = with_public(plus_cells(SEGMENT, counted({0: -2, 1: 2})), segment=1)
    with overheard(change):
        proof = ONE_SEGMENT.proven([segment], encoded([(1, 70, 2), (2, 50, 2)]))
    return Forgery(proof, Refusal(R.SEGMENT_INDEX, "segment 0 states 1"))


def _second_move_alone(segment_index: int) -> Trace:
    """The last of two segments, of which each touches an account of its own, as the first or as the second one."""
    last = Example((Move(1, 100), Move(2, 50)), (1,)).segments[1]
    if segment_index == 1:
        return last
    return with_public(plus_cells(last, counted({0: 1, 1: -1})), segment=0)


def another_start() -> Forgery:
    """The first move is left out."""
    example = Example((Move(1, 100), Move(2, 50)), (1,))
    refused = Refusal(R.START_DIFFERS, f"{HERE}: pc_in is 1, expected 0")
    return of_cells([_second_move_alone(0)], example, refused, output=encoded([(2, 50, 1)]))


def segments_that_do_not_meet() -> Forgery:
    """The move between them is left out."""
    example = Example((Move(1, 100), Move(3, 7), Move(2, 50)), (1, 2))
    first, _, last = example.segments
    last = with_public(plus_cells(last, counted({1: 1, 2: -1})), segment=1)
    refused = Refusal(R.SEGMENTS_DO_NOT_MEET, "segment 1: pc_in is 2, expected 1")
    return of_cells([first, last], example, refused, output=encoded([(1, 100, 1), (2, 50, 2)]))


CURSOR_MACHINE = replace(
    SMALL_MACHINE,
    name="accounts with a cursor",
    public_values=(*SMALL_MACHINE.public_values, "cursor_in", "cursor_out"),
    joins=(*SMALL_MACHINE.joins, Join("cursor_in", "cursor_out", start_limit=10, moved_by="halt")),
)
"""A second value goes from segment to segment; nothing but the check says that only a halt moves it."""


def value_moved_without_its_table() -> Forgery:
    segments = [
        with_public(on_machine(segment, CURSOR_MACHINE), cursor_in=4 + i, cursor_out=5 + i)
        for i, segment in enumerate(TWO_SEGMENTS.segments)
    ]
    key = proving_key(KERNELS, CURSOR_MACHINE, SMALL, program_cells(TWO_SEGMENTS.moves), [0, 4])
    refused = Refusal(R.MOVED_WITHOUT_TABLE, f"{HERE}: cursor_in moves without halt")
    return Forgery(prove_claiming(KERNELS, key, segments, TWO_SEGMENTS.run.output), refused)


SILENT_HALT = replace(HALT, interactions=tuple(i for i in HALT.interactions if i.bus is not EXIT))
WITHOUT_EXIT = replace(
    SMALL_MACHINE,
    name="accounts without an exit code",
    chips=tuple(SILENT_HALT if chip is HALT else chip for chip in SMALL_MACHINE.chips),
    buses=tuple(bus for bus in SMALL_MACHINE.buses if bus is not EXIT),
    public_values=SMALL_MACHINE.public_values[:-1],
    tokens=tuple(token for token in SMALL_MACHINE.tokens if token.bus is not EXIT),
    exit_values=(),
)
"""Where a halt says an exit code, a segment that only starts where the run has ended lacks one and does not balance."""


def segment_after_the_halt() -> Forgery:
    """A segment without instructions, which starts and ends where the run has ended."""
    tables = [Table(SILENT_HALT, t.main, t.fixed) if t.chip is HALT else t for t in SEGMENT.tables]
    last = with_tables(on_machine(SEGMENT, WITHOUT_EXIT), tables)
    halted = SEGMENT.public_values["pc_out"]
    idle = [replace(t, main=np.zeros_like(t.main)) for t in tables if t.chip not in (MOVE, SILENT_HALT)]
    values = {"segment": 1, "pc_in": halted, "pc_out": halted, "clock_out": 1}
    segment = replace(with_tables(last, idle), public_values=values)
    proof = prove_claiming(KERNELS, _on(WITHOUT_EXIT), [last, segment], ONE_SEGMENT.run.output)
    return Forgery(proof, Refusal(R.SEGMENT_AFTER_HALT, "segment 1"), exit_values=None)


def exit_code_without_a_halt() -> Forgery:
    first, second = TWO_SEGMENTS.segments
    return of_cells([with_public(first, exit=1), second], TWO_SEGMENTS, Refusal(R.EXIT_CODE_WITHOUT_HALT, HERE))


def no_halt() -> Forgery:
    """The first two of three segments, with the output that they have."""
    refused = Refusal(R.NOT_HALTED, "pc_out is 2 at the end")
    output = encoded([(1, 100, 1), (2, 50, 2)])
    return of_cells(THREE_SEGMENTS.segments[:2], THREE_SEGMENTS, refused, output=output)


def public_value_that_is_not_canonical() -> Forgery:
    """An exit code that is zero in the field and another number to everybody else."""
    segment = with_public(SEGMENT, exit=P)
    refused = Refusal(R.ENCODING_ELEMENT_NOT_CANONICAL, f"{HERE}, public values")
    return of_cells([segment], ONE_SEGMENT, refused, exit_values=(P,))


# Shapes.


def machine_table_of_another_height() -> Forgery:
    """Half of the range table, which is all that the run looks up."""
    tables = [
        replace(t, main=t.main[:32], fixed=t.fixed[:32]) if t.chip.name == "range_table" else t for t in SEGMENT.tables
    ]
    refused = Refusal(R.FIXED_TABLE_HEIGHT, "range_table has heights 2^[5]")
    return of_cells([with_tables(SEGMENT, tables)], ONE_SEGMENT, refused)


def four_instances() -> Forgery:
    return of_cells([split(SEGMENT, "move", (4, 3, 2, 1))], ONE_SEGMENT, Refusal(R.TABLE_COUNT, "4 tables of move"))


def table_of_one_row() -> Forgery:
    tables = [replace(t, main=t.main[:1], fixed=t.fixed[:1]) if t.chip.name == "halt" else t for t in SEGMENT.tables]
    refused = Refusal(R.TABLE_HEIGHT, "halt has heights 2^[0]")
    liar = Liar(ONE_SEGMENT, (with_tables(SEGMENT, tables),), ONE_SEGMENT.run.output, kernels=OneRowTables())
    return Forgery(liar.proof(), refused)


def instances_in_ascending_order() -> Forgery:
    return of_cells([split(SEGMENT, "move", (1, 2))], ONE_SEGMENT, Refusal(R.TABLE_ORDER, "move has heights 2^[1, 2]"))


def too_many_clocks() -> Forgery:
    refused = Refusal(R.CLOCK_BOUND, "clocks may reach 67, the limit is 64")
    return of_cells([split(SEGMENT, "move", (6,))], ONE_SEGMENT, refused)
