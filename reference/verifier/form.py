"""The form of a segment's proof: everything that can be checked of it before anything is hashed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from spec.field import Extension
from spec.protocol import columns, whir, zerocheck
from spec.protocol.form import SegmentForm
from spec.protocol.hash import STATE_WORDS
from spec.protocol.merkle import TreeShape, cap_digest_count
from spec.protocol.proof import IterationProof, SegmentProof
from spec.protocol.stacking import Commitment
from spec.protocol.whir import Iteration
from spec.rejection import Rejected, Rejection, between

LAYER_ROUND_DEGREE = 2
"""A GKR layer's round polynomial without its eq factor."""


def check_form(proof: SegmentProof, form: SegmentForm, where: str) -> None:
    """All lengths of a segment's proof are those of its form.

    The queries decide how many rows and siblings an opening has; that is checked where they are known. Raises Rejected
    at the first check that fails.
    """
    public_count = len(form.shape.machine.public_values)
    _require_count(len(proof.public_values), public_count, Rejection.ENCODING_COUNT_OUT_OF_BOUNDS, where)
    _check_root(proof.continuation_root, bool(form.layouts[Commitment.CONTINUATION].count), where)
    _check_root(proof.main_root, bool(form.layouts[Commitment.MAIN].count), where)
    answers = form.layouts[Commitment.CONTINUATION].count
    _require_count(len(proof.pinned_answers), answers, Rejection.STACKED_VALUE_COUNT, f"{where}, pinned answers")
    _require_count(len(proof.bus_totals), 4, Rejection.STACKED_VALUE_COUNT, f"{where}, totals of the buses")
    _require_count(len(proof.layers), form.circuit.variables - 1, Rejection.ROUND_COUNT, f"{where}, bus circuit")
    for number, layer in enumerate(proof.layers, start=1):
        _check_rounds(layer.rounds, number, LAYER_ROUND_DEGREE, f"{where}, layer {number}")
        _require_count(len(layer.ends), 4, Rejection.STACKED_VALUE_COUNT, f"{where}, layer {number}")
    _check_rounds(proof.zerocheck_rounds, form.zerocheck_rounds, zerocheck.ROUND_DEGREE, f"{where}, zerocheck")
    for commitment, layout in form.layouts.items():
        found = len(proof.column_values.get(commitment, ()))
        _require_count(found, len(layout.columns), Rejection.COLUMN_VALUE_COUNT, f"{where}, {commitment.value}")
    _check_rounds(proof.stacking_rounds, form.height_log2, columns.ROUND_DEGREE, f"{where}, stacking")
    _require_count(len(proof.stacked_values), form.stacked_count, Rejection.STACKED_VALUE_COUNT, where)
    batching_bits = form.parameters.schedule(form.height_log2).column_batching_grinding_bits
    _require_count(len(proof.column_batching_nonce), int(bool(batching_bits)), Rejection.NONCE_COUNT, where)
    _require_count(len(proof.iterations), len(form.iterations), Rejection.ITERATION_COUNT, where)
    for iteration, of_iteration in zip(form.iterations, proof.iterations, strict=True):
        _check_iteration(of_iteration, iteration, form, f"{where}, iteration {iteration.number}")
    length = 1 << form.iterations[-1].folded_log2
    _require_count(len(proof.final_vector), length, Rejection.FINAL_VECTOR_LENGTH, where)


def _check_iteration(proof: IterationProof, iteration: Iteration, form: SegmentForm, where: str) -> None:
    _check_rounds(proof.rounds, iteration.folding_log2, whir.ROUND_DEGREE, where)
    nonces = iteration.folding_log2 if iteration.folding_grinding_bits else 0
    _require_count(len(proof.folding_nonces), nonces, Rejection.NONCE_COUNT, f"{where}, folding")
    _require_count(
        len(proof.query_nonce), int(bool(iteration.query_grinding_bits)), Rejection.NONCE_COUNT, f"{where}, queries"
    )
    _check_root(proof.root, not iteration.is_last, where)
    _require_count(len(proof.answer), int(not iteration.is_last), Rejection.STACKED_VALUE_COUNT, f"{where}, answer")
    trees = form.opened_trees(iteration)
    _require_count(len(proof.openings), len(trees), Rejection.OPENING_COMMITMENT_COUNT, where)
    for opening, tree in zip(proof.openings, trees, strict=True):
        _require_count(len(opening.cap), cap_digest_count(tree), Rejection.OPENING_SIBLING_COUNT, f"{where}, cap")
        _require_counts(map(len, opening.rows), tree.width, Rejection.OPENING_ROW_WIDTH, where)
        _check_counts(len(opening.rows), tree, iteration, where)
        digests = (*opening.siblings, *opening.cap)
        _require_counts(map(len, digests), STATE_WORDS, Rejection.OPENING_DIGEST_SIZE, where)


def _check_counts(rows: int, tree: TreeShape, iteration: Iteration, where: str) -> None:
    most = min(iteration.queries, 1 << tree.depth)
    if not 1 <= rows <= most:
        detail = f"{where}: {rows} rows, expected 1 to {most}"
        raise Rejected(Rejection.OPENING_ROW_COUNT, detail, expected=between(1, most), found=rows)


def _check_rounds(rounds: Sequence[Sequence[Extension]], count: int, degree: int, where: str) -> None:
    _require_count(len(rounds), count, Rejection.ROUND_COUNT, f"{where}: {len(rounds)} rounds, expected {count}")
    _require_counts(map(len, rounds), degree, Rejection.ROUND_POLYNOMIAL_DEGREE, where)


def _check_root(root: Sequence[int], is_present: bool, where: str) -> None:
    _require_count(len(root), STATE_WORDS if is_present else 0, Rejection.OPENING_DIGEST_SIZE, where)


def _require_count(found: int, expected: int, reason: Rejection, where: str) -> None:
    if found != expected:
        raise Rejected(reason, where, expected=expected, found=found)


def _require_counts(found: Iterable[int], expected: int, reason: Rejection, where: str) -> None:
    """Each of the counts is the expected one; a rejection states the first that is not."""
    for count in dict.fromkeys(found):
        _require_count(count, expected, reason, where)
