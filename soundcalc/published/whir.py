"""WHIR as an opening of published circuits: every iteration with a rate, a regime, queries and grinding of its own.

m_(i+1) = m_i - k_i variables after the iteration that folds k_i, on half the points unless the rates are stated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate

from soundcalc.bounds import PUBLIC_CALCULATOR_NOTE, Bound, Status, register
from soundcalc.exact import power_upper
from soundcalc.published.fields import Field
from soundcalc.published.merkle_size import openings_bits
from soundcalc.published.opening import Opening
from soundcalc.published.rounds import Formulas, Round, Step, rounds_of
from soundcalc.regimes.proximity import Batching, Regime

WHIR_BATCHING = register(
    key="whir_batching",
    formula="(B - 1) line(rho_0, 2^(m_0)) by powers, one line by independent coefficients, / |F|",
    source="2024/1586 Construction 5.5, with the line bounds of 2025/2055",
    status=Status.DERIVED,
    note=PUBLIC_CALCULATOR_NOTE,
)
WHIR_FOLDING = register(
    key="whir_folding",
    formula="(d L + line(rho_i, 2^(m_i - s))) / |F| for fold s of iteration i",
    source="2024/1586 Theorem 5.2",
    status=Status.PROVEN,
    note=f"mutual correlated agreement on lines: 2025/2055 Theorem 4.6; {PUBLIC_CALCULATOR_NOTE}",
)
WHIR_OUT_OF_DOMAIN = register(
    key="whir_out_of_domain",
    formula="(L^2 / 2) (2^(m_i) / |F|)^w for w samples",
    source="2024/1586 Theorem 5.2, and independence of the samples",
    status=Status.PROVEN,
    note="the public calculator has L^2 (2^(m_i) / (2 |F|))^w: the half is that of pairs and comes once",
)
WHIR_SHIFT = register(
    key="whir_shift",
    formula="(1 - theta_(i-1))^t + L_i (t + 1) / |F|",
    source="2024/1586 Theorem 5.2",
    status=Status.PROVEN,
    note=PUBLIC_CALCULATOR_NOTE,
)
WHIR_FINAL = register(
    key="whir_final",
    formula="(1 - theta_(M-1))^t",
    source="2024/1586 Theorem 5.2",
    status=Status.PROVEN,
    note=PUBLIC_CALCULATOR_NOTE,
)


@dataclass(frozen=True)
class WhirOpening(Opening):
    """M iterations; lists have an entry for each, those about out-of-domain samples one less."""

    variables: int
    rates_log2: tuple[int, ...]
    """-log2 of every iteration's rate."""

    folds: tuple[int, ...]
    functions: int
    batching: Batching
    degree: int
    queries: tuple[int, ...]
    samples: tuple[int, ...]
    grinding_batching: int
    grinding_folding: tuple[tuple[int, ...], ...]
    grinding_queries: tuple[int, ...]
    grinding_samples: tuple[int, ...]

    @property
    def label(self) -> str:
        return "WHIR"

    @property
    def height(self) -> int:
        return 1 << self.variables

    @property
    def rates(self) -> Sequence[Fraction]:
        return [Fraction(1, 1 << rate) for rate in self.rates_log2]

    @property
    def folds_and_codes(self) -> int:
        return sum(self.folds) + len(self.folds)

    @property
    def steps_with_loss(self) -> int | None:
        """WHIR needs agreement on one set of positions throughout, which the bound with loss does not give."""
        return None

    @property
    def heights_log2(self) -> tuple[int, ...]:
        """m_0 to m_M."""
        return tuple(accumulate(self.folds, lambda variables, fold: variables - fold, initial=self.variables))

    def rounds_before_queries(self, code: int, regime: Regime, field_size: int, formulas: Formulas) -> Iterator[Round]:
        """What depends on the proximity of iteration `code`: the way into it, and its folds."""
        rate = self.rates[code]
        domain_log2 = self.heights_log2[code] + self.rates_log2[code]
        list_size = regime.list_size(rate)
        if code == 0:
            lines = self.batching.line_count(self.functions)
            error = lines * regime.exceptional_points(rate, Fraction(1 << domain_log2)) / field_size
            yield from rounds_of([("batching", Step.BATCHING, error, WHIR_BATCHING)], self.grinding_batching)
        else:
            error = self._out_of_domain(code, list_size, field_size, formulas)
            sampling = (f"OOD(i={code})", Step.OUT_OF_DOMAIN, error, WHIR_OUT_OF_DOMAIN)
            yield from rounds_of([sampling], self.grinding_samples[code - 1])
        for fold in range(1, self.folds[code] + 1):
            points = self.degree * list_size + regime.exceptional_points(rate, Fraction(1 << domain_log2) / (1 << fold))
            folding = (f"fold(i={code},s={fold})", Step.FOLDING, points / field_size, WHIR_FOLDING)
            yield from rounds_of([folding], self.grinding_folding[code][fold - 1])

    def query_rounds(self, code: int, regimes: Sequence[Regime], field_size: int) -> Iterator[Round]:
        yield from rounds_of([self._queries(code, regimes, field_size)], self.grinding_queries[code])

    @property
    def without_queries(self) -> WhirOpening:
        none = (0,) * len(self.queries)
        return replace(self, queries=none, grinding_queries=none)

    def _out_of_domain(self, code: int, list_size: Fraction, field_size: int, formulas: Formulas) -> Fraction:
        """Two members of the list of iteration `code` have the same answers."""
        height, samples = 1 << self.heights_log2[code], self.samples[code - 1]
        if formulas is Formulas.PUBLIC:
            return list_size**2 * power_upper(Fraction(height, 2 * field_size), samples)
        if list_size == 1 and samples == 0:
            # A list of one needs no samples to tell its members apart.
            return Fraction(0)
        return list_size**2 / 2 * power_upper(Fraction(height, field_size), samples)

    def _queries(self, code: int, regimes: Sequence[Regime], field_size: int) -> tuple[str, Step, Fraction, Bound]:
        queries = self.queries[code]
        missed = power_upper(regimes[code].agreement(self.rates[code]), queries)
        following = code + 1
        if following == len(self.folds):
            return "fin", Step.QUERIES, missed, WHIR_FINAL
        members = regimes[following].list_size(self.rates[following])
        return f"Shift(i={following})", Step.QUERIES, missed + members * (queries + 1) / field_size, WHIR_SHIFT

    def size_bits(self, field: Field, digest_bits: int, is_expected: bool) -> int:
        """Roots, sumchecks, samples, openings of blocks (the first of base-field columns), the last polynomial."""
        bits = digest_bits * len(self.folds) + sum(self.samples) * field.bits
        bits += sum(self.folds) * (self.degree - 1) * field.bits + (1 << self.heights_log2[-1]) * field.bits
        for code, fold in enumerate(self.folds):
            leaves = 1 << (self.heights_log2[code] + self.rates_log2[code] - fold)
            entries = self.functions * field.base_bits if code == 0 else field.bits
            bits += openings_bits(leaves, self.queries[code], entries << fold, digest_bits, is_expected)
        return bits
