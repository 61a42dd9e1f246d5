"""Seconds and memory by stage of a proof, heard from the prover as its observer."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from reference.prover.progress import Stage

SAMPLING_SECONDS = 0.01


@dataclass
class StageRecord:
    """What a stage took, over all segments."""

    seconds: float = 0.0
    peak_bytes: int = 0
    """The most memory that the process held in the stage, as far as samples tell."""


class StageWatch:
    """Counts seconds by stage and samples this process's memory; a stage ends where the next one begins."""

    def __init__(self) -> None:
        self.records: dict[str, StageRecord] = {}
        self._current = StageRecord()
        self._since = time.perf_counter()
        self._stopped = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> StageWatch:
        self._sampler.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        self._stopped.set()
        self._sampler.join()

    def __call__(self, stage: Stage, fraction: float) -> None:
        """The prover enters a stage."""
        del fraction
        self.begin(stage.value)

    def begin(self, name: str) -> None:
        """Ends the stage before and starts this one."""
        self.end()
        self._current = self.records.setdefault(name, StageRecord())

    def end(self) -> None:
        """Ends the stage: what follows counts in none until another one begins."""
        now = time.perf_counter()
        self._current.seconds += now - self._since
        self._since = now
        self._look()
        self._current = StageRecord()

    def _sample(self) -> None:
        while not self._stopped.wait(SAMPLING_SECONDS):
            self._look()

    def _look(self) -> None:
        self._current.peak_bytes = max(self._current.peak_bytes, resident_bytes())


def resident_bytes() -> int:
    """The memory that this process holds. Linux only."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
