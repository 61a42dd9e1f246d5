"""The benches of a process: what every job of a run needs, and what every node of a tree does; each is made once."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from threading import Lock

import platformdirs

from limpid.runs.memory_limits import FittingTraces
from limpid.runs.optimized_runs import segment_traces
from limpid.runs.tree_workshop import CompiledWorkshop
from optimized.kernels import OptimizedKernels
from reference.program_keys import proving_key
from reference.recursion.jobs import TreeBench
from reference.recursion.tree import TreeProver
from reference.segments.jobs import Workbench
from spec.parameters import PARAMETER_SETS
from spec.program import Program
from spec.protocol.key_encoding import decode_key
from spec.rv64im.machine import RV64IM
from spec.rv64im.tree import tree_design, tree_keys

_LOCK = Lock()

CIRCUITS = Path(platformdirs.user_cache_dir("limpid")) / "circuits"
"""Where circuits are kept: five megabytes each."""


@dataclass(frozen=True)
class SegmentRecipe:
    """What a process needs to make its workbench."""

    program: Program
    parameters: str
    """The parameter set's name."""

    processes: int = 1
    """How many processes of a machine prove at the same time, and share its memory."""

    with_nodes: bool = False
    """Whether they make nodes in between."""

    def bench(self) -> Workbench:
        """The workbench of this process; the first call makes the program's key."""
        with _LOCK:
            return _workbench(self)


@dataclass(frozen=True)
class TreeRecipe:
    """What a process needs to make the bench of a tree."""

    key: bytes
    """The program's key, encoded."""

    segments: SegmentRecipe | None = None
    """What its segments are proven with; None where they are proven."""

    def bench(self) -> TreeBench:
        """The bench of this process. Circuits are made when they are first needed, and kept in the user's cache;
        a warning names what cannot be used there."""
        with _LOCK:
            return _tree_bench(self)


@lru_cache(maxsize=1)
def _workbench(recipe: SegmentRecipe) -> Workbench:
    kernels = OptimizedKernels()
    key = proving_key(kernels, recipe.program, PARAMETER_SETS[recipe.parameters])
    traces = segment_traces(recipe.program, key.tables)
    return Workbench(kernels, key, FittingTraces(traces, key, recipe.processes, with_nodes=recipe.with_nodes))


@lru_cache(maxsize=1)
def _tree_bench(recipe: TreeRecipe) -> TreeBench:
    workshop = CompiledWorkshop(tree_design(), CIRCUITS, tree_keys(), warnings.warn)
    segments = None if recipe.segments is None else recipe.segments.bench
    return TreeBench(decode_key(recipe.key, RV64IM), partial(TreeProver, workshop, tree_keys()), segments)
