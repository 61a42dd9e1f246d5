"""Chains of lies: a false statement, and what has to be said so that one check after the other does not notice.

Each function lies about one thing more than the one before it, so that its proof fails exactly one check; whoever
knows one challenge in advance gets past that one too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, wraps

from reference.prover.kernels import Kernels
from spec.field import ONE, ZERO, Extension
from spec.protocol.labels import Label
from spec.protocol.proof import RunProof, SegmentProof
from spec.protocol.stacking import Commitment
from spec.protocol.transcript import Transcript
from spec.rejection import Rejection
from tests.changed_traces import plus_cells
from tests.forging.liars import Addend, Check, Liar, column_position, difference, repaired
from tests.small_runs import ONE_SEGMENT, encoded

FORM = ONE_SEGMENT.form
LAST = len(FORM.iterations) - 1

BALANCE = Check(Rejection.LOCAL_BUSES_UNBALANCED)
ZEROCHECK = Check(Rejection.ZEROCHECK_MISMATCH)
STACKING = Check(Rejection.STACKING_MISMATCH)
FINAL_CLAIM = Check(Rejection.FINAL_VECTOR_CLAIM_MISMATCH, f"segment 0, iteration {LAST}")


def layer_check(number: int) -> Check:
    """The check of a layer of the bus circuit."""
    return Check(Rejection.GKR_LAYER_MISMATCH, f"segment 0, layer {number}")


RANGE_COUNTS = column_position(FORM, Commitment.MAIN, "range_table", 0)
PROGRAM_COUNTS = column_position(FORM, Commitment.MAIN, "program_table", 0)
"""Two column values on which the end of the zerocheck depends linearly."""


HONEST = Liar(ONE_SEGMENT, ONE_SEGMENT.segments, ONE_SEGMENT.run.output)
"""A prover that does not lie."""


def proven_by(kernels: Kernels) -> RunProof:
    """The honest cells, proven by bent kernels."""
    return replace(HONEST, kernels=kernels).proof()


def remembered(lie: Callable[[], Liar]) -> Callable[[], Liar]:
    """One lie for each transcript: with a fixed challenge it is another one."""
    told: dict[tuple[object, object], Liar] = {}

    @wraps(lie)
    def again() -> Liar:
        transcript = (Transcript.sample, Transcript.sample_positions)
        if transcript not in told:
            told[transcript] = lie()
        return told[transcript]

    return again


def stolen() -> Liar:
    """Account 2 ends with one more than its last move put back: the memory bus does not balance."""
    segment = plus_cells(ONE_SEGMENT.segments[0], {("boundary", 1, "balance_out"): 1})
    return Liar(ONE_SEGMENT, (segment,), encoded([(1, 70, 1), (2, 51, 1)]))


def minted() -> Liar:
    """A move puts back one more than it should: a constraint of degree 3 does not hold, and all buses balance."""
    changes = {("move", 1, "after"): 1, ("boundary", 1, "balance_out"): 1}
    segment = plus_cells(ONE_SEGMENT.segments[0], changes)
    return Liar(ONE_SEGMENT, (segment,), encoded([(1, 70, 1), (2, 51, 1)]))


@dataclass(frozen=True)
class Totals:
    """What is known of a segment's local buses that do not balance."""

    segment: SegmentProof
    verifiers_part: Extension
    """The sum of the verifier's tokens."""

    @property
    def excess(self) -> Extension:
        """By how much the numerator is too large for the denominator: p + T q."""
        numerator, denominator, _, _ = self.segment.bus_totals
        return numerator + self.verifiers_part * denominator


def totals_of(liar: Liar) -> Totals:
    """The totals that an honest prover says of these cells."""
    proof = liar.proof()
    numerator, denominator, _, _ = proof.segments[0].bus_totals
    return Totals(proof.segments[0], difference(proof, BALANCE) - numerator * denominator.inverse())


@remembered
def false_total() -> Liar:
    """The stolen balance with a local total that balances: the first layer of the circuit disagrees."""
    liar = stolen()
    return liar.adding(Addend(Label.BUS_TOTALS, 0, ZERO - totals_of(liar).excess))


@cache
def false_layer(number: int) -> Liar:
    """The same with a numerator at the end of each layer above this one that satisfies its check: this one disagrees.

    What is said above a layer depends on no challenge of its own.
    """
    if number == 1:
        return false_total()
    above = number - 1
    return repaired(false_layer(above), layer_check(above), Addend(Label.GKR_LAYER_ENDS, 0, ONE, (above,)))


@remembered
def false_column_value() -> Liar:
    """The minted balance with a column value that satisfies the zerocheck: the stacking sumcheck disagrees."""
    return repaired(minted(), ZEROCHECK, Addend(Label.COLUMN_VALUES, RANGE_COUNTS, ONE))


@remembered
def false_stacked_value() -> Liar:
    """The same with a stacked column's value that satisfies the stacking sumcheck: the opening disagrees."""
    return repaired(false_column_value(), STACKING, Addend(Label.STACKED_VALUES, FORM.stacked_count - 1, ONE))


@remembered
def false_final_vector() -> Liar:
    """The same with a last vector of the claimed weighted sum: it disagrees at the queries."""
    return repaired(false_stacked_value(), FINAL_CLAIM, Addend(Label.FINAL_VECTOR, 0, ONE))
