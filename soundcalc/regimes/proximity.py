"""Proximity regimes: how near to the code a word must be before it counts as a codeword.

For a Reed-Solomon code of rate rho = k/n with evaluation domain of n points and a proximity theta, a regime
states the agreement 1 - theta, a list size L, and how many of the |F| points of a random line may be
exceptional: points that are theta-near although the two words that span the line have no common agreement.
Dividing by |F| is left to the caller, so that everything here is independent of the field.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import lru_cache

from soundcalc.bounds import PUBLIC_CALCULATOR_NOTE, Bound, Status, register
from soundcalc.errors import ParameterError
from soundcalc.exact import is_power_of_two, round_up, sqrt_lower, sqrt_upper

UNIQUE_LINE = register(
    key="unique_decoding_line",
    formula="theta n + 1, theta = (1 - rho)/2",
    source="2025/2055 Corollary 1.4, from Theorem 1.3",
    status=Status.PROVEN,
    note=PUBLIC_CALCULATOR_NOTE,
)
JOHNSON_LINE = register(
    key="johnson_line",
    formula="(2 m'^5 + 3 m' theta rho) n / (3 rho^(3/2)) + m' / sqrt(rho), m' = m + 1/2",
    source="2025/2055 Theorem 4.2, with m = ceil(sqrt(rho) / (2 eta)): its authors confirm the factor 2; m >= 1 by the "
    "remark after Lemma 3.1",
    status=Status.PROVEN,
    conditions={"multiplicity": "m >= 1"},
    note=f"{PUBLIC_CALCULATOR_NOTE}; older calculators have m = ceil(sqrt(rho) / eta), which is weaker",
)
JOHNSON_LINE_CUBIC = register(
    key="johnson_line_cubic",
    formula="(8/3) m'^3 n / rho^-, m' = m + 1/2, rho^- = (k - 1)/n; for k = 1 the quintic bound",
    source="2026/2056 Theorem 5.12 and Appendix B",
    status=Status.PROVEN,
    conditions={"multiplicity": "m >= 3"},
    note="as p3-security 0.8.0 states it, with its finite rate; the paper was not at hand",
)
JOHNSON_POWERS_CUBIC = register(
    key="johnson_powers_cubic",
    formula="(B - 1) (8/3) m'^3 n / rho^- for B functions batched by powers",
    source="the line bound of 2026/2056 Theorem 5.12, carried over to curves of degree B - 1",
    status=Status.DERIVED,
    conditions={"multiplicity": "m >= 3"},
    note="p3-security 0.8.0 derives the same extension; no paper states it",
)
POWERS_BATCHING = register(
    key="powers_batching",
    formula="(B - 1) times the line bound for B functions batched by powers",
    source="2025/2055 Theorems 1.3 and 4.2 in their form for curves",
    status=Status.PROVEN,
    note=PUBLIC_CALCULATOR_NOTE,
)
JOHNSON_LIST = register(
    key="johnson_list_at_agreement",
    formula="L = floor((a - rho)/(a^2 - rho)) at agreement a, below (m + 1/2)/sqrt(rho) for every m",
    source="Johnson's bound by second moments: two codewords agree in at most rho n points, for any interleaving",
    status=Status.PROVEN,
    note="counted anew: n L agreements by points, squared, against those of pairs",
)


class Batching(Enum):
    """How the coefficients of a random combination of B functions are drawn."""

    POWERS = "powers"
    AFFINE = "affine"
    MULTILINEAR = "multilinear"

    def line_count(self, functions: int) -> int:
        """How many line bounds one combination of `functions` costs; none for a single function."""
        if functions <= 1:
            return 0
        match self:
            case Batching.POWERS:
                return functions - 1
            case Batching.AFFINE:
                return 1
            case Batching.MULTILINEAR:
                return (functions - 1).bit_length()


def check_rate(rate: Fraction) -> None:
    """Raises ParameterError unless the rate is a power of two strictly between 0 and 1."""
    if not 0 < rate < 1:
        raise ParameterError("rate", f"{rate} does not lie strictly between 0 and 1")
    if rate.numerator != 1 or not is_power_of_two(rate.denominator):
        raise ParameterError("rate", f"{rate} is not a power of two")


class Regime(ABC):
    """One way of analysing proximity. All figures are upper bounds."""

    @property
    @abstractmethod
    def name(self) -> str:
        """For reports, with the parameters of the regime."""

    @property
    @abstractmethod
    def line_bound(self) -> Bound:
        """The registered bound behind exceptional_points."""

    @property
    def powers_bound(self) -> Bound:
        """The registered bound that carries the line bound over to batching by powers."""
        return POWERS_BATCHING

    @abstractmethod
    def agreement(self, rate: Fraction) -> Fraction:
        """1 - theta: what a cheating word still satisfies at a random position."""

    @abstractmethod
    def list_size(self, rate: Fraction) -> Fraction:
        """How many codewords may be theta-near to one word."""

    @abstractmethod
    def exceptional_points(self, rate: Fraction, domain_size: Fraction) -> Fraction:
        """The number of exceptional points on a line, for a domain of `domain_size` points."""


@dataclass(frozen=True)
class UniqueDecoding(Regime):
    """theta = (1 - rho)/2, at most one codeword.

    Near means agreement strictly above (n + k)/2. On the radius itself small codes exceed the line bound; and
    strictly inside even two polynomials of degree k, not only below k, that are near one word coincide.
    """

    @property
    def name(self) -> str:
        return "unique decoding"

    @property
    def line_bound(self) -> Bound:
        return UNIQUE_LINE

    def agreement(self, rate: Fraction) -> Fraction:
        return (1 + rate) / 2

    def list_size(self, rate: Fraction) -> Fraction:
        return Fraction(1)

    def exceptional_points(self, rate: Fraction, domain_size: Fraction) -> Fraction:
        return (1 - rate) / 2 * domain_size + 1


REMEMBERED = 1 << 14
"""Figures that are kept, since a search asks for the same ones again and again."""


@lru_cache(maxsize=REMEMBERED)
def johnson_points(rate: Fraction, domain_size: Fraction, multiplicity: int, proximity: Fraction) -> Fraction:
    """JOHNSON_LINE for a multiplicity m and a proximity theta. Raises ConditionViolatedError for m < 1."""
    JOHNSON_LINE.require("multiplicity", multiplicity >= 1, f"m = {multiplicity}")
    shifted = multiplicity + Fraction(1, 2)
    root = sqrt_lower(rate)
    return round_up(
        (2 * shifted**5 + 3 * shifted * proximity * rate) * domain_size / (3 * rate * root) + shifted / root
    )


@dataclass(frozen=True)
class Johnson(Regime):
    """theta = 1 - sqrt(rho) (1 + 1/(2m)) for a multiplicity m: near to the Johnson bound for large m.

    Raises ConditionViolatedError for a multiplicity below that from which the line bound holds.
    """

    multiplicity: int

    def __post_init__(self) -> None:
        least = self.least_multiplicity
        self.line_bound.require("multiplicity", self.multiplicity >= least, f"m = {self.multiplicity}")

    @property
    def least_multiplicity(self) -> int:
        """The m from which the line bound holds."""
        return 1

    @property
    def name(self) -> str:
        return f"Johnson bound, m = {self.multiplicity}"

    @property
    def line_bound(self) -> Bound:
        return JOHNSON_LINE

    def agreement(self, rate: Fraction) -> Fraction:
        return _agreement(self.multiplicity, rate)

    def list_size(self, rate: Fraction) -> Fraction:
        """JOHNSON_LIST: the number of interleaved codewords at the agreement; an integer."""
        return _list_size(self.multiplicity, rate)

    def exceptional_points(self, rate: Fraction, domain_size: Fraction) -> Fraction:
        proximity_upper = 1 - sqrt_lower(rate) * (1 + Fraction(1, 2 * self.multiplicity))
        return johnson_points(rate, domain_size, self.multiplicity, proximity_upper)


@lru_cache(maxsize=REMEMBERED)
def _agreement(multiplicity: int, rate: Fraction) -> Fraction:
    return sqrt_upper(rate) * (1 + Fraction(1, 2 * multiplicity))


@lru_cache(maxsize=REMEMBERED)
def _list_size(multiplicity: int, rate: Fraction) -> Fraction:
    # a^2 is rational though a need not be, so only the numerator is rounded up.
    excess = rate * (1 + Fraction(1, 2 * multiplicity)) ** 2 - rate
    # For a small m at a high rate the agreement exceeds 1, where nothing is near; a list of none would hide rounds.
    return Fraction(max(1, (_agreement(multiplicity, rate) - rate) // excess))


@dataclass(frozen=True)
class JohnsonCubic(Johnson):
    """The same proximity with the newer line bound, whose extension to powers is derived, not published."""

    @property
    def least_multiplicity(self) -> int:
        return 3

    @property
    def name(self) -> str:
        return f"Johnson bound, cubic line bound (derived for powers), m = {self.multiplicity}"

    @property
    def line_bound(self) -> Bound:
        return JOHNSON_LINE_CUBIC

    @property
    def powers_bound(self) -> Bound:
        return JOHNSON_POWERS_CUBIC

    def exceptional_points(self, rate: Fraction, domain_size: Fraction) -> Fraction:
        rate_below = rate - 1 / domain_size
        if rate_below <= 0:
            return super().exceptional_points(rate, domain_size)
        shifted = self.multiplicity + Fraction(1, 2)
        return round_up(Fraction(8, 3) * shifted**3 * domain_size / rate_below)


MAXIMUM_MULTIPLICITY = 1 << 12
"""Beyond this the agreement exceeds sqrt(rho) by less than a relative 2^-13: a thousand queries gain an eighth of a
bit."""


def first_false(holds: Callable[[int], bool], lower: int, upper: int) -> int:
    """The least integer in [lower, upper] at which a predicate that never becomes true again is false.

    `upper` where it is true throughout. Asks little where the answer is small.
    """
    reach = max(1, lower)
    while reach < upper and holds(reach):
        lower, reach = reach + 1, 2 * reach
    upper = min(upper, reach)
    while lower < upper:
        middle = (lower + upper) // 2
        if holds(middle):
            lower = middle + 1
        else:
            upper = middle
    return lower
