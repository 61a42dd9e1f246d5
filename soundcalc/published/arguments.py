"""What stands between the columns of a published circuit and their opening: DEEP-ALI, or the jagged reduction.

All of it is charged for each member of the first code's list.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from soundcalc.arguments.deep_ali import ALI, DEEP, ali_points, deep_error
from soundcalc.bounds import PUBLIC_CALCULATOR_NOTE, Status, register
from soundcalc.published.fields import Field
from soundcalc.published.opening import Opening
from soundcalc.published.rounds import Formulas, Round, Step, rounds_of
from soundcalc.regimes.proximity import Regime

JAGGED_REDUCTION = register(
    key="jagged_reduction",
    formula="(ceil(log2 W) + 2 l + 2 (2 l + 2)) / |F|, l = ceil(log2 dense height) + ceil(log2 dense columns)",
    source="2025/917, as the companion of the public calculator sums its sumchecks",
    status=Status.PROVEN,
    note="all rounds of both sumchecks as one: pessimistic round by round; the paper was not at hand",
)
JAGGED_ZEROCHECK = register(
    key="jagged_zerocheck",
    formula="(C + (d + 2) ceil(log2 H)) / |F| for C constraints of degree d on tables of at most H rows",
    source="2024/108 Appendix A.2",
    status=Status.PROVEN,
    note=PUBLIC_CALCULATOR_NOTE,
)


class Argument(ABC):
    """The rounds before the opening."""

    @property
    @abstractmethod
    def label(self) -> str:
        """Its name for reports."""

    @abstractmethod
    def rounds(self, opening: Opening, regime: Regime, field_size: int, formulas: Formulas) -> Iterator[Round]:
        """Its rounds in the regime of the opening's first code.

        Raises ConditionViolatedError if a bound is needed outside of its conditions.
        """

    def size_bits(self, opening: Opening, field: Field) -> int:
        """What it adds to a proof, as far as the public calculator counts it."""
        return 0


@dataclass(frozen=True)
class DeepAli(Argument):
    """Constraints batched by powers, and an out-of-domain point."""

    constraints: int
    maximum_degree: int
    opening_points: int
    grinding_deep: int

    @property
    def label(self) -> str:
        return "DEEP-ALI"

    def rounds(self, opening: Opening, regime: Regime, field_size: int, formulas: Formulas) -> Iterator[Round]:
        """ALI and DEEP. Raises ConditionViolatedError where the columns opened leave no slack."""
        rate, height, domain = opening.rates[0], opening.height, int(opening.domain_size)
        agreeing = regime.agreement(rate) * domain
        DEEP.require("slack", height + self.opening_points < agreeing, f"{float(agreeing):.1f} points agree")
        field_log2 = field_size.bit_length()
        DEEP.require("field", height + domain < field_size, f"a field of fewer than 2^{field_log2} elements")
        list_size = regime.list_size(rate)
        ali = ali_points(list_size, self.constraints) / field_size
        yield from rounds_of([("ALI", Step.CONSTRAINTS, ali, ALI)])
        deep = deep_error(list_size, self.maximum_degree, height, domain, self.opening_points, field_size)
        yield from rounds_of([("DEEP", Step.DEEP, deep, DEEP)], self.grinding_deep)


def ceil_log2(value: int) -> int:
    """ceil(log2 value) of a positive integer."""
    return (value - 1).bit_length()


def sumcheck_elements(degree: int, variables: int) -> int:
    """Field elements of a sumcheck in a proof: the rounds' polynomials, the claim, the point and its value."""
    return variables * (degree + 2) + 2


@dataclass(frozen=True)
class Jagged(Argument):
    """A zerocheck, and sumchecks that reduce its claims to the dense trace."""

    trace_height: int
    trace_columns: int
    constraints: int
    maximum_degree: int

    @property
    def label(self) -> str:
        return "Jagged"

    def rounds(self, opening: Opening, regime: Regime, field_size: int, formulas: Formulas) -> Iterator[Round]:
        members = Fraction(1) if formulas is Formulas.PUBLIC else regime.list_size(opening.rates[0])
        dense = self._dense_variables(opening)
        reduction = members * (ceil_log2(self.trace_columns) + 2 * dense + 2 * (2 * dense + 2)) / field_size
        yield from rounds_of([("reduce to dense PCS", Step.REDUCTION, reduction, JAGGED_REDUCTION)])
        points = self.constraints + (self.maximum_degree + 2) * ceil_log2(self.trace_height)
        yield from rounds_of([("zerocheck", Step.SUMCHECK, members * points / field_size, JAGGED_ZEROCHECK)])

    def _dense_variables(self, opening: Opening) -> int:
        return ceil_log2(opening.height) + ceil_log2(opening.functions)

    def size_bits(self, opening: Opening, field: Field) -> int:
        dense = self._dense_variables(opening)
        return (sumcheck_elements(2, dense) + sumcheck_elements(2, 2 * dense + 2)) * field.bits
