"""Step 6 of a segment: that the committed columns have the claimed values at one point.

The numbers are those of Section 4.5 of the whitepaper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from reference.verifier.steps import VerifierSteps
from reference.verifier.sumcheck import follow_rounds
from spec.field import Extension
from spec.protocol.algebra import Bit, Element, Value, Word
from spec.protocol.form import SegmentForm
from spec.protocol.labels import Label
from spec.protocol.proof import IterationProof
from spec.protocol.transcript import Transcript
from spec.protocol.whir import Iteration, Weight


@dataclass(frozen=True)
class StackedClaim(Generic[Value, Word]):
    """What is opened: the roots of the commitments that have columns, and their stacked columns' values at a point."""

    roots: Sequence[Sequence[Word]]
    values: Sequence[Value]
    point: Sequence[Value]


def verify_whir(
    transcript: Transcript[Element, Value, Word, Bit],
    form: SegmentForm,
    stacked: StackedClaim[Value, Word],
    batching_nonce: Sequence[int],
    proofs: Sequence[IterationProof],
    final_vector: Sequence[Extension],
    where: str,
    steps: VerifierSteps[Element, Value, Word, Bit],
) -> None:
    """Checks the opening.

    Errors: column_batching, and for each iteration folding, out_of_domain, queries, query_batching. Raises Rejected at
    the first check that fails.
    """
    algebra = transcript.algebra
    schedule = form.parameters.schedule(form.height_log2)

    # 6a. Combining the columns.
    bits = schedule.column_batching_grinding_bits
    transcript.grind(Label.COLUMN_BATCHING, bits, algebra.read_words(nonce_words(batching_nonce)), where)
    batching = steps.powers(algebra, transcript.sample(Label.COLUMN_BATCHING), len(stacked.values))
    claim = steps.weighted_sum(algebra, batching, stacked.values)
    weights = [Weight(algebra.value(1), list(stacked.point), is_power=False)]
    roots = stacked.roots
    final = list(algebra.read_values(final_vector))

    for iteration, proof in zip(form.iterations, proofs, strict=True):
        place = f"{where}, iteration {iteration.number}"

        # 6b. Folding.
        claim, challenges = _follow_folding(transcript, iteration, proof, claim, weights, place, steps)

        # 6c. The folded vector.
        if iteration.is_last:
            transcript.absorb_values(Label.FINAL_VECTOR, final)
        else:
            folded_root = algebra.read_words(proof.root)
            transcript.absorb(Label.FOLDED_ROOT, folded_root, iteration.number)
            outside = transcript.sample(Label.OUT_OF_DOMAIN, iteration.number)
            answer = algebra.read_values(proof.answer)
            transcript.absorb_values(Label.OUT_OF_DOMAIN_ANSWER, answer, iteration.number)

        # 6d. The queries.
        nonce = algebra.read_words(nonce_words(proof.query_nonce))
        transcript.grind(Label.QUERIES, iteration.query_grinding_bits, nonce, place, iteration.number)
        positions = transcript.sample_positions(
            Label.QUERIES, iteration.queries, iteration.fibres_log2, iteration.number
        )
        queries = steps.folded_queries(
            algebra, form, iteration, proof.openings, roots, positions, batching, challenges, place
        )

        # 6e. The next claim.
        if iteration.is_last:
            steps.check_final_vector(algebra, final, queries, weights, claim, place)
        else:
            epsilon = transcript.sample(Label.QUERY_BATCHING, iteration.number)
            scales = steps.powers(algebra, epsilon, 2 + len(queries))[1:]
            weights.append(Weight(scales[0], [outside], is_power=True))
            claim = claim + scales[0] * answer[0]
            for scale, query in zip(scales[1:], queries, strict=True):
                weights.append(Weight(scale, [algebra.embed(query.point)], is_power=True))
                claim = claim + scale * query.value
            roots = [folded_root]


def nonce_words(nonces: Sequence[int]) -> list[int]:
    """The two words of a nonce, high word first; none where the schedule demands no proof of work."""
    return [word for nonce in nonces for word in (nonce >> 32, nonce & 0xFFFFFFFF)]


def _follow_folding(
    transcript: Transcript[Element, Value, Word, Bit],
    iteration: Iteration,
    proof: IterationProof,
    claim: Value,
    weights: Sequence[Weight[Value]],
    where: str,
    steps: VerifierSteps[Element, Value, Word, Bit],
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
    steps.bind_weights(weights, challenges)
    return claim, challenges
