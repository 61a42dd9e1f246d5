"""Figures for a published configuration: as the public calculator gives them, and as this one does.

The public calculator is ethereum/soundcalc; the formulas that it chooses are followed here, its float arithmetic
is not, except where a rounding decides an integer. Our own figures differ in two ways, each stated beside the
figure: the multiplicity is searched for, and a lookup is charged for vanishing denominators and the list size.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from soundcalc.arguments.deep_ali import DEEP, ali_points, deep_error
from soundcalc.arguments.lookup import gkr_points
from soundcalc.bounds import Bound
from soundcalc.commitments.fri import batching_points, folding_points, query_error
from soundcalc.exact import floor_bits, log2_upper, round_up, sqrt_lower, sqrt_upper
from soundcalc.published.format import PublishedCircuit, PublishedConfiguration, PublishedLookup
from soundcalc.regimes.proximity import (
    JOHNSON_LINE,
    MAXIMUM_MULTIPLICITY,
    MINIMUM_MULTIPLICITY,
    Johnson,
    Regime,
    UniqueDecoding,
    first_false,
    johnson_points,
)

UNIQUE = "UDR"
LIST = "JBR"
"""The public calculator's names of the two regimes."""

QUERY_PHASE = "query phase"
TOTAL = "total"

LARGE_FIELD_LOG2 = 150
"""Above this size of the extension field the public calculator goes nearer to the Johnson bound."""


@dataclass(frozen=True)
class JohnsonGap(Regime):
    """theta = 1 - sqrt(rho) - eta for a gap eta, with m = max(ceil(sqrt(rho) / (2 eta)), 3), L = 1/(2 eta sqrt(rho)).

    Without a gap the public calculator's default: sqrt(rho)/100, and for a small field at least rho/20.
    """

    gap: Fraction | None
    field_size: int

    @property
    def name(self) -> str:
        return LIST

    @property
    def line_bound(self) -> Bound:
        return JOHNSON_LINE

    def _gap_bounds(self, rate: Fraction) -> tuple[Fraction, Fraction]:
        """Below and above eta."""
        if self.gap is not None:
            return self.gap, self.gap
        floor = Fraction(0) if self.field_size > 1 << LARGE_FIELD_LOG2 else rate / 20
        return max(floor, sqrt_lower(rate) / 100), max(floor, sqrt_upper(rate) / 100)

    def multiplicity(self, rate: Fraction) -> int:
        """m, in binary floating point as the public calculator does: its rounding can raise m by one."""
        root = math.sqrt(rate)
        proximity = 1 - root - float(self._gap_bounds(rate)[0])
        return max(math.ceil(root / (2 * (1 - root - proximity))), MINIMUM_MULTIPLICITY)

    def agreement(self, rate: Fraction) -> Fraction:
        return sqrt_upper(rate) + self._gap_bounds(rate)[1]

    def list_size(self, rate: Fraction) -> Fraction:
        return round_up(1 / (2 * self._gap_bounds(rate)[0] * sqrt_lower(rate)))

    def exceptional_points(self, rate: Fraction, domain_size: Fraction) -> Fraction:
        proximity_upper = 1 - sqrt_lower(rate) - self._gap_bounds(rate)[0]
        return johnson_points(rate, domain_size, self.multiplicity(rate), proximity_upper)


def public_lookup_points(lookup: PublishedLookup, list_size: Fraction) -> Fraction:
    """K (rows_L + rows_T) R bad challenges, and those of the GKR circuit; the list size does not enter."""
    return lookup.lookups * _lookup_rows(lookup) * _fingerprint_degree(lookup) + _circuit_points(lookup)


def own_lookup_points(lookup: PublishedLookup, list_size: Fraction) -> Fraction:
    """L N (R + 2) for N = K (rows_L + rows_T), and the GKR circuit's, for each member of the list as well."""
    terms = lookup.lookups * _lookup_rows(lookup)
    return list_size * (terms * (_fingerprint_degree(lookup) + 2) + _circuit_points(lookup))


def _lookup_rows(lookup: PublishedLookup) -> int:
    return lookup.rows_looked_up + lookup.rows_table


def _fingerprint_degree(lookup: PublishedLookup) -> Fraction:
    """What the random combination of a tuple costs: its width, or the logarithm of it with a multilinear one."""
    if not lookup.multilinear_fingerprint:
        return Fraction(lookup.tuple_columns)
    return max(log2_upper(lookup.tuple_columns), Fraction(1))


def _circuit_points(lookup: PublishedLookup) -> Fraction:
    return gkr_points(_lookup_rows(lookup), lookup.lookups) if lookup.is_multivariate else Fraction(0)


