"""What the errors, the size and the cost of one proof depend on, as counts."""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction

from soundcalc.errors import ParameterError
from spec.field import TWO_ADICITY
from spec.parameters import ParameterSet, Schedule

MINIMUM_CIRCUIT_DEPTH = 2
"""Coordinate 1 of the circuit tells the scopes apart, and each scope has at least two leaves."""


@dataclass(frozen=True)
class ArgumentSize:
    """The size of what one proof argues about; nothing here depends on a schedule.

    `program_columns`, `continuation_columns` and `main_columns` are stacked columns; a commitment with none is absent.
    `circuit_depth` is N: the vector of both scopes' fractions has 2^N entries. Messages are those of all rows and of
    the verifier's tokens; the global ones are counted over the whole run, and `busiest_*_bus` is the most that chips
    say on one bus, lookup tables apart. `column_claims` counts the committed columns of all tables, and
    `zerocheck_rounds` is the height of the tallest table as a base-2 logarithm. Raises ParameterError for a number that
    no proof system can have.
    """

    program_columns: int
    continuation_columns: int
    main_columns: int
    circuit_depth: int
    local_messages: int
    global_messages: int
    busiest_local_bus: int
    busiest_global_bus: int
    widest_local_message: int
    widest_global_message: int
    constraints: int
    column_claims: int
    zerocheck_rounds: int
    segments: int

    def __post_init__(self) -> None:
        least = dict.fromkeys((field.name for field in fields(self)), 0)
        least |= {"circuit_depth": MINIMUM_CIRCUIT_DEPTH}
        least |= dict.fromkeys(("main_columns", "local_messages", "column_claims", "zerocheck_rounds", "segments"), 1)
        for name, minimum in least.items():
            value = getattr(self, name)
            if value < minimum:
                raise ParameterError(name, f"{value} is below {minimum}")
        if self.global_messages and not self.continuation_columns:
            raise ParameterError("global_messages", "only columns of the continuation commitment may speak globally")

    @property
    def commitments(self) -> tuple[int, ...]:
        """The stacked columns of each commitment that is present: program, continuation, main."""
        return tuple(width for width in (self.program_columns, self.continuation_columns, self.main_columns) if width)

    @property
    def stacked_columns(self) -> int:
        """W: the stacked columns of all commitments together."""
        return sum(self.commitments)

    @property
    def pinned_answers(self) -> int:
        """The stacked columns that are opened at the point of their commitment: all but those of main."""
        return self.program_columns + self.continuation_columns

    @property
    def stacking_claims(self) -> int:
        """The claims that one challenge weighs: values of columns, and pinned answers."""
        return self.column_claims + self.pinned_answers

    def within(self, bounds: ArgumentSize) -> bool:
        """Whether no count exceeds that of `bounds`, so that no error does."""
        return all(getattr(self, field.name) <= getattr(bounds, field.name) for field in fields(self))


@dataclass(frozen=True)
class ProofShape:
    """A proof of this argument under a schedule, at the rate 2^-rate_log2, with caps of 2^cap_log2 digests.

    Raises ParameterError when the field has no domain for it.
    """

    argument: ArgumentSize
    schedule: Schedule
    rate_log2: int
    cap_log2: int = 0

    def __post_init__(self) -> None:
        if self.rate_log2 < 1:
            raise ParameterError("rate_log2", f"{self.rate_log2} is below 1")
        if self.schedule.height_log2 + self.rate_log2 > TWO_ADICITY:
            raise ParameterError("schedule", f"no domain of 2^{self.schedule.height_log2 + self.rate_log2} points")

    def rate(self, iteration: int) -> Fraction:
        """The rate of iteration i's code."""
        vector = self.schedule.variables(iteration)
        return Fraction(1, 1 << (self.schedule.domain_log2(iteration, self.rate_log2) - vector))

    def domain_size(self, iteration: int) -> Fraction:
        """The points of iteration i's domain."""
        return Fraction(1 << self.schedule.domain_log2(iteration, self.rate_log2))

    @property
    def iterations(self) -> range:
        return range(self.schedule.iterations)


def shape_under(argument: ArgumentSize, parameters: ParameterSet, height_log2: int) -> ProofShape:
    """The shape of a proof under a parameter set, stacked to a listed height.

    Raises ValueError for a height that is not listed.
    """
    return ProofShape(argument, parameters.schedule(height_log2), parameters.rate_log2, parameters.cap_log2)
