"""Keys: for which heights they hold a commitment, and what the program's id binds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from spec.field import ONE, ZERO, Extension
from spec.parameters import TINY
from spec.protocol.hash import Domain, compress, digest_bytes, digest_words
from spec.protocol.key import (
    ProgramCommitment,
    VerificationKey,
    commitment_digest,
    key_heights,
    program_stacking,
    program_table_numbers,
)
from spec.protocol.numbers import NumberAlgebra
from spec.protocol.run import parameters_digest, stacking_numbers
from spec.protocol.shape import heights_numbers
from tests.small_machine import PROGRAM, PROGRAM_TABLE, SMALL_MACHINE

HEIGHTS = sorted(TINY.schedules)


def commitment(seed: int) -> ProgramCommitment:
    return ProgramCommitment(tuple(range(seed, seed + 8)), (ONE + seed,))


KEY = VerificationKey(
    SMALL_MACHINE, TINY, (3,), (7,), {height: commitment(height) for height in key_heights(TINY, (3,))}
)


def with_commitment(height: int, changed: ProgramCommitment) -> Mapping[int, ProgramCommitment]:
    return {**KEY.commitments, height: changed}


def test_key_holds_every_listed_height_not_below_the_programs_tables() -> None:
    assert key_heights(TINY, (1,)) == HEIGHTS
    assert key_heights(TINY, (HEIGHTS[1],)) == HEIGHTS[1:]
    assert key_heights(TINY, (HEIGHTS[0] + 1, 1)) == HEIGHTS[1:]
    assert key_heights(TINY, ()) == HEIGHTS
    assert key_heights(TINY, (HEIGHTS[-1] + 1,)) == []


def test_heights_of_a_key_are_named_by_chip() -> None:
    assert KEY.heights_by_chip() == {"program_table": 3}


def test_numbers_of_program_tables_are_those_of_the_shape() -> None:
    assert program_table_numbers(SMALL_MACHINE, (3,)) == heights_numbers([PROGRAM_TABLE], {"program_table": (3,)})


def test_columns_of_a_program_are_its_fixed_ones() -> None:
    layout = program_stacking(SMALL_MACHINE, (3,), HEIGHTS[0])
    assert [(p.column, p.height_log2, p.prefix) for p in layout.columns] == [(i, 3, i) for i in range(PROGRAM.width)]
    assert layout.count == 1


def test_digest_of_a_commitment_is_its_stacking_root_and_answers() -> None:
    height = HEIGHTS[0]
    root, answers = tuple(range(8)), [Extension((1, 2, 3, 4, 5, 6))]
    state = Domain.PROGRAM_COMMITMENT.initial_value
    for label, payload in ((5, stacking_numbers(TINY, height)), (15, list(root)), (8, [1, 2, 3, 4, 5, 6])):
        block = [label, 4 * len(payload), 0, 0, *payload]
        state = compress(state, block + [0] * (16 - len(block)))
    assert commitment_digest(NumberAlgebra(), TINY, height, root, answers) == state


def test_id_of_a_program_is_its_machine_parameters_heights_start_and_commitments() -> None:
    state = Domain.PROGRAM.initial_value
    messages = [
        (1, list(digest_words(SMALL_MACHINE.digest)), 0),
        (2, list(digest_words(parameters_digest(TINY))), 0),
        (6, [1, 3], 0),
        (18, [7], 0),
    ]
    for height in key_heights(TINY, (3,)):
        of = KEY.commitments[height]
        digest = commitment_digest(NumberAlgebra(), TINY, height, of.root, of.answers)
        messages.append((17, list(digest), height))
    for label, payload, index in messages:
        block = [label, 4 * len(payload), index, 0, *payload]
        state = compress(state, block + [0] * (16 - len(block)))
    assert KEY.program_id == digest_bytes(state)


def test_id_of_a_program_binds_all_of_the_key() -> None:
    least = HEIGHTS[0]
    root, answers = KEY.commitments[least].root, KEY.commitments[least].answers
    keys = [
        KEY,
        replace(KEY, machine=replace(SMALL_MACHINE, maximum_segments=2)),
        replace(KEY, parameters=replace(TINY, cap_log2=TINY.cap_log2 + 1)),
        replace(KEY, program_heights_log2=(2,)),
        replace(KEY, start=(8,)),
        replace(KEY, commitments=with_commitment(least, ProgramCommitment((9, *root[1:]), answers))),
        replace(KEY, commitments=with_commitment(least, ProgramCommitment(root, (ZERO,)))),
        replace(KEY, commitments={height: KEY.commitments[height] for height in HEIGHTS[1:]}),
        replace(
            KEY, commitments={**KEY.commitments, HEIGHTS[0]: commitment(HEIGHTS[1]), HEIGHTS[1]: commitment(least)}
        ),
    ]
    ids = [key.program_id for key in keys]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("order", [sorted, lambda heights: sorted(heights, reverse=True)])
def test_id_of_a_program_does_not_depend_on_the_order_of_a_mapping(order: type[list[int]]) -> None:
    assert (
        replace(KEY, commitments={h: KEY.commitments[h] for h in order(KEY.commitments)}).program_id == KEY.program_id
    )
