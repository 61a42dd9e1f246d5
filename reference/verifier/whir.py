"""Step 6 of a segment: that the committed columns have the claimed values at one point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from reference.verifier.openings import opened_leaves
from reference.verifier.sumcheck import follow_rounds
from spec.field import EXTENSION_DEGREE, Extension
from spec.protocol.algebra import Algebra, Bit, Element, Value, Word
from spec.protocol.cube import horner, powers
from spec.protocol.form import SegmentForm
from spec.protocol.labels import Label
from spec.protocol.proof import IterationProof
from spec.protocol.transcript import Transcript
from spec.protocol.whir import Iteration, Weight, domain_point, fold_fibre
from spec.rejection import Rejection


@dataclass(frozen=True)
class StackedClaim(Generic[Value, Word]):
    """What is opened: the roots of the commitments that have columns, and their stacked columns' values at a point."""

    roots: Sequence[Sequence[Word]]
    values: Sequence[Value]
    point: Sequence[Value]


@dataclass(frozen=True)
class FoldedQuery(Generic[Element, Value]):
    """What a query says of the folded vector: its code's value at a point of the base field."""

    point: Element
    value: Value


def verify_whir(
    transcript: Transcript[Element, Value, Word, Bit],
    form: SegmentForm,
    stacked: StackedClaim[Value, Word],
    batching_nonce: Sequence[int],
    proofs: Sequence[IterationProof],
    final_vector: Sequence[Extension],
    where: str,
) -> None:
    """Checks the opening. Raises Rejected.

    Errors: column_batching, and for each iteration folding, out_of_domain, queries, query_batching.
    """
    algebra = transcript.algebra
    schedule = form.parameters.schedule(form.height_log2)
    bits = schedule.column_batching_grinding_bits
    transcript.grind(Label.COLUMN_BATCHING, bits, algebra.read_words(nonce_words(batching_nonce)), where)
    batching = powers(algebra.value(1), transcript.sample(Label.COLUMN_BATCHING), len(stacked.values))
    claim = _weighted(algebra, batching, stacked.values)
    weights = [Weight(algebra.value(1), list(stacked.point), is_power=False)]
    roots = stacked.roots
    final = list(algebra.read_values(final_vector))
    for iteration, proof in zip(form.iterations, proofs, strict=True):
        place = f"{where}, iteration {iteration.number}"
        claim, challenges = _follow_folding(transcript, iteration, proof, claim, weights, place)
        if iteration.is_last:
            transcript.absorb_values(Label.FINAL_VECTOR, final)
        else:
            folded_root = algebra.read_words(proof.root)
            transcript.absorb(Label.FOLDED_ROOT, folded_root, iteration.number)
            outside = transcript.sample(Label.OUT_OF_DOMAIN, iteration.number)
            answer = algebra.read_values(proof.answer)
            transcript.absorb_values(Label.OUT_OF_DOMAIN_ANSWER, answer, iteration.number)
        nonce = algebra.read_words(nonce_words(proof.query_nonce))
        transcript.grind(Label.QUERIES, iteration.query_grinding_bits, nonce, place, iteration.number)
        queries = _queries(transcript, form, iteration, proof, roots, batching, challenges, place)
        if iteration.is_last:
            _check_final_vector(algebra, final, queries, weights, claim, place)
        else:
            epsilon = transcript.sample(Label.QUERY_BATCHING, iteration.number)
            scales = powers(algebra.value(1), epsilon, 2 + len(queries))[1:]
            weights.append(Weight(scales[0], [outside], is_power=True))
            claim = claim + scales[0] * answer[0]
            for scale, query in zip(scales[1:], queries, strict=True):
                weights.append(Weight(scale, [algebra.embed(query.point)], is_power=True))
                claim = claim + scale * query.value
            roots = [folded_root]


def nonce_words(nonces: Sequence[int]) -> list[int]:
    """The two words of a nonce, high word first; none where no proof of work is asked for."""
    return [word for nonce in nonces for word in (nonce >> 32, nonce & 0xFFFFFFFF)]


def _weighted(algebra: Algebra[Element, Value, Word, Bit], scales: Sequence[Value], values: Sequence[Value]) -> Value:
    total = algebra.value(0)
    for scale, value in zip(scales, values, strict=True):
        total = total + scale * value
    return total


def _follow_folding(
    transcript: Transcript[Element, Value, Word, Bit],
    iteration: Iteration,
    proof: IterationProof,
    claim: Value,
    weights: Sequence[Weight[Value]],
    where: str,
) -> tuple[Value, list[Value]]:
    """The claim about the fold, and the challenges in the order in which they bind. Weights are bound along."""
    algebra = transcript.algebra

    def grind(number: int) -> None:
        if iteration.folding_grinding_bits:
            nonce = algebra.read_words(nonce_words(proof.folding_nonces[number : number + 1]))
            place = (iteration.number, number)
            transcript.grind(Label.FOLDING, iteration.folding_grinding_bits, nonce, where, *place)

    claim, bound = follow_rounds(
        transcript,
        proof.rounds,
        claim,
        Label.FOLDING_ROUND_POLYNOMIAL,
        Label.FOLDING,
        (iteration.number,),
        before_challenge=grind,
    )
    challenges = bound[::-1]
    for weight in weights:
        for challenge in challenges:
            weight.bind_last(challenge)
    return claim, challenges


def _queries(
    transcript: Transcript[Element, Value, Word, Bit],
    form: SegmentForm,
    iteration: Iteration,
    proof: IterationProof,
    roots: Sequence[Sequence[Word]],
    batching: Sequence[Value],
    challenges: Sequence[Value],
    where: str,
) -> list[FoldedQuery[Element, Value]]:
    """Opens the iteration's vector at the drawn positions and folds each opened fibre."""
    algebra = transcript.algebra
    positions = transcript.sample_positions(Label.QUERIES, iteration.queries, iteration.fibres_log2, iteration.number)
    reason = Rejection.FOLDED_ROOT_MISMATCH if iteration.number else Rejection.COMMITMENT_ROOT_MISMATCH
    rows_by_tree = [
        opened_leaves(algebra, opening, shape, root, positions, reason, where)
        for opening, shape, root in zip(proof.openings, form.opened_trees(iteration), roots, strict=True)
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


def _check_final_vector(
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
