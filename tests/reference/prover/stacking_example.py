"""Small tables of any cells, their layouts, and claims about their columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np

from reference.arrays.field_arrays import Matrix
from reference.prover.kernels import Committed
from reference.tables import Table
from spec.air.chip import Chip, Role
from spec.field import EXTENSION_DEGREE, ONE, Extension, P
from spec.protocol.columns import PINNED, ColumnClaims, claim_count
from spec.protocol.cube import extension_at, horner
from spec.protocol.merkle import TreeShape, tree_shape
from spec.protocol.shape import TableShape
from spec.protocol.stacking import Commitment, Stacking, stack

Fill = Callable[[np.random.Generator, tuple[int, int]], Matrix]
"""The cells of a matrix of this shape."""


def random_cells(generator: np.random.Generator, shape: tuple[int, int]) -> Matrix:
    return generator.integers(0, P, shape, dtype=np.uint64)


def edge_cells(generator: np.random.Generator, shape: tuple[int, int]) -> Matrix:
    """Zeros and numbers next to the modulus."""
    return generator.choice(np.array([0, 1, P - 1, P - 2], dtype=np.uint64), shape)


def largest_cells(_generator: np.random.Generator, shape: tuple[int, int]) -> Matrix:
    return np.full(shape, P - 1, dtype=np.uint64)


def random_value(seed: int) -> Extension:
    """An extension element."""
    return random_values(seed, 1)[0]


def random_values(seed: int, count: int) -> list[Extension]:
    """So many extension elements."""
    coefficients = np.random.default_rng(seed).integers(0, P, (count, EXTENSION_DEGREE))
    return [Extension.from_coefficients(row) for row in coefficients.tolist()]


@dataclass(frozen=True)
class TableForm:
    """The form of a table: who commits to it, its height, its committed and its fixed columns."""

    role: Role
    height_log2: int
    columns: int
    fixed: int = 0


MIXED = (
    TableForm(Role.INSTRUCTION, 3, 5),
    TableForm(Role.PROGRAM_TABLE, 2, 1, 3),
    TableForm(Role.CONTINUATION, 1, 3),
    TableForm(Role.INSTRUCTION, 4, 2),
    TableForm(Role.CONTINUATION, 3, 2),
    TableForm(Role.MACHINE_TABLE, 1, 1, 2),
)
"""Three commitments, several heights, a stacked column that is half empty."""

TALL = (TableForm(Role.INSTRUCTION, 5, 3), TableForm(Role.INSTRUCTION, 1, 1))
"""One commitment alone, a table as high as a stacked column, the least possible table."""


@dataclass(frozen=True, eq=False)
class Example:
    """Tables stacked to columns of 2^height_log2."""

    forms: Sequence[TableForm]
    height_log2: int
    fill: Fill = random_cells
    rate_log2: int = 1
    folding_log2: int = 2
    cap_log2: int = 0

    @cached_property
    def tables(self) -> list[Table]:
        generator = np.random.default_rng(len(self.forms))
        return [
            Table(
                _chip(form),
                self.fill(generator, (1 << form.height_log2, form.columns)),
                self.fill(generator, (1 << form.height_log2, form.fixed)),
            )
            for form in self.forms
        ]

    @cached_property
    def layouts(self) -> dict[Commitment, Stacking]:
        shapes = [TableShape(_chip(form), form.height_log2) for form in self.forms]
        return {commitment: stack(commitment, shapes, self.height_log2) for commitment in Commitment}

    @property
    def present(self) -> list[Commitment]:
        """The commitments that have columns."""
        return [commitment for commitment, layout in self.layouts.items() if layout.count]

    def tree(self, commitment: Commitment) -> TreeShape:
        depth = self.height_log2 + self.rate_log2 - self.folding_log2
        return tree_shape(depth, self.layouts[commitment].count << self.folding_log2, self.cap_log2)

    def committed(self, commit: Callable[..., Committed]) -> dict[Commitment, Committed]:
        """Every commitment that has columns, made by this kernel."""
        return {
            commitment: commit(
                self.tables,
                commitment,
                self.layouts[commitment],
                self.rate_log2,
                self.folding_log2,
                self.tree(commitment),
            )
            for commitment in self.present
        }

    def column(self, commitment: Commitment, table: int, column: int) -> list[int]:
        """The cells of a table's column."""
        cells = self.tables[table]
        numbers: list[int] = (cells.fixed if commitment is Commitment.PROGRAM else cells.main)[:, column].tolist()
        return numbers

    @cached_property
    def stacked(self) -> dict[Commitment, list[list[int]]]:
        """The stacked columns, laid end to end by the definition."""
        result = {}
        for commitment in self.present:
            cells = []
            for placed in self.layouts[commitment].columns:
                cells += self.column(commitment, placed.table, placed.column)
            height = 1 << self.height_log2
            cells += [0] * (-len(cells) % height)
            result[commitment] = [cells[start : start + height] for start in range(0, len(cells), height)]
        return result

    @property
    def all_stacked(self) -> list[list[int]]:
        """The stacked columns of all commitments in order."""
        return [column for commitment in self.present for column in self.stacked[commitment]]

    @cached_property
    def claims(self) -> ColumnClaims[Extension]:
        """Claims at some point, weighted with some numbers."""
        variables = max(form.height_log2 for form in self.forms)
        points = dict(zip(PINNED, random_values(2, len(PINNED)), strict=True))
        return ColumnClaims(
            layouts=self.layouts,
            zerocheck_point=random_values(1, variables),
            pinning_points={commitment: points[commitment] for commitment in PINNED if self.layouts[commitment].count},
            scales=random_values(3, claim_count(self.layouts)),
        )

    @property
    def claimed(self) -> Extension:
        """The weighted sum of what is true of the columns."""
        values = []
        for commitment, layout in self.layouts.items():
            for placed in layout.columns:
                cells = [Extension.of(cell) for cell in self.column(commitment, placed.table, placed.column)]
                r = self.claims.zerocheck_point
                values.append(extension_at(cells, r[len(r) - placed.height_log2 :]))
        for commitment in PINNED:
            values += [
                in_powers(column, self.claims.pinning_points[commitment]) for column in self.stacked.get(commitment, [])
            ]
        weighted = [scale * value for scale, value in zip(self.claims.scales, values, strict=True)]
        return list(accumulate(weighted))[-1]


def in_powers(cells: Sequence[int], point: Extension) -> Extension:
    """<cells, (1, point, point^2, ...)>."""
    return horner([Extension.of(cell) for cell in cells], point)


def value_at(cells: Sequence[int], point: Sequence[Extension]) -> Extension:
    """The multilinear extension of a stacked column."""
    return extension_at([Extension.of(cell) for cell in cells], point)


def batched(columns: Sequence[Sequence[int]], batching: Extension) -> list[Extension]:
    """f = sum of batching^j q_j."""
    total, power = [Extension.of(0)] * len(columns[0]), ONE
    for column in columns:
        total = [sum_so_far + power * cell for sum_so_far, cell in zip(total, column, strict=True)]
        power = power * batching
    return total


def _chip(form: TableForm) -> Chip:
    names = tuple(f"column_{i}" for i in range(form.columns))
    fixed = tuple(f"fixed_{i}" for i in range(form.fixed))
    return Chip("table", form.role, "cells of any kind", names, fixed, (), ())
