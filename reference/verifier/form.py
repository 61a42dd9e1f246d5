"""The form of a segment's proof: everything that can be checked of it before anything is hashed."""

from __future__ import annotations

from collections.abc import Sequence

from spec.field import Extension
from spec.protocol import columns, whir, zerocheck
from spec.protocol.form import SegmentForm
from spec.protocol.hash import STATE_WORDS
from spec.protocol.merkle import TreeShape, cap_digest_count
from spec.protocol.proof import IterationProof, SegmentProof
from spec.protocol.stacking import Commitment
from spec.protocol.whir import Iteration
from spec.rejection import Rejected, Rejection

LAYER_ROUND_DEGREE = 2
"""A GKR layer's round polynomial without its eq factor."""


def check_form(proof: SegmentProof, form: SegmentForm, where: str) -> None:
    """All lengths of a segment's proof are those of its form. Raises Rejected.

    The queries decide how many rows and siblings an opening has; that is checked where they are known.
    """
    _require(
        len(proof.public_values) == len(form.shape.machine.public_values), Rejection.ENCODING_COUNT_OUT_OF_BOUNDS, where
    )
    _check_root(proof.continuation_root, bool(form.layouts[Commitment.CONTINUATION].count), where)
    _check_root(proof.main_root, bool(form.layouts[Commitment.MAIN].count), where)
    answers = form.layouts[Commitment.CONTINUATION].count
    _require(len(proof.pinned_answers) == answers, Rejection.STACKED_VALUE_COUNT, f"{where}, pinned answers")
    _require(len(proof.bus_totals) == 4, Rejection.STACKED_VALUE_COUNT, f"{where}, totals of the buses")
    _require(len(proof.layers) == form.circuit.variables - 1, Rejection.ROUND_COUNT, f"{where}, bus circuit")
    for number, layer in enumerate(proof.layers, start=1):
        _check_rounds(layer.rounds, number, LAYER_ROUND_DEGREE, f"{where}, layer {number}")
        _require(len(layer.ends) == 4, Rejection.STACKED_VALUE_COUNT, f"{where}, layer {number}")
    _check_rounds(proof.zerocheck_rounds, form.zerocheck_rounds, zerocheck.ROUND_DEGREE, f"{where}, zerocheck")
    for commitment, layout in form.layouts.items():
        found = len(proof.column_values.get(commitment, ()))
        _require(found == len(layout.columns), Rejection.COLUMN_VALUE_COUNT, f"{where}, {commitment.value}")
    _check_rounds(proof.stacking_rounds, form.height_log2, columns.ROUND_DEGREE, f"{where}, stacking")
    _require(len(proof.stacked_values) == form.stacked_count, Rejection.STACKED_VALUE_COUNT, where)
    batching_bits = form.parameters.schedule(form.height_log2).column_batching_grinding_bits
    _require(len(proof.column_batching_nonce) == bool(batching_bits), Rejection.NONCE_COUNT, where)
    _require(len(proof.iterations) == len(form.iterations), Rejection.ITERATION_COUNT, where)
    for iteration, of_iteration in zip(form.iterations, proof.iterations, strict=True):
        _check_iteration(of_iteration, iteration, form, f"{where}, iteration {iteration.number}")
    length = 1 << form.iterations[-1].folded_log2
    _require(len(proof.final_vector) == length, Rejection.FINAL_VECTOR_LENGTH, where)


def _check_iteration(proof: IterationProof, iteration: Iteration, form: SegmentForm, where: str) -> None:
    _check_rounds(proof.rounds, iteration.folding_log2, whir.ROUND_DEGREE, where)
    nonces = iteration.folding_log2 if iteration.folding_grinding_bits else 0
    _require(len(proof.folding_nonces) == nonces, Rejection.NONCE_COUNT, f"{where}, folding")
    _require(len(proof.query_nonce) == bool(iteration.query_grinding_bits), Rejection.NONCE_COUNT, f"{where}, queries")
    _check_root(proof.root, not iteration.is_last, where)
    _require(len(proof.answer) == (not iteration.is_last), Rejection.STACKED_VALUE_COUNT, f"{where}, answer")
    trees = form.opened_trees(iteration)
    _require(len(proof.openings) == len(trees), Rejection.OPENING_COMMITMENT_COUNT, where)
    for opening, tree in zip(proof.openings, trees, strict=True):
        _require(len(opening.cap) == cap_digest_count(tree), Rejection.OPENING_SIBLING_COUNT, f"{where}, cap")
        _require(all(len(row) == tree.width for row in opening.rows), Rejection.OPENING_ROW_WIDTH, where)
        _check_counts(len(opening.rows), tree, iteration, where)
        digests = (*opening.siblings, *opening.cap)
        _require(all(len(digest) == STATE_WORDS for digest in digests), Rejection.OPENING_DIGEST_SIZE, where)


def _check_counts(rows: int, tree: TreeShape, iteration: Iteration, where: str) -> None:
    most = min(iteration.queries, 1 << tree.depth)
    _require(1 <= rows <= most, Rejection.OPENING_ROW_COUNT, f"{where}: {rows} rows, expected 1 to {most}")


def _check_rounds(rounds: Sequence[Sequence[Extension]], count: int, degree: int, where: str) -> None:
    _require(len(rounds) == count, Rejection.ROUND_COUNT, f"{where}: {len(rounds)} rounds, expected {count}")
    for sent in rounds:
        _require(len(sent) == degree, Rejection.ROUND_POLYNOMIAL_DEGREE, where)


def _check_root(root: Sequence[int], is_present: bool, where: str) -> None:
    _require(len(root) == (STATE_WORDS if is_present else 0), Rejection.OPENING_DIGEST_SIZE, where)


def _require(holds: bool, reason: Rejection, where: str) -> None:
    if not holds:
        raise Rejected(reason, where)
