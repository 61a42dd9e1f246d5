"""The kernels as one formula a line over numpy arrays: what an optimized implementation is compared with."""

from __future__ import annotations

from reference.multilinear.prover.circuit_values import circuit
from reference.multilinear.prover.folded_vector import batched_vector
from reference.multilinear.prover.grinding import grind
from reference.multilinear.prover.stacked_columns import commit
from reference.multilinear.prover.stacking_rounds import stacking
from reference.multilinear.prover.zerocheck_rounds import zerocheck


class PlainKernels:
    """The plain implementation of `Kernels`: a room for each step."""

    commit = staticmethod(commit)
    circuit = staticmethod(circuit)
    zerocheck = staticmethod(zerocheck)
    stacking = staticmethod(stacking)
    batched_vector = staticmethod(batched_vector)
    grind = staticmethod(grind)
