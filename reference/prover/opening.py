"""Step 6 of a segment's proof: WHIR.

The numbers are those of Section 4.5 of the whitepaper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reference.prover.kernels import Committed, FoldedVector, Kernels
from spec.field import GENERATOR, Extension, P, root_of_unity
from spec.protocol.cube import powers
from spec.protocol.form import SegmentForm
from spec.protocol.labels import Label
from spec.protocol.proof import IterationProof, RoundPolynomial
from spec.protocol.transcript import Transcript
from spec.protocol.whir import Iteration, folded_tree

NumberTranscript = Transcript[int, Extension, int, int]


@dataclass(frozen=True)
class OpeningProof:
    """What the prover says in this step."""

    column_batching_nonce: tuple[int, ...]
    iterations: tuple[IterationProof, ...]
    final_vector: tuple[Extension, ...]


def ground(kernels: Kernels, transcript: NumberTranscript, label: Label, bits: int, *indices: int) -> tuple[int, ...]:
    """The smallest nonce that works before the challenge of this label, absorbed; none for 0 bits."""
    if bits == 0:
        return ()
    nonce = kernels.grind(transcript.grinding_block(label, *indices), bits)
    transcript.grind(label, bits, [nonce >> 32, nonce & 0xFFFFFFFF], "own proof of work", *indices)
    return (nonce,)


def prove_opening(
    kernels: Kernels,
    transcript: NumberTranscript,
    form: SegmentForm,
    committed: Sequence[Committed],
    point: Sequence[Extension],
) -> OpeningProof:
    """Opens the stacked columns of all commitments at one point; their values are absorbed already."""
    # 6a. Combining the columns.
    bits = form.parameters.schedule(form.height_log2).column_batching_grinding_bits
    batching_nonce = ground(kernels, transcript, Label.COLUMN_BATCHING, bits)
    batching = transcript.sample(Label.COLUMN_BATCHING)
    vector = kernels.batched_vector(committed, batching, point)
    opened: Sequence[Committed] = committed
    proofs = []
    final: tuple[Extension, ...] = ()

    for iteration in form.iterations:
        # 6b. Folding.
        rounds, folding_nonces = _fold(kernels, transcript, iteration, vector)

        # 6c. The folded vector.
        root: tuple[int, ...] = ()
        answer: tuple[Extension, ...] = ()
        if iteration.is_last:
            final = vector.vector()
            transcript.absorb_values(Label.FINAL_VECTOR, final)
        else:
            following = form.iterations[iteration.number + 1]
            folded = vector.commit(following, folded_tree(following, form.parameters))
            root = folded.root
            transcript.absorb(Label.FOLDED_ROOT, root, iteration.number)
            outside = transcript.sample(Label.OUT_OF_DOMAIN, iteration.number)
            answer = folded.answers(outside)
            transcript.absorb_values(Label.OUT_OF_DOMAIN_ANSWER, answer, iteration.number)

        # 6d. The queries.
        nonce = ground(kernels, transcript, Label.QUERIES, iteration.query_grinding_bits, iteration.number)
        bits_drawn = transcript.sample_positions(
            Label.QUERIES, iteration.queries, iteration.fibres_log2, iteration.number
        )
        positions = [sum(bit << k for k, bit in enumerate(position)) for position in bits_drawn]
        openings = tuple(of_tree.open(positions) for of_tree in opened)

        # 6e. The next claim.
        if not iteration.is_last:
            epsilon = transcript.sample(Label.QUERY_BATCHING, iteration.number)
            scales = powers(transcript.algebra.value(1), epsilon, 2 + len(positions))[1:]
            vector.add_powers([outside, *(_folded_point(iteration, i) for i in positions)], scales)
            opened = [folded]
        proofs.append(IterationProof(rounds, folding_nonces, root, answer, nonce, openings))
    return OpeningProof(batching_nonce, tuple(proofs), final)


def _fold(
    kernels: Kernels, transcript: NumberTranscript, iteration: Iteration, vector: FoldedVector
) -> tuple[tuple[RoundPolynomial, ...], tuple[int, ...]]:
    """The rounds of one iteration, and a nonce for each where the schedule demands proof of work."""
    messages: list[RoundPolynomial] = []
    nonces: list[int] = []
    for number in range(iteration.folding_log2):
        message = vector.message()
        transcript.absorb_values(Label.FOLDING_ROUND_POLYNOMIAL, message, iteration.number, number)
        place = (iteration.number, number)
        nonces += ground(kernels, transcript, Label.FOLDING, iteration.folding_grinding_bits, *place)
        vector.bind(transcript.sample(Label.FOLDING, *place))
        messages.append(message)
    return tuple(messages), tuple(nonces)


def _folded_point(iteration: Iteration, position: int) -> int:
    """x^(2^k) for the fibre over the position: where the folded vector's code is known."""
    x = GENERATOR * pow(root_of_unity(iteration.domain_log2), position, P) % P
    return pow(x, 1 << iteration.folding_log2, P)
