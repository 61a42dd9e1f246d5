"""Keys: a program's tables at every stacking height, pinned, and the id that names all of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from reference.prover.keys import pin_program, proving_key
from reference.prover.stacked_columns import stacked_columns
from reference.tables import Table
from spec.field import ONE, P
from spec.protocol.key import VerificationKey, program_stacking, program_table_numbers
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.run import program_pinning_point
from spec.protocol.stacking import Commitment
from tests.reference.prover.commitment_by_hand import layers, leaves_of_columns
from tests.reference.prover.stacking_example import in_powers
from tests.small_machine import RANGE_TABLE, SMALL_MACHINE, program_cells
from tests.small_runs import KERNELS, MOVES, ONE_SEGMENT, SMALL, START, WITH_CAPS

TABLES = program_cells(MOVES)
HEIGHTS_LOG2 = (2,)
"""Three moves and the halt."""


@pytest.mark.parametrize("height_log2", SMALL.heights_log2)
def test_commitment_of_a_key_is_the_root_of_the_stacked_fixed_columns_and_their_answers(height_log2: int) -> None:
    layout = program_stacking(SMALL_MACHINE, HEIGHTS_LOG2, height_log2)
    columns = stacked_columns(TABLES, Commitment.PROGRAM, layout).tolist()
    leaves = leaves_of_columns(columns, height_log2 + SMALL.rate_log2, SMALL.schedule(height_log2).folds[0])
    root = layers(leaves)[-1][0]
    numbers = program_table_numbers(SMALL_MACHINE, HEIGHTS_LOG2)
    point, labels = program_pinning_point(NumberAlgebra(), SMALL_MACHINE, SMALL, numbers, height_log2, root)
    pinned = pin_program(KERNELS, SMALL_MACHINE, SMALL, TABLES, height_log2)
    answers = tuple(in_powers(column, point) for column in columns)
    assert labels == ["program_pinning"]
    assert (pinned.commitment.root, pinned.commitment.answers, pinned.point) == (root, answers, point)
    assert pinned.commitment == ONE_SEGMENT.key.verification.commitments[height_log2]


def test_key_states_heights_and_start_and_has_a_commitment_for_every_listed_height() -> None:
    key = ONE_SEGMENT.key.verification
    assert (key.machine, key.parameters, key.program_heights_log2, key.start) == (
        SMALL_MACHINE,
        SMALL,
        HEIGHTS_LOG2,
        (0,),
    )
    assert list(key.commitments) == list(SMALL.heights_log2)
    assert key.heights_by_chip() == {"program_table": 2}


def test_key_has_no_commitment_at_heights_below_its_tables() -> None:
    lowest, next_lowest = SMALL.heights_log2
    moves = MOVES * (1 << lowest)
    key = proving_key(KERNELS, SMALL_MACHINE, SMALL, program_cells(moves), START)
    assert key.verification.program_heights_log2 == (next_lowest,)
    assert list(key.verification.commitments) == [next_lowest]


def test_counts_of_a_programs_table_do_not_matter() -> None:
    (table,) = TABLES
    counted = Table(table.chip, table.main + 3, table.fixed)
    assert proving_key(KERNELS, SMALL_MACHINE, SMALL, [counted], START).verification == ONE_SEGMENT.key.verification


@pytest.mark.parametrize("tables", [[], TABLES * 2])
def test_tables_other_than_the_machines_program_tables_are_refused(tables: list[Table]) -> None:
    found = ["program_table"] * len(tables)
    with pytest.raises(ValueError, match="expected") as raised:
        proving_key(KERNELS, SMALL_MACHINE, SMALL, tables, START)
    assert str(raised.value) == f"program tables {found}, expected ['program_table']"


def test_proving_key_holds_the_commitment_of_the_height_used_last() -> None:
    key = replace(ONE_SEGMENT.key, held={})
    first, second = SMALL.heights_log2
    held = key.at_height(KERNELS, first)
    assert key.at_height(KERNELS, first) is held
    assert key.at_height(KERNELS, second).commitment == key.verification.commitments[second]
    assert list(key.held) == [second]


def _with_answer(key: VerificationKey) -> VerificationKey:
    height, commitment = next(iter(key.commitments.items()))
    answers = (commitment.answers[0] + ONE, *commitment.answers[1:])
    return replace(key, commitments={**key.commitments, height: replace(commitment, answers=answers)})


def _with_root(key: VerificationKey) -> VerificationKey:
    height, commitment = list(key.commitments.items())[-1]
    root = (*commitment.root[:-1], commitment.root[-1] ^ 1)
    return replace(key, commitments={**key.commitments, height: replace(commitment, root=root)})


CHANGES: dict[str, Callable[[VerificationKey], VerificationKey]] = {
    "machine": lambda key: replace(key, machine=replace(SMALL_MACHINE, clock_bits=5)),
    "parameters": lambda key: replace(key, parameters=WITH_CAPS.parameters),
    "heights": lambda key: replace(key, program_heights_log2=(3,)),
    "start": lambda key: replace(key, start=(P - 1,)),
    "an answer": _with_answer,
    "a root": _with_root,
    "a height fewer": lambda key: replace(key, commitments=dict(list(key.commitments.items())[:1])),
}


@pytest.mark.parametrize("change", CHANGES)
def test_id_of_a_program_changes_with_everything_in_its_key(change: str) -> None:
    key = ONE_SEGMENT.key.verification
    changed = CHANGES[change](replace(key))
    assert changed != key
    assert changed.program_id != key.program_id


def test_table_of_another_role_has_no_place_in_a_key() -> None:
    rows = 1 << SMALL_MACHINE.tables["range_table"].height_log2
    (table,) = TABLES
    wrong = Table(RANGE_TABLE, table.main[:1].repeat(rows, 0), table.fixed[:1, :1].repeat(rows, 0))
    with pytest.raises(ValueError, match=r"program tables \['range_table'\], expected \['program_table'\]"):
        proving_key(KERNELS, SMALL_MACHINE, SMALL, [wrong], START)
