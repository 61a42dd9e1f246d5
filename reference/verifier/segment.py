"""Verifying one segment, wholly against the algebra.

The steps and their numbers are those of Section 4.5 of the whitepaper:

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

from reference.verifier.buses import check_totals, follow_circuit, token_sum
from reference.verifier.constraints import follow_zerocheck
from reference.verifier.steps import PlainSteps, VerifierSteps
from reference.verifier.whir import StackedClaim, verify_whir
from spec.air.bus import Scope
from spec.protocol.algebra import Algebra, Bit, Element, Value, Word
from spec.protocol.columns import PINNED, ColumnClaims
from spec.protocol.form import SegmentForm
from spec.protocol.gkr import BusChallenges
from spec.protocol.labels import Label
from spec.protocol.proof import SegmentProof
from spec.protocol.run import SegmentPlace, sample_local_challenges, start_segment_transcript
from spec.protocol.stacking import Commitment
from spec.protocol.transcript import Transcript
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
    """The run's digest G."""

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
    algebra: Algebra[Element, Value, Word, Bit],
    proof: SegmentProof,
    context: SegmentContext[Value, Word],
    steps: VerifierSteps[Element, Value, Word, Bit] | None = None,
) -> SegmentVerdict[Element, Value]:
    """Checks a segment whose form, shape and leaf have been checked. Its index is what its public value says: that it
    is the segment's place in the run, as in its leaf, is the run's to check.

    Raises Rejected at the first check that fails.
    """
    form = context.place.form
    machine = form.shape.machine
    where = f"segment {context.place.index}"
    heavy = PlainSteps() if steps is None else steps

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
    circuit = follow_circuit(transcript, totals, proof.layers, where, heavy)

    # 4. The zerocheck.
    column_values = {c: algebra.read_values(values) for c, values in proof.column_values.items()}
    challenges = {Scope.LOCAL: local, Scope.GLOBAL: context.global_challenges}
    public_values = {name: algebra.embed(element) for name, element in public.items()}
    point = follow_zerocheck(
        transcript, form, circuit, proof.zerocheck_rounds, column_values, public_values, challenges, where, heavy
    )
    said = heavy.joined([column_values[commitment] for commitment in Commitment])
    transcript.absorb_values(Label.COLUMN_VALUES, said)

    # 5. From table columns to stacked columns.
    stacked_values = algebra.read_values(proof.stacked_values)
    stacked_point = _follow_stacking(transcript, form, proof, context, said, point, stacked_values, where, heavy)

    # 6. WHIR.
    roots = {commitment: pinned.root for commitment, pinned in context.pinned.items()} | {Commitment.MAIN: main_root}
    stacked = StackedClaim([roots[commitment] for commitment in form.present], stacked_values, stacked_point)
    nonce = proof.column_batching_nonce
    verify_whir(transcript, form, stacked, nonce, proof.iterations, proof.final_vector, where, heavy)
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
    steps: VerifierSteps[Element, Value, Word, Bit],
) -> Sequence[Value]:
    """Checks that the claims about table columns follow from the stacked columns' values. Returns the point u.

    Errors: stacking_batching, stacking_round.
    """
    algebra = transcript.algebra

    # 5a. The claim.
    scales = steps.powers(algebra, transcript.sample(Label.STACKING_BATCHING), form.claim_count)
    answers = [answer for commitment in PINNED for answer in context.pinned[commitment].answers]
    claim = steps.weighted_sum(algebra, scales, steps.joined([column_values, answers]))

    # 5b. The rounds.
    claim, stacked_point = steps.follow_rounds(
        transcript, proof.stacking_rounds, claim, Label.STACKING_ROUND_POLYNOMIAL, Label.STACKING_ROUND
    )

    # 5c. The end.
    points = {commitment: context.pinned[commitment].point for commitment in PINNED}
    weights = steps.stacked_weights(algebra, ColumnClaims(form.layouts, point, points, scales), stacked_point)
    end = steps.weighted_sum(algebra, weights, stacked_values)
    algebra.require_equal(claim, end, Rejection.STACKING_MISMATCH, where)
    transcript.absorb_values(Label.STACKED_VALUES, stacked_values)
    return stacked_point
