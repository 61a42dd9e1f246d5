"""Figures of a published system: as the public calculator gives them, with its errors mended, and at their best.

The public calculator is ethereum/soundcalc; the formulas that it chooses are followed here, its float arithmetic
is not, except where a rounding decides an integer. `corrected` differs from `public` where its formulas err, `own`
differs from `corrected` in what is free to choose in an analysis: the multiplicity, searched for, and the list size,
which the cited bound gives smaller.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from functools import cache, cached_property, lru_cache

from soundcalc.errors import ConditionViolatedError
from soundcalc.exact import floor_bits, rounded_down
from soundcalc.published.lookups import LOGUP_LISTED
from soundcalc.published.regimes import UNIQUE, JohnsonGap
from soundcalc.published.rounds import TOTAL, Formulas, Round, weakest
from soundcalc.published.swirl import SWIRL_CONSTRAINTS, SWIRL_LOGUP, SWIRL_STACKING, SWIRL_ZEROCHECK
from soundcalc.published.system import PublishedCircuit, PublishedConfiguration
from soundcalc.published.whir import WHIR_OUT_OF_DOMAIN
from soundcalc.regimes.loss import MAXIMUM_LOSS_LOG2, UniqueDecodingWithLoss
from soundcalc.regimes.proximity import (
    MAXIMUM_MULTIPLICITY,
    Johnson,
    JohnsonCubic,
    Regime,
    UniqueDecoding,
    first_false,
)


class Bounds(Enum):
    """On which bounds our own figures rest."""

    PROVEN = "proven for the step at hand"
    CUBIC = "the cubic line bound of 2026/2056, derived for powers"
    LOSS = "unique decoding with proximity loss, derived for folds"


@dataclass(frozen=True)
class Refusal:
    """A regime of a circuit that has no figures, with the condition that fails."""

    reason: str


Rounds = tuple[Round, ...]


@dataclass(frozen=True)
class Analysis:
    """One circuit in one regime. Each of the three is its rounds, or why there are none."""

    circuit: PublishedCircuit
    regime: str
    regimes: tuple[Regime, ...]
    """Ours, for every code of the opening."""

    public: Rounds | Refusal
    corrected: Rounds | Refusal
    own: Rounds | Refusal

    @cached_property
    def error(self) -> Fraction:
        """Our largest error of a round; 1 where the regime is refused."""
        return weakest(self.own).error if isinstance(self.own, tuple) else Fraction(1)

    @property
    def weakest_round(self) -> str:
        return weakest(self.own).name if isinstance(self.own, tuple) else self.own.reason


def analysis(circuit: PublishedCircuit, regime: str, bounds: Bounds = Bounds.PROVEN) -> Analysis:
    """All figures of a circuit in one of its regimes."""
    public_regime = circuit.public_regime(regime)
    codes = len(circuit.opening.rates)
    public = attempted(lambda: circuit.rounds([public_regime] * codes, Formulas.PUBLIC))
    corrected = attempted(lambda: circuit.rounds([public_regime] * codes, Formulas.CORRECTED))
    regimes = own_regimes(circuit, regime, bounds)
    own = attempted(lambda: circuit.rounds(regimes, Formulas.CORRECTED))
    return Analysis(circuit, regime, regimes, public, corrected, own)


def analyses(configuration: PublishedConfiguration, bounds: Bounds = Bounds.PROVEN) -> list[Analysis]:
    """Every circuit in every regime that the public calculator analyses it in."""
    return [analysis(circuit, regime, bounds) for circuit in configuration.circuits for regime in circuit.regimes]


def attempted(rounds: Callable[[], Rounds]) -> Rounds | Refusal:
    """The rounds, or the condition under which there are none."""
    try:
        return rounds()
    except ConditionViolatedError as error:
        return Refusal(str(error))


Levels = dict[str, dict[str, float]]
"""Bits by regime and round, with a "total": the least of a regime's rounds."""


def public_levels(configuration: PublishedConfiguration) -> dict[str, Levels]:
    """Compatibility mode: by circuit, what the public calculator reports. A regime that it refuses is left out."""
    levels: dict[str, Levels] = {}
    for circuit in configuration.circuits:
        levels[circuit.name] = {}
        for regime in circuit.regimes:
            same = [circuit.public_regime(regime)] * len(circuit.opening.rates)
            rounds = attempted(lambda: circuit.rounds(same, Formulas.PUBLIC))  # noqa: B023  called at once
            if isinstance(rounds, tuple):
                levels[circuit.name][regime] = _levels(rounds)
    return levels


