"""Steps 2 and 3 of a segment: the totals of its buses, and the circuit that they are the end of.

The numbers are those of Section 4.5 of the whitepaper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic

from reference.verifier.steps import VerifierSteps
from spec.air.bus import Scope
from spec.air.machine import Token
from spec.protocol.algebra import Algebra, Bit, Element, Value, Word
from spec.protocol.gkr import BusChallenges, Circuit, Fraction, layer_value
from spec.protocol.labels import Label
from spec.protocol.proof import LayerProof
from spec.protocol.transcript import Transcript
from spec.rejection import Rejection


@dataclass(frozen=True)
class CircuitClaim(Generic[Value]):
    """What the circuit's last layer is claimed to be at a point."""

    point: Sequence[Value]
    """rho, one coordinate for each of the circuit's variables."""

    numerator: Value
    denominator: Value


def token_sum(
    algebra: Algebra[Element, Value, Word, Bit],
    tokens: Sequence[Token],
    public_values: Mapping[str, Element],
    challenges: BusChallenges[Value],
    where: str,
) -> Value:
    """What the verifier's own tokens contribute to the sum of a scope."""
    fingerprints = []
    for token in tokens:
        parts = [public_values[part] if isinstance(part, str) else algebra.element(part) for part in token.message]
        weighted = algebra.linear_combination(challenges.beta_powers[: len(parts)], parts)
        fingerprints.append(challenges.alpha + token.bus.identity + weighted)
    total = algebra.value(0)
    fractions = algebra.inverses(fingerprints, Rejection.FINGERPRINT_VANISHES, where)
    for token, fraction in zip(tokens, fractions, strict=True):
        contribution = fraction * token.sign
        if token.times is not None:
            name, number = token.times
            counts = algebra.equals(public_values[name], number)
            contribution = algebra.select(counts, contribution, algebra.value(0))
        total = total + contribution
    return total


def check_totals(
    algebra: Algebra[Element, Value, Word, Bit],
    totals: Sequence[Value],
    layout: Circuit,
    verifiers_part: Value,
    where: str,
) -> Value:
    """The local buses balance together with the verifier's tokens. Returns the sum of the global buses.

    A denominator of the root is the product of the fingerprints of all rows: none of them may vanish.
    """
    local = Fraction(totals[0], totals[1])
    over_segments = Fraction(totals[2], totals[3])
    denominators = [local.denominator, over_segments.denominator]
    inverses = algebra.inverses(denominators, Rejection.BUS_DENOMINATOR_VANISHES, where)
    for scope, fraction in ((Scope.LOCAL, local), (Scope.GLOBAL, over_segments)):
        if not layout.fractions(scope):
            found = [fraction.numerator, fraction.denominator]
            empty = [algebra.value(0), algebra.value(1)]
            algebra.require_equal(found, empty, Rejection.EMPTY_SCOPE_TOTAL, f"{where}, {scope.value} buses")
    balance = local.numerator * inverses[0] + verifiers_part
    algebra.require_equal(balance, algebra.value(0), Rejection.LOCAL_BUSES_UNBALANCED, where)
    return over_segments.numerator * inverses[1]


def follow_circuit(
    transcript: Transcript[Element, Value, Word, Bit],
    totals: Sequence[Value],
    layers: Sequence[LayerProof],
    where: str,
    steps: VerifierSteps[Element, Value, Word, Bit],
) -> CircuitClaim[Value]:
    """From the circuit's root, which is absorbed, down to its last layer.

    Errors: gkr_scope, and for each layer gkr_batching, gkr_round, gkr_merge.
    """
    algebra = transcript.algebra
    # 3a. The scope.
    scope = transcript.sample(Label.GKR_SCOPE)
    point: Sequence[Value] = [scope]
    numerator = totals[0] + scope * (totals[2] - totals[0])
    denominator = totals[1] + scope * (totals[3] - totals[1])
    for number, layer in enumerate(layers, start=1):
        # 3b. Combining the claims.
        batching = transcript.sample(Label.GKR_BATCHING, number)
        combined = numerator + batching * denominator

        # 3c. The rounds of the layer.
        claim, bound = steps.follow_rounds(
            transcript,
            layer.rounds,
            combined,
            Label.GKR_ROUND_POLYNOMIAL,
            Label.GKR_ROUND,
            (number,),
            beside=point,
        )

        # 3d. The end of the layer.
        ends = algebra.read_values(layer.ends)
        left, right = Fraction(ends[0], ends[2]), Fraction(ends[1], ends[3])
        expected = layer_value(left, right, batching)
        algebra.require_equal(claim, expected, Rejection.GKR_LAYER_MISMATCH, f"{where}, layer {number}")
        transcript.absorb_values(Label.GKR_LAYER_ENDS, ends, number)
        merge = transcript.sample(Label.GKR_MERGE, number)
        point = [*bound, merge]
        numerator = ends[0] + merge * (ends[1] - ends[0])
        denominator = ends[2] + merge * (ends[3] - ends[2])
    return CircuitClaim(point, numerator, denominator)
