"""LogUp instances of published circuits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from soundcalc.arguments.lookup import gkr_points
from soundcalc.bounds import Status, register
from soundcalc.exact import log2_upper
from soundcalc.published.rounds import Formulas, Round, Step, rounds_of

LOGUP_LISTED = register(
    key="logup_listed",
    formula="L (N (W + 2) + x (3 x + 1) / 2) / |F| for N = K (rows_L + rows_T) fractions of width W, x = log2 N of a "
    "GKR circuit",
    source="2022/1530 with the event that a denominator vanishes, 2023/1284, for each member of the list",
    status=Status.PROVEN,
    note="the public calculator has N W, without the list",
)


@dataclass(frozen=True)
class PublishedLookup:
    """One LogUp instance: `lookups` lookups on each of `rows_looked_up` + `rows_table` rows."""

    name: str
    is_multivariate: bool
    rows_looked_up: int
    rows_table: int
    tuple_columns: int
    lookups: int
    grinding_bits: int
    multilinear_fingerprint: bool
    reduction_error: Fraction

    @property
    def rows(self) -> int:
        return self.rows_looked_up + self.rows_table

    def rounds(self, list_size: Fraction, field_size: int, formulas: Formulas) -> Iterator[Round]:
        """Its one round: nothing where it says nothing."""
        if formulas is Formulas.PUBLIC:
            points = self.lookups * self.rows * self._fingerprint_degree() + self._circuit_points()
            # The public calculator reads this key for multivariate lookups only.
            reduction = self.reduction_error if self.is_multivariate else Fraction(0)
        else:
            terms = self.lookups * self.rows * (self._fingerprint_degree() + 2)
            points, reduction = list_size * (terms + self._circuit_points()), self.reduction_error
        error = points / field_size + reduction
        yield from rounds_of([(self.name, Step.LOOKUP, error, LOGUP_LISTED)], self.grinding_bits)

    def _fingerprint_degree(self) -> Fraction:
        """What the random combination of a tuple costs: its width, or the logarithm of it with a multilinear one."""
        if not self.multilinear_fingerprint:
            return Fraction(self.tuple_columns)
        return max(log2_upper(self.tuple_columns), Fraction(1))

    def _circuit_points(self) -> Fraction:
        return gkr_points(self.rows, self.lookups) if self.is_multivariate else Fraction(0)
