"""One error term for every challenge that the transcript samples."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from soundcalc.arguments.deep_ali import ALI, DEEP_SINGLE_POINT, ali_points, deep_error, require_slack
from soundcalc.arguments.lookup import LOGUP, alpha_points, beta_points, require_no_wrap
from soundcalc.arguments.memory import PINNING, pinning_points
from soundcalc.bounds import Bound
from soundcalc.commitments.fri import (
    DEEP_BATCHING,
    FRI_FOLDING,
    FRI_QUERIES,
    batching_points,
    folding_points,
    query_error,
)
from soundcalc.exact import float_bits, floor_bits, round_up
from soundcalc.parameters import QUERIES, ProofShape
from soundcalc.regimes.proximity import Regime, UniqueDecoding
from spec.protocol.labels import folding_label

ROUNDS = {
    "global_alpha": "global challenge",
    "global_beta": "global challenge",
    "local_alpha": "local challenge",
    "local_beta": "local challenge",
}
"""Labels sampled in one message of the verifier: their errors add up to the error of one round."""


@dataclass(frozen=True)
class Term:
    """The error of one challenge, after sampling bias and grinding."""

    label: str
    error: Fraction
    bound: Bound
    grinding_bits: int

    @property
    def bits(self) -> int:
        """floor(-log2 error), decided exactly."""
        return floor_bits(self.error)

    @property
    def bits_float(self) -> float:
        """-log2 error, for printing."""
        return float_bits(self.error)

    @property
    def round_name(self) -> str:
        """The verifier's message to which the challenge belongs."""
        return ROUNDS.get(self.label, self.label)


def challenge_bias(shape: ProofShape) -> Fraction:
    """How much likelier than 1/|F| a challenge can be, its coefficients being uniform words modulo p."""
    words = 1 << shape.challenge_word_bits
    likeliest_count = -(-words // shape.base_field_size)
    return Fraction(likeliest_count * shape.base_field_size, words) ** shape.extension_degree


def round_errors(shape: ProofShape, regime: Regime | None = None) -> dict[str, Term]:
    """The error term of every challenge label, in protocol order; unique decoding unless a regime is given.

    Raises ConditionViolatedError where a bound does not apply to the shape.
    """
    return _Calculation(shape, regime or UniqueDecoding()).terms()


class _Calculation:
    def __init__(self, shape: ProofShape, regime: Regime) -> None:
        self.shape = shape
        self.regime = regime
        self.list_size = regime.list_size(shape.rate)
        self.per_point = challenge_bias(shape) / shape.field_size
        self._terms: dict[str, Term] = {}

    def terms(self) -> dict[str, Term]:
        if self.shape.global_argument is not None:
            self._global_rounds()
        self._lookup_rounds()
        self._constraint_rounds()
        self._fri_rounds()
        return self._terms

    def _add(self, label: str, error: Fraction, bound: Bound) -> None:
        """No challenge is charged less than one bad value."""
        grinding = self.shape.grinding(label)
        charged = max(error, self.per_point)
        self._terms[label] = Term(label, round_up(charged / (1 << grinding)), bound, grinding)

    def _global_rounds(self) -> None:
        argument = self.shape.global_argument
        assert argument is not None
        require_no_wrap(argument.interactions, self.shape.base_field_size)
        one_candidate = Fraction(1)
        pinning = pinning_points(self.list_size, argument.pinned_rows)
        self._add("pinning_point", pinning * self.per_point, PINNING)
        self._add("global_alpha", alpha_points(one_candidate, argument.interactions) * self.per_point, LOGUP)
        self._add("global_beta", beta_points(one_candidate, argument.interactions) * self.per_point, LOGUP)

    def _lookup_rounds(self) -> None:
        interactions = self.shape.local_interactions
        require_no_wrap(interactions, self.shape.base_field_size)
        self._add("local_alpha", alpha_points(self.list_size, interactions) * self.per_point, LOGUP)
        self._add("local_beta", beta_points(self.list_size, interactions) * self.per_point, LOGUP)

    def _constraint_rounds(self) -> None:
        """A false candidate violates a constraint at some height: the worst height counts, not the sum."""
        shape = self.shape
        constraints = max(shape.constraints(height_log2) for height_log2 in shape.heights_log2)
        self._add("constraint_batching", ali_points(self.list_size, constraints) * self.per_point, ALI)
        require_slack(shape.rate, self.regime.agreement(shape.rate))
        deep = deep_error(
            self.list_size,
            shape.maximum_degree,
            1 << shape.tallest_log2,
            1 << shape.domain_log2,
            1,
            shape.field_size,
        )
        self._add("out_of_domain", deep * challenge_bias(shape), DEEP_SINGLE_POINT)

    def _fri_rounds(self) -> None:
        shape, rate = self.shape, self.shape.rate
        batching = sum(
            (
                batching_points(self.regime, rate, Fraction(1 << height_log2), shape.batched_functions(height_log2))
                for height_log2 in shape.heights_log2
            ),
            Fraction(0),
        )
        self._add("deep_batching", batching * self.per_point, DEEP_BATCHING)
        for layer, fold in enumerate(shape.folding):
            height_after = Fraction(1 << shape.height_log2_after(layer))
            points = folding_points(self.regime, rate, height_after, fold.line_count)
            self._add(folding_label(layer), points * self.per_point, FRI_FOLDING)
        # Query indices are the low bits of a uniform word: exactly uniform, no bias.
        grinding = shape.grinding(QUERIES)
        error = query_error(self.regime, rate, shape.queries) / (1 << grinding)
        self._terms[QUERIES] = Term(QUERIES, error, FRI_QUERIES, grinding)
