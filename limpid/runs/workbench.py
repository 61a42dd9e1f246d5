"""The workbench of a process: what every job of a run needs, made once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

from limpid.runs.memory_limits import FittingTraces
from limpid.runs.optimized_runs import segment_traces
from optimized.kernels import OptimizedKernels
from reference.program_keys import proving_key
from reference.segments.jobs import Workbench
from spec.parameters import PARAMETER_SETS
from spec.program import Program


@dataclass(frozen=True)
class Recipe:
    """What a process needs to make its workbench."""

    program: Program
    parameters: str
    """The parameter set's name."""

    processes: int = 1
    """How many processes of a machine prove at the same time, and share its memory."""


_LOCK = Lock()


def workbench(recipe: Recipe) -> Workbench:
    """The workbench of this process; the first call makes the program's key."""
    with _LOCK:
        return _made(recipe)


@lru_cache(maxsize=1)
def _made(recipe: Recipe) -> Workbench:
    kernels = OptimizedKernels()
    key = proving_key(kernels, recipe.program, PARAMETER_SETS[recipe.parameters])
    return Workbench(kernels, key, FittingTraces(segment_traces(recipe.program, key.tables), key, recipe.processes))
