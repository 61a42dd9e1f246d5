"""The parameter sets of the proof system: every number that security and proof size depend on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

MAXIMUM_GRINDING_BITS = 31
"""A proof of work is read off one word; more would be out of reach of a prover."""

MAXIMUM_STACKED_COLUMNS = 12
"""The stacking height is the least listed one that holds *main* in so many stacked columns."""


@dataclass(frozen=True)
class Schedule:
    """WHIR at one stacking height: per iteration the folded coordinates, the queries and the bits of proof of work."""

    height_log2: int
    folds: tuple[int, ...]
    queries: tuple[int, ...]
    column_batching_grinding_bits: int
    folding_grinding_bits: tuple[int, ...]
    query_grinding_bits: tuple[int, ...]

    @property
    def final_log2(self) -> int:
        """The last vector has 2^final_log2 entries."""
        return self.height_log2 - sum(self.folds)


@dataclass(frozen=True)
class ParameterSet:
    """Parameters of the argument."""

    name: str
    secure: bool
    rate_log2: int
    listed_shapes: bool
    cap_log2: int
    schedules: Mapping[int, Schedule] = field(hash=False)

    @property
    def tallest_log2(self) -> int:
        """The tallest table that a listed stacking height holds."""
        return max(self.schedules)

    def schedule(self, height_log2: int) -> Schedule:
        """WHIR at this stacking height."""
        return self.schedules[height_log2]

    def stacking_height(self, tallest_log2: int, main_cells: int) -> int:
        """The least listed h not below the tallest table that holds main in at most 12 stacked columns, else the
        largest listed one. Raises ValueError if that is below the tallest table."""
        if tallest_log2 > self.tallest_log2:
            raise ValueError(f"a table of 2^{tallest_log2} rows, {self.name} holds 2^{self.tallest_log2}")
        for height in sorted(self.schedules):
            if height >= tallest_log2 and main_cells <= MAXIMUM_STACKED_COLUMNS << height:
                return height
        return self.tallest_log2

    def encoded(self) -> bytes:
        """All parameters as canonical bytes, for digests and transcripts."""
        schedules = ";".join(repr(schedule) for _, schedule in sorted(self.schedules.items()))
        head = f"{self.name};{self.secure};{self.rate_log2};{self.listed_shapes};{self.cap_log2}"
        return f"{head};{schedules}".encode("ascii")


def _tiny(height_log2: int, *folds: int) -> Schedule:
    count = len(folds)
    return Schedule(height_log2, folds, (5,) + (3,) * (count - 1), 1, (1,) * count, (2,) * count)


TINY = ParameterSet(
    name="tiny",
    secure=False,
    rate_log2=1,
    listed_shapes=False,
    cap_log2=0,
    schedules=MappingProxyType(
        {
            s.height_log2: s
            for s in (_tiny(6, 2, 2), _tiny(8, 2, 3), _tiny(12, 3, 4), _tiny(17, 3, 4, 4), _tiny(20, 3, 4, 5))
        }
    ),
)
PARAMETER_SETS: Mapping[str, ParameterSet] = MappingProxyType({s.name: s for s in (TINY,)})
