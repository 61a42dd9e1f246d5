"""The kernels in numba: the numbers are the plain kernels'."""

from __future__ import annotations

from optimized.circuit.values import circuit
from optimized.commitment.columns import commit
from optimized.commitment.grinding import grind
from optimized.openings.folded_vector import batched_vector
from optimized.openings.stacking_rounds import stacking
from optimized.verifier.algebra import CompiledAlgebra
from optimized.zerocheck.rounds import zerocheck


class OptimizedKernels:
    """The optimized implementation of `Kernels`: a room for each step."""

    algebra = CompiledAlgebra
    commit = staticmethod(commit)
    circuit = staticmethod(circuit)
    zerocheck = staticmethod(zerocheck)
    stacking = staticmethod(stacking)
    batched_vector = staticmethod(batched_vector)
    grind = staticmethod(grind)
