"""FRI as an opening of published circuits: batching, folds, queries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from soundcalc.commitments.fri import FRI_FOLDING, FRI_QUERIES, batching_points, folding_points, query_error
from soundcalc.published.fields import Field
from soundcalc.published.merkle_size import openings_bits
from soundcalc.published.opening import Opening
from soundcalc.published.rounds import Formulas, Round, Step, rounds_of
from soundcalc.regimes.proximity import Batching, Regime


@dataclass(frozen=True)
class FriOpening(Opening):
    """Columns of `coefficients` coefficients at a rate; grinding is in bits for each phase."""

    rate: Fraction
    coefficients: int
    functions: int
    batching: Batching
    queries: int
    folding_factors: tuple[int, ...]
    final_domain_size: int
    grinding_batching: int
    grinding_commit: int
    grinding_query: int

    @property
    def label(self) -> str:
        return "FRI"

    @property
    def height(self) -> int:
        return self.coefficients

    @property
    def rates(self) -> Sequence[Fraction]:
        return (self.rate,)

    @property
    def folds_and_codes(self) -> int:
        return len(self.folding_factors) + 1

    @property
    def steps_with_loss(self) -> int | None:
        return len(self.folding_factors) + (self.functions > 1)

    def rounds_before_queries(self, code: int, regime: Regime, field_size: int, formulas: Formulas) -> Iterator[Round]:
        """The public calculator's rounds; nothing of them is to be corrected."""
        powers = regime.powers_bound
        points = batching_points(regime, self.rate, Fraction(self.height), self.functions, self.batching)
        batching = ("batching", Step.BATCHING, points / field_size, powers)
        yield from rounds_of([batching], self.grinding_batching)
        yield from rounds_of(
            (
                (f"commit round {layer + 1}", Step.FOLDING, points / field_size, FRI_FOLDING)
                for layer, points in enumerate(self._folding_points(regime))
            ),
            self.grinding_commit,
        )

    def query_rounds(self, code: int, regimes: Sequence[Regime], field_size: int) -> Iterator[Round]:
        error = query_error(regimes[code], self.rate, self.queries)
        yield from rounds_of([("query phase", Step.QUERIES, error, FRI_QUERIES)], self.grinding_query)

    @property
    def without_queries(self) -> FriOpening:
        return replace(self, queries=0, grinding_query=0)

    def _folding_points(self, regime: Regime) -> Iterator[Fraction]:
        height = Fraction(self.height)
        for factor in self.folding_factors:
            height /= factor
            yield folding_points(regime, self.rate, height, factor - 1)

    def size_bits(self, field: Field, digest_bits: int, is_expected: bool) -> int:
        """A root and openings of every layer, and the last polynomial."""
        domain = int(self.domain_size)
        bits = digest_bits + openings_bits(domain, self.queries, self.functions * field.bits, digest_bits, is_expected)
        for factor in self.folding_factors:
            domain //= factor
            leaf_bits = factor * field.bits
            bits += digest_bits + openings_bits(domain, self.queries, leaf_bits, digest_bits, is_expected)
        return bits + int(self.rate * domain * field.bits)