def _levels(rounds: Rounds) -> dict[str, float]:
    bits = [entry.public_bits for entry in rounds]
    return {entry.name: entry.public_bits for entry in rounds} | {TOTAL: min(bits)}


def own_regimes(circuit: PublishedCircuit, regime: str, bounds: Bounds) -> tuple[Regime, ...]:
    """For every code of the opening the regime that makes the largest error of its rounds smallest."""
    codes = len(circuit.opening.rates)
    if regime == UNIQUE:
        return _unique(circuit, codes, bounds)
    kind = JohnsonCubic if bounds is Bounds.CUBIC else Johnson
    least = kind(3).least_multiplicity
    chosen: list[Regime] = [kind(3)] * codes
    for code in range(codes):
        multiplicity = _best_multiplicity(circuit, code, chosen, kind, least)
        chosen[code] = kind(multiplicity)
    return tuple(chosen)


def _best_multiplicity(
    circuit: PublishedCircuit, code: int, chosen: Sequence[Regime], kind: type[Johnson], least: int
) -> int:
    """The queries' error falls with the multiplicity and every other error grows."""
    others = _others(replace(circuit, opening=circuit.opening.without_queries))

    def errors(multiplicity: int) -> tuple[Fraction, Fraction]:
        """The error of the queries, and the largest other one."""
        regimes = [*chosen[:code], kind(multiplicity), *chosen[code + 1 :]]
        growing = others(code, regimes[code])
        if growing is None:
            # Fewer points agree the larger the multiplicity: beyond some there is no slack.
            return Fraction(0), Fraction(2)
        falling = circuit.opening.query_rounds(code, regimes, circuit.field.size)
        return max(entry.error for entry in falling), growing

    def queries_bind(multiplicity: int) -> bool:
        falling, growing = errors(multiplicity)
        return falling > growing

    crossing = first_false(queries_bind, least, MAXIMUM_MULTIPLICITY)
    return min(max(least, crossing - 1), crossing, key=lambda multiplicity: max(errors(multiplicity)))


@lru_cache(maxsize=1 << 10)
def _others(circuit: PublishedCircuit) -> Callable[[int, Regime], Fraction | None]:
    """The largest error of a circuit's rounds but those of queries, for the regime of a code; None outside of a bound.

    Kept for the next circuit that differs in queries alone, since a sweep along them asks for each again and again.
    """

    @cache
    def largest(code: int, regime: Regime) -> Fraction | None:
        try:
            rounds = list(circuit.rounds_without_queries(code, regime, Formulas.CORRECTED))
        except ConditionViolatedError:
            return None
        return max((entry.error for entry in rounds), default=Fraction(0))

    return largest


def _unique(circuit: PublishedCircuit, codes: int, bounds: Bounds) -> tuple[Regime, ...]:
    plain: Regime = UniqueDecoding()
    steps = circuit.opening.steps_with_loss
    if bounds is not Bounds.LOSS or steps is None:
        return (plain,) * codes
    candidates: list[Regime] = [plain]
    candidates += [UniqueDecodingWithLoss(loss, steps) for loss in range(1, MAXIMUM_LOSS_LOG2 + 1)]

    def error(regime: Regime) -> Fraction:
        rounds = attempted(lambda: circuit.rounds([regime] * codes, Formulas.CORRECTED))
        return weakest(rounds).error if isinstance(rounds, tuple) else Fraction(2)

    return (min(candidates, key=error),) * codes


CORRECTIONS: Mapping[str, str] = {
    LOGUP_LISTED.key: "vanishing denominators and the list size are charged: L N (W + 2) instead of N W",
    WHIR_OUT_OF_DOMAIN.key: "the half of the pairs comes once, not for each of several samples",
    **dict.fromkeys(
        (SWIRL_LOGUP.key, SWIRL_ZEROCHECK.key, SWIRL_CONSTRAINTS.key, SWIRL_STACKING.key),
        "the list size multiplies the error, instead of dividing it",
    ),
}
"""What is mended in a round, by its bound."""


