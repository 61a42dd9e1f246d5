"""What opens the columns of a published circuit, as far as errors and sizes go."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from fractions import Fraction

from soundcalc.published.fields import Field
from soundcalc.published.rounds import Formulas, Round
from soundcalc.regimes.proximity import Regime


class Opening(ABC):
    """A commitment scheme with its parameters. It has one or more codes, each analysed in a regime of its own."""

    functions: int
    """Columns that are combined into one."""

    @property
    @abstractmethod
    def label(self) -> str:
        """Its name for reports."""

    @property
    @abstractmethod
    def height(self) -> int:
        """Coefficients of a committed column: the first code's dimension."""

    @property
    @abstractmethod
    def rates(self) -> Sequence[Fraction]:
        """The rate of every code."""

    @property
    @abstractmethod
    def folds_and_codes(self) -> int:
        """Folds and codes together: what an analysis takes time for."""

    @property
    @abstractmethod
    def steps_with_loss(self) -> int | None:
        """Steps before the queries at which proximity may be lost; None where the analysis admits no loss."""

    def code_rounds(self, code: int, regimes: Sequence[Regime], field_size: int, formulas: Formulas) -> Iterator[Round]:
        """The rounds whose errors go with the regime of this code.

        Raises ConditionViolatedError if a bound is needed outside of its conditions.
        """
        yield from self.rounds_before_queries(code, regimes[code], field_size, formulas)
        yield from self.query_rounds(code, regimes, field_size)

    @abstractmethod
    def rounds_before_queries(self, code: int, regime: Regime, field_size: int, formulas: Formulas) -> Iterator[Round]:
        """Those that no number of queries changes.

        Raises ConditionViolatedError if a bound is needed outside of its conditions.
        """

    @abstractmethod
    def query_rounds(self, code: int, regimes: Sequence[Regime], field_size: int) -> Iterator[Round]:
        """Those of this code's queries, with the regimes of all codes.

        Raises ConditionViolatedError if a bound is needed outside of its conditions.
        """

    @property
    @abstractmethod
    def without_queries(self) -> Opening:
        """One that is equal for all openings that differ in queries alone, and in the proof of work before them."""

    @abstractmethod
    def size_bits(self, field: Field, digest_bits: int, is_expected: bool) -> int:
        """A proof's part, as the public calculator counts it: at most, or as expected when paths share hashes."""

    @property
    def domain_size(self) -> Fraction:
        """The points of the first code's domain."""
        return self.height / self.rates[0]
