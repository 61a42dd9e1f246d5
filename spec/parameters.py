"""The parameter sets of the proof system: every number that security and proof size depend on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from spec.field import TWO_ADICITY

MAXIMUM_GRINDING_BITS = 31
"""A proof of work is read off one word of a hash; and one of more bits is out of reach of a prover."""

MAXIMUM_QUERIES = 1024
"""No rate from 1/2 on needs half of it, and a verifier allocates by it."""

MAXIMUM_FOLD = 6
"""A fibre of 2^6 points: a leaf of more holds more than its query saves."""

MAXIMUM_FINAL_LOG2 = 8
"""The last vector travels whole: at most 2^8 extension elements, 6 KiB."""

MAXIMUM_CAP_LOG2 = 8
"""A cap is hashed up to its root by every verifier, so a large one costs more than it saves."""

MAXIMUM_HEIGHT_LOG2 = TWO_ADICITY - 1
"""At a rate of 1/2, the lowest that is used, a vector of 2^23 has the largest domain that there is."""

MAXIMUM_MAIN_COLUMNS = 12
"""More stacked columns of the main commitment than this ask for a larger stacking height, or leaves grow too wide."""


@dataclass(frozen=True)
class Schedule:
    """How WHIR folds a vector of 2^height_log2 entries, where height_log2 is the stacking height h.

    Iteration i binds `folds[i]` coordinates and asks `queries[i]` fibres. A proof of work of
    `column_batching_grinding_bits` precedes the challenge that combines the stacked columns, one of
    `folding_grinding_bits[i]` each fold challenge of iteration i, one of `query_grinding_bits[i]` its positions.
    Raises ValueError for numbers without a meaning.
    """

    height_log2: int
    folds: tuple[int, ...]
    queries: tuple[int, ...]
    column_batching_grinding_bits: int
    folding_grinding_bits: tuple[int, ...]
    query_grinding_bits: tuple[int, ...]

    def __post_init__(self) -> None:
        if not 1 <= self.height_log2 <= TWO_ADICITY:
            raise self._error(f"no domain for a vector of 2^{self.height_log2}")
        if not self.folds:
            raise self._error("no iteration")
        per_iteration = (self.queries, self.folding_grinding_bits, self.query_grinding_bits)
        if any(len(numbers) != len(self.folds) for numbers in per_iteration):
            raise self._error(f"{len(self.folds)} iterations need as many queries and bits of grinding")
        for fold in self.folds:
            if not 1 <= fold <= MAXIMUM_FOLD:
                raise self._error(f"a fold of {fold} coordinates is not between 1 and {MAXIMUM_FOLD}")
        if not 0 <= self.final_log2 <= MAXIMUM_FINAL_LOG2:
            raise self._error(f"a last vector of 2^{self.final_log2} is not between 1 and 2^{MAXIMUM_FINAL_LOG2}")
        for count in self.queries:
            if not 1 <= count <= MAXIMUM_QUERIES:
                raise self._error(f"{count} queries are not between 1 and {MAXIMUM_QUERIES}")
        for bits in (self.column_batching_grinding_bits, *self.folding_grinding_bits, *self.query_grinding_bits):
            if not 0 <= bits <= MAXIMUM_GRINDING_BITS:
                raise self._error(f"{bits} bits of grinding are not between 0 and {MAXIMUM_GRINDING_BITS}")

    def _error(self, reason: str) -> ValueError:
        return ValueError(f"schedule for height 2^{self.height_log2}: {reason}")

    @property
    def iterations(self) -> int:
        return len(self.folds)

    @property
    def final_log2(self) -> int:
        """The variables of the vector that is sent whole."""
        return self.height_log2 - sum(self.folds)

    def variables(self, iteration: int) -> int:
        """m_i: the vector that enters iteration i has 2^m_i entries."""
        return self.height_log2 - sum(self.folds[:iteration])

    def domain_log2(self, iteration: int, rate_log2: int) -> int:
        """The order of iteration i's domain as a base-2 logarithm, for the set's rate 2^-rate_log2.

        The domain is only halved while the vector shrinks by 2^folds[i], so the rate falls from iteration to
        iteration by 2^(folds[i] - 1).
        """
        return self.height_log2 + rate_log2 - iteration

    def tree_depth(self, iteration: int, rate_log2: int) -> int:
        """The base-2 logarithm of the number of leaves: a leaf is a fibre of 2^folds[i] points."""
        return self.domain_log2(iteration, rate_log2) - self.folds[iteration]

    def encoded(self) -> str:
        """All numbers as canonical text."""

        def joined(numbers: tuple[int, ...]) -> str:
            return ".".join(map(str, numbers))

        return (
            f"height_log2={self.height_log2},folds={joined(self.folds)},queries={joined(self.queries)},"
            f"column_batching={self.column_batching_grinding_bits},folding={joined(self.folding_grinding_bits)},"
            f"query={joined(self.query_grinding_bits)}"
        )


@dataclass(frozen=True)
class ParameterSet:
    """Parameters of the polynomial commitment: a rate of 2^-rate_log2, and a schedule for every listed height.

    A verifier refuses a set that is not `secure` unless told otherwise. With `listed_shapes` every segment has the
    heights of a shape that a recursion circuit is made for. An opening reaches up to 2^cap_log2 digests of its tree,
    which are hashed up to the root once. Raises ValueError for numbers without a meaning.
    """

    name: str
    secure: bool
    rate_log2: int
    listed_shapes: bool
    cap_log2: int
    schedules: Mapping[int, Schedule] = field(hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "schedules", MappingProxyType(dict(sorted(self.schedules.items()))))
        if not 1 <= self.rate_log2 <= 8:
            raise self._error(f"rate 2^-{self.rate_log2} is not between 1/2 and 1/256")
        if not 0 <= self.cap_log2 <= MAXIMUM_CAP_LOG2:
            raise self._error(f"a cap of 2^{self.cap_log2} is not between 1 and 2^{MAXIMUM_CAP_LOG2}")
        if not self.schedules:
            raise self._error("no height is listed")
        for height_log2, schedule in self.schedules.items():
            if schedule.height_log2 != height_log2:
                raise self._error(f"height 2^{height_log2} has the schedule for 2^{schedule.height_log2}")
            if height_log2 + self.rate_log2 > TWO_ADICITY:
                raise self._error(f"height 2^{height_log2} at rate 2^-{self.rate_log2} has no domain")
            for iteration in range(schedule.iterations):
                if schedule.tree_depth(iteration, self.rate_log2) < self.cap_log2:
                    raise self._error(f"height 2^{height_log2}: the tree of iteration {iteration} is below its cap")

    def _error(self, reason: str) -> ValueError:
        return ValueError(f"parameter set {self.name}: {reason}")

    @property
    def heights_log2(self) -> tuple[int, ...]:
        """The listed stacking heights, least first."""
        return tuple(self.schedules)

    @property
    def tallest_log2(self) -> int:
        """The largest listed height: no table is taller."""
        return self.heights_log2[-1]

    def schedule(self, height_log2: int) -> Schedule:
        """The schedule for a stacking height. Raises ValueError for one that is not listed."""
        if height_log2 not in self.schedules:
            raise self._error(f"height 2^{height_log2} is not listed")
        return self.schedules[height_log2]

    def stacking_height(self, tallest_log2: int, main_cells: int) -> int:
        """h, a number of the verifier's: the least listed height that is at least the tallest table and holds the
        main commitment's cells in at most MAXIMUM_MAIN_COLUMNS stacked columns, else the largest listed one.

        Raises ValueError when a table is taller than every listed height.
        """
        largest = self.tallest_log2
        if tallest_log2 > largest:
            raise self._error(f"a table of 2^{tallest_log2} rows is above the largest listed height 2^{largest}")
        for height_log2 in self.heights_log2:
            if tallest_log2 <= height_log2 and main_cells <= MAXIMUM_MAIN_COLUMNS << height_log2:
                return height_log2
        return largest

    def encoded(self) -> bytes:
        """All parameters as canonical bytes, for digests and transcripts: one line of ASCII."""
        schedules = ";".join(schedule.encoded() for schedule in self.schedules.values())
        return (
            f"{self.name};secure={int(self.secure)};rate_log2={self.rate_log2};"
            f"listed_shapes={int(self.listed_shapes)};cap_log2={self.cap_log2};{schedules}"
        ).encode("ascii")


def _schedules(*schedules: Schedule) -> dict[int, Schedule]:
    """By their heights."""
    return {schedule.height_log2: schedule for schedule in schedules}


TINY = ParameterSet(
    name="tiny",
    secure=False,
    rate_log2=1,
    listed_shapes=False,
    cap_log2=0,
    schedules=_schedules(
        Schedule(6, (2, 2), (4, 3), 1, (1, 1), (2, 1)),
        Schedule(8, (3, 2), (4, 3), 1, (1, 1), (2, 1)),
        Schedule(10, (3, 3), (4, 3), 1, (1, 1), (2, 1)),
        Schedule(12, (3, 3, 2), (4, 3, 2), 1, (1, 1, 1), (2, 1, 1)),
        Schedule(14, (3, 3, 3), (4, 3, 2), 1, (1, 1, 1), (2, 1, 1)),
        Schedule(17, (3, 4, 4), (4, 3, 2), 1, (1, 1, 1), (3, 2, 1)),
        Schedule(20, (3, 4, 4, 3), (4, 3, 2, 2), 1, (1, 1, 1, 1), (3, 2, 1, 1)),
    ),
)
"""For tests: insecure, small and fast, with heights for machines of a few rows, and one for every table of RV64IM."""

SEGMENT = ParameterSet(
    name="segment",
    secure=True,
    rate_log2=1,
    listed_shapes=False,
    cap_log2=0,
    schedules=_schedules(
        Schedule(17, (3, 3, 3), (245, 85, 52), 16, (12, 12, 12), (20, 17, 15)),
        Schedule(20, (3, 3, 3, 3), (247, 85, 52, 37), 16, (12, 11, 12, 12), (20, 18, 16, 16)),
        Schedule(22, (3, 3, 4, 4), (249, 85, 51, 32), 16, (12, 12, 12, 11), (20, 18, 18, 18)),
        Schedule(23, (2, 3, 3, 4, 3), (251, 125, 64, 43, 29), 16, (13, 14, 12, 12, 12), (20, 19, 18, 17, 16)),
    ),
)
"""For the standalone proof of a segment: its rounds sum to 2^-140, so that 2^12 of them stay below 2^-128."""

RECURSION = ParameterSet(
    name="recursion",
    secure=True,
    rate_log2=3,
    listed_shapes=True,
    cap_log2=6,
    schedules=_schedules(
        Schedule(17, (4, 5), (82, 42), 16, (11, 11), (19, 18)),
        Schedule(20, (4, 4, 4), (82, 42, 29), 16, (11, 12, 12), (20, 18, 15)),
        Schedule(21, (2, 4, 4, 4), (82, 64, 37, 26), 16, (12, 11, 12, 12), (20, 18, 17, 17)),
    ),
)
"""For proofs that a circuit verifies: a third of the queries of `segment`, caps that spare every path six digests, and
the heights of a listed shape."""

FINAL = ParameterSet(
    name="final",
    secure=True,
    rate_log2=4,
    listed_shapes=False,
    cap_log2=0,
    schedules=_schedules(
        Schedule(18, (1, 3, 3, 3), (57, 58, 39, 29), 14, (8, 10, 10, 9), (18, 17, 16, 17)),
        Schedule(19, (1, 3, 4, 3), (56, 57, 39, 26), 15, (8, 11, 10, 10), (20, 18, 17, 17)),
        Schedule(20, (1, 4, 4, 3), (56, 57, 33, 24), 15, (10, 12, 11, 11), (20, 18, 18, 16)),
    ),
)
"""For the last proof, which is sent: small, its rounds sum to 2^-130."""

PARAMETER_SETS: Mapping[str, ParameterSet] = MappingProxyType({s.name: s for s in (TINY, SEGMENT, RECURSION, FINAL)})
"""Every parameter set by its name. soundcalc's search found the schedules of the secure ones."""
