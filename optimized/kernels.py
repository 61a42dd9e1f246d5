"""The kernels in numba: the numbers are the plain kernels'."""

from __future__ import annotations

from optimized.multilinear.circuit.values import circuit
from optimized.multilinear.commitment.columns import commit
from optimized.multilinear.commitment.grinding import grind
from optimized.multilinear.openings.folded_vector import batched_vector
from optimized.multilinear.openings.stacking_rounds import stacking
from optimized.multilinear.zerocheck.rounds import zerocheck


class OptimizedKernels:
    """The optimized implementation of `Kernels`: a room for each step."""

    commit = staticmethod(commit)
    circuit = staticmethod(circuit)
    zerocheck = staticmethod(zerocheck)
    stacking = staticmethod(stacking)
    batched_vector = staticmethod(batched_vector)
    grind = staticmethod(grind)