def circuit_errors(
    circuit: PublishedCircuit,
    field_size: int,
    regime: Regime,
    lookup_points: Callable[[PublishedLookup, Fraction], Fraction],
) -> dict[str, Fraction]:
    """The error of every round, under the public calculator's names of the rounds.

    Raises ConditionViolatedError where the columns opened leave no slack.
    """
    rate, height, domain = circuit.rate, circuit.trace_length, circuit.domain_size
    agreeing = regime.agreement(rate) * domain
    DEEP.require(
        "slack", height + circuit.opening_points < agreeing, f"circuit {circuit.name}: {float(agreeing):.1f} agree"
    )
    DEEP.require("field", height + domain < field_size, f"circuit {circuit.name}: a field of {field_size} elements")
    errors: dict[str, Fraction] = {}

    def add(name: str, error: Fraction, grinding_bits: int) -> None:
        errors[name] = round_up(error / (1 << grinding_bits))

    batching = batching_points(regime, rate, Fraction(height), circuit.batch_size, circuit.batching)
    add("batching", batching / field_size, circuit.grinding_batching)
    height_after = Fraction(height)
    for layer, factor in enumerate(circuit.folding_factors):
        height_after /= factor
        points = folding_points(regime, rate, height_after, factor - 1)
        add(f"commit round {layer + 1}", points / field_size, circuit.grinding_commit)
    add(QUERY_PHASE, query_error(regime, rate, circuit.queries), circuit.grinding_query)
    list_size = regime.list_size(rate)
    add("ALI", ali_points(list_size, circuit.constraints) / field_size, 0)
    deep = deep_error(list_size, circuit.maximum_degree, height, domain, circuit.opening_points, field_size)
    add("DEEP", deep, circuit.grinding_deep)
    for lookup in circuit.lookups:
        error = lookup_points(lookup, list_size) / field_size + lookup.reduction_error
        add(lookup.name, error, lookup.grinding_bits)
    return errors


def public_regimes(circuit: PublishedCircuit, field_size: int) -> dict[str, Regime]:
    """The regimes that the public calculator analyses for this circuit."""
    regimes: dict[str, Regime] = {
        UNIQUE: UniqueDecoding(),
        LIST: JohnsonGap(circuit.gap_to_radius, field_size),
    }
    only = {"unique": UNIQUE, "list": LIST}
    return regimes if circuit.only_regime is None else {only[circuit.only_regime]: regimes[only[circuit.only_regime]]}


Levels = dict[str, dict[str, int]]
"""Bits by regime and round, with a "total": the least of a regime's rounds."""


def public_levels(configuration: PublishedConfiguration) -> dict[str, Levels]:
    """Compatibility mode: by circuit, what the public calculator reports."""
    field_size = configuration.field_size
    return {
        circuit.name: {
            name: _levels(circuit_errors(circuit, field_size, regime, public_lookup_points))
            for name, regime in public_regimes(circuit, field_size).items()
        }
        for circuit in configuration.circuits
    }


def _levels(errors: dict[str, Fraction]) -> dict[str, int]:
    levels = {name: floor_bits(error) for name, error in errors.items()}
    return levels | {TOTAL: min(levels.values())}


@dataclass(frozen=True)
class Figure:
    """One round of one circuit: both figures in bits, and why they differ where they do."""

    circuit: str
    regime: str
    round_name: str
    public_bits: int
    own_bits: int
    reason: str

    @property
    def differs(self) -> bool:
        return self.public_bits != self.own_bits


def figures(configuration: PublishedConfiguration) -> list[Figure]:
    """The default mode: both figures of every round."""
    field_size = configuration.field_size
    rows: list[Figure] = []
    for circuit in configuration.circuits:
        for name, regime in public_regimes(circuit, field_size).items():
            own_regime, note = _own_regime(circuit, field_size, regime)
            public = _levels(circuit_errors(circuit, field_size, regime, public_lookup_points))
            own = _levels(circuit_errors(circuit, field_size, own_regime, own_lookup_points))
            lookup_names = {lookup.name for lookup in circuit.lookups}
            for round_name, bits in public.items():
                reason = _reason(round_name, note, lookup_names) if own[round_name] != bits else ""
                rows.append(Figure(circuit.name, name, round_name, bits, own[round_name], reason))
    return rows


LOOKUP_REASON = "vanishing denominators and the list size are charged: L N (W + 2) instead of N W"


def _reason(round_name: str, regime_note: str, lookup_names: set[str]) -> str:
    reasons = [LOOKUP_REASON] if round_name in lookup_names else []
    if regime_note and (round_name not in lookup_names or reasons):
        reasons.append(regime_note)
    return "; ".join(reasons) or "the weakest round differs"


def _own_regime(circuit: PublishedCircuit, field_size: int, regime: Regime) -> tuple[Regime, str]:
    """The regime with the best multiplicity, and what to say about it."""
    if not isinstance(regime, JohnsonGap):
        return regime, ""
    best = best_circuit_multiplicity(circuit, field_size)
    return best, f"m = {best.multiplicity} searched for, instead of {regime.multiplicity(circuit.rate)}"


def best_circuit_multiplicity(circuit: PublishedCircuit, field_size: int) -> Johnson:
    """The multiplicity that makes the largest error of a round smallest, by our own formulas."""

    def errors(multiplicity: int) -> dict[str, Fraction]:
        return circuit_errors(circuit, field_size, Johnson(multiplicity), own_lookup_points)

    def queries_bind(multiplicity: int) -> bool:
        by_round = errors(multiplicity)
        return by_round.pop(QUERY_PHASE) > max(by_round.values())

    crossing = first_false(queries_bind, MINIMUM_MULTIPLICITY, MAXIMUM_MULTIPLICITY)
    candidates = {max(MINIMUM_MULTIPLICITY, crossing - 1), crossing}
    return Johnson(min(candidates, key=lambda multiplicity: max(errors(multiplicity).values())))
