"""What a prover tells an observer while it works: stages, and how far the run is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Stage(Enum):
    """The steps of proving, in order; the value is what a person reads."""

    PLAN = "executing"
    PIN = "pinning continuation tables"
    TRACE = "filling in tables"
    MAIN = "committing to main columns"
    BUSES = "balancing buses"
    CONSTRAINTS = "checking constraints"
    OPENINGS = "opening commitments"


SHARES = {
    Stage.PLAN: 1,
    Stage.PIN: 2,
    Stage.TRACE: 7,
    Stage.MAIN: 18,
    Stage.BUSES: 30,
    Stage.CONSTRAINTS: 20,
    Stage.OPENINGS: 22,
}
"""Rough parts of a hundred of the time that each stage takes. A display rests on them, nothing else."""

Observer = Callable[[Stage, float], None]
"""Called when a stage begins, with the fraction of the whole run that is done. It receives nothing of the proof and
what it returns is ignored, so that it can stop a proof by raising but not change one."""


def silent(stage: Stage, fraction: float) -> None:
    """The observer that looks away."""


@dataclass(frozen=True)
class Share:
    """The part of some work that a job is, as fractions of the whole."""

    before: float
    """What is done when the job is given out."""

    width: float

    def of(self, observer: Observer) -> Observer:
        """Tells `observer` of the whole work what it hears of the job."""

        def hear(stage: Stage, fraction: float) -> None:
            observer(stage, self.before + self.width * fraction)

        return hear


BEFORE_PROVING = (SHARES[Stage.PLAN] + SHARES[Stage.PIN]) / sum(SHARES.values())
"""The fraction of a run that is done when all of its segments are pinned."""


@dataclass(frozen=True)
class Progress:
    """Reports the stages of a run of so many segments: planned at once, then all pinned, then proven one by one."""

    observer: Observer
    segment_count: int
    first: int = 0
    """The index of the first of them: that of the segment, where it alone is reported on."""

    def begin(self, stage: Stage, index: int) -> None:
        """Segment `index` enters a stage."""
        index -= self.first
        proving = [of for of in Stage if of not in (Stage.PLAN, Stage.PIN)]
        done = 0
        if stage is Stage.PIN:
            done = self.segment_count * SHARES[Stage.PLAN] + index * SHARES[Stage.PIN]
        elif stage in proving:
            shares = [SHARES[of] for of in proving]
            done = self.segment_count * (SHARES[Stage.PLAN] + SHARES[Stage.PIN])
            done += index * sum(shares) + sum(shares[: proving.index(stage)])
        self.observer(stage, done / (self.segment_count * sum(SHARES.values())))
