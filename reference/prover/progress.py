"""What a prover tells an observer while it works: stages, and how far the run is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Stage(Enum):
    """The steps of proving, in order; the value is what a person reads."""

    PIN = "pinning continuation tables"
    MAIN = "committing to main columns"
    BUSES = "balancing buses"
    QUOTIENT = "dividing constraints"
    OPENINGS = "opening commitments"


SHARES = {Stage.PIN: 1, Stage.MAIN: 7, Stage.BUSES: 20, Stage.QUOTIENT: 22, Stage.OPENINGS: 50}
"""Rough parts of a hundred of the time that each stage takes. A display rests on them, nothing else."""

Observer = Callable[[Stage, float], None]
"""Called when a stage begins, with the fraction of the whole run that is done. It receives nothing of the proof and
what it returns is ignored, so that it can stop a proof by raising but not change one."""


def silent(stage: Stage, fraction: float) -> None:
    """The observer that looks away."""


@dataclass(frozen=True)
class Progress:
    """Reports the stages of a run of so many segments: all of them are pinned first, then proven one by one."""

    observer: Observer
    segment_count: int

    def begin(self, stage: Stage, index: int) -> None:
        """Segment `index` enters a stage."""
        if stage is Stage.PIN:
            done = index * SHARES[stage]
        else:
            shares = [SHARES[earlier] for earlier in Stage if earlier is not Stage.PIN]
            before = list(Stage).index(stage) - 1
            done = self.segment_count * SHARES[Stage.PIN] + index * sum(shares) + sum(shares[:before])
        self.observer(stage, done / (self.segment_count * sum(SHARES.values())))
