"""What the queries say of a folded vector, and whether the last vector agrees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from reference.verifier.openings import opened_leaves
from spec.field import EXTENSION_DEGREE
from spec.protocol.algebra import Algebra, Bit, Element, Value, Word
from spec.protocol.cube import horner
from spec.protocol.form import SegmentForm
from spec.protocol.merkle import MerkleOpening
from spec.protocol.whir import Iteration, Weight, domain_point, fold_fibre
from spec.rejection import Rejection


@dataclass(frozen=True)
class FoldedQuery(Generic[Element, Value]):
    """What a query says of the folded vector: its code's value at a point of the base field."""

    point: Element
    value: Value


def folded_queries(
    algebra: Algebra[Element, Value, Word, Bit],
    form: SegmentForm,
    iteration: Iteration,
    openings: Sequence[MerkleOpening],
    roots: Sequence[Sequence[Word]],
    positions: Sequence[Sequence[Bit]],
    batching: Sequence[Value],
    challenges: Sequence[Value],
    where: str,
) -> list[FoldedQuery[Element, Value]]:
    """Opens the iteration's vector at the drawn positions and folds each opened fibre.

    Raises Rejected at the first check that fails.
    """
    reason = Rejection.FOLDED_ROOT_MISMATCH if iteration.number else Rejection.COMMITMENT_ROOT_MISMATCH
    rows_by_tree = [
        opened_leaves(algebra, opening, shape, root, positions, reason, where)
        for opening, shape, root in zip(openings, form.opened_trees(iteration), roots, strict=True)
    ]
    queries = []
    for bits, *rows in zip(positions, *rows_by_tree, strict=True):
        row = [element for of_tree in rows for element in of_tree]
        fibre = _fibre_values(algebra, iteration, row, batching)
        point, reciprocal = domain_point(algebra, bits, iteration.domain_log2)
        value = fold_fibre(algebra, fibre, reciprocal, challenges)
        for _ in range(iteration.folding_log2):
            point = algebra.multiply_elements(point, point)
        queries.append(FoldedQuery(point, value))
    return queries


def _fibre_values(
    algebra: Algebra[Element, Value, Word, Bit],
    iteration: Iteration,
    row: Sequence[Element],
    batching: Sequence[Value],
) -> list[Value]:
    """The vector's code on one fibre: opened as such, or, in the first iteration, combined from the stacked columns."""
    if iteration.number:
        return [algebra.join(row[i : i + EXTENSION_DEGREE]) for i in range(0, len(row), EXTENSION_DEGREE)]
    points = 1 << iteration.folding_log2
    return [algebra.linear_combination(batching, row[point::points]) for point in range(points)]


def check_final_vector(
    algebra: Algebra[Element, Value, Word, Bit],
    vector: Sequence[Value],
    queries: Sequence[FoldedQuery[Element, Value]],
    weights: Sequence[Weight[Value]],
    claim: Value,
    where: str,
) -> None:
    """The last vector is sent whole: it has the queried values and the claimed weighted sum."""
    for query in queries:
        found = horner(vector, algebra.embed(query.point))
        algebra.require_equal(found, query.value, Rejection.FINAL_VECTOR_QUERY_MISMATCH, where)
    total = algebra.value(0)
    for weight in weights:
        total = total + weight.inner_product(vector)
    algebra.require_equal(total, claim, Rejection.FINAL_VECTOR_CLAIM_MISMATCH, where)
