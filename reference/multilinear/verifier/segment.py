"""Verifying one segment, wholly against the algebra.

The steps and their numbers are those of the architecture document's chapter on the protocol:

1. The statement: the run's digest, the segment's index and leaf, public values, heights.
2. The totals of the buses: the local ones balance together with the verifier's tokens.
3. The circuit from the totals down to the fractions of all rows.
4. The zerocheck: constraints, and the fractions again, on the values of all columns at one point.
5. From the values of table columns to those of the stacked columns.
6. WHIR: the stacked columns have these values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic

from reference.multilinear.verifier.buses import check_totals, follow_circuit, token_sum
from reference.multilinear.verifier.constraints import follow_zerocheck
from reference.multilinear.verifier.sumcheck import follow_rounds
from reference.multilinear.verifier.whir import StackedClaim, verify_whir
from spec.air.bus import Scope
from spec.multilinear.algebra import Algebra, Bit, Element, Value, Word
from spec.multilinear.columns import PINNED, ColumnClaims, weights_at
from spec.multilinear.cube import powers
from spec.multilinear.form import SegmentForm
from spec.multilinear.gkr import BusChallenges
from spec.multilinear.labels import Label
from spec.multilinear.proof import SegmentProof
from spec.multilinear.run import SegmentPlace, sample_local_challenges, start_segment_transcript
from spec.multilinear.stacking import Commitment
from spec.multilinear.transcript import Transcript
from spec.rejection import Rejection


@dataclass(frozen=True)
class Pinned(Generic[Value, Word]):
    """A commitment that was pinned before the segment's transcript started; empty where it has no columns."""

    root: Sequence[Word]
    point: Value
    answers: Sequence[Value]


@dataclass(frozen=True)
class SegmentContext(Generic[Value, Word]):
    """What a segment is verified against."""

    place: SegmentPlace
    run: Sequence[Word]
    """G."""

    leaf: Sequence[Word]
    pinned: Mapping[Commitment, Pinned[Value, Word]]
    global_challenges: BusChallenges[Value]


@dataclass(frozen=True)
class SegmentVerdict(Generic[Element, Value]):
    """What an accepted segment says to its run."""

    public_values: Mapping[str, Element]
    """By name: what joins the segment to its neighbours and to its leaf."""

    global_total: Value
    """The sum of the global buses over the segment's tables."""

    sampled_labels: Sequence[str]


def verify_segment(
    algebra: Algebra[Element, Value, Word, Bit], proof: SegmentProof, context: SegmentContext[Value, Word]
) -> SegmentVerdict[Element, Value]:
    """Checks a segment whose form, shape and leaf have been checked. Its index is what its public value says: that it
    is the segment's place in the run, as in its leaf, is the run's to check. Raises Rejected.
    """
    form = context.place.form
    machine = form.shape.machine
    where = f"segment {context.place.index}"

    # 1. The statement.
    public_elements = algebra.read_elements(proof.public_values)
    public = dict(zip(machine.public_values, public_elements, strict=True))
    (index,) = algebra.element_words([public[machine.segment_index]])
    transcript = start_segment_transcript(algebra, context.place, context.run, index, context.leaf, public_elements)

    # 2. The totals of the buses.
    main_root = algebra.read_words(proof.main_root)
    local = sample_local_challenges(transcript, machine, main_root)
    totals = algebra.read_values(proof.bus_totals)
    transcript.absorb_values(Label.BUS_TOTALS, totals)
    verifiers_part = token_sum(algebra, machine.tokens, public, local, where)
    global_total = check_totals(algebra, totals, form.circuit, verifiers_part, where)

    # 3. The circuit.
    circuit = follow_circuit(transcript, totals, proof.layers, where)

    # 4. The zerocheck.
    column_values = {c: algebra.read_values(values) for c, values in proof.column_values.items()}
    challenges = {Scope.LOCAL: local, Scope.GLOBAL: context.global_challenges}
    public_values = {name: algebra.embed(element) for name, element in public.items()}
    point = follow_zerocheck(
        transcript, form, circuit, proof.zerocheck_rounds, column_values, public_values, challenges, where
    )
    said = [value for commitment in Commitment for value in column_values[commitment]]
    transcript.absorb_values(Label.COLUMN_VALUES, said)

    # 5. From table columns to stacked columns.
    stacked_values = algebra.read_values(proof.stacked_values)
    stacked_point = _follow_stacking(transcript, form, proof, context, said, point, stacked_values, where)

    # 6. WHIR.
    roots = {commitment: pinned.root for commitment, pinned in context.pinned.items()} | {Commitment.MAIN: main_root}
    stacked = StackedClaim([roots[commitment] for commitment in form.present], stacked_values, stacked_point)
    nonce = proof.column_batching_nonce
    verify_whir(transcript, form, stacked, nonce, proof.iterations, proof.final_vector, where)
    return SegmentVerdict(public, global_total, transcript.sampled_labels)


def _follow_stacking(
    transcript: Transcript[Element, Value, Word, Bit],
    form: SegmentForm,
    proof: SegmentProof,
    context: SegmentContext[Value, Word],
    column_values: Sequence[Value],
    point: Sequence[Value],
    stacked_values: Sequence[Value],
    where: str,
) -> Sequence[Value]:
    """Checks that the claims about table columns follow from the stacked columns' values. Returns the point u.

    Errors: stacking_batching, stacking_round.
    """
    algebra = transcript.algebra
    one, zero = algebra.value(1), algebra.value(0)
    scales = powers(one, transcript.sample(Label.STACKING_BATCHING), form.claim_count)
    answers = [answer for commitment in PINNED for answer in context.pinned[commitment].answers]
    claim = zero
    for scale, value in zip(scales, [*column_values, *answers], strict=True):
        claim = claim + scale * value
    claim, stacked_point = follow_rounds(
        transcript, proof.stacking_rounds, claim, Label.STACKING_ROUND_POLYNOMIAL, Label.STACKING_ROUND
    )
    points = {commitment: context.pinned[commitment].point for commitment in PINNED}
    weights = weights_at(one, zero, ColumnClaims(form.layouts, point, points, scales), stacked_point)
    end = zero
    for weight, value in zip(weights, stacked_values, strict=True):
        end = end + weight * value
    algebra.require_equal(claim, end, Rejection.STACKING_MISMATCH, where)
    transcript.absorb_values(Label.STACKED_VALUES, stacked_values)
    return stacked_point
