"""Commitments to stacked columns against the plain ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimized.commitment import streaming
from optimized.commitment.columns import CommittedColumns, columns_of, commit
from optimized.commitment.stacking import stacked_columns
from optimized.commitment.tree import CodewordTree
from optimized.memory import arrays
from optimized.memory.arrays import SMALLEST_KEPT_WORDS
from reference.arrays.field_arrays import Matrix
from reference.prover import stacked_columns as plain
from spec.air.chip import Role
from spec.protocol.stacking import Commitment
from tests.optimized.layouts import EXAMPLES, FOURTEEN, MANY, narrow_cells
from tests.reference.prover.stacking_example import Example, TableForm, random_value


@pytest.mark.parametrize("example", EXAMPLES)
def test_root_answers_and_openings_are_the_plain_kernels(example: Example) -> None:
    expected = example.committed(plain.commit)
    point = random_value(1)
    for commitment, committed in example.committed(commit).items():
        assert committed.root == expected[commitment].root
        assert committed.answers(point) == expected[commitment].answers(point)
        leaves = 1 << example.tree(commitment).depth
        for positions in ([0], [leaves - 1, 1, leaves // 3, 1], list(range(min(leaves, 40)))):
            assert committed.open(positions) == expected[commitment].open(positions)


@pytest.mark.parametrize("example", EXAMPLES)
def test_stacked_columns_are_the_plain_ones(example: Example) -> None:
    for commitment in example.present:
        stacked = stacked_columns(example.tables, commitment, example.layouts[commitment])
        expected = plain.stacked_columns(example.tables, commitment, example.layouts[commitment])
        assert np.array_equal(stacked.dense(), expected)
        assert not stacked.cells[stacked.used :].any()


def test_matrices_that_are_views_of_others_are_stacked() -> None:
    example = Example(FOURTEEN, 10, narrow_cells)

    def view(matrix: Matrix) -> Matrix:
        return np.repeat(matrix, 2, axis=1)[:, ::2]

    views = [replace(table, main=view(table.main), fixed=view(table.fixed)) for table in example.tables]
    layout = example.layouts[Commitment.MAIN]
    expected = plain.stacked_columns(example.tables, Commitment.MAIN, layout)
    assert np.array_equal(stacked_columns(views, Commitment.MAIN, layout).dense(), expected)


def test_columns_written_past_the_caches_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    example = Example((TableForm(Role.INSTRUCTION, 15, 9), *MANY), 15, narrow_cells)
    monkeypatch.setattr(streaming, "SMALLEST_STREAMED_WORDS", 0)
    stacked = stacked_columns(example.tables, Commitment.MAIN, example.layouts[Commitment.MAIN])
    assert streaming.is_streamed(stacked.cells)
    expected = plain.stacked_columns(example.tables, Commitment.MAIN, example.layouts[Commitment.MAIN])
    assert np.array_equal(stacked.dense(), expected)


def test_a_short_commitment_keeps_no_more_than_its_prefix() -> None:
    example = Example(MANY, 13)
    stacked = stacked_columns(example.tables, Commitment.PROGRAM, example.layouts[Commitment.PROGRAM])
    assert (stacked.used, stacked.prefixes_log2.tolist()) == (5 << 7, [10])


def test_stacked_columns_are_made_when_they_are_asked_for_and_kept() -> None:
    example = Example(MANY, 13, narrow_cells)
    committed = example.committed(commit)[Commitment.MAIN]
    assert isinstance(committed, CommittedColumns)
    assert "columns" not in vars(committed.stacked)
    columns = columns_of(committed)
    expected = plain.stacked_columns(example.tables, Commitment.MAIN, example.layouts[Commitment.MAIN])
    assert np.array_equal(columns.dense(), expected)
    assert columns_of(committed) is columns


def test_tree_of_another_shape_raises() -> None:
    example = Example(FOURTEEN, 10)
    tree = replace(example.tree(Commitment.MAIN), depth=8)
    with pytest.raises(ValueError, match="512 leaves of 56 for a tree of 256 leaves of 56"):
        commit(example.tables, Commitment.MAIN, example.layouts[Commitment.MAIN], 1, 2, tree)


def test_what_a_commitment_keeps_lies_before_all_that_it_took_meanwhile() -> None:
    arrays.release()
    first = arrays.empty(SMALLEST_KEPT_WORDS)
    committed = Example(FOURTEEN, 17, narrow_cells).committed(commit)[Commitment.MAIN]
    assert isinstance(committed, CommittedColumns)
    assert isinstance(committed.tree, CodewordTree)
    layer = committed.tree.layers[0]
    assert layer.size > SMALLEST_KEPT_WORDS
    assert layer.ctypes.data == first.ctypes.data + first.nbytes


def test_another_kind_of_commitment_raises() -> None:
    example = Example(MANY, 12)
    committed = example.committed(plain.commit)[Commitment.MAIN]
    with pytest.raises(TypeError, match="stacked columns are committed here, not CommittedColumns"):
        columns_of(committed)