@dataclass(frozen=True)
class Figure:
    """One round of one circuit in bits, and why the three differ where they do; None where the regime is refused.

    `public_bits` are as the public calculator shows them, `corrected_bits` and `own_bits` rounded down.
    """

    circuit: str
    regime: str
    round_name: str
    public_bits: float | None
    public_bits_floor: int | None
    """Rounded down as ours are, where the public calculator shows tenths to the nearest, or bits below 0."""

    corrected_bits: int | None
    own_bits: int | None
    own_bits_rounded: float | None
    """To two decimals, rounded down."""

    corrected_bits_rounded: float | None
    reason: str

    @property
    def differs(self) -> bool:
        return len({self.public_bits_floor, self.corrected_bits, self.own_bits}) > 1


def figures(configuration: PublishedConfiguration, bounds: Bounds = Bounds.PROVEN) -> list[Figure]:
    """The default mode: all figures of every round, the total of each regime first."""
    return [figure for entry in analyses(configuration, bounds) for figure in analysis_figures(entry)]


def analysis_figures(entry: Analysis) -> list[Figure]:
    """The figures of one circuit in one regime, the total first; of a refused regime the total only."""
    columns = [_by_name(rounds) for rounds in (entry.public, entry.corrected, entry.own)]
    names = dict.fromkeys(name for column in columns for name in column)
    totals = [weakest(rounds) if isinstance(rounds, tuple) else None for rounds in _columns(entry)]
    rows = [_figure(entry, TOTAL, totals)]
    return rows + [_figure(entry, name, [column.get(name) for column in columns]) for name in names]


def _columns(entry: Analysis) -> tuple[Rounds | Refusal, ...]:
    return entry.public, entry.corrected, entry.own


def _by_name(rounds: Rounds | Refusal) -> dict[str, Round]:
    """For display: the names are distinct, as `checked` has made sure."""
    return {} if isinstance(rounds, Refusal) else {entry.name: entry for entry in rounds}


def _figure(entry: Analysis, name: str, shown: Sequence[Round | None]) -> Figure:
    public, corrected, own = shown
    figure = Figure(
        circuit=entry.circuit.name,
        regime=entry.regime,
        round_name=name,
        public_bits=None if public is None else _public_bits(entry, name, public),
        public_bits_floor=None if public is None else floor_bits(public.error),
        corrected_bits=None if corrected is None else floor_bits(corrected.error),
        own_bits=None if own is None else floor_bits(own.error),
        own_bits_rounded=None if own is None else float(rounded_down(own.bits)),
        corrected_bits_rounded=None if corrected is None else float(rounded_down(corrected.bits)),
        reason="",
    )
    is_refused = any(isinstance(rounds, Refusal) for rounds in _columns(entry))
    return replace(figure, reason=_reason(entry, figure, corrected)) if figure.differs or is_refused else figure


def _public_bits(entry: Analysis, name: str, shown: Round) -> float:
    """The public total is the least of what is shown, tenths included."""
    if name == TOTAL and isinstance(entry.public, tuple):
        return min(part.public_bits for part in entry.public)
    return shown.public_bits


def _reason(entry: Analysis, figure: Figure, corrected: Round | None) -> str:
    refusals = [rounds.reason for rounds in _columns(entry) if isinstance(rounds, Refusal)]
    if refusals:
        return refusals[0]
    if figure.round_name == TOTAL:
        return "the weakest round differs"
    if corrected is None:
        return "no such round: a list of one needs no samples to tell its members apart"
    reasons = []
    if corrected is not None and figure.public_bits_floor != figure.corrected_bits:
        reasons.append(CORRECTIONS[corrected.bound.key])
    if figure.own_bits != figure.corrected_bits:
        reasons.append(_regime_note(entry))
    return "; ".join(reasons)


def _regime_note(entry: Analysis) -> str:
    """How our regimes differ from the public calculator's."""
    if entry.regime == UNIQUE:
        return entry.regimes[0].name
    ours = ", ".join(str(regime.multiplicity) for regime in entry.regimes if isinstance(regime, Johnson))
    public = entry.circuit.public_regime(entry.regime)
    if isinstance(public, JohnsonGap):
        instead = ", ".join(str(public.multiplicity(rate)) for rate in entry.circuit.opening.rates)
    else:
        instead = str(entry.circuit.multiplicity)
    return f"m = {ours} searched for, instead of {instead}, and the list size at that agreement"
