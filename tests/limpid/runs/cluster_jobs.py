"""What tests of clusters have in common."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from limpid.runs.workbench import SegmentRecipe
from spec.parameters import TINY
from tests.reference.segmented_run import counting_program

RECIPE = SegmentRecipe(counting_program(), TINY.name)
"""The segments of `tests.reference.segmented_run`."""


def wait_until(condition: Callable[[], bool]) -> None:
    """Raises TimeoutError where it does not come."""
    give_up = time.monotonic() + 60
    while not condition():
        if time.monotonic() > give_up:
            raise TimeoutError
        time.sleep(0.01)


@dataclass(frozen=True)
class Nothing:
    """What a job needs that needs nothing."""

    def bench(self) -> None:
        return None
