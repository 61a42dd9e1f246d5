"""Compiling every kernel of commitments and openings before it is needed, or loading it from disk."""

from __future__ import annotations

import numpy as np

from optimized.multilinear.commitment.codewords import LARGEST_TILE_LOG2
from optimized.multilinear.commitment.columns import commit
from optimized.multilinear.commitment.grinding import grind
from optimized.multilinear.openings.folded_vector import batched_vector
from optimized.multilinear.openings.stacking_rounds import stacking
from reference.multilinear.prover.kernels import TableCells
from spec.air.chip import Chip, Role
from spec.field import X
from spec.multilinear.columns import ColumnClaims, claim_count
from spec.multilinear.hash import BLOCK_WORDS
from spec.multilinear.merkle import tree_shape
from spec.multilinear.shape import TableShape
from spec.multilinear.stacking import Commitment, stack
from spec.multilinear.whir import Iteration

HEIGHT_LOG2 = LARGEST_TILE_LOG2 + 1
"""Higher than a tile, so that distant rows occur; the two tables have rows of cells, and none."""

TABLE_HEIGHTS_LOG2 = (HEIGHT_LOG2, 2)
FOLDING_LOG2 = 1


def warm_up_openings() -> None:
    """Commits to a few cells that are zero and opens them."""
    chip = Chip("table", Role.CONTINUATION, "cells that are zero", ("cell",), (), (), ())
    cells = [np.zeros((1 << height_log2, 1), dtype=np.uint32) for height_log2 in TABLE_HEIGHTS_LOG2]
    tables = [TableCells(chip, main, main[:, :0]) for main in cells]
    shapes = [TableShape(chip, height_log2) for height_log2 in TABLE_HEIGHTS_LOG2]
    layouts = {commitment: stack(commitment, shapes, HEIGHT_LOG2) for commitment in Commitment}
    name, layout = Commitment.CONTINUATION, layouts[Commitment.CONTINUATION]
    domain_log2 = HEIGHT_LOG2 + 1
    tree = tree_shape(domain_log2 - FOLDING_LOG2, layout.count << FOLDING_LOG2, 0)
    committed = commit(tables, name, layout, 1, FOLDING_LOG2, tree)
    committed.open([0])
    committed.answers(X)
    claims = ColumnClaims(layouts, [X] * HEIGHT_LOG2, {name: X}, [X] * claim_count(layouts))
    rounds = stacking({name: committed}, claims)
    for _ in range(HEIGHT_LOG2):
        rounds.message()
        rounds.bind(X)
    folded = batched_vector([committed], X, [X] * HEIGHT_LOG2)
    folded.message()
    folded.bind(X)
    iteration = Iteration(1, HEIGHT_LOG2 - 1, HEIGHT_LOG2, FOLDING_LOG2, 1, 0, 0, False)
    of_vector = folded.commit(iteration, tree_shape(HEIGHT_LOG2 - FOLDING_LOG2, 6 << FOLDING_LOG2, 0))
    of_vector.answers(X)
    of_vector.open([0])
    folded.add_powers([X, 2], [X, X])
    folded.message()
    folded.bind(X)
    grind([0] * BLOCK_WORDS, 1)
